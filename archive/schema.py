"""Every table there is: importing this registers them all with `SQLModel.metadata`."""

from sqlmodel import SQLModel

from archive import tables
from archive.arrivals import tables as arrivals
from archive.people import tables as people

__all__ = ["arrivals", "metadata", "people", "tables"]

metadata = SQLModel.metadata
