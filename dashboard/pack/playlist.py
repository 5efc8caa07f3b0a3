"""Which bytes of a rendition's one file a media playlist names: those, and no others, go along."""

from collections.abc import Iterable, Iterator

from archive.cuts import segments

Span = tuple[int, int]


def spans(playlist: str) -> list[Span]:
    """Return the bytes that a playlist (RFC 8216) of byte ranges names, [first, last), joined where they touch.

    A segment that is marked as a gap is not there, so its bytes are not named.
    """
    return list(segments.read(playlist).open_bytes(frozenset(_gaps(playlist))))


def _gaps(playlist: str) -> Iterator[int]:
    """Yield the numbers of the segments that are marked as gaps."""
    number = 0
    for line in playlist.splitlines():
        if line == "#EXT-X-GAP":
            yield number
        elif line and not line.startswith("#"):
            number += 1


def cut(found: Iterable[Span], most: int) -> Iterator[Span]:
    """Cut spans into pieces of at most so many bytes."""
    for first, last in found:
        for at in range(first, last, most):
            yield at, min(at + most, last)
