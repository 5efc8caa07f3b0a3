"""How wide a cut becomes, and which bytes of each rendition stay in the archive."""

from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.cuts import segments
from archive.cuts.effect import Effect, effect
from archive.objects.store import ObjectStore
from archive.tables import Rendition

HEAD = 100


def playlist(lengths: Sequence[float], *, chained: bool = False) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f'#EXT-X-MAP:URI="a.mp4",BYTERANGE="{HEAD}@0"']
    for number, seconds in enumerate(lengths):
        at = "" if chained else f"@{HEAD + 10 * number}"
        lines += [f"#EXTINF:{seconds:.6f},", f"#EXT-X-BYTERANGE:10{at}", "a.mp4"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def head(ticks: int) -> bytes:
    header = box(b"mdhd", bytes(12), ticks.to_bytes(4, "big"), bytes(8))
    made = box(b"moov", box(b"mvhd", bytes(20)), box(b"trak", box(b"tkhd", bytes(20)), box(b"mdia", header)))
    return box(b"ftyp") + made


def beginning(at: int) -> bytes:
    time = box(b"tfdt", b"\x01\0\0\0", at.to_bytes(8, "big"))
    return box(b"styp", b"msdh") + box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfhd", bytes(8)), time))


def stocked(memory_store: Any, **rungs: tuple[str, list[float]]) -> tuple[ObjectStore, list[Rendition]]:
    """A store of playlists and their rows: name=(angle, lengths of its segments)."""
    store, rows = memory_store(), []
    for name, (angle, lengths) in rungs.items():
        store.put(f"{name}-{lengths}/a.m3u8", playlist(lengths).encode())
        store.put(f"{name}-{lengths}/a.mp4", bytes(HEAD + 10 * len(lengths)))
        facts: dict[str, Any] = {"media": "video", "codecs": "", "bandwidth": 1, "duration": sum(lengths), "size": 1}
        where: dict[str, Any] = {"prefix": f"{name}-{lengths}/", "playlist": "a.m3u8", "file": "a.mp4"}
        rows.append(Rendition(id=name, recording_id="r", source_id=angle, name=name, **facts, **where))
    return cast(ObjectStore, store), rows


def test_a_playlist_is_read_with_and_without_offsets() -> None:
    laid = segments.read(playlist([4.0, 2.0, 3.5]))
    assert laid == segments.read(playlist([4.0, 2.0, 3.5], chained=True))
    assert (laid.head, laid.starts, laid.ends) == (HEAD, (0.0, 4.0, 6.0), (4.0, 6.0, 9.5))
    assert laid.bytes == ((100, 110), (110, 120), (120, 130))
    assert laid.open_bytes(frozenset({1})) == ((0, 110), (120, 130))
    assert list(laid.touched(3.9, 4.1)) == [0, 1]
    assert list(laid.touched(4.0, 6.0)) == [1]
    assert list(laid.touched(9.5, 99.0)) == []


def test_when_a_file_begins_stands_in_it() -> None:
    assert segments.origin(head(48_000), beginning(72_000)) == 1.5
    assert segments.origin(b"no boxes", beginning(72_000)) == 0.0
    assert segments.origin(head(48_000), b"") == 0.0


def test_a_cut_is_as_wide_as_the_segments_that_it_touches_in_any_rung(memory_store: Any) -> None:
    store, rows = stocked(memory_store, low=("a", [2.0] * 10), high=("a", [5.0] * 4))
    found = effect(store, rows, {}, ((7.0, 9.0),))
    assert found.ranges == ((5.0, 10.0),)
    assert found.closed["low"].segments == frozenset({3, 4})  # what lies between 5 and 6 of it is leapt over
    assert found.closed["high"].segments == frozenset({1})
    assert found.left(20.0) == 15.0
    assert found.ends == {}
    assert not found.closed["low"].allows(HEAD + 29, HEAD + 31)
    assert found.closed["low"].allows(0, HEAD + 30)
    assert not found.closed["low"].allows(0, HEAD + 100)


def test_an_end_that_is_cut_is_an_end_and_a_beginning_stays_a_gap(memory_store: Any) -> None:
    store, rows = stocked(memory_store, low=("a", [2.0] * 10), short=("b", [2.0] * 4), late=("c", [2.0] * 5))
    found = effect(store, rows, {"c": 10.0}, ((0.0, 1.0), (6.5, 8.0), (19.0, 19.8)))
    assert found.ranges == ((0.0, 2.0), (6.0, 8.0), (18.0, 20.0))
    assert (found.closed["low"].dropped, found.closed["short"].dropped, found.closed["late"].dropped) == (1, 1, 1)
    assert found.ends == {"a": 18.0, "b": 6.0, "c": 8.0}
    assert found.closed["late"].segments == frozenset({4})
    gone = effect(store, rows[1:2], {}, ((0.0, 100.0),))
    assert gone.ends == {"b": 0.0}
    assert gone.closed["short"].open == ((0, HEAD),)


def test_sound_that_begins_later_than_the_picture_is_cut_where_it_is_heard(memory_store: Any) -> None:
    store, rows = stocked(memory_store, low=("a", [2.0] * 10), sound=("a", [2.0] * 10))
    rows[1].media = "audio"
    laid = playlist([2.0] * 10).replace(f'"{HEAD}@0"', f'"{len(head(1000))}@0"').replace("@100\n", "@300\n")
    for row, at in zip(rows, (0, 3000), strict=True):
        row.prefix = f"told-{row.name}/"
        cast(Any, store).put(row.prefix + "a.m3u8", laid.encode())
        cast(Any, store).put(row.prefix + "a.mp4", head(1000).ljust(300, b"\0") + beginning(at))
    found = effect(store, rows, {}, ((6.2, 6.8),))
    assert found.closed["low"].segments == frozenset({3})
    assert found.closed["sound"].segments == frozenset({1})  # heard from 5 to 7
    assert found.ranges == ((5.0, 8.0),)


LENGTHS = st.lists(st.integers(1, 6).map(float), min_size=1, max_size=12)
CUTS = st.lists(st.tuples(st.floats(0, 50), st.floats(0.2, 9)), min_size=1, max_size=4)


@pytest.mark.parametrize("offset", [0.0, 3.0])
@given(low=LENGTHS, high=LENGTHS, asked=CUTS)
def test_nothing_of_a_cut_is_open_and_all_beside_it_is(
    memory_store: Any, low: list[float], high: list[float], asked: list[tuple[float, float]], offset: float
) -> None:
    from archive.cuts.ranges import hidden, merged

    store, rows = stocked(memory_store, low=("a", low), high=("b", high))
    cut = merged((start, start + length) for start, length in asked)
    found: Effect = effect(store, rows, {"b": offset}, cut)
    for row, lengths, start in zip(rows, (low, high), (0.0, offset), strict=True):
        at = start
        for number, seconds in enumerate(lengths):
            closed = number in found.closed[row.id].segments
            first = HEAD + 10 * number
            assert closed or not hidden(cut, at + 0.002, at + seconds - 0.002)  # of what was to be cut, nothing is open
            assert not closed or hidden(found.ranges, at, at + seconds)  # of what is played, nothing is closed
            assert found.closed[row.id].allows(first, first + 10) != closed
            for byte in range(first, first + 10):
                assert found.closed[row.id].allows(byte, byte + 1) != closed
            at += seconds
        assert found.closed[row.id].allows(0, HEAD)
