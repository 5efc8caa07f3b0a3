"""Where people speak: a recording read in blocks, and cut at pauses into pieces that an engine takes at once."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.speech.engine import SAMPLE_RATE, Samples

LONGEST = 28.0  # seconds of one cut: Whisper hears 30 at once
_BLOCK = 300.0  # seconds read at once, so that memory does not grow with the recording
_PAD = 0.4  # seconds of room kept around speech; with 0.2 a beam of 5 hears noticeably worse
_PAUSE = 0.5  # seconds of silence that part two stretches of speech
_BRIDGE = 1.5  # seconds of silence that one cut may hold between two stretches
_LEAST = 6.0  # seconds of a piece, on average: an engine hears worse without what was said around


@dataclass(frozen=True)
class Cut:
    """A piece with speech in it; `start` and `end` in seconds of the recording, `pauses` samples amid silence."""

    start: float
    samples: Samples
    pauses: tuple[int, ...] = ()

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / SAMPLE_RATE

    def divided(self, parts: int) -> list["Cut"]:
        """Return it in at most so many pieces of about the same length, parted at its pauses."""
        length = len(self.samples)
        parts = min(parts, int(length / _LEAST / SAMPLE_RATE))
        wanted = (length * number // parts for number in range(1, parts))
        places = {min(self.pauses, key=lambda pause: abs(pause - place)) for place in wanted if self.pauses}
        borders = [0, *sorted(places), length]
        return [self.between(begin, end) for begin, end in itertools.pairwise(borders)]

    def between(self, begin: int, end: int) -> "Cut":
        """Return a piece of it, by its samples."""
        pauses = tuple(pause - begin for pause in self.pauses if begin < pause < end)
        return Cut(self.start + begin / SAMPLE_RATE, self.samples[begin:end], pauses)


def read(path: Path) -> Iterator[Samples]:
    """Yield a 16 kHz one-channel file, as `audio` makes it, in blocks of five minutes."""
    import av

    block: list[Samples] = []
    held = 0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            block.append(frame.to_ndarray().reshape(-1).astype(np.float32) / np.float32(32768))
            held += len(block[-1])
            if held >= _BLOCK * SAMPLE_RATE:
                yield np.concatenate(block)
                block, held = [], 0
    if block:
        yield np.concatenate(block)


def cuts(blocks: Iterable[Samples]) -> Iterator[Cut]:
    """Yield the pieces with speech, in order, each at most `LONGEST` seconds. No speech, no piece."""
    held = np.zeros(0, np.float32)
    offset = 0  # of `held` in the recording, in samples
    for block in blocks:
        held = np.concatenate([held, block])
        stretches = _stretches(held)
        # What touches the end may go on in the next block: it waits for it.
        edge = len(held) - round(_BRIDGE * SAMPLE_RATE)
        keep = next((start for start, end in stretches if end > edge), edge)
        keep = max(0, keep)
        yield from _pieces(held, offset, [stretch for stretch in stretches if stretch[0] < keep])
        held, offset = held[keep:], offset + keep
    yield from _pieces(held, offset, _stretches(held))


def _stretches(samples: Samples) -> list[tuple[int, int]]:
    """Return where somebody speaks, as ranges of samples: silero's voice activity detection."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if len(samples) < SAMPLE_RATE // 10:
        return []
    options = VadOptions(
        min_silence_duration_ms=round(_PAUSE * 1000),
        min_speech_duration_ms=200,
        speech_pad_ms=round(_PAD * 1000),
        max_speech_duration_s=LONGEST,
    )
    return [(stretch["start"], stretch["end"]) for stretch in get_speech_timestamps(samples, options)]


def _pieces(samples: Samples, offset: int, stretches: list[tuple[int, int]]) -> Iterator[Cut]:
    """Join stretches that follow each other closely, as far as one cut allows."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        bridged = joined and start - joined[-1][1] <= _BRIDGE * SAMPLE_RATE
        if joined and not (bridged and end - joined[0][0] <= LONGEST * SAMPLE_RATE):
            yield _cut(samples, offset, joined)
            joined = []
        joined.append((start, end))
    if joined:
        yield _cut(samples, offset, joined)


def _cut(samples: Samples, offset: int, stretches: Sequence[tuple[int, int]]) -> Cut:
    start, end = stretches[0][0], stretches[-1][1]
    pauses = ((before + after) // 2 - start for (_, before), (after, _) in itertools.pairwise(stretches))
    return Cut((offset + start) / SAMPLE_RATE, samples[start:end], tuple(pauses))
