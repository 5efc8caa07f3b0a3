"""What is no recording is refused at once, in a sentence, and its bytes are left alone; odd names do no harm."""

import hashlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from archive.errors import DamagedMedia, InputError, NotMedia, shown
from ingest.steps import audio, ladder, remux
from ingest.steps.probe import probe
from ingest.watch import Silent


def fast_start(clip: Path, folder: Path, name: str = "front.mp4") -> Path:
    """The same film with its index in front."""
    made = folder / name
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), "-c", "copy"]
    subprocess.run([*command, "-movflags", "+faststart", str(made)], check=True)
    return made


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def pdf(folder: Path, _clip: Path) -> Path:
    path = folder / "report.mp4"
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n")
    return path


def empty(folder: Path, _clip: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def directory(folder: Path, _clip: Path) -> Path:
    path = folder / "folder.mp4"
    path.mkdir()
    return path


def no_index(folder: Path, clip: Path) -> Path:
    path = folder / "noindex.mp4"
    path.write_bytes(clip.read_bytes())
    return cut(path, 0.6)


def cut_with_index(folder: Path, clip: Path) -> Path:
    return cut(fast_start(clip, folder), 0.5)


def playlist(folder: Path, clip: Path) -> Path:
    path = folder / "playlist.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:{clip}\n#EXT-X-ENDLIST\n")
    return path


def concat(folder: Path, clip: Path) -> Path:
    path = folder / "concat.mp4"
    path.write_text(f"ffconcat version 1.0\nfile '{clip}'\n")
    return path


def text(folder: Path, _clip: Path) -> Path:
    path = folder / "notes.mp4"
    path.write_text("手术记录：患者取膀胱截石位。\n" * 40)
    return path


def noise(folder: Path, _clip: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(hashlib.shake_256(b"noise").digest(200_000))
    return path


def bad_with_odd_name(folder: Path, _clip: Path) -> Path:
    path = folder / "-i \"x\" 'y'\nhttp:evil 🎥.mp4"
    path.write_text("no film")
    return path


def missing(folder: Path, _clip: Path) -> Path:
    return folder / "missing.mp4"


BAD = [
    (pdf, NotMedia, "a PDF document"),
    (empty, NotMedia, "is empty"),
    (directory, NotMedia, "is a folder"),
    (no_index, DamagedMedia, "index is missing"),
    (playlist, NotMedia, "a playlist that only points to other files"),
    (concat, NotMedia, "only points to other files"),
    (text, NotMedia, "a text file"),
    (noise, NotMedia, "a kind that we do not know"),
    (bad_with_odd_name, NotMedia, "a text file"),
    (missing, NotMedia, "not a file that can be read"),
]


@pytest.mark.parametrize(("build", "error", "why"), BAD, ids=[row[0].__name__ for row in BAD])
def test_refused_at_once_and_left_alone(
    build: Callable[[Path, Path], Path], error: type[InputError], why: str, clip: Path, tmp_path: Path
) -> None:
    bad = build(tmp_path, clip)
    before = bad.read_bytes() if bad.is_file() else None
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        probe(bad, name=bad.name)
    assert time.monotonic() - began < 15
    assert type(caught.value) is error
    assert why in caught.value.message
    assert shown(bad.name) in caught.value.message
    assert "\n" not in caught.value.message, "one sentence, on one line"
    assert caught.value.advice
    assert (bad.read_bytes() if bad.is_file() else None) == before


def test_what_is_missing_is_named(clip: Path, tmp_path: Path) -> None:
    media = probe(cut_with_index(tmp_path, clip), name="front.mp4")
    assert [one["what"] for one in media["missing"]] == ["recording"]
    assert media["missing"][0]["from"] == pytest.approx(media["duration"])
    assert media["missing"][0]["to"] == pytest.approx(7.0, abs=0.2)


@pytest.mark.parametrize("form", ["mkv", "wmv", "wav", "flac", "avi", "mp3", "mov", "ts"])
def test_cut_in_half_is_noticed(form: str, clip: Path, tmp_path: Path) -> None:
    whole = tmp_path / f"whole.{form}"
    sound_only = ["-vn"] if form in ("wav", "flac", "mp3") else ["-c:v", "copy"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), *sound_only, str(whole)]
    subprocess.run(command, check=True)
    media = probe(whole, name="whole")
    assert media["duration"] == pytest.approx(7.0, abs=0.3)
    assert media["missing"] == []
    if form == "mov":  # its index was at its end
        with pytest.raises(DamagedMedia, match="index is missing"):
            probe(cut(whole, 0.5), name="whole")
        return
    media = probe(cut(whole, 0.503), name="whole")
    last = media["missing"][-1]
    assert last["from"] == pytest.approx(media["duration"], abs=0.5)
    assert last.get("open") or last["to"] == pytest.approx(7.0, abs=0.3)


def test_a_header_alone_is_damage(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(DamagedMedia):
        probe(cut(fast_start(clip, tmp_path), 0.05), name="front.mp4")


NAMES = [
    "-f.mp4",
    "http:evil.mp4",
    "concat:a|b.mp4",
    'it\'s "quoted".mp4',
    "new\nline.mp4",
    "胎心监护🎥.mp4",
    "per%cent%d.mp4",
    "[x]*?.mp4",
    "no extension",
    "film.txt",
]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name) for name in NAMES])
def test_a_good_film_works_under_any_name(name: str, clip: Path, tmp_path: Path) -> None:
    film = tmp_path / name
    film.write_bytes(clip.read_bytes())
    before = hashlib.sha256(film.read_bytes()).digest()
    media = probe(film, name=name)
    rung = ladder.plan(media, copied=True).weak
    assert rung is not None
    recipes: list[tuple[Any, Any]] = [
        (remux, remux.Recipe(media)),
        (ladder, ladder.Recipe(media, (rung,))),
        (audio, audio.Recipe(media, track=media["audio"])),
    ]
    for step, recipe in recipes:
        out = tmp_path / "out" / step.__name__
        out.mkdir(parents=True)
        assert step.run({"source": film}, out, recipe, Silent())
    assert hashlib.sha256(film.read_bytes()).digest() == before


def test_a_name_that_is_not_unicode(clip: Path, tmp_path: Path) -> None:
    film = tmp_path / "\udcff\udcfe.mp4"
    film.write_bytes(clip.read_bytes())
    assert probe(film, name="film")["web_safe_video"]


def test_a_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    import os

    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    with pytest.raises(NotMedia):
        probe(pipe, name="pipe.mp4")


def test_a_playlist_reads_no_other_file(clip: Path, tmp_path: Path) -> None:
    """Even when the probe is passed by, the steps do not follow it."""
    from archive.errors import MediaToolError

    bad = playlist(tmp_path, clip)
    media = probe(clip, name="clip")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(MediaToolError, match="failed"):
        remux.run({"source": bad}, out, remux.Recipe(media=media), Silent())
    assert list(out.iterdir()) == []
