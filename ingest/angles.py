"""The angles of one recording as somebody names them: `--source ROLE=FILE`, `--offset ROLE=SECONDS`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive.errors import InputError
from archive.tables import Alignment, SourceRole

_NAME = re.compile(r"([a-z]+)(?::(\d+))?")
_FARTHEST = 24 * 3600.0  # seconds between the beginnings of two angles
_CLOCK = re.compile(r"([+-]?)(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)")


@dataclass(frozen=True)
class Given:
    """One angle: what it shows, its file or the parts of it, and its offset in seconds where one was given."""

    role: SourceRole
    paths: tuple[Path, ...]
    offset: float | None = None


@dataclass(frozen=True)
class Place:
    """Where an angle stands on the recording's timeline, in seconds, and how that is known."""

    start: float
    alignment: Alignment


def parse(sources: Sequence[str], offsets: Sequence[str]) -> list[Given]:
    """Read `ROLE=FILE` (an angle), `ROLE+=FILE` (its next part) and `ROLE=SECONDS` or `ROLE:2=SECONDS` (an offset).

    Raises:
        InputError: one cannot be understood.
    """
    angles: list[Given] = []
    for text in sources:
        name, _, file = text.partition("=")
        role = _role(name.removesuffix("+"), text)
        if not file:
            raise InputError(f"“{text}” names no file.", "Write --source ROLE=FILE, for example room=b.mp4.")
        if not name.endswith("+"):
            angles.append(Given(role, (Path(file),)))
            continue
        at = next((number for number in reversed(range(len(angles))) if angles[number].role is role), None)
        if at is None:
            raise InputError(
                f"“{text}” is to go on with a source that was not named before it.", f"Name {role}=FILE first."
            )
        angles[at] = replace(angles[at], paths=(*angles[at].paths, Path(file)))
    return moved(angles, offsets)


def moved(angles: Sequence[Given], offsets: Sequence[str]) -> list[Given]:
    """Give angles the offsets `ROLE=SECONDS`, `ROLE:2=SECONDS`.

    Raises:
        InputError: one cannot be understood, or is given twice.
    """
    placed, named = list(angles), set()
    for text in offsets:
        name, _, said = text.partition("=")
        at = _named(name, placed, text)
        if at in named:
            raise InputError(f"“{name}” is given two offsets.", "Give one.")
        named.add(at)
        placed[at] = replace(placed[at], offset=seconds(said))
    return placed


def places(angles: Sequence[Given]) -> list[Place]:
    """Put the angles on one timeline, on which the earliest begins at 0.

    The first angle is what offsets are counted from. One without an offset stands at 0 until its sound tells more.
    """
    known = [angle.offset if angle.offset is not None else 0.0 for angle in angles]
    is_known = [number == 0 or angle.offset is not None for number, angle in enumerate(angles)]
    earliest = min((offset for offset, sure in zip(known, is_known, strict=True) if sure), default=0.0)
    return [
        Place(offset - earliest, Alignment.GIVEN) if sure else Place(0.0, Alignment.UNKNOWN)
        for offset, sure in zip(known, is_known, strict=True)
    ]


def seconds(text: str) -> float:
    """Read an offset: 12.4, -3, 1:02.5 or 1:02:03.

    Raises:
        InputError: it is none, or farther away than any angle is.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise InputError(f"“{text}” is not a time.", "Write seconds (12.4, -3) or m:ss (1:02.5).")
    sign, hours, minutes, rest = found.groups()
    value = int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest)
    if value > _FARTHEST:
        raise InputError(f"“{text}” is more than a day.", "Sources of one recording begin within a day of each other.")
    return -value if sign == "-" else value


def _role(name: str, text: str) -> SourceRole:
    try:
        return SourceRole(name)
    except ValueError as error:
        roles = ", ".join(SourceRole)
        raise InputError(f"“{text}” does not begin with a role.", f"Roles: {roles}; write room=b.mp4.") from error


def _named(name: str, angles: Sequence[Given], text: str) -> int:
    """Return which angle `room` or `room:2` means."""
    found = _NAME.fullmatch(name)
    role = _role(found[1] if found else name, text)
    same = [number for number, angle in enumerate(angles) if angle.role is role]
    which = int(found[2] or 1) if found else 1
    if not 1 <= which <= len(same):
        raise InputError(f"There is no source “{name}” to move.", "Name it by --source; the second room is room:2.")
    return same[which - 1]
