"""The chapters of a recording as people set them: suggestions taken over, standard steps, titles of their own.

As soon as somebody changes one, the recording has an outline: all of its chapters, in place of what is suggested then
or later. A change is acknowledged once it is a row; a few seconds later it is part of a version of the object.
"""

from archive.outline.editing import Change, Outcome, change, chapters_of, fold, fold_due, restore, unused
from archive.outline.in_force import is_suggested
from archive.outline.points import Point

__all__ = [
    "Change",
    "Outcome",
    "Point",
    "change",
    "chapters_of",
    "fold",
    "fold_due",
    "is_suggested",
    "restore",
    "unused",
]
