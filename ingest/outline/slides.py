"""What a slide says: which pictures are of one slide, what stands on every slide, and what is the heading."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.ocr import Line, Pixels

Blocks = NDArray[np.int16]
"""The brightness of a picture's blocks of 8 × 8 pixels, 0 to 255: small enough to keep, fine enough to tell a digit."""

Place = tuple[str, int, int]
"""A text, and where on its slide it begins, roughly."""

_BLOCK = 8
_NOISE = 12  # by which a block may differ and still show the same: two encodings of one slide
_MARGIN = 0.14  # part of the height, above and below, in which footers, page numbers and logos stand
_LOGO = 4  # slides on which the same large line above makes it a logo, where these are most of them
_RUNNING = 3  # slides on which a line in the margin makes it a running one
_UPPER = 0.5  # the part of the height in which headings stand
_LARGE = 0.8  # a heading is at least so large, beside the largest line of the upper part
_SMALL = 0.5  # what is larger by more, further down, is the title of a title page
_SURE = 0.7  # confidence of a heading
_BULLET = re.compile(r"^[\s·•●○▪■□◆◇►▶➢➤✓√※*\-–—.、]+(?=\S)")


@dataclass(frozen=True)
class Shown:
    """A line of a slide: since when it is shown, in seconds, and whether it runs along on every slide."""

    line: Line
    time: float
    running: bool = False


def blocks(pixels: Pixels) -> Blocks:
    """Return the brightness of a picture's blocks: height / 8 × width / 8."""
    height, width = (side // _BLOCK * _BLOCK for side in pixels.shape[:2])
    grey = pixels[:height, :width].mean(axis=2, dtype=np.float32)
    means: Blocks = grey.reshape(height // _BLOCK, _BLOCK, -1, _BLOCK).mean(axis=(1, 3)).astype(np.int16)
    return means


def same(one: Blocks, other: Blocks, box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> bool:
    """Whether two pictures show the same (within a box: left, top, right, bottom as parts of the sides)."""
    if one.shape != other.shape:
        return False
    height, width = one.shape
    here = np.s_[int(box[1] * height) : int(box[3] * height) + 1, int(box[0] * width) : int(box[2] * width) + 1]
    return bool(np.abs(one[here] - other[here]).max(initial=0) <= _NOISE)


def said(line: Line) -> str:
    """Return a line without the bullet before it; "" where nothing is left that could be searched."""
    text = _BULLET.sub("", unicodedata.normalize("NFC", line.text)).strip()
    return text if any(character.isalnum() for character in text) else ""


def without_running(slides: Sequence[Sequence[Shown]]) -> list[list[Shown]]:
    """Mark what stands in the margin of several slides in the same place, and page numbers.

    In the upper margin only what is small: a heading may come on several slides.
    """
    repeated = Counter(place for slide in slides for place in {_place(shown.line) for shown in slide})
    enough = max(_RUNNING, len(slides) // 3)
    found = []
    for slide in slides:
        largest = max((_size(shown.line) for shown in slide), default=0.0)
        small = {_place(shown.line) for shown in slide if _size(shown.line) < _LARGE * largest}

        def runs(line: Line, small: set[Place] = small) -> bool:
            below, above = line.box[1] >= 1 - _MARGIN, _is_above(line) and _place(line) in small
            if _is_number(line):
                return len(slides) > 1 and (below or above)
            return repeated[_place(line)] >= enough and (below or above)

        found.append([Shown(shown.line, shown.time, runs(shown.line)) for shown in slide])
    return found


def logos(slides: Sequence[Sequence[Shown]]) -> set[Place]:
    """Return what stands large in the upper margin of most slides in the same place: rather a logo than a heading."""
    repeated = Counter(
        place for slide in slides for place in {_place(one.line) for one in slide if _is_above(one.line)}
    )
    return {place for place, count in repeated.items() if count >= max(_LOGO, 0.6 * len(slides))}


def heading(lines: Sequence[Line], logos: Container[Place] = ()) -> str:
    """Return the heading: the topmost line that is about as large as any in the upper part, and what goes on beside it.

    On a title page it stands lower. Without a line that was read for sure there is none: "".
    """
    sure = [line for line in lines if line.confidence >= _SURE and said(line) and not _is_number(line)]
    sure = [line for line in sure if _place(line) not in logos] or sure
    if not sure:
        return ""
    upper = [line for line in sure if _middle(line) <= _UPPER]
    largest = max((_size(line) for line in upper), default=0.0)
    if largest < _SMALL * max(_size(line) for line in sure):
        upper = sure
        largest = max(_size(line) for line in upper)
    first = min((line for line in upper if _size(line) >= _LARGE * largest), key=lambda line: line.box[1])
    row = [line for line in upper if line.box[1] < _middle(first) < line.box[3] and _size(line) >= _LARGE * largest]
    return " ".join(said(line) for line in sorted(row, key=lambda line: line.box[0]))


def _place(line: Line) -> Place:
    return line.text, round(line.box[0] * 40), round(line.box[1] * 40)


def _is_above(line: Line) -> bool:
    return line.box[3] <= _MARGIN


def _is_number(line: Line) -> bool:
    return re.fullmatch(r"[\d\s/／\-—·.页第Pp]+", line.text) is not None


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def _size(line: Line) -> float:
    """Return how large a line is written. A box is drawn generously about its line, but not beyond its ends."""
    ems = sum(1.0 if unicodedata.east_asian_width(character) in "WF" else 0.55 for character in line.text)
    return (line.box[2] - line.box[0]) / max(ems, 1.0)


def stages(slide: Sequence[Shown]) -> list[list[Shown]]:
    """Return the lines of a slide that is built up, by when they appeared; what runs along is left out."""
    lines = sorted((shown for shown in slide if not shown.running), key=lambda shown: shown.time)
    return [list(group) for _, group in itertools.groupby(lines, key=lambda shown: shown.time)]
