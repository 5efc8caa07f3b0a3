"""Cuts in pieces for engines that take several at once, and sounds no longer than they are."""

import itertools

import numpy as np
import pytest

from ingest.speech.engine import SAMPLE_RATE
from ingest.speech.faster import _unpadded
from ingest.speech.voice import Cut


def cut(seconds: float, *pauses: float) -> Cut:
    samples = np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32)
    return Cut(100.0, samples, tuple(round(pause * SAMPLE_RATE) for pause in pauses))


@pytest.mark.parametrize(
    ("whole", "parts", "borders"),
    [
        (cut(28.0, 3.0, 12.0, 20.0), 2, [12.0]),  # the pause nearest the middle
        (cut(28.0, 3.0, 12.0, 20.0), 3, [12.0, 20.0]),
        (cut(28.0, 12.0), 4, [12.0]),  # more hands than pauses
        (cut(28.0), 2, []),  # somebody who takes no breath
        (cut(11.0, 5.0), 2, []),  # too short to lose what is around
        (cut(28.0, 3.0, 12.0, 20.0), 1, []),
        (cut(0.0), 2, []),
    ],
)
def test_a_cut_is_divided_at_its_pauses(whole: Cut, parts: int, borders: list[float]) -> None:
    pieces = whole.divided(parts)
    assert [piece.start - 100.0 for piece in pieces] == [0.0, *borders]
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), whole.samples)
    assert all(before.end == after.start for before, after in itertools.pairwise(pieces))


@pytest.mark.parametrize(("heard", "wanted"), [(500, 700), (501, 700), (2900, 3000), (3000, 3000), (0, 200)])
def test_a_sound_keeps_two_seconds_of_silence_behind_it(heard: int, wanted: int) -> None:
    features = np.zeros((80, 3000), np.float32)
    features[:, :heard] = -1.0
    assert _unpadded(features).shape == (80, wanted)
    assert _unpadded(features[None]).shape == (1, 80, wanted)
