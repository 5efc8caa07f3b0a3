"""Edits that are not in their recording's object yet."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from archive.tables import moment


class PendingEdit(SQLModel, table=True):
    """One edit as `archive.transcripts.edits.Edit` has it, waiting to become part of a version.

    It names its recording without a foreign key: a catalogue that is rebuilt must not lose what waits.
    """

    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(index=True)
    language: str
    start: float
    end: float
    before: str = Field(sa_type=sa.Text)
    after: str = Field(sa_type=sa.Text)
    author: str
    at: datetime = moment()
    reason: str = ""
