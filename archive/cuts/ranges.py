"""Ranges of a timeline, half open: ((start, end), …) in seconds; `merged`, they are in order and apart."""

from collections.abc import Iterable, Sequence

Ranges = tuple[tuple[float, float], ...]

_SLIVER = 0.5  # seconds after a cut that are no end of a recording


def merged(ranges: Iterable[Sequence[float]], *, touch: float = 0.0) -> Ranges:
    """Return what ranges cover, in order; those that overlap or are no more than `touch` apart become one.

    Empty ones are dropped.
    """
    found: list[tuple[float, float]] = []
    for start, end in sorted((start, end) for start, end in ranges if start < end):
        if found and start <= found[-1][1] + touch:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def hidden(ranges: Ranges, start: float, end: float) -> bool:
    """Whether anything of what lasts from `start` to `end` lies in one of the ranges; a moment has start = end."""
    return any(start < last and (first < end or first <= start) for first, last in ranges)


def inside(ranges: Ranges, start: float, end: float) -> bool:
    """Whether all of what lasts from `start` to `end` lies in one of the merged ranges; a moment has start = end."""
    return any(first <= start < last and end <= last for first, last in ranges)


def without(spans: Iterable[Sequence[float]], ranges: Ranges) -> Ranges:
    """Return what is left of spans once merged ranges are taken out of them."""
    left: list[tuple[float, float]] = []
    for start, end in merged(spans):
        at = start
        for first, last in ranges:
            if last <= at or first >= end:
                continue
            if first > at:
                left.append((at, first))
            at = last
        if at < end:
            left.append((at, end))
    return tuple(left)


def length(ranges: Iterable[Sequence[float]]) -> float:
    """Return how many seconds ranges cover, what overlaps once."""
    return sum(end - start for start, end in merged(ranges))


def within(ranges: Ranges, duration: float | None) -> float:
    """Return how many seconds of a recording so long lie in the ranges."""
    return length((start, end if duration is None else min(end, duration)) for start, end in ranges)


def visible_end(ranges: Ranges, duration: float | None) -> float | None:
    """Return when a recording so long ends for those who only watch."""
    if duration is not None and ranges and ranges[-1][0] < duration <= ranges[-1][1] + _SLIVER:
        return ranges[-1][0]
    return duration


def shifted(ranges: Ranges, by: float) -> Ranges:
    """Return the ranges so many seconds later."""
    return tuple((start + by, end + by) for start, end in ranges)
