"""Courses, what they consist of, and to whom they are assigned."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from archive.tables import moment, new_id


class Course(SQLModel, table=True):
    """What a trainer put together. One that was archived is kept, and shown to nobody."""

    id: str = Field(default_factory=new_id, primary_key=True)
    title: str
    text: str = Field(default="", sa_type=sa.Text)
    author_id: str = Field(foreign_key="member.id", index=True)
    created_at: datetime = moment()
    archived_at: datetime | None = moment(nullable=True)


class CourseItem(SQLModel, table=True):
    """A recording of a course, or a clip of one: from `start` to `end` in seconds, where these are given.

    It outlives the recording's row, which `shijiao rebuild` makes anew; where there is none, the item is not shown.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    course_id: str = Field(foreign_key="course.id", index=True)
    position: int
    recording_id: str = Field(index=True)
    start: float | None = None
    end: float | None = None
    title: str = ""


class Assignment(SQLModel, table=True):
    """A course for a member, or for everybody of an institution, until the end of a day where one is given."""

    id: str = Field(default_factory=new_id, primary_key=True)
    course_id: str = Field(foreign_key="course.id", index=True)
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True)
    institution_id: str | None = Field(default=None, foreign_key="institution.id", index=True)
    due: date | None = None
    assigned_by: str = Field(foreign_key="member.id")
    created_at: datetime = moment()
