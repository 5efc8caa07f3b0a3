"""What those who only watch may read of a recording from which something is cut.

What was said or written at a second that is cut is hidden whole. A slide is hidden where next to nothing of the time
for which it stands is left. A chapter is hidden where all of it is cut; a suggested one also where its beginning is,
which gave it its title.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from archive.cuts.ranges import Ranges, hidden, inside, length, without
from archive.tables import Chapter, ChapterOrigin

_GLIMPSE = 1.0  # seconds: as exactly as it is known when a slide comes and goes


class Timed(Protocol):
    """Whatever lasts from `start` to `end`, in seconds."""

    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


_Timed = TypeVar("_Timed", bound=Timed)


def sentences(said: Iterable[_Timed], ranges: Ranges) -> tuple[_Timed, ...]:
    """Return the sentences of which nothing is cut."""
    return tuple(each for each in said if not hidden(ranges, each.start, each.end))


def chapters(rows: Iterable[Chapter], ranges: Ranges, duration: float | None) -> Iterator[Chapter]:
    """Yield the chapters that may be named."""
    for row in rows:
        end = duration if row.end is None else row.end
        gone = inside(ranges, row.start, row.start if end is None else max(row.start, end))
        begins = row.origin is ChapterOrigin.SUGGESTED and inside(ranges, row.start, row.start)
        if not (gone or begins):
            yield row


def since(ranges: Ranges, start: float, end: float) -> float | None:
    """Return when a slide that stands from `start` to `end` is first seen; None where it is not."""
    left = without([(start, end)], ranges)
    if ranges and length(left) < min(_GLIMPSE, end - start):
        return None
    return left[0][0] if left else start
