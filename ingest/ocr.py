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

Pixels = NDArray[np.uint8]
"""A picture: height × width × 3, in blue, green and red."""


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
            found, _ = self._read(pixels)
        except Exception as error:  # OpenCV's and ONNX Runtime's own, and whatever a new version brings
            raise ReadingError(f"A slide could not be read: {type(error).__name__}: {error}.", _WITHOUT) from error
        height, width = pixels.shape[:2]
        return [
            Line(str(text), round(float(confidence), 3), _box(corners, width, height))
            for corners, text, confidence in found or []
        ]


def _box(corners: list[list[float]], width: int, height: int) -> tuple[float, float, float, float]:
    across, down = [x / width for x, _ in corners], [y / height for _, y in corners]
    return (round(min(across), 4), round(min(down), 4), round(max(across), 4), round(max(down), 4))
