"""Every table there is: importing this registers them all with `SQLModel.metadata`."""

from sqlmodel import SQLModel

from archive import tables
from archive.arrivals import tables as arrivals
from archive.courses import tables as courses
from archive.cuts import tables as cuts
from archive.desk import tables as desk
from archive.learning import tables as learning
from archive.outline import tables as outline
from archive.people import tables as people

__all__ = ["arrivals", "courses", "cuts", "desk", "learning", "metadata", "outline", "people", "tables"]

metadata = SQLModel.metadata
