"""What people made of a recording's chapters, as it stands now."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from archive.tables import moment


class Outline(SQLModel, table=True):
    """The chapters of one recording by their id, each as `archive.outline.points.Point` has it.

    While `waiting_since` is set, no version of the object holds them yet, and `authors` are those who changed them
    since the last one. It names its recording without a foreign key: a catalogue that is rebuilt must not lose what
    waits.
    """

    recording_id: str = Field(primary_key=True)
    points: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=sa.JSON)
    authors: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    changed_at: datetime = moment()
    waiting_since: datetime | None = moment(nullable=True)
