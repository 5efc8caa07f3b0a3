"""What is copied, what is encoded, what is refused: decided from facts alone."""

from pathlib import Path
from typing import Any

import pytest

from archive.errors import DamagedMedia
from ingest import complaints
from ingest.media import missing, refusals, websafe
from ingest.steps.probe import choose, stream_of

VIDEO: dict[str, Any] = {
    "index": 0,
    "type": "video",
    "codec": "h264",
    "profile": "High",
    "default": True,
    "packets": 250,
    "promised_packets": 250,
    "promised_end": 10.0,
    "first": 0.0,
    "end": 10.0,
    "untimed": 0,
    "corrupt": 0,
    "gaps": [],
    "overlaps": 0,
    "strays": 0,
    "long": 0,
    "hidden": 0,
    "width": 1280,
    "height": 720,
    "sar": [1, 1],
    "rotation": 0,
    "upright": True,
    "pix_fmt": "yuv420p",
    "level": 31,
    "frame_rate": 25.0,
    "interlaced": False,
    "keyframe_max_gap": 2.0,
    "packets_before_keyframe": 0,
    "decoded": True,
}
AUDIO: dict[str, Any] = {
    "index": 1,
    "type": "audio",
    "codec": "aac",
    "profile": "LC",
    "default": True,
    "packets": 470,
    "decoded": True,
    "promised_packets": 470,
    "promised_end": 10.0,
    "first": 0.0,
    "end": 10.005,
    "untimed": 0,
    "corrupt": 0,
    "gaps": [],
    "overlaps": 0,
    "strays": 0,
    "long": 0,
    "hidden": 1,
    "sample_rate": 48000,
    "channels": 2,
}


def test_a_plain_recording_is_copied() -> None:
    assert websafe.why_not_video(VIDEO, 0.0, "mov,mp4") == ""
    assert websafe.why_not_audio(AUDIO, 0.0, "mov,mp4") == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"codec": "hevc"}, "not H.264"),
        ({"profile": "High 4:4:4 Predictive"}, "profile"),
        ({"pix_fmt": "yuv420p10le"}, "pixels"),
        ({"interlaced": True}, "interlaced"),
        ({"upright": False}, "turned"),
        ({"keyframe_max_gap": 60.0}, "key frames are 60 s apart"),
        ({"packets_before_keyframe": 3}, "key frame"),
        ({"hidden": 5}, "edit list"),
        ({"first": 1.0}, "begin where"),
        ({"untimed": 1}, "no times"),
    ],
)
def test_a_picture_that_must_be_encoded_says_why(change: dict[str, Any], why: str) -> None:
    assert why in websafe.why_not_video(VIDEO | change, 0.0, "mov,mp4")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"codec": "mp3"}, "not AAC"),
        ({"profile": "HE-AAC"}, "profile"),
        ({"channels": 6}, "6 channels"),
        ({"packets": 400}, "holes"),
        ({"overlaps": 1}, "do not follow one another"),
        ({"gaps": [[2.0, 3.0, 0, 0, 0]]}, "do not follow one another"),
        ({"first": 2.0, "end": 12.0}, "begin where"),
    ],
)
def test_sound_that_must_be_encoded_says_why(change: dict[str, Any], why: str) -> None:
    assert why in websafe.why_not_audio(AUDIO | change, 0.0, "mov,mp4")


def test_choice_of_streams() -> None:
    small = VIDEO | {"index": 3, "width": 320, "height": 180}
    cover = VIDEO | {"index": 4, "type": "cover", "width": 9000}
    undecoded = VIDEO | {"index": 5, "width": 9000, "decoded": False}
    extra = AUDIO | {"index": 2}
    streams = [small, VIDEO, cover, undecoded, extra, AUDIO]
    video, audio = choose(streams, "video"), choose(streams, "audio")
    assert video is VIDEO
    assert audio is not None
    assert audio["index"] == 1
    assert choose([AUDIO], "video") is None
    assert stream_of({"streams": streams, "video": 0, "audio": None}, "video") is VIDEO
    assert stream_of({"streams": streams, "video": 0, "audio": None}, "audio") is None


FOUND: dict[str, Any] = {"promised": 10.0, "file_start": 0.0, "container": "mov,mp4", "heard": [], "trouble": ""}


def gone(tmp_path: Path, *chosen: dict[str, Any], **change: Any) -> list[dict[str, Any]]:
    file = tmp_path / "a"
    file.write_bytes(b"x")
    return missing.find(file, FOUND | {"streams": list(chosen)} | change, list(chosen), 0.0)


def test_missing_end_is_named_from_when_to_when(tmp_path: Path) -> None:
    cut = VIDEO | {"packets": 100, "end": 60.0, "promised_end": 3725.0}
    ranges = gone(tmp_path, cut, promised=3725.0)
    assert ranges == [{"from": 60.0, "to": 3725.0, "what": "recording"}]
    assert missing.sentence(ranges) == "Everything is missing from 1:00 to 1:02:05."


