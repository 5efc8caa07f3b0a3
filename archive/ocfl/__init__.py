"""OCFL 1.1 on the object store: what is kept for good, readable without us."""

from archive.ocfl.fixity import Problem
from archive.ocfl.inventory import Inventory
from archive.ocfl.placed import Placed
from archive.ocfl.root import OcflRoot

__all__ = ["Inventory", "OcflRoot", "Placed", "Problem"]
