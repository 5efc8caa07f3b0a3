"""Which bytes of a rendition's one file a media playlist names: those, and no others, go along."""

import re
from collections.abc import Iterator

_MAP = re.compile(r'BYTERANGE="(\d+)(?:@(\d+))?"')
_RANGE = re.compile(r"#EXT-X-BYTERANGE:(\d+)(?:@(\d+))?")

Span = tuple[int, int]


def spans(playlist: str) -> list[Span]:
    """Return the bytes that a playlist (RFC 8216) of byte ranges names, [first, last), joined where they touch.

    A segment that is marked as a gap is not there, so its bytes are not named.
    """
    found: list[Span] = []
    for first, last in sorted(_named(playlist)):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _named(playlist: str) -> Iterator[Span]:
    span, gap, end = (0, 0), False, 0
    for line in playlist.splitlines():
        if line.startswith("#EXT-X-MAP:") and (told := _MAP.search(line)):
            first = int(told[2] or 0)
            yield first, first + int(told[1])
        elif told := _RANGE.match(line):
            first = end if told[2] is None else int(told[2])
            span = (first, first + int(told[1]))
            end = span[1]
        elif line == "#EXT-X-GAP":
            gap = True
        elif line and not line.startswith("#"):
            if not gap and span[1] > span[0]:
                yield span
            span, gap = (0, 0), False


def cut(found: list[Span], most: int) -> Iterator[Span]:
    """Cut spans into pieces of at most so many bytes."""
    for first, last in found:
        for at in range(first, last, most):
            yield at, min(at + most, last)
