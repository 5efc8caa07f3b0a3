"""Which picture stands for the whole: sharp, with contrast, not dark, not in the middle of a fade, not missing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.media import scenes

CANDIDATES = 48
_DARK, _BRIGHT = 25, 243
_CONTRAST = 50.0  # deviation of the grey steps from which on more is no better
_BEFORE_FRAME = 0.1  # seconds: candidate n is the last frame before the middle of its stretch


def choose(
    candidates: NDArray[np.uint8],
    every: float,
    level: NDArray[np.float32],
    duration: float,
    missing: list[dict[str, Any]],
) -> float:
    """Return the second of the best of `candidates` ([n, height, width], one for each `every` seconds).

    `level` is the movement that `scenes.motion` found. Where all are bad (a black recording) it is the least bad one.
    """
    times = [min((number + 0.5) * every - _BEFORE_FRAME, max(0.0, duration - 0.2)) for number in range(len(candidates))]
    sharpness = np.array([_sharpness(picture) for picture in candidates])
    usual = max(float(np.median(sharpness)), 1.0)
    usual_motion = float(np.median(level))
    best, best_score = 0.0, -1.0
    for number, (time, picture) in enumerate(zip(times, candidates, strict=True)):
        score = min(1.0, float(picture.std()) / _CONTRAST) * min(1.5, (float(sharpness[number]) / usual) ** 0.5)
        if not _DARK <= picture.mean() <= _BRIGHT:
            score *= 0.1
        if _changing(time, level, usual_motion):
            score *= 0.3
        if not min(3.0, 0.05 * duration) <= time <= 0.6 * duration:
            score *= 0.7
        if any(lost["from"] - 1 <= time <= lost["to"] + 1 for lost in missing if lost["what"] != "sound"):
            score *= 0.001
        if score > best_score * 1.02:  # the earlier of two that are as good
            best, best_score = time, score
    return round(max(0.0, best), 3)


def _sharpness(picture: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian."""
    grey = picture.astype(np.int16)
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(laplacian.var())


def _changing(time: float, level: NDArray[np.float32], usual: float) -> bool:
    """Tell whether a fade or a cut is under way."""
    at = round(time * scenes.RATE)
    around = level[max(0, at - 2) : at + 3]
    return bool(around.size) and float(around.max()) > max(3.0, 3 * usual)
