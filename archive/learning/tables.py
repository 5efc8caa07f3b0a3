"""What belongs to members, beside the catalogue.

None has a foreign key to a recording or to a member: `shijiao rebuild` takes a recording's row away and brings it back,
and what was asked is restored with its author's name where the author is not known (yet).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from archive.tables import choice, json_column, moment, new_id

Spans = list[list[float]]


class Sitting(SQLModel, table=True):
    """One member before one recording, from pressing play until leaving. `id` is made by their browser.

    `spans` are what was played of the timeline, in order, apart from one another; `seconds` is how long that took by
    the clock, with what was played again. Both only grow: a report holds the whole sitting so far.
    """

    id: str = Field(primary_key=True)
    member_id: str = Field(index=True)
    recording_id: str = Field(index=True)
    begun_at: datetime = moment()
    seen_at: datetime = moment()
    seconds: float = 0.0
    spans: Spans = Field(default_factory=list, sa_type=sa.JSON)


class Progress(SQLModel, table=True):
    """How far a member has come in a recording: what was played in all sittings together, and where they left off."""

    member_id: str = Field(primary_key=True)
    recording_id: str = Field(primary_key=True, index=True)
    spans: Spans = Field(default_factory=list, sa_type=sa.JSON)
    watched: float = 0.0
    position: float = 0.0
    seen_at: datetime = moment()


class MarkKind(StrEnum):
    """What a mark is. Notes and bookmarks are their author's alone; the others are for all who may watch."""

    NOTE = "note"
    BOOKMARK = "bookmark"
    QUESTION = "question"
    ANSWER = "answer"
    TEACHING_POINT = "teaching_point"


PRIVATE = (MarkKind.NOTE, MarkKind.BOOKMARK)


class Mark(SQLModel, table=True):
    """Something written at a second of a recording, or over a range of it.

    `author_name` and `author_institution` are the author's when it was written. `reply_to` is the question that an
    answer answers. `drawing` is what was drawn over the picture, as its maker defines it.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(index=True)
    kind: MarkKind = choice(MarkKind.NOTE)
    author_id: str = Field(index=True)
    author_name: str = ""
    author_institution: str = ""
    start: float = 0.0
    end: float | None = None
    text: str = Field(default="", sa_type=sa.Text)
    drawing: dict[str, Any] = json_column()
    reply_to: str | None = Field(default=None, index=True)
    created_at: datetime = moment()
    changed_at: datetime = moment()


class Noticed(SQLModel, table=True):
    """Until when a member has seen what is new to them (see `Marks.news`)."""

    member_id: str = Field(primary_key=True)
    until: datetime = moment()


class Clip(SQLModel, table=True):
    """A range of a recording that a member gave a name, in one of their lists ("": in none)."""

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str = Field(index=True)
    recording_id: str = Field(index=True)
    start: float
    end: float
    name: str
    collection: str = ""
    created_at: datetime = moment()


class Taking(SQLModel, table=True):
    """A copy of a recording that a member took away, in one of the forms in which it plays without us.

    `member_name` is their name at that moment, `size` the bytes of the file. Rows are never removed.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    member_id: str = Field(index=True)
    member_name: str
    recording_id: str = Field(index=True)
    form: str
    size: int = Field(sa_type=sa.BigInteger)
    taken_at: datetime = moment()
