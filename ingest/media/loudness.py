"""Loudness by EBU R128 (ITU-R BS.1770): what a track measures, and the gain that brings it where speech belongs."""

import math
import re
from dataclasses import dataclass
from typing import Any

from archive.errors import MediaToolError
from ingest.media.soundtrack import Ledger

TARGET = -16.0  # LUFS: speech on phones and small loudspeakers; EBU's -23 is for broadcast
PEAK = -1.5  # dBTP that nothing may pass
MOST_GAIN = 24.0  # dB: beyond it is the noise of the microphone's amplifier that would be heard
SILENCE = -60.0  # LUFS: below it nothing was recorded but noise

_SUMMARY = re.compile(r"\[ebur128@t(\d+) [^]]*\] \[info\] Summary:")
_INTEGRATED = re.compile(r"\s+I:\s+(-?(?:inf|[\d.]+)) LUFS")
_PEAK = re.compile(r"\s+Peak:\s+(-?(?:inf|[\d.]+)) dBFS")
_NOTHING = -70.0  # LUFS that ffmpeg gives where no block is loud enough to count


@dataclass(frozen=True)
class Loudness:
    """`integrated` in LUFS, None where too little was heard to tell; `true_peak` in dBTP, None for digital silence.

    `more`: decibels that the gain needs beyond the difference, because the limiter takes them away again.
    """

    integrated: float | None
    true_peak: float | None
    more: float = 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing was recorded: then the track stays as it is."""
        if self.true_peak is None:
            return True
        return self.true_peak < SILENCE if self.integrated is None else self.integrated < SILENCE

    @property
    def gain(self) -> float:
        """The decibels that bring it to `TARGET`, or as near as `MOST_GAIN` allows."""
        if self.silent or self.integrated is None:
            return 0.0
        return round(min(MOST_GAIN, TARGET - self.integrated + self.more), 1)

    @property
    def limited(self) -> bool:
        """Whether the gain would push peaks above `PEAK`."""
        return self.excess > 0

    @property
    def excess(self) -> float:
        """The decibels by which the gain would push peaks above `PEAK`."""
        return 0.0 if self.true_peak is None or not self.gain else max(0.0, self.true_peak + self.gain - PEAK)


def meter(sound: Any, track: int) -> Any:
    """Return the stream with a meter in it, which a `Meter` reads."""
    return sound.filter(f"ebur128@t{track}", framelog="quiet", peak="true")


def level(sound: Any, found: Loudness) -> Any:
    """Return the stream at `TARGET`: one linear gain, and a limiter only where peaks need it."""
    if found.gain:
        sound = sound.filter("volume", f"{found.gain}dB")
    if found.limited:
        # It looks at samples: what lies between two of them is higher by half a decibel in speech, and AAC adds to it.
        ceiling = 10 ** ((PEAK - 1) / 20)
        sound = sound.filter("alimiter", limit=f"{ceiling:.4f}", attack=5, release=50, level=0, latency=1)
    return sound


class Meter(Ledger):
    """A ledger that also reads the summaries of the meters, by track."""

    def __init__(self) -> None:
        super().__init__()
        self._of: int | None = None
        self._integrated: dict[int, float] = {}
        self._peaks: dict[int, float] = {}

    def append(self, line: str, /) -> None:
        """Take a line into account."""
        super().append(line)
        if found := _SUMMARY.match(line):
            self._of = int(found[1])
        elif self._of is not None and (found := _INTEGRATED.match(line)):
            self._integrated[self._of] = float(found[1])
        elif self._of is not None and (found := _PEAK.match(line)):
            self._peaks[self._of] = float(found[1])

    def loudness(self, track: int) -> Loudness:
        """Return what a track measured.

        Raises:
            MediaToolError: ffmpeg did not say.
        """
        try:
            integrated, peak = self._integrated[track], self._peaks[track]
        except KeyError:
            raise MediaToolError(
                f"Measuring the loudness failed: ffmpeg said nothing about stream {track}.",
                "Try again; if it happens again, the last words of ffmpeg below say why.",
                stderr="\n".join(self[-20:]),
            ) from None
        return Loudness(integrated if integrated > _NOTHING else None, peak if math.isfinite(peak) else None)
