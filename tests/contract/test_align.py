"""Angles whose sound comes from different microphones, rooms and codecs are put on one timeline; strangers are not."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from archive.errors import Cancelled
from ingest.steps import align, audio, probe
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
LECTURE = ROOT / "samples" / "lecture_fetal_monitoring.mp4"
NARRATION = ROOT / "samples" / "operation_hysterectomy_narration.flac"
NEAR = "anull"
FAR = "highpass=f=300,lowpass=f=3400,volume=-12dB,aecho=0.8:0.6:23|41|67:0.5|0.4|0.3"  # a camera's own, in a bare room
HALL = "volume=6dB,acompressor,aecho=0.8:0.7:60|110:0.5|0.3"
Angle = Callable[..., Path]


@pytest.fixture
def angle(tmp_path: Path) -> Angle:
    """Film a source from `start` seconds on, as a microphone in some place hears it; return its speech.flac."""

    def made(name: str, source: Path, start: float, length: float, place: str, noise: float, *codec: object) -> Path:
        film = tmp_path / name
        hiss = f"anoisesrc=c=pink:a={noise}:r=48000:d={length}:seed={len(name) + round(start)}"
        graph = f"[0:a]aresample=48000,{place}[a];[a][1:a]amix=2:normalize=0:duration=first"
        picture = ("-f", "lavfi", "-i", f"color=s=64x64:r=2:d={length}")
        inputs = ("-ss", start, "-t", length, "-i", source, "-f", "lavfi", "-i", hiss, *picture)
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *inputs, "-filter_complex", graph]
        subprocess.run([*map(str, [*command, "-map", "2:v", *codec]), str(film)], check=True)
        out = tmp_path / Path(name).stem
        out.mkdir()
        media = probe.probe(film, name=name)
        facts = audio.run({"source": film}, out, audio.Recipe(media=media), Silent())
        return out / str(facts["file"])

    return made


def run(angles: dict[str, Path], out: Path, first: str = "a") -> dict[str, Any]:
    return align.run(angles, out, align.Recipe(first=first), Silent())


def test_three_angles_of_a_lecture(angle: Angle, tmp_path: Path) -> None:
    truth = {"a": 0.0, "b": 12.4, "c": 5.237}
    angles = {
        "a": angle("near.mp4", LECTURE, truth["a"], 57, NEAR, 0.002, "-c:a", "aac"),
        "b": angle("far.mkv", LECTURE, truth["b"], 40, FAR, 0.02, "-c:a", "libopus", "-b:a", "24k"),
        "c": angle("hall.avi", LECTURE, truth["c"], 30, HALL, 0.05, "-c:a", "ac3", "-ar", 32000),
    }
    for first in angles:
        offsets = run(angles, tmp_path, first)["offsets"]
        assert set(offsets) == set(angles) - {first}
        for name, found in offsets.items():
            assert found["certain"], (first, name)
            assert found["start"] == pytest.approx(truth[name] - truth[first], abs=0.04), (first, name)
    pairs = {tuple(pair["of"]): pair["start"] for pair in run(angles, tmp_path)["pairs"]}
    assert pairs["a", "b"] + pairs["b", "c"] == pytest.approx(pairs["a", "c"], abs=0.01)


def test_an_angle_that_meets_only_the_second(angle: Angle, tmp_path: Path) -> None:
    """The first ends before the third begins; both share some with the second."""
    angles = {
        "a": angle("one.mp4", NARRATION, 0, 45, NEAR, 0.005, "-c:a", "aac"),
        "b": angle("two.mp4", NARRATION, 30, 45, FAR, 0.01, "-c:a", "aac"),
        "c": angle("three.mp4", NARRATION, 60.5, 30, HALL, 0.01, "-c:a", "aac"),
    }
    facts = run(angles, tmp_path)
    assert not facts["pairs"][1]["certain"]
    assert facts["offsets"]["b"]["start"] == pytest.approx(30, abs=0.04)
    assert facts["offsets"]["c"]["start"] == pytest.approx(60.5, abs=0.04)


def test_strangers_are_not_certain(angle: Angle, tmp_path: Path) -> None:
    angles = {
        "a": angle("lecture.mp4", LECTURE, 0, 57, NEAR, 0.002, "-c:a", "aac"),
        "b": angle("operation.mp4", NARRATION, 0, 90, FAR, 0.01, "-c:a", "aac"),
        "c": angle("noise.mp4", NARRATION, 0, 40, "volume=0", 0.05, "-c:a", "aac"),
        "d": angle("silence.mp4", NARRATION, 0, 40, "volume=0", 0, "-c:a", "aac"),
    }
    facts = run(angles, tmp_path)
    nowhere = {"start": 0.0, "certain": False}
    assert facts["offsets"] == {"b": nowhere, "c": nowhere, "d": nowhere}
    assert not any(pair["certain"] for pair in facts["pairs"])


def test_cancel(angle: Angle, tmp_path: Path) -> None:
    class Stop:
        def progress(self, fraction: float) -> None:  # noqa: ARG002
            raise Cancelled("enough")

    speech = angle("one.mp4", NARRATION, 0, 5, NEAR, 0.005, "-c:a", "aac")
    with pytest.raises(Cancelled):
        align.run({"a": speech, "b": speech}, tmp_path, align.Recipe(first="a"), Stop())
