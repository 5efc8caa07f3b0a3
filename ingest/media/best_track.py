"""Which of several sound tracks is the one for speech: where somebody speaks, clearest above the noise."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16000  # Hz, what the voice detector hears
_WINDOW = 30  # seconds listened to at once
_WINDOWS = 20  # of them, spread over the recording: ten minutes tell who speaks
_FRAME = 480  # samples, 30 ms: the grain of levels
_FLOOR = -90.0  # dBFS below which all is silence
_NEARLY = 0.8  # of the most speech: such tracks are compared by how clear they are
_CLEARER = 6.0  # dB by which another track must be clearer to be chosen before the file's own default


@dataclass(frozen=True)
class Heard:
    """`voice`: seconds with speech of those listened to; `clearness`: dB from the quiet frames to the loud ones."""

    voice: float
    clearness: float


def excerpts(sound: Any, duration: float) -> Any:
    """Return the parts of a stream that are listened to, for `listen`; all of it where it is short."""
    period = max(_WINDOW, duration / _WINDOWS)
    if period > _WINDOW:
        sound = sound.filter("aselect", f"lt(mod(t,{period:.3f}),{_WINDOW})")
    return sound.filter("aresample", RATE, ochl="mono", osf="s16", rematrix_maxval=1)


def listen(file: Path) -> Heard:
    """Hear the excerpts of a track, samples of 16 bits at 16 kHz: silero's voice activity detection."""
    from faster_whisper.vad import get_speech_timestamps

    samples = np.fromfile(file, "<i2").astype(np.float32) / np.float32(32768)
    if len(samples) < _FRAME:
        return Heard(0.0, 0.0)
    spoken = sum(stretch["end"] - stretch["start"] for stretch in get_speech_timestamps(samples))
    return Heard(round(spoken / RATE, 2), round(_clearness(samples), 1))


def _clearness(samples: npt.NDArray[np.float32]) -> float:
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.mean(np.square(frames), axis=1)
    levels = 10 * np.log10(np.maximum(power, 10 ** (_FLOOR / 10)))
    quiet, loud = np.percentile(levels, (10, 95))
    return float(loud - quiet)


def choose(heard: dict[int, Heard], default: int) -> int:
    """Return the index of the best track for speech; `default` where nobody speaks or none is clearly better."""
    most = max((found.voice for found in heard.values()), default=0.0)
    if most <= 0:
        return default
    speaking = {index: found.clearness for index, found in heard.items() if found.voice >= _NEARLY * most}
    clearest = max(speaking, key=lambda index: speaking[index])
    if default in speaking and speaking[clearest] - speaking[default] < _CLEARER:
        return default
    return clearest
