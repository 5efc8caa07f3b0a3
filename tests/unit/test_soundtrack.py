"""The ledger: what ffmpeg read, wrote and dropped, by its own words."""

import pytest

from archive.errors import IncompleteOutput
from ingest.media.soundtrack import Ledger, prove_length, prove_read

SAID = """\
[aresample@t1 @ 0x7f8034002480] [SWR @ 0x7f8034002680] [verbose] discarding 4965 audio samples
[aresample@t1 @ 0x7f8034002480] [SWR @ 0x7f8034002680] [verbose] discarding 4966 audio samples
[aresample@t2 @ 0x7f8034002480] [SWR @ 0x7f8034002680] [verbose] discarding 10 audio samples
[aresample@t2 @ 0x7f8034002480] [SWR @ 0x7f8034002680] [verbose] adding 900 audio samples of silence
[aac @ 0x55] [error] Number of bands (34) exceeds limit (2).
[aist#0:1/aac @ 0x55] [dec:aac @ 0x56] [error] Error submitting packet to decoder: Invalid data found
[out#1/hls @ 0x560712d27340] [verbose]   Output stream #1:0 (audio): 22 frames encoded (5437 samples); 22 packets muxed
[in#0/avi @ 0x560712d08d80] [verbose]   Input stream #0:1 (audio): 78 packets read (32600 bytes); 77 frames decoded; \
1 decode errors (89856 samples);
    title           : [in#0/avi @ 0x5] [verbose]   Input stream #0:2 (audio): 9 packets read (1 bytes); 0 decode errors
"""


def heard() -> Ledger:
    ledger = Ledger()
    for line in SAID.splitlines():
        ledger.append(line)
    return ledger


def test_ledger() -> None:
    ledger = heard()
    assert ledger.dropped == {1: 9931, 2: 10}
    assert ledger.written == {1: 5437}
    assert ledger.read == {1: 78}  # what a title says is no account
    assert ledger.errors == {1: 1}
    assert len(ledger) == 2
    assert ledger[0] == "[aac @ 0x55] Number of bands (34) exceeds limit (2)."
    assert ledger.complaints >= 1


def test_a_clock_that_runs_fast_is_no_falsehood() -> None:
    ledger = Ledger()
    ledger.dropped = {0: 48000}
    assert ledger.lossy(0, 10.0)
    assert not ledger.lossy(0, 3600.0)
    assert not ledger.lossy(1, 10.0)


def test_a_chatty_file_fills_no_memory() -> None:
    ledger = Ledger()
    for number in range(20_000):
        ledger.append(f"[aac @ 0x55] [error] {number}")
    assert len(ledger) == 5000


def test_less_read_or_shorter_than_promised_is_never_success() -> None:
    ledger = heard()
    prove_read(ledger, {"index": 1, "packets": 80}, [])
    with pytest.raises(IncompleteOutput):
        prove_read(ledger, {"index": 1, "packets": 100}, [])
    with pytest.raises(IncompleteOutput):
        prove_read(ledger, {"index": 2, "packets": 100}, [])
    track, media = {"end": 10.0}, {"start": 0.0}
    prove_length(9.8, track, media, Ledger(), [])
    prove_length(8.0, track, media, ledger, [])  # damage explains it
    with pytest.raises(IncompleteOutput):
        prove_length(9.0, track, media, Ledger(), [])
