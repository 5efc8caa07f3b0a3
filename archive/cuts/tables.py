"""The cuts of recordings. No foreign key: `shijiao rebuild` takes a recording's row away and brings it back."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from archive.tables import moment, new_id


class Cut(SQLModel, table=True):
    """A range of a recording's timeline, in seconds, that those who only watch do not see, hear or read.

    `author_name` is the author's name when it was made.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(index=True)
    start: float
    end: float
    reason: str = ""
    author_id: str = ""
    author_name: str = ""
    created_at: datetime = moment()
