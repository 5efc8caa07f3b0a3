"""Sound that is shared is found; sound that is not, is not."""

import numpy as np
import pytest

from ingest.media.correlation import GRAIN, Match, coarse, delay, onsets
from ingest.speech.engine import SAMPLE_RATE, Samples
from ingest.steps.align import placed

RNG = np.random.default_rng(20261124)


def babble(seconds: float) -> Samples:
    """Bursts of coloured noise at irregular times, as syllables are."""
    sound = RNG.normal(0, 0.003, round(seconds * SAMPLE_RATE))
    at = 0
    while at < len(sound):
        length = min(int(RNG.uniform(0.06, 0.25) * SAMPLE_RATE), len(sound) - at)
        tone = np.sin(np.arange(length) * RNG.uniform(0.05, 1.2)) * np.hanning(length)
        sound[at : at + length] += tone * RNG.uniform(0.05, 0.4)
        at += length + int(RNG.exponential(0.1) * SAMPLE_RATE)
    return sound.astype(np.float32)


def noise(length: int, level: float) -> Samples:
    return RNG.normal(0, level, length).astype(np.float32)


def test_onsets_do_not_depend_on_blocks() -> None:
    sound = babble(3)
    whole = onsets([sound])
    cut = onsets([sound[:5000], sound[5000:5100], sound[5100:]])
    assert whole.shape[1] == pytest.approx(3 / GRAIN, abs=4)
    np.testing.assert_allclose(whole, cut, atol=1e-4)


@pytest.mark.parametrize("start", [-20.0, 0.0, 33.4])
def test_shared_sound_is_found(start: float) -> None:
    scene = babble(120)
    origin = 30 * SAMPLE_RATE
    first = scene[origin : origin + 60 * SAMPLE_RATE]
    begin = origin + round(start * SAMPLE_RATE)
    second = scene[begin : begin + 40 * SAMPLE_RATE] * np.float32(0.1)
    second = second + noise(len(second), 0.01)
    found, strength, lead = coarse(onsets([first]), onsets([second]))
    assert found == pytest.approx(start, abs=0.02)
    assert strength > 12
    assert lead > 2


def test_nothing_shared_is_not_certain() -> None:
    for _ in range(12):
        strengths = coarse(onsets([babble(RNG.uniform(10, 90))]), onsets([babble(RNG.uniform(10, 90))]))
        assert not Match(*strengths, agreeing=1.0).certain


def test_a_beat_in_both_is_not_certain() -> None:
    """The monitor's beep is the same in every operation."""

    def beeps(seconds: int) -> Samples:
        sound = noise(seconds * SAMPLE_RATE, 0.003)
        for second in range(seconds):
            at = second * SAMPLE_RATE
            sound[at : at + 1600] += np.sin(np.arange(1600) * 0.35).astype(np.float32) * np.float32(0.2)
        return sound

    assert not Match(*coarse(onsets([beeps(90)]), onsets([beeps(60)])), agreeing=1.0).certain


def test_silence_and_nothing() -> None:
    silence, sound = np.zeros(20 * SAMPLE_RATE, np.float32), babble(20)
    for one, other in ((silence, sound), (sound, silence), (silence, silence), (sound, sound[:100])):
        assert not Match(*coarse(onsets([one]), onsets([other])), agreeing=1.0).certain


def test_delay_to_a_sample() -> None:
    sound = babble(12)
    for samples in (-800, 0, 37, 1000):
        late = np.roll(sound, samples) * np.float32(-0.3)  # wired the other way round
        assert delay(late, sound) == pytest.approx(samples / SAMPLE_RATE, abs=1e-4)


def test_angles_are_placed_by_the_strongest_ties() -> None:
    sure, weak, none = Match(5.0, 40, 8, 1.0), Match(7.0, 20, 4, 1.0), Match(99.0, 4, 1.0, 0.2)
    assert placed("a", {("a", "b"): sure, ("a", "c"): none, ("b", "c"): weak}) == {"a": 0.0, "b": 5.0, "c": 12.0}
    assert placed("c", {("a", "b"): sure, ("a", "c"): none, ("b", "c"): weak}) == {"c": 0.0, "b": -7.0, "a": -12.0}
    assert placed("a", {("a", "b"): none, ("a", "c"): none, ("b", "c"): sure}) == {"a": 0.0}
