"""The steps on real files: complete, in step, upright, and the same on every run."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from archive.errors import Cancelled, IncompleteOutput, MediaToolError
from ingest import confine, ffmpeg
from ingest.media import hls
from ingest.media.rungs import STANDARD
from ingest.steps import audio, ladder, probe, remux
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "samples"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path} is not here: the samples are not part of the project")
    return path


def run(step: Any, source: Path, out: Path, media: dict[str, Any] | None = None) -> dict[str, Any]:
    media = media or probe.probe(source, name=source.name)
    out.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = step.run({"source": source}, out, recipe(step, media), Silent())
    return facts


def recipe(step: Any, media: dict[str, Any]) -> Any:
    """The recipe of a step; of the ladder all rungs of a picture that is not copied, made quickly."""
    if step is not ladder:
        return step.Recipe(media=media)
    plan = ladder.plan(media, copied=False)
    rungs = [rung for rung in (plan.weak, *plan.rest) if rung is not None]
    return ladder.Recipe(media, tuple(replace(rung, preset="ultrafast") for rung in rungs))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Make a clip with ffmpeg itself."""

    def made(name: str, *arguments: str) -> Path:
        path = tmp_path / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments, str(path)]
        subprocess.run(command, check=True)
        return path

    return made


def test_the_lecture(lecture: Path, tmp_path: Path) -> None:
    media = probe.probe(lecture, name=lecture.name)
    assert media["duration"] == pytest.approx(57.16)
    assert media["web_safe_video"]
    assert media["web_safe_audio"]

    video, sound = run(remux, lecture, tmp_path / "remux", media)["renditions"]
    assert (video["name"], video["media"], video["codecs"]) == ("source", "video", "avc1.64001f")
    assert (video["width"], video["height"], video["frame_rate"]) == (1280, 720, 25.0)
    assert (sound["name"], sound["media"], sound["codecs"]) == ("audio", "audio", "mp4a.40.2")
    files = {"source.mp4", "source.m3u8", "audio.mp4", "audio.m3u8"}
    assert {path.name for path in (tmp_path / "remux").iterdir()} == files
    for rendition in (video, sound):
        assert rendition["duration"] == pytest.approx(57.16, abs=0.05)
        assert rendition["size"] == (tmp_path / "remux" / rendition["file"]).stat().st_size
        assert rendition["bandwidth"] * rendition["duration"] / 8 > rendition["size"] * 0.9

    plan = ladder.plan(media, copied=True)
    assert plan.weak is not None
    facts = ladder.run({"source": lecture}, tmp_path, ladder.Recipe(media, (plan.weak,)), Silent())
    rung = facts["renditions"][0]
    assert (rung["name"], rung["media"], rung["width"], rung["height"]) == ("240p", "video", 426, 240)
    assert (rung["frame_rate"], rung["sound"], facts["complaints"]) == (12.5, "low", 0)
    assert rung["codecs"].startswith("avc1.4d")
    assert rung["duration"] == pytest.approx(57.16, abs=0.05)
    parts = hls.parse((tmp_path / rung["playlist"]).read_text()).parts
    assert max(part.duration for part in parts) <= 4.1  # its key frames let every segment end in time
    assert all(part.duration < 1.3 for part in parts[:4])  # and the first ones soon

    speech = run(audio, lecture, tmp_path / "audio", media)
    assert speech["file"] == "speech.flac"
    assert speech["duration"] == pytest.approx(57.125, abs=0.05)
    with av.open(str(tmp_path / "audio" / "speech.flac")) as opened:
        stream = opened.streams.audio[0]
        assert (stream.codec_context.sample_rate, stream.codec_context.channels) == (16000, 1)


def test_the_same_twice(clip: Path, tmp_path: Path) -> None:
    for step in (remux, ladder, audio):
        made = []
        for number in ("one", "two"):
            out = tmp_path / step.__name__ / number
            run(step, clip, out)
            made.append({path.name: path.read_bytes() for path in out.iterdir()})
        assert made[0] == made[1], step.__name__


