"""What a member does with recordings: what they watched, what they wrote, what they asked, what they took away."""

from archive.learning.clips import Clips
from archive.learning.marks import Marks
from archive.learning.shelf import Shelf
from archive.learning.takings import Takings
from archive.learning.watching import Watching

__all__ = ["Clips", "Marks", "Shelf", "Takings", "Watching"]
