"""Every table there is: importing this registers them all with `SQLModel.metadata`."""

from sqlmodel import SQLModel

from archive import tables
from archive.courses import tables as courses
from archive.people import tables as people

__all__ = ["courses", "metadata", "people", "tables"]

metadata = SQLModel.metadata
