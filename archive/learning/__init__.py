"""What a member does with recordings: what they watched, what they wrote, what they asked."""

from archive.learning.clips import Clips
from archive.learning.marks import Marks
from archive.learning.shelf import Shelf
from archive.learning.watching import Watching

__all__ = ["Clips", "Marks", "Shelf", "Watching"]
