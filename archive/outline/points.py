"""A chapter as people handle it: where it begins, what it is called, which standard step it is."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from archive.errors import InputError
from archive.tables import Chapter, ChapterOrigin

LONGEST_TITLE = 200  # characters
MOST = 500  # chapters of one recording
_ID = re.compile(r"[0-9a-z]{1,24}")
_STEP = re.compile(r"[\w-]{1,60}/[\w-]{1,60}")


@dataclass(frozen=True)
class Point:
    """A chapter that begins at `start` (seconds).

    `step` is the standard step that it is, as “procedure/step” (see `archive.procedures`); `reason` is why it was
    suggested, empty as soon as somebody has accepted it.
    """

    start: float
    title: str
    step: str = ""
    reason: str = ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def read(said: Mapping[str, Any], *, length: float | None = None) -> Point:
    """Return the chapter that somebody says, of a recording of `length` seconds where that is known.

    Raises:
        InputError: it has no title, or lies outside the recording; `facts` has the `why`.
        KeyError, TypeError, ValueError: it is something else.
    """
    start, title, step, reason = float(said["start"]), said["title"], said.get("step", ""), said.get("reason", "")
    if not all(isinstance(text, str) for text in (title, step, reason)) or not math.isfinite(start):
        raise TypeError
    if (step and not _STEP.fullmatch(step)) or len(reason) > 40:
        raise ValueError
    title = " ".join(title.split())
    if not title:
        raise InputError("A chapter has no title.", "Give it one, or remove it.", why="no_title")
    if len(title) > LONGEST_TITLE:
        advice = f"{LONGEST_TITLE} characters are the most."
        raise InputError(f"A title has {len(title)} characters.", advice, why="long_title")
    if start < 0 or (length is not None and start > length):
        raise InputError("A chapter begins outside the recording.", "Choose another second.", why="outside")
    return Point(round(start, 2), title, step, reason)


def checked_id(name: object) -> str:
    """Return the name of a chapter that a browser gave it.

    Raises:
        ValueError: it can be none.
    """
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ValueError
    return name


def suggested(rows: Iterable[Chapter]) -> dict[str, Point]:
    """Return suggested chapters by an id that is the same whenever the same is suggested."""
    found = {}
    for row in rows:
        begin = f"s{round(row.start * 100)}"
        name = next(name for name in (begin, *(f"{begin}n{n}" for n in range(MOST))) if name not in found)
        title = " ".join(row.title.split())[:LONGEST_TITLE].strip() or "…"
        found[name] = Point(round(row.start, 2), title, row.step, row.reason or "suggested")
    return found


def rows(recording_id: str, points: Iterable[Point]) -> list[Chapter]:
    """Return chapters as rows of the catalogue, each up to where the next one begins."""
    ordered = sorted(points, key=lambda point: point.start)
    ends = [*(point.start for point in ordered[1:]), None]
    return [
        Chapter(
            recording_id=recording_id,
            origin=ChapterOrigin.EDITED,
            position=position,
            end=end,
            **point.plain(),
        )
        for position, (point, end) in enumerate(zip(ordered, ends, strict=False))
    ]