# name, the picture is copied, size of the rungs (none: no picture), there is sound
ODD = [
    ("odd/IMG_0034.MOV", False, [(426, 240), (568, 320)], True),  # upside down
    ("odd/sideways movie with space.mov", False, [(240, 320), (480, 640)], True),
    ("odd/ax_sample_rotate_and_reflect.mp4", False, [(240, 360), (480, 720), (720, 1080)], True),
    (
        "odd/ax_internal_emulator_transformer_output_270_rotated.mp4",
        *(False, [(240, 426), (480, 854), (720, 1280)], True),
    ),
    ("odd/ax_sample_video_only.mp4", True, [(360, 240), (720, 480), (1080, 720)], False),
    ("odd/ax_sample_audio_only_15s.mp4", False, [], True),
    ("odd/te[s]t   audio ' \" .ogg", False, [], True),
    ("odd/ae_SAR-2by3.mp4", True, [(284, 240), (426, 360)], True),
    ("odd/weird_aspect_sar.mpg", False, [(418, 240), (500, 288)], True),
    ("odd/tc_var_fps_video.mp4", False, [(128, 128)], False),
    ("odd/ae_multi-track.mp4", True, [(320, 240), (640, 480), (768, 576)], True),
    ("odd/fc_apple-prores-422-hq.mov", False, [(320, 240)], False),
    ("odd/fc_dv-pal-interlaced.mov", False, [(328, 240), (656, 480), (786, 576)], False),
    ("odd/fc_hdv-1080i50.mov", False, [(426, 240), (854, 480), (1280, 720), (1920, 1080)], False),
    ("odd/tc_h265_10bits.mp4", False, [(200, 200)], False),
    ("odd/ax_sample_edit_list.mp4", False, [(240, 426), (480, 854), (720, 1280), (1080, 1920)], True),  # HLG
    ("odd/ax_hdr10-av1.mp4", False, [(240, 426), (480, 854), (720, 1280)], True),
    ("odd/rec_chrome57.webm", False, [(320, 240), (640, 480)], True),
    ("odd/ax_bbb_2500ms.ts", False, [(426, 240), (854, 480), (1280, 720), (1920, 1080)], True),
    ("odd/ax_opus-5.1.mka", False, [], True),
    ("lecture/opencast_lecturer_avchd.mts", True, [(426, 240), (854, 480), (1280, 720)], False),
    ("lecture/autocut_zh_en_test003.mkv", True, [(426, 240), (854, 480), (1280, 720), (1920, 1080)], True),
    ("lecture/nasa_13013_multistream.mp4", True, [(426, 240), (480, 270)], True),
    ("lecture/opencast_slides_av.mov", False, [(320, 240), (640, 480)], True),
    ("surgery/suturing_pigleg_4s.mp4", True, [(426, 240), (852, 480), (1376, 776)], False),
]


@pytest.mark.parametrize(("name", "copied", "sizes", "sound"), ODD, ids=[row[0].rpartition("/")[2] for row in ODD])
def test_odd_files(name: str, copied: bool, sizes: list[tuple[int, int]], sound: bool, tmp_path: Path) -> None:
    source = shared(name)
    media = probe.probe(source, name=source.name)
    first = {made["name"]: made for made in run(remux, source, tmp_path / "remux", media)["renditions"]}
    assert set(first) == ({"source"} if copied else set()) | ({"audio"} if sound else set())
    rungs = run(ladder, source, tmp_path / "ladder", media)["renditions"]
    speech = run(audio, source, tmp_path / "audio", media)
    assert (speech["file"] is not None) is sound
    assert [(rung["width"], rung["height"]) for rung in rungs] == sizes
    for rung in rungs:
        with av.open(str(tmp_path / "ladder" / rung["file"])) as opened:
            frame = next(opened.decode(video=0))
            assert (frame.width, frame.height) == (rung["width"], rung["height"])
            assert (frame.rotation, frame.interlaced_frame, frame.format.name) == (0, False, "yuv420p")
            assert opened.streams.video[0].sample_aspect_ratio in (None, 1)


