"""What ffmpeg says of a track, and the gain that follows from it."""

import pytest

from ingest.media.loudness import MOST_GAIN, Loudness, Meter

SUMMARY = """\
[ebur128@t3 @ 0x7f80340138c0] [info] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -28.7 LUFS

  Loudness range:
    LRA:         9.4 LU
    LRA low:   -26.9 LUFS

  True peak:
    Peak:      {peak} dBFS
"""


def loudness(integrated: str, peak: str) -> Loudness:
    meter = Meter()
    for line in SUMMARY.format(integrated=integrated, peak=peak).splitlines():
        meter.append(line)
    return meter.loudness(3)


@pytest.mark.parametrize(
    ("integrated", "peak", "gain", "limited", "silent"),
    [
        ("-16.0", "-3.0", 0.0, False, False),
        ("-23.0", "-8.0", 7.0, True, False),
        ("-23.0", "-9.5", 7.0, False, False),
        ("-10.4", "-1.6", -5.6, False, False),
        ("-38.4", "-30.0", 22.4, False, False),
        ("-45.0", "-31.9", MOST_GAIN, False, False),  # it stops before the noise is what is heard
        ("-63.1", "-54.5", 0.0, False, True),
        ("-70.0", "-inf", 0.0, False, True),
        ("-70.0", "-33.4", 0.0, False, False),  # too short to be measured, but heard
    ],
)
def test_gain(integrated: str, peak: str, gain: float, limited: bool, silent: bool) -> None:
    found = loudness(integrated, peak)
    assert found.gain == pytest.approx(gain)
    assert (found.limited, found.silent) == (limited, silent)


def test_what_the_limiter_takes_is_added() -> None:
    assert Loudness(-22.0, -1.0, more=5.0).gain == pytest.approx(11.0)
    assert Loudness(-22.0, -1.0, more=50.0).gain == MOST_GAIN


def test_other_threads_may_speak_in_between() -> None:
    meter = Meter()
    lines = SUMMARY.format(integrated="-20.0", peak="-6.0").splitlines()
    for line in lines:
        meter.append(line)
        meter.append("[out#0/null @ 0x55] [verbose] Terminating thread with return code 0 (success)")
    assert meter.loudness(3) == Loudness(-20.0, -6.0)
