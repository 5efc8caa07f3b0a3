"""Reading the text in a picture: RapidOCR, whose package carries PaddleOCR's models for Chinese and English (PP-OCRv4).

It costs seconds a page and some 400 MB, so nothing is loaded before a `Reader` is made.
"""

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.errors import ReadingError, ReadingMissing

_PACKAGE = "rapidocr-onnxruntime"
_WITHOUT = "The recording is whole without its text, but that cannot be searched."
_LEAST = 0.5  # confidence below which a line is more likely noise than text
# The engine drops spaces between Latin words. A blank as wide as this part of its line's height is one: in four fonts
# of three sizes, of 2,705 pairs of signs three stood further apart, ones of a number all, and of 186 words one nearer.
_SPACE = 0.23
_SPACE_IN_NUMBERS = 0.32
_ENDS, _BEGINS = ",.:;!?)%", "("  # beside letters and digits
_INK = 0.35  # of the strongest contrast in a line, from which on a pixel is ink

Pixels = NDArray[np.uint8]
"""A picture: height × width × 3, in blue, green and red."""

Corners = list[list[float]]
"""Four points, each its distance from the left and from the top, in pixels."""


@dataclass(frozen=True)
class Line:
    """A line of text. `box` is left, top, right, bottom, each a part of the picture's side; `confidence` up to 1."""

    text: str
    confidence: float
    box: tuple[float, float, float, float]


def engine() -> str:
    """Name the engine and its version, which stands for its models too; without one where it is not installed."""
    try:
        return f"{_PACKAGE} {metadata.version(_PACKAGE)}"
    except metadata.PackageNotFoundError:
        return _PACKAGE


class Reader:
    """The models, loaded. To be let go of when all is read."""

    def __init__(self, *, threads: int) -> None:
        """Load the models.

        Raises:
            ReadingMissing: the packages are not there, or a library that they need.
        """
        try:
            import cv2
            from rapidocr_onnxruntime import RapidOCR

            cv2.setNumThreads(threads)
            self._read: Any = RapidOCR(
                intra_op_num_threads=threads, inter_op_num_threads=1, use_cls=False, text_score=_LEAST
            )
        except Exception as error:  # whatever a broken package raises on its import
            raise ReadingMissing(
                f"The text on slides cannot be read on this machine: {type(error).__name__}: {error}.",
                "`make install` installs what is missing; then `shijiao retry` reads them.",
            ) from error

    def pixels(self, picture: Path) -> Pixels:
        """Decode a picture.

        Raises:
            ReadingError: it is none.
        """
        import cv2

        decoded = cv2.imread(str(picture))
        if decoded is None:
            raise ReadingError(f"{picture.name} is not a picture.", _WITHOUT)
        return decoded.astype(np.uint8, copy=False)

    def lines(self, pixels: Pixels) -> list[Line]:
        """Return the lines of text in a picture, from the top; none where there is none.

        Raises:
            ReadingError: the engine failed on it.
        """
        try:
            found, _ = self._read(pixels, return_word_box=True)
        except Exception as error:  # OpenCV's and ONNX Runtime's own, and whatever a new version brings
            raise ReadingError(f"A slide could not be read: {type(error).__name__}: {error}.", _WITHOUT) from error
        height, width = pixels.shape[:2]
        return [
            Line(_spaced(str(text), pixels, corners, boxes), round(float(confidence), 3), _box(corners, width, height))
            for corners, text, confidence, boxes, *_ in found or []
        ]


def _box(corners: Corners, width: int, height: int) -> tuple[float, float, float, float]:
    across, down = [x / width for x, _ in corners], [y / height for _, y in corners]
    return (round(min(across), 4), round(min(down), 4), round(max(across), 4), round(max(down), 4))


def _spaced(text: str, pixels: Pixels, corners: Corners, boxes: list[Corners]) -> str:
    """Return a line with a space wherever its letters stand as far apart as words do.

    `boxes` are where each character of it stands, roughly: the blank is looked for between the middles of two.
    """
    if len(boxes) != len(text):
        return text
    (left, top), (right, bottom) = np.min(corners, axis=0).astype(int), np.max(corners, axis=0).astype(int)
    line = pixels[top:bottom, left:right].mean(axis=2)
    contrast = np.abs(line - np.median(line))
    ink = contrast > _INK * contrast.max(initial=0.0)
    rows = np.flatnonzero(ink.any(axis=1))
    if not len(rows):
        return text
    height = int(rows[-1] - rows[0]) + 1
    blank = ~ink.any(axis=0)
    middles = [int(np.mean([x for x, _ in box])) - left for box in boxes]
    spaces = [
        at
        for at in range(1, len(text))
        if _longest(blank[max(middles[at - 1], 0) : middles[at] + 1]) >= _wanted(text[at - 1], text[at]) * height
    ]
    if 2 * len(spaces) > len(text):  # set wide, letter by letter
        return text
    return "".join(f" {character}" if at in spaces else character for at, character in enumerate(text))


def _wanted(before: str, after: str) -> float:
    """Return how wide a blank between two characters is a space, as a part of the line's height."""
    words = (before.isalnum() or before in _ENDS) and (after.isalnum() or after in _BEGINS)
    if not (words and before.isascii() and after.isascii()):
        return np.inf
    return _SPACE_IN_NUMBERS if before.isdigit() and after.isdigit() else _SPACE


def _longest(blank: NDArray[np.bool_]) -> int:
    """Return the length of the longest run of blank columns."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], blank.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))