def test_a_third_of_a_second_is_no_damage(tmp_path: Path) -> None:
    assert gone(tmp_path, VIDEO | {"packets": 249, "end": 9.7}) == []


def test_slides_that_stand_still_are_no_gap_but_sound_that_stops_is(tmp_path: Path) -> None:
    slides = VIDEO | {"gaps": [[2.0, 8.0, 0, 0, 0]]}
    assert gone(tmp_path, slides, AUDIO) == []
    sound = AUDIO | {"gaps": [[3.0, 7.0, 0, 0, 0]]}
    assert gone(tmp_path, VIDEO, sound) == [{"from": 3.0, "to": 7.0, "what": "sound"}]
    assert gone(tmp_path, VIDEO, sound | {"codec": "opus"}) == [], "silence is not sent"
    beside = gone(tmp_path, VIDEO | {"gaps": [[3.1, 7.2, 0, 0, 0]]}, sound)
    assert beside == [{"from": 3.0, "to": 7.2, "what": "recording"}]


def test_a_gap_that_the_reader_complained_about_is_one_in_the_picture(tmp_path: Path) -> None:
    heard = ["[matroska] 0x00 at pos 7 (0x7) invalid as first byte of an EBML number"]
    torn = VIDEO | {"gaps": [[2.0, 8.0, 0, 1, 0]]}
    assert gone(tmp_path, torn, heard=heard) == [{"from": 2.0, "to": 8.0, "what": "recording"}]
    assert gone(tmp_path, torn, heard=["[mpegts] DTS discontinuity in stream 0"]) == []


def test_a_picture_that_cannot_be_shown_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x")
    ranges = missing.find(file, FOUND | {"streams": [VIDEO, AUDIO]}, [AUDIO], 0.0)
    assert [one["what"] for one in ranges] == ["picture"]


def test_words_for_what_is_missing() -> None:
    ranges = [{"from": 3.0, "to": 5.0, "what": "sound"}, {"from": 57.0, "to": 57.0, "what": "recording", "open": True}]
    assert missing.sentence([]) == ""
    said = missing.sentence(ranges)
    assert said == "The sound is missing from 0:03 to 0:05; it breaks off at 0:57; how long it was cannot be known."
    assert "at 7 other places" in missing.sentence([ranges[0]] * 10)


def test_ranges_of_two_accounts_are_joined() -> None:
    picture = [{"from": 1.0, "to": 2.0, "what": "picture"}, {"from": 1.9, "to": 3.0, "what": "picture"}]
    sound = [{"from": 1.5, "to": 2.5, "what": "sound"}]
    assert missing.merged([*picture, *sound], {"picture", "sound"}) == [
        {"from": 1.0, "to": 1.5, "what": "picture"},
        {"from": 1.5, "to": 2.5, "what": "recording"},
        {"from": 2.5, "to": 3.0, "what": "picture"},
    ]


def test_hardly_anything_left_is_refused() -> None:
    ranges = [{"from": 0.7, "to": 60.0, "what": "recording"}]
    with pytest.raises(
        DamagedMedia, match=r"only its first 0\.7 s can be read\. Everything is missing from 0:00 to 1:00"
    ):
        refusals.check_left("a.mp4", 0.7, ranges)
    refusals.check_left("a.mp4", 0.7, [])  # short, but whole
    refusals.check_left("a.mp4", 1.5, ranges)


DAMAGED = [
    "[h264 @ 0x1] error while decoding MB 3 4, bytestream -7",
    "[vist#0:0/h264 @ 0x1] [dec:h264 @ 0x2] corrupt decoded frame",
    "[aist#0:1/aac @ 0x1] [dec:aac @ 0x2] Error submitting packet to decoder: Invalid data found",
    "[in#0/mpegts @ 0x1] Packet corrupt (stream = 0, dts = 127920).",
    "[in#0/matroska,webm @ 0x1] File ended prematurely at pos. 1105424 (0x10de10)",
    "[mpeg2video @ 0x1] ac-tex damaged at 2 2",
]
HEALTHY = [
    "",
    "    Last message repeated 2 times",
    "[aist#0:0/pcm_s16le @ 0x1] Guessed Channel Layout: mono",
    "[in#0/mpegts @ 0x1] DTS discontinuity in stream 2: packet 4 with DTS 126056, packet 5 with DTS 171045",
    "[in#0 @ 0x1] st: 0 edit list: 1 Missing key frame while searching for timestamp: 0",
    "[null @ 0x1] Application provided invalid, non monotonically increasing dts to muxer in stream 0: 5 >= 5",
    "[in#0 @ 0x1] sample size (1) != block align (1152)",
    "[libx264 @ 0x1] error in something that we make",
]


def test_complaints_are_told_from_small_talk() -> None:
    assert [complaints.count([line]) for line in DAMAGED] == [1] * len(DAMAGED)
    assert [complaints.count([line]) for line in HEALTHY] == [0] * len(HEALTHY)
    assert complaints.count(DAMAGED + HEALTHY) == len(DAMAGED)
