"""Two recordings of one event: how far apart they begin, by what both microphones heard.

First over all of both, by when sounds set in (to 10 ms, in a fraction of the memory of the sound itself), then at
several places by the waves themselves. Microphone, level, echo and noise may differ; the clocks should not drift.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.speech.engine import SAMPLE_RATE, Samples

GRAIN = 0.01  # seconds from one frame to the next
_HOP = round(GRAIN * SAMPLE_RATE)
_FRAME = 512  # samples, 32 ms
_EDGES = (150, 300, 500, 800, 1200, 1700, 2400, 3400, 5000)  # Hz, of the bands
_STRETCH = 6000  # frames worked on at once
_STRONGEST = 4.0  # standard deviations: one slammed door must not outweigh an hour of speech
_OVERLAP = 4.0  # seconds that must be shared, or half of the shorter recording
_BESIDE = 0.3  # seconds around a peak that belong to it

_PLACES = 9  # where waves are compared
_LENGTH = 12.0  # seconds of each
_REACH = 0.08  # seconds around the coarse offset that are searched
_AGREE = 0.005  # seconds within which places agree
_MOSTLY = 0.6  # of the places
_BAND = 150.0, 3800.0  # Hz: below is hum, above there may be nothing

Onsets = npt.NDArray[np.float32]  # one row a band, one column a frame


@dataclass(frozen=True)
class Match:
    """`start`: the second of the first recording at which the second begins.

    `strength`: how far the correlation's peak stands above its scatter; `lead`: how often it is the next best peak;
    `agreeing`: the share of places where the waves say the same.
    """

    start: float
    strength: float
    lead: float
    agreeing: float

    @property
    def certain(self) -> bool:
        """Whether this is no accident: unrelated recordings reach a strength of 6, a beat in both no lead."""
        if self.agreeing >= _MOSTLY:
            return self.strength >= 8.0 and self.lead >= 1.3
        return self.strength >= 12.0 and self.lead >= 1.6


def match(first: Path, second: Path, heard_first: Onsets, heard_second: Onsets) -> Match:
    """Return where the second of two 16 kHz FLAC files begins in the first; `heard_…` are their `onsets`."""
    start, strength, lead = coarse(heard_first, heard_second)
    start, agreeing = fine(first, second, start, places(heard_first, heard_second, start))
    return Match(start, strength, lead, agreeing)


def onsets(blocks: Iterable[Samples]) -> Onsets:
    """Return when sounds set in, in each band, from blocks of 16 kHz samples: unit variance, zero mean."""
    window = np.hanning(_FRAME).astype(np.float32)
    bins = np.searchsorted(np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE), _EDGES)
    held = np.zeros(0, np.float32)
    powers: list[Onsets] = []
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= _FRAME:
            frames = np.lib.stride_tricks.sliding_window_view(held, _FRAME)[::_HOP][:_STRETCH]
            spectrum = np.fft.rfft(frames * window, axis=1)
            power = np.square(spectrum.real) + np.square(spectrum.imag)
            powers.append(np.add.reduceat(power, bins, axis=1)[:, :-1].T.astype(np.float32))
            held = held[len(frames) * _HOP :]
    if not powers:
        return np.zeros((len(_EDGES) - 1, 0), np.float32)
    return _rises(np.concatenate(powers, axis=1))


def _rises(power: Onsets) -> Onsets:
    """Return how fast each band gets louder, in place: decibels above its own noise, so that no level matters."""
    for band in power:
        floor = float(np.median(band)) + 1e-9
        np.log(band + np.float32(floor), out=band)
        band[2:] -= band[:-2].copy()
        band[:2] = 0
        np.maximum(band, 0, out=band)
        np.subtract(band, band.mean(), out=band)
        np.divide(band, max(float(band.std()), 1e-6), out=band)
        np.clip(band, -_STRONGEST, _STRONGEST, out=band)
    return power


def coarse(first: Onsets, second: Onsets) -> tuple[float, float, float]:
    """Return (start, strength, lead) as `Match`, to within a frame or two."""
    long, short = first.shape[1], second.shape[1]
    least = int(min(_OVERLAP / GRAIN, min(long, short) / 2))
    if least < 1:
        return 0.0, 0.0, 1.0
    size = 1 << (long + short - 1).bit_length()
    product = np.zeros(size // 2 + 1, np.complex64)
    for one, other in zip(first, second, strict=True):
        product += np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    whole = np.fft.irfft(product, size)
    lags = np.arange(-(short - least), long - least + 1)  # of the second's beginning, in frames of the first
    values = whole[lags]  # negative lags lie at the end
    overlap = np.minimum(lags + short, long) - np.maximum(lags, 0)
    values = values / np.sqrt(overlap)
    scatter = float(np.median(np.abs(values - np.median(values)))) * 1.4826
    if scatter <= 0:
        return 0.0, 0.0, 1.0
    best = int(np.argmax(values))
    beside = round(_BESIDE / GRAIN)
    rest = np.concatenate([values[: max(0, best - beside)], values[best + beside + 1 :]])
    rival = max(float(rest.max(initial=0.0)), scatter)
    return float(lags[best]) * GRAIN, float(values[best]) / scatter, float(values[best]) / rival


def places(first: Onsets, second: Onsets, start: float) -> list[float]:
    """Return the seconds of the first recording, spread over what both share, where most is heard by both."""
    lag = round(start / GRAIN)
    begin, end = max(0, lag), min(first.shape[1], second.shape[1] + lag)
    length = round(_LENGTH / GRAIN)
    if end - begin <= length:
        return [begin * GRAIN]
    both = np.zeros(end - begin, np.float32)
    for one, other in zip(first, second, strict=True):
        both += np.maximum(one[begin:end], 0) * np.maximum(other[begin - lag : end - lag], 0)
    heard = np.cumsum(both, dtype=np.float64)
    sums = heard[length:] - heard[:-length]
    parts = np.array_split(np.arange(len(sums)), min(_PLACES, max(1, (end - begin) // length)))
    return [(begin + int(part[np.argmax(sums[part])])) * GRAIN for part in parts if len(part)]


def fine(first: Path, second: Path, start: float, where: list[float]) -> tuple[float, float]:
    """Return (start, share of the places that agree on it), by the waves of two 16 kHz files (GCC-PHAT).

    Where the places do not agree, `start` comes back as it was.
    """
    found = []
    for place in where:
        one, other = excerpt(first, place), excerpt(second, place - start)
        length = min(len(one), len(other))
        found.append(delay(one[:length], other[:length]))
    best = max(found, key=lambda value: sum(abs(value - another) <= _AGREE for another in found))
    agreeing = [value for value in found if abs(value - best) <= _AGREE]
    if len(agreeing) < _MOSTLY * len(found):
        return start, len(agreeing) / len(found)
    return start + float(np.median(agreeing)), len(agreeing) / len(found)


def delay(one: Samples, other: Samples) -> float:
    """Return how many seconds later the same is heard in `one` than in `other`, at most `_REACH`."""
    if not len(one):
        return 0.0
    size = 1 << (2 * len(one) - 1).bit_length()
    cross = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    cross[(frequencies < _BAND[0]) | (frequencies > _BAND[1])] = 0
    cross /= np.abs(cross) + 1e-12
    wave = np.abs(np.fft.irfft(cross, size))  # a microphone may be wired the other way round
    reach = round(_REACH * SAMPLE_RATE)
    near = np.concatenate([wave[-reach:], wave[: reach + 1]])
    return (int(np.argmax(near)) - reach) / SAMPLE_RATE


def excerpt(path: Path, start: float) -> Samples:
    """Return `_LENGTH` seconds of a FLAC file of ours from `start`, or what there is of them."""
    import av

    first, last = round(max(0.0, start) * SAMPLE_RATE), round((start + _LENGTH) * SAMPLE_RATE)
    pieces: list[Samples] = []
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        tick = float(stream.time_base or 0)
        container.seek(round(max(0.0, start - 0.5) / tick), stream=stream)
        for frame in container.decode(stream):
            at = round((frame.pts or 0) * tick * SAMPLE_RATE)
            samples = frame.to_ndarray().reshape(-1)
            if at >= last:
                break
            pieces.append(samples[max(0, first - at) : last - at].astype(np.float32) / np.float32(32768))
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
