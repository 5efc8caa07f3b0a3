"""What is copied, what is encoded and how large, what is refused: decided from facts alone."""

from pathlib import Path
from typing import Any

import pytest

from archive.errors import DamagedMedia
from ingest.steps import refusals, transcode, websafe
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
    "promised_packets": 470,
    "promised_end": 10.0,
    "first": 0.0,
    "end": 10.005,
    "untimed": 0,
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
        ({"first": 2.0, "end": 12.0}, "begin where"),
    ],
)
def test_sound_that_must_be_encoded_says_why(change: dict[str, Any], why: str) -> None:
    assert why in websafe.why_not_audio(AUDIO | change, 0.0, "mov,mp4")


@pytest.mark.parametrize(
    ("change", "size"),
    [
        ({}, (854, 480)),
        ({"width": 640, "height": 360}, (640, 360)),  # never larger than the source
        ({"rotation": -90}, (270, 480)),
        ({"rotation": 180}, (854, 480)),
        ({"width": 720, "height": 576, "sar": [16, 15]}, (640, 480)),
        ({"width": 1440, "height": 1080, "sar": [4, 3]}, (854, 480)),
        ({"width": 321, "height": 241}, (320, 240)),
        ({"width": 5, "height": 481, "sar": [0, 1]}, (4, 480)),
    ],
)
def test_size_of_the_rung(change: dict[str, Any], size: tuple[int, int]) -> None:
    width, height = transcode.size(VIDEO | change, transcode.Recipe(media={}))
    assert (width, height) == size


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [(25.0, 25.0), (60.0, 30.0), (50.0, 25.0), (None, 25.0), (30.3, 30.0), (2.0, 2.0), (240.0, 30.0)],
)
def test_frame_rate_of_the_rung(rate: float | None, wanted: float) -> None:
    assert transcode.frame_rate(VIDEO | {"frame_rate": rate}, transcode.Recipe(media={})) == wanted


def test_interlaced_is_deinterlaced_first() -> None:
    recipe = transcode.Recipe(media={})
    assert transcode.filters(VIDEO | {"interlaced": True}, recipe).startswith("yadif,")
    assert "yadif" not in transcode.filters(VIDEO, recipe)


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


def test_missing_end_is_named_from_when_to_when(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"x")
    cut = VIDEO | {"packets": 100, "end": 60.0, "promised_end": 3725.0}
    found = {"promised": 3725.0, "file_start": 0.0, "container": "mov,mp4"}
    with pytest.raises(DamagedMedia, match="1:00 to 1:02:05 is missing"):
        refusals.check_complete(file, "a.mp4", found, [cut])


def test_a_second_or_two_percent_is_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"x")
    cut = VIDEO | {"packets": 249, "end": 9.1}
    refusals.check_complete(file, "a.mp4", {"promised": 10.0, "file_start": 0.0, "container": "mov,mp4"}, [cut])
