"""The segments of a rendition, as its playlist of byte ranges (RFC 8216) lays them out in its one file."""

import re
import sys
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

_BYTES = re.compile(r"(\d+)(?:@(\d+))?")
_BOX = 8  # bytes of a box's header: its size and its type


@dataclass(frozen=True)
class Layout:
    """Where segments lie: when each begins and ends, seconds after the first one begins, and its bytes [first, end).

    `head` are the bytes before all media: what initialises a decoder.
    """

    head: int
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    bytes: tuple[tuple[int, int], ...]

    def touched(self, start: float, end: float) -> range:
        """Return the numbers of the segments that hold anything of what lasts from `start` to `end`."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def open_bytes(self, closed: frozenset[int]) -> tuple[tuple[int, int], ...]:
        """Return the stretches of the file that hold nothing of the segments whose numbers are `closed`."""
        found: list[tuple[int, int]] = [(0, self.head)]
        for number, (first, end) in enumerate(self.bytes):
            if number in closed:
                continue
            if first == found[-1][1]:
                found[-1] = (found[-1][0], end)
            else:
                found.append((first, end))
        return tuple(found)


def read(playlist: str) -> Layout:
    """Read a media playlist; a segment without a byte range is all of the file."""
    starts: list[float] = []
    ends: list[float] = []
    spans: list[tuple[int, int]] = []
    head, at, seconds, asked = 0, 0.0, 0.0, (0, sys.maxsize)
    for line in playlist.splitlines():
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-MAP":
            named = re.search(r'BYTERANGE="([^"]*)"', value)
            head = _span(named[1], 0)[1] if named else 0
        elif tag == "#EXTINF":
            seconds = float(value.partition(",")[0])
        elif tag == "#EXT-X-BYTERANGE":
            asked = _span(value, spans[-1][1] if spans else head)
        elif line and not line.startswith("#"):
            starts.append(at)
            at += seconds
            ends.append(at)
            spans.append(asked)
            asked = (0, sys.maxsize)
    return Layout(head, tuple(starts), tuple(ends), tuple(spans))


def _span(value: str, after: int) -> tuple[int, int]:
    found = _BYTES.match(value.strip())
    if found is None:
        raise ValueError(f"{value!r} is no byte range")
    first = after if found[2] is None else int(found[2])
    return first, first + int(found[1])


def origin(head: bytes, beginning: bytes) -> float:
    """Return the second at which a track of fragmented MP4 (ISO/IEC 14496-12) begins by its own clock.

    `head` are the bytes before its first segment, `beginning` the first few thousand of that. Where they do not tell,
    it is 0.
    """
    scale = _inner(head, b"moov", b"trak", b"mdia", b"mdhd")
    time = _inner(beginning, b"moof", b"traf", b"tfdt")
    if len(scale) < 24 or len(time) < 8:
        return 0.0
    ticks = int.from_bytes(scale[20:24] if scale[0] == 1 else scale[12:16], "big")
    decoded = int.from_bytes(time[4:12] if time[0] == 1 else time[4:8], "big")
    return decoded / ticks if ticks else 0.0


def _inner(data: bytes, *path: bytes) -> bytes:
    """Return what the first box at a path holds; nothing where there is none."""
    for kind in path:
        data = _first(data, kind)
    return data


def _first(data: bytes, kind: bytes) -> bytes:
    at = 0
    while at + _BOX <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + _BOX] == kind:
            return data[at + _BOX : at + size]
        if size < _BOX:
            break
        at += size
    return b""