def test_a_turned_picture_is_upright(make: Callable[..., Path], tmp_path: Path) -> None:
    """White above, black below, stored lying on its side: the rung must show white above."""
    picture = "color=white:s=320x120:d=1[a];color=black:s=320x120:d=1[b];[a][b]vstack,transpose=2,format=yuv420p"
    lying = make("lying.mp4", "-f", "lavfi", "-i", picture.replace("d=1", "d=1:r=25"), "-c:v", "libx264")
    turned = make("turned.mp4", "-display_rotation", "-90", "-i", str(lying), "-c", "copy")
    run(ladder, turned, tmp_path / "out")
    with av.open(str(tmp_path / "out" / "240p.mp4")) as opened:
        frame = next(opened.decode(video=0)).to_ndarray(format="gray")
    assert frame.shape == (240, 320)
    assert frame[:100].mean() > 200
    assert frame[140:].mean() < 50


def first_time(file: Path) -> float:
    """The decode time of the first fragment, in seconds, as a browser's media source reads it (no edit list)."""
    data = file.read_bytes()
    scale = data.index(b"mdhd") + 4
    time_scale = int.from_bytes(data[scale + 12 : scale + 16], "big")
    at = data.index(b"tfdt") + 4
    wide = data[at] == 1
    return int.from_bytes(data[at + 4 : at + (12 if wide else 8)], "big") / time_scale


def test_sound_that_begins_late_stays_in_step(make: Callable[..., Path], tmp_path: Path) -> None:
    late = make(
        "late.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=6", "-itsoffset", "2", "-f", "lavfi", "-i", "sine=d=4"),
        *("-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    )
    media = probe.probe(late, name="late.mp4")
    assert media["web_safe_video"]
    assert not media["web_safe_audio"]
    run(remux, late, tmp_path / "remux", media)
    run(audio, late, tmp_path / "audio", media)
    assert first_time(tmp_path / "remux" / "source.mp4") == 0
    assert first_time(tmp_path / "remux" / "audio.mp4") == 0
    for file in (tmp_path / "remux" / "audio.mp4", tmp_path / "audio" / "speech.flac"):
        with av.open(str(file)) as opened:
            rate = opened.streams.audio[0].codec_context.sample_rate
            wave = np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)]).astype(float)
        loud = np.abs(wave) > np.abs(wave).max() / 10
        assert np.argmax(loud) / rate == pytest.approx(2.0, abs=0.05), file.name
        assert len(wave) / rate == pytest.approx(6.0, abs=0.1)


def test_a_picture_that_begins_late_is_held(make: Callable[..., Path], tmp_path: Path) -> None:
    late = make(
        "late.mp4",
        *("-f", "lavfi", "-i", "sine=d=6", "-itsoffset", "2", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    )
    media = probe.probe(late, name="late.mp4")
    assert "begin where" in media["why_not_video"]
    rung = run(ladder, late, tmp_path / "out", media)["renditions"][0]
    assert rung["duration"] == pytest.approx(6.0, abs=0.1)


class StopAt:
    """A watch that asks to stop once some work was done."""

    def __init__(self, fraction: float) -> None:
        self.fraction = fraction
        self.stopped_at = 0.0

    def progress(self, fraction: float) -> None:
        import time

        if fraction >= self.fraction:
            self.stopped_at = time.monotonic()
            raise Cancelled("enough")


def test_cancel_in_the_middle_of_an_encode(lecture: Path, tmp_path: Path) -> None:
    import time

    watch = StopAt(0.1)
    rungs = (replace(STANDARD[0], preset="veryslow"),)
    with pytest.raises(Cancelled):
        ladder.run({"source": lecture}, tmp_path, ladder.Recipe(probe.probe(lecture, name="lecture"), rungs), watch)
    assert time.monotonic() - watch.stopped_at < 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("step", [remux, ladder, audio])
def test_a_full_disk_is_never_success(step: Any, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on the size of a file makes writes fail as a full disk does; ffmpeg itself may well exit with 0."""
    monkeypatch.setattr(ffmpeg, "_LIMITS", confine.Limits(file_size=20_000))
    with pytest.raises(MediaToolError):
        run(step, clip, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("step", [remux, ladder, audio])
def test_less_than_the_source_is_never_success(step: Any, clip: Path, lecture: Path, tmp_path: Path) -> None:
    """The recipe says 57 s, the file holds 7: as when a source is cut after it was probed."""
    media = probe.probe(lecture, name="lecture")
    with pytest.raises(IncompleteOutput) as caught:
        run(step, clip, tmp_path / "out", media)
    assert caught.value.command
    assert list((tmp_path / "out").iterdir()) == []
