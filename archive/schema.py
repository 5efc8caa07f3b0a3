"""Every table there is: importing this registers them all with `SQLModel.metadata`."""

from sqlmodel import SQLModel

from archive import tables
from archive.arrivals import tables as arrivals
from archive.courses import tables as courses
from archive.learning import tables as learning
from archive.people import tables as people

__all__ = ["arrivals", "courses", "learning", "metadata", "people", "tables"]

metadata = SQLModel.metadata
