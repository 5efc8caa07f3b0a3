"""What somebody says of the angles and parts of a recording, understood or refused in a sentence."""

from pathlib import Path

import pytest

from archive.errors import InputError
from archive.tables import Alignment, SourceRole
from ingest import splits
from ingest.angles import Given, parse, places, seconds
from ingest.steps import join


def test_sources_offsets_and_parts() -> None:
    angles = parse(
        ["endoscope=a=1,2.mp4", "room=b.mp4", "room=c.mp4", "room+=c2.mp4", "endoscope+=a2.mp4"],
        ["room=12.4", "room:2=-1:02.5"],
    )
    assert angles == [
        Given(SourceRole.ENDOSCOPE, (Path("a=1,2.mp4"), Path("a2.mp4"))),
        Given(SourceRole.ROOM, (Path("b.mp4"),), 12.4),
        Given(SourceRole.ROOM, (Path("c.mp4"), Path("c2.mp4")), -62.5),
    ]
    assert [place.start for place in places(angles)] == [62.5, 74.9, 0.0]
    assert {place.alignment for place in places(angles)} == {Alignment.GIVEN}


def test_an_angle_without_an_offset_waits_for_its_sound() -> None:
    first, second, third = places(parse(["room=a", "slides=b", "monitor=c"], ["monitor=-5"]))
    assert (first.start, first.alignment) == (5.0, Alignment.GIVEN)
    assert (second.start, second.alignment) == (0.0, Alignment.UNKNOWN)
    assert (third.start, third.alignment) == (0.0, Alignment.GIVEN)


@pytest.mark.parametrize(
    ("said", "value"), [("12.4", 12.4), ("-3", -3), ("+3", 3), ("1:02.5", 62.5), ("1:02:03", 3723), ("-0:30", -30)]
)
def test_times(said: str, value: float) -> None:
    assert seconds(said) == value


@pytest.mark.parametrize(
    ("sources", "offsets"),
    [
        (["a.mp4"], []),
        (["room="], []),
        (["kitchen=a.mp4"], []),
        (["room+=a.mp4"], []),
        (["room=a.mp4"], ["slides=3"]),
        (["room=a.mp4"], ["room:2=3"]),
        (["room=a.mp4"], ["room=soon"]),
        (["room=a.mp4"], ["room=nan"]),
        (["room=a.mp4"], ["room=99999999999"]),
        (["room=a.mp4"], ["room=-25:00:00"]),
        (["room=a.mp4"], ["room=1", "room=2"]),
    ],
)
def test_what_makes_no_sense_is_told(sources: list[str], offsets: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        parse(sources, offsets)
    assert caught.value.advice


GB = 10**9


def grouped(sizes: dict[str, int]) -> list[list[str]]:
    found = splits.groups([Path(name) for name in sizes], lambda path: sizes[str(path)])
    return [[str(path) for path in group] for group in found]


def test_parts_are_known_by_name_and_size() -> None:
    assert grouped({"GX020001.MP4": 4 * GB, "GX010001.MP4": 4 * GB, "GX030001.MP4": GB, "GX010002.MP4": GB}) == [
        ["GX010001.MP4", "GX020001.MP4", "GX030001.MP4"],
        ["GX010002.MP4"],
    ]
    assert grouped({"00000.MTS": 2**31 - 4096, "00001.MTS": 5, "00002.MTS": 5}) == [
        ["00000.MTS", "00001.MTS"],
        ["00002.MTS"],
    ]
    assert grouped({"VTS_01_1.VOB": 2**30 - 2048, "VTS_01_2.VOB": 5}) == [["VTS_01_1.VOB", "VTS_01_2.VOB"]]
    assert grouped({"DJI_0001.MP4": 2**32 - 9, "DJI_0002.MP4": 5}) == [["DJI_0001.MP4", "DJI_0002.MP4"]]
    assert grouped({"MVI_0007_01.MP4": 2**32 - 9, "MVI_0007_02.MP4": 5}) == [["MVI_0007_01.MP4", "MVI_0007_02.MP4"]]


@pytest.mark.parametrize(
    "sizes",
    [
        {"GX010001.MP4": GB // 2, "GX020001.MP4": 5},  # the first is not full
        {"DJI_0001.MP4": 4 * GB, "DJI_0003.MP4": 5},  # one is missing between
        {"a/00000.MTS": 2**31, "b/00001.MTS": 5},  # two folders
        {"VTS_01_0.VOB": 2**30, "VTS_01_1.VOB": 5},  # the menu
        {"lecture1.mp4": 4 * GB, "lecture2.mp4": 5},  # nobody's series
        {"GX010001.MP4": 4 * GB, "GX020002.MP4": 5},  # another clip
    ],
)
def test_what_is_not_sure_stays_apart(sizes: dict[str, int]) -> None:
    assert all(len(group) == 1 for group in grouped(sizes))


def media(first: float, end: float, sound_first: float, sound_end: float, **sound: int) -> dict[str, object]:
    picture = {"index": 0, "type": "video", "codec": "h264", "first": first, "end": end, "hidden": 0}
    heard = {"index": 1, "type": "audio", "codec": "aac", "first": sound_first, "end": sound_end, "hidden": 0}
    heard |= {"sample_rate": 48000} | sound
    return {"start": min(first, sound_first), "video": 0, "audio_tracks": [1], "streams": [picture, heard]}


def test_each_part_begins_where_the_picture_ended_and_the_sound_has_no_gap() -> None:
    first, second, third = join.shifts(
        [media(0, 10.0, 0, 9.99), media(0, 10.0, 0, 10.01), media(5000.0, 5003.0, 4999.9, 5003.0)]
    )
    assert first == {0: 0.0, 1: 0.0}
    assert second == pytest.approx({0: 10.0, 1: 9.99})
    assert third == pytest.approx({0: 20.0 - 5000.0, 1: 20.0 - 4999.9})


def test_a_clock_that_runs_on_is_believed_and_a_real_gap_stays() -> None:
    first, second = join.shifts([media(1.4, 11.4, 1.4, 11.4), media(11.5, 20.0, 12.5, 20.0)])
    assert first == {0: -1.4, 1: -1.4}
    assert second == pytest.approx({0: -1.5, 1: -1.4})  # 0.1 s of picture's jitter is closed, 1 s of silence is not


def test_files_of_different_kinds_are_no_parts() -> None:
    one, other = media(0, 1, 0, 1), media(0, 1, 0, 1, sample_rate=44100)
    with pytest.raises(InputError, match=r"b\.mp4.*not parts of one recording"):
        join.check_alike([one, other], ["a.mp4", "b.mp4"])
