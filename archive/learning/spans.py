"""Spans of a timeline: [[start, end], …] in seconds, in order and apart from one another once `merged`."""

from collections.abc import Iterable, Sequence

from archive.cuts import ranges
from archive.learning.tables import Spans

_TOUCH = 0.5  # seconds between two spans that count as one: a breath between two looks at the clock
_ENOUGH = 0.9  # of a recording, after which it counts as watched: credits and farewells are left out


def merged(spans: Iterable[Sequence[float]], *, limit: float | None = None) -> Spans:
    """Return what the spans cover, whatever their order and overlap, cut to 0…`limit`; empty ones are dropped.

    Doing it again changes nothing, and in which order spans come does not matter.
    """
    most = float("inf") if limit is None else limit
    cut = ((max(0.0, start), min(most, end)) for start, end in spans)
    return [[start, end] for start, end in ranges.merged(cut, touch=_TOUCH)]


def length(spans: Iterable[Sequence[float]]) -> float:
    """Return how many seconds merged spans cover."""
    return sum(end - start for start, end in spans)


def first(spans: Iterable[Sequence[float]], seconds: float) -> Spans:
    """Return the beginning of merged spans: as much of them as is `seconds` long in all."""
    found: Spans = []
    for start, end in spans:
        kept = min(end - start, seconds)
        if kept > 0:
            found.append([start, start + kept])
            seconds -= kept
    return found


def share(seconds: float, duration: float | None) -> float:
    """Return which part of a recording so many seconds are, from 0 to 1."""
    return min(1.0, seconds / duration) if duration else 0.0


def finished(seconds: float, duration: float | None) -> bool:
    """Whether so much of a recording was watched that it counts as watched."""
    return share(seconds, duration) >= _ENOUGH


def within(spans: Iterable[Sequence[float]], start: float, end: float) -> float:
    """Return how many seconds of a range merged spans cover."""
    return sum(max(0.0, min(last, end) - max(first, start)) for first, last in spans)
