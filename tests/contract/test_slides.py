"""The text on slides, read by the real engine off real stills, and found by the real search."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from archive import derivatives
from archive.catalogue import Catalogue
from archive.database import connect
from archive.derivatives import Derived
from archive.errors import ReadingMissing
from archive.search import Asked, SearchIndex
from archive.settings import Settings
from archive.tables import Recording, Source, State
from ingest import ffmpeg, ocr
from ingest.steps import slides, stills
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "samples" / "lecture"


def read(folder: Path, film: Path) -> dict[str, Any]:
    """Take a film through `stills` and `slides`, as the ladder would hand it to them."""
    import subprocess

    small, large = folder / "small.mp4", folder / "large.mp4"
    for file, height, rate in ((small, 240, "150k"), (large, 720, "1500k")):
        command = [ffmpeg.binary(), "-v", "error", "-nostdin", "-y", "-i", str(film), "-an", "-vf"]
        command += [f"fps=12.5,scale=-2:{height},setsar=1,format=yuv420p", "-c:v", "libx264", "-preset", "veryfast"]
        subprocess.run([*command, "-crf", "28", "-maxrate", rate, "-bufsize", rate, str(file)], check=True)
    with av.open(str(small)) as opened, av.open(str(large)) as best:
        duration, picture = (opened.duration or 0) / 1e6, best.streams.video[0]
        shape = picture.width, picture.height
    out = folder / "stills"
    out.mkdir()
    scenes = stills.run({"small": small, "large": large}, out, stills.Recipe(duration, *shape), Silent())["scenes"]
    shown = slides.shown(scenes, duration)
    pictures = {slide["picture"]: out / slide["picture"] for slide in shown}
    return slides.run(pictures, folder, slides.Recipe(shown, ocr.engine()), Silent())


@pytest.fixture(scope="module")
def facts(lecture: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return read(tmp_path_factory.mktemp("slides"), lecture)


@pytest.fixture(scope="module")
def written(lecture: Path) -> list[dict[str, Any]]:
    """What was really written on the six slides."""
    found: list[dict[str, Any]] = json.loads(lecture.with_suffix(".json").read_text(encoding="utf-8"))["slides"]
    assert len(found) == 6
    return found


def test_every_slide_is_read_as_it_was_written(facts: dict[str, Any], written: list[dict[str, Any]]) -> None:
    assert (facts["read"], facts["unread"]) == (6, [])
    assert [slide["heading"] for slide in facts["slides"]] == [slide["title"] for slide in written]
    for slide, real in zip(facts["slides"], written, strict=True):
        text = "".join(line["text"] for line in slide["lines"] if not line["running"])
        letters = [character for bullet in real["bullets"] for character in bullet if character.isalnum()]
        assert sum(character in text for character in letters) >= 0.95 * len(letters)
        for line in slide["lines"]:
            left, top, right, bottom = line["box"]
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert 0.5 <= line["confidence"] <= 1
    footers = [line["text"] for slide in facts["slides"] for line in slide["lines"] if line["running"]]
    assert footers.count(written[0]["title"]) == 6


def test_every_heading_is_found_at_its_second(
    facts: dict[str, Any], written: list[dict[str, Any]], tmp_path: Path
) -> None:
    catalogue = Catalogue(connect(Settings(_env_file=None, home=tmp_path, database_url="")))
    for start in (0.0, 100.0):  # the second lies later on its timeline
        recording = Recording(id=f"at{start:.0f}", title="示教", state=State.PUBLISHED)
        source = Source(id=f"of{start:.0f}", recording_id=recording.id, name="x.mp4", start=start)
        catalogue.add(recording, [source])
        rows = derivatives.slides(recording.id, source.id, start, Derived("slides", "", "", facts))
        catalogue.put_slides(recording.id, source.id, rows)
    index = SearchIndex(tmp_path / "search")
    index.follow(catalogue)
    for slide in written:
        hits = index.ask(Asked(slide["title"], limit=5)).hits
        assert {hit.recording_id for hit in hits} == {"at0", "at100"}, slide["title"]
        for hit in hits:
            start = 100.0 if hit.recording_id == "at100" else 0.0
            best = hit.moments[0]
            assert best.kind == "slide"
            assert abs(best.start - start - slide["start"]) <= 2.0, slide["title"]
    catalogue.remove("at0")
    index.follow(catalogue)
    assert {hit.recording_id for hit in index.ask(Asked("正弦波图形")).hits} == {"at100"}


LATIN = (
    "Fetal monitoring and maternal complications",
    "Late decelerations: uteroplacental insufficiency",
    "How to avoid injuring the ureter",
    "Call for help early, tilt left",
    "110 beats per minute (at term)",
)


@pytest.mark.parametrize("size", [24, 34, 52])
def test_latin_words_stay_apart(size: int) -> None:
    page = Image.new("RGB", (1280, 720), (245, 247, 250))
    draw = ImageDraw.Draw(page)
    for at, text in enumerate(LATIN):
        draw.text((40, 40 + 2 * size * at), text, font=ImageFont.load_default(size), fill=(20, 30, 60))
    lines = ocr.Reader(threads=1).lines(np.array(page)[:, :, ::-1].copy())
    assert [line.text for line in lines] == list(LATIN)


@pytest.mark.parametrize(
    "name", ["opencast_slidechanges.mov", "opencast_slides_vonly.mov", "autocut_zh_en_test001.mp4"]
)
def test_other_slides_are_read_without_complaint(name: str, tmp_path: Path) -> None:
    if not (SHARED / name).is_file():
        pytest.skip(f"{name} is not here")
    found = read(tmp_path, SHARED / name)
    assert found["unread"] == []
    for slide in found["slides"]:
        assert slide["time"] < slide["end"]
        assert all(slide["time"] <= stage["time"] < slide["end"] for stage in slide["stages"])


def test_a_broken_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rapidocr_onnxruntime", None)
    with pytest.raises(ReadingMissing, match="cannot be read on this machine") as told:
        ocr.Reader(threads=1)
    assert "make install" in told.value.advice
