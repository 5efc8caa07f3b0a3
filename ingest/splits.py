"""Files that a camera split one recording into, told by their names and sizes."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

_SERIES = (
    re.compile(r"(?P<series>G[HXLP])(?P<part>\d\d)(?P<clip>\d{4})", re.IGNORECASE),  # GoPro: chapter, then clip
    re.compile(r"(?P<series>DJI_)(?P<part>\d{4})", re.IGNORECASE),
    re.compile(r"(?P<series>MVI_\d{4})_(?P<part>\d\d)", re.IGNORECASE),  # Canon
    re.compile(r"(?P<series>VTS_\d\d)_(?P<part>[1-9])", re.IGNORECASE),  # DVD; part 0 is its menu
    re.compile(r"(?P<part>\d{5})(?=\.m2?ts$)", re.IGNORECASE),  # AVCHD
)
_LIMITS = (2**30, 2**31, 4 * 10**9, 2**32)  # DVD, older cameras, GoPro, FAT32
_NEAR = 0.97  # of its limit, and hardly above it: where a file of a split recording ends


def is_full(size: int) -> bool:
    """Whether a file ends where a file system or a disc makes cameras begin a new one; `size` in bytes."""
    return any(_NEAR * limit <= size <= 1.001 * limit for limit in _LIMITS)


def is_of_series(path: Path) -> bool:
    """Whether a file is named as cameras name those that they split a recording into."""
    return _place(path) is not None


def follows(one: Path, other: Path) -> bool:
    """Whether the second file's name is the next of the first's series, in the same folder."""
    first, second = _place(one), _place(other)
    return (
        one.parent == other.parent
        and first is not None
        and second is not None
        and first[0] == second[0]
        and second[1] == first[1] + 1
    )


def groups(paths: Sequence[Path], size: Callable[[Path], int]) -> list[list[Path]]:
    """Put parts of one recording together, in their order; every other file stays by itself.

    Sure is only what is named as the next of its series and follows a file that is full.
    """
    order = {path: at for at, path in enumerate(dict.fromkeys(paths))}
    made: list[list[Path]] = [[path] for path in sorted(order, key=lambda path: (str(path.parent), _key(path)))]
    joined: list[list[Path]] = made[:1]
    for (before,), (path,) in pairwise(made):
        if follows(before, path) and is_full(size(before)):
            joined[-1].append(path)
        else:
            joined.append([path])
    return sorted(joined, key=lambda group: order[group[0]])


def _key(path: Path) -> tuple[str, int, str]:
    place = _place(path)
    return (place[0], place[1], path.name) if place else (path.name, 0, path.name)


def _place(path: Path) -> tuple[str, int] | None:
    """Return a file's series and its number in it."""
    for pattern in _SERIES:
        found = pattern.match(path.name)
        if found and (found.end() == len(path.stem) or found["part"] == path.stem):
            named = found.groupdict()
            series = f"{named.get('series', '')}{named.get('clip', '')}{path.suffix}".lower()
            return series, int(named["part"])
    return None
