"""What a recording's cuts come to: players fetch whole segments, so each cut is as wide as those that it touches.

The widened cut is the same for all renditions of all angles: the union over them. So everybody leaps from the same
second to the same second, whichever rung and however many angles they watch, and each finds its media there.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from archive.cuts import segments
from archive.cuts.ranges import Ranges, merged, within
from archive.cuts.segments import Layout
from archive.objects.store import ObjectStore
from archive.tables import Rendition

# Seconds beside a cut that are cut, too: two packets of sound, of which each also holds something of the one before. Of
# the picture none: a segment that begins as a cut ends has nothing of it, for all the rounding in playlists.
_BESIDE = {"audio": 0.05, "video": -0.001}
_SLIVER = 0.5  # seconds between two cuts, or before an end, that nobody could make anything of
_SAME = 0.02  # seconds by which the edges of one moment differ between renditions
_BEGINNING = 4096  # bytes of a segment, in which its time stands


@dataclass(frozen=True)
class Closed:
    """What must not leave the archive of one rendition: the numbers of its segments, and the bytes that may leave it.

    The last `dropped` of its segments are closed, too, and nothing follows them.
    """

    segments: frozenset[int]
    dropped: int
    open: tuple[tuple[int, int], ...]

    def allows(self, start: int, end: int) -> bool:
        """Whether the bytes [start, end) may leave the archive."""
        return any(first <= start and end <= last for first, last in self.open)


@dataclass(frozen=True)
class Effect:
    """The widened cuts on the recording's timeline, what is closed by a rendition's id, and where angles end.

    `ends` has those angles that end sooner than they would: seconds on their own timeline, 0 where nothing is left.
    """

    ranges: Ranges
    closed: Mapping[str, Closed]
    ends: Mapping[str, float]

    def left(self, duration: float | None) -> float | None:
        """Return how many seconds of a recording so long may be seen."""
        return None if duration is None else duration - within(self.ranges, duration)


def effect(store: ObjectStore, renditions: Sequence[Rendition], starts: Mapping[str, float], ranges: Ranges) -> Effect:
    """Return what merged cuts come to for a recording's renditions; `starts` has each angle's start by its id.

    The playlists are read once; what comes of them is kept as long as neither they nor the cuts change.

    Raises:
        StoreUnavailable: the object store does not answer.
        NotFound: a playlist is not there.
    """
    if not ranges:
        return Effect((), {}, {})
    key = (ranges, tuple((row.id, _key(row), starts.get(row.source_id, 0.0)) for row in renditions))
    found = _effects.get(key)
    return found or _effects.put(key, _effect(store, renditions, starts, ranges))


def _effect(store: ObjectStore, renditions: Sequence[Rendition], starts: Mapping[str, float], ranges: Ranges) -> Effect:
    layouts = {row.id: layout(store, row) for row in renditions}
    begin = _begins(store, renditions, starts, layouts)
    whole = max((laid.ends[-1] + begin[name] for name, laid in layouts.items() if laid.ends), default=0.0)
    asked = [(start, max(end, whole) if end > whole - _SLIVER else end) for start, end in ranges]

    def touched(row: Rendition) -> list[range]:
        at, beside = begin[row.id], _BESIDE[row.media]
        return [layouts[row.id].touched(start - at - beside, end - at + beside) for start, end in asked]

    wide = list(asked)
    for row in renditions:
        laid, at = layouts[row.id], begin[row.id]
        wide += [(max(0.0, laid.starts[hit[0]] + at), laid.ends[hit[-1]] + at) for hit in touched(row) if hit]
    widened = _joined(merged(wide))
    closed = {}
    for row in renditions:
        laid, at = layouts[row.id], begin[row.id]
        numbers = {number for hit in touched(row) for number in hit}
        for start, end in widened:  # what lies within is leapt over: nobody needs it
            numbers.update(
                number
                for number in laid.touched(start - at, end - at)
                if laid.starts[number] + at >= start - _SAME and laid.ends[number] + at <= end + _SAME
            )
        dropped = next((n for n in range(len(laid.starts)) if len(laid.starts) - 1 - n not in numbers), 0)
        closed[row.id] = Closed(frozenset(numbers), dropped, laid.open_bytes(frozenset(numbers)))
    return Effect(widened, closed, _ends(renditions, layouts, begin, starts, widened))


def _joined(ranges: Ranges) -> Ranges:
    """Return ranges of which those that are hardly apart are one."""
    found: list[tuple[float, float]] = []
    for start, end in ranges:
        if found and start - found[-1][1] < _SLIVER:
            found[-1] = (found[-1][0], end)
        else:
            found.append((0.0 if start < _SLIVER else start, end))
    return tuple(found)


def _ends(
    renditions: Sequence[Rendition],
    layouts: Mapping[str, Layout],
    begin: Mapping[str, float],
    starts: Mapping[str, float],
    widened: Ranges,
) -> dict[str, float]:
    found = {}
    for angle in dict.fromkeys(row.source_id for row in renditions):
        start = starts.get(angle, 0.0)
        laid = [(layouts[row.id], begin[row.id]) for row in renditions if row.source_id == angle]
        end = max((each.ends[-1] + at for each, at in laid if each.ends), default=start)
        last = next((cut for cut in widened if cut[0] < end <= cut[1] + _SLIVER), None)
        if last is not None:
            found[angle] = max(0.0, last[0] - start)
    return found


def _begins(
    store: ObjectStore, renditions: Sequence[Rendition], starts: Mapping[str, float], layouts: Mapping[str, Layout]
) -> dict[str, float]:
    """Return when each rendition begins on the recording's timeline.

    That is when its angle does, for pictures; sound that begins later than they do (players go by the time in the
    file, playlists do not tell) as much later.
    """
    origins = {row.id: _origin(store, row, layouts[row.id]) for row in renditions}
    found = {}
    for row in renditions:
        of_angle = [each for each in renditions if each.source_id == row.source_id]
        pictures = [each for each in of_angle if each.media == "video"] or of_angle
        first = min(origins[each.id] for each in pictures)
        found[row.id] = starts.get(row.source_id, 0.0) + origins[row.id] - first
    return found


def layout(store: ObjectStore, row: Rendition) -> Layout:
    """Return where a rendition's segments lie."""
    key = _key(row)
    return _layouts.get(key) or _layouts.put(key, segments.read(store.get(key).decode()))


def _origin(store: ObjectStore, row: Rendition, laid: Layout) -> float:
    """Return the second at which a rendition begins by its own clock; 0 where nothing is in it."""
    key = row.prefix + row.file
    if not laid.bytes or not laid.head:
        return 0.0
    known = _origins.get(key)
    if known is None:
        first = laid.bytes[0][0]
        head = b"".join(store.stream(key, 0, laid.head))
        known = _origins.put(key, segments.origin(head, b"".join(store.stream(key, first, first + _BEGINNING))))
    return known


def _key(row: Rendition) -> str:
    return row.prefix + row.playlist  # the prefix names its content by digest


_Value = TypeVar("_Value")


class _Kept(Generic[_Value]):
    """The last few values that were made, by what they were made of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: _Value) -> _Value:
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


_layouts: _Kept[Layout] = _Kept(256)  # about 0.3 MB each for three hours
_origins: _Kept[float] = _Kept(1024)
_effects: _Kept[Effect] = _Kept(256)
