"""Stills of real recordings: real ffmpeg, a real small rung at 150 kbit/s, and what it makes of them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from archive.errors import Cancelled, IncompleteOutput, MediaToolError
from ingest import confine, ffmpeg
from ingest.media.jpeg import jpeg_size
from ingest.steps import stills
from ingest.watch import Silent

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "samples"

_FRAGMENTED = (
    *("-force_key_frames", "expr:gte(t,n_forced*2)", "-sc_threshold", "0", "-an", "-f", "mp4"),
    *("-movflags", "frag_keyframe+empty_moov+default_base_moof"),
)


def encoded(folder: Path, *source: str, graph: str = "null", height: int = 720) -> dict[str, Path]:
    """Encode a source as the ladder does: 240p at 150 kbit/s, and a larger one."""
    folder.mkdir(parents=True, exist_ok=True)
    chain = (
        f"[0:v]{graph},split[a][b];[a]fps=12.5,scale=-2:{height},setsar=1,format=yuv420p[large];"
        f"[b]fps=12.5,scale=-2:240,setsar=1,format=yuv420p[small]"
    )
    small, large = folder / "small.mp4", folder / "large.mp4"
    command = [ffmpeg.binary(), "-v", "error", "-nostdin", "-y", *source, "-filter_complex", chain]
    command += ["-map", "[small]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28"]
    command += ["-maxrate", "150k", "-bufsize", "300k", *_FRAGMENTED, str(small)]
    command += ["-map", "[large]", "-c:v", "libx264", "-preset", "ultrafast", *_FRAGMENTED, str(large)]
    subprocess.run(command, check=True)
    return {"small": small, "large": large}


def drawn(folder: Path, film: list[tuple[NDArray[np.uint8], float]], **options: Any) -> dict[str, Path]:
    """Encode drawn pictures, each of which stands for its seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "film.gray"
    with raw.open("wb") as file:
        for picture, seconds in film:
            file.write(picture.tobytes() * round(seconds * 12.5))
    height, width = film[0][0].shape
    source = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{width}x{height}", "-r", "12.5", "-i", str(raw))
    made = encoded(folder, *source, **options)
    raw.unlink()
    return made


def page(seed: int, lines: int = 5, ground: int = 240, ink: int = 20) -> NDArray[np.uint8]:
    """A slide: strokes in lines, as large as text on slides is."""
    random = np.random.default_rng(seed)
    picture = np.full((360, 640), ground, np.uint8)
    for line in range(lines):
        for stroke in range(int(random.integers(8, 38))):
            left, top = 40 + stroke * 14, 40 + line * 56
            picture[top : top + 16, left : left + int(random.integers(3, 10))] = ink
    return picture


def made(
    inputs: dict[str, Path], out: Path, duration: float, size: tuple[int, int] = (1280, 720), **more: Any
) -> dict[str, Any]:
    out.mkdir(parents=True, exist_ok=True)
    facts = stills.run(inputs, out, stills.Recipe(duration, *size, **more), Silent())
    return dict(json.loads(json.dumps(facts)))


def opened(file: Path) -> NDArray[np.float64]:
    """Decode a JPEG, all of it; by another decoder than the one that we ship with."""
    with Image.open(file) as image:
        assert image.format == "JPEG"
        return np.asarray(image.convert("L"), np.float64)


def slides(facts: dict[str, Any]) -> list[float]:
    return [scene["time"] for scene in facts["scenes"] if scene["kind"] == "slide"]


@pytest.fixture(scope="module")
def lecture_rungs(lecture: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return encoded(tmp_path_factory.mktemp("lecture"), "-i", str(lecture))


@pytest.fixture(scope="module")
def lecture_stills(
    lecture_rungs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    out = tmp_path_factory.mktemp("stills")
    return made(lecture_rungs, out, 57.2), out


def test_every_slide_of_the_lecture_and_no_other(lecture_stills: tuple[dict[str, Any], Path]) -> None:
    facts, out = lecture_stills
    reference = json.loads((ROOT / "samples" / "lecture_fetal_monitoring.json").read_text())["slides"]
    assert [scene["kind"] for scene in facts["scenes"]] == ["slide"] * 6
    assert slides(facts) == pytest.approx([slide["start"] for slide in reference], abs=0.5)
    for scene in facts["scenes"]:
        assert scene["size"] == (out / scene["file"]).stat().st_size
        assert opened(out / scene["large"]).shape == (720, 1280)
        assert opened(out / scene["file"]).shape[1] >= 480


def test_a_still_shows_its_own_slide(
    lecture_stills: tuple[dict[str, Any], Path], lecture: Path, tmp_path: Path
) -> None:
    facts, out = lecture_stills
    middles = [3, 12, 24, 33, 42, 52]
    for number, (scene, second) in enumerate(zip(facts["scenes"], middles, strict=True)):
        shot = tmp_path / f"{number}.png"
        command = [ffmpeg.binary(), "-v", "error", "-ss", str(second), "-i", str(lecture), "-frames:v", "1"]
        subprocess.run([*command, "-vf", "scale=1280:720", str(shot)], check=True)
        with Image.open(shot) as image:
            wanted = np.asarray(image.convert("L"), np.float64)
        assert np.abs(opened(out / scene["large"]) - wanted).mean() < 2.5


def test_nothing_but_what_the_facts_name_is_left(lecture_stills: tuple[dict[str, Any], Path]) -> None:
    facts, out = lecture_stills
    named = {facts["poster"]["file"], facts["storyboard"]["vtt"], *facts["storyboard"]["sheets"]}
    named |= {scene[key] for scene in facts["scenes"] for key in ("file", "large")}
    assert {file.name for file in out.iterdir()} == named


def test_the_poster(lecture_stills: tuple[dict[str, Any], Path]) -> None:
    facts, out = lecture_stills
    poster = opened(out / facts["poster"]["file"])
    assert poster.shape == (facts["poster"]["height"], facts["poster"]["width"]) == (720, 1280)
    assert poster.std() > 20


def test_the_storyboard_shows_the_right_moments(lecture_stills: tuple[dict[str, Any], Path]) -> None:
    facts, out = lecture_stills
    board = facts["storyboard"]
    sheet, (width, height) = opened(out / board["sheets"][0]), board["tile"]
    text = (out / board["vtt"]).read_text(encoding="utf-8")
    cues = [block.split("\n") for block in text.strip().split("\n\n")[1:]]
    assert len(cues) == 29
    assert cues[0][0].startswith("00:00:00.000 --> ")
    assert cues[-1][0].endswith(" --> 00:00:57.200")
    seen = []
    for clock, target in cues:
        begin = float(clock[6:12])
        left, top, across, down = map(int, target.partition("#xywh=")[2].split(","))
        assert (across, down) == (width, height) == (160, 90)
        seen.append((begin, sheet[top : top + down, left : left + across]))
    pages = [opened(out / scene["large"]) for scene in facts["scenes"]]
    small = [np.asarray(Image.fromarray(page).resize((width, height), Image.Resampling.BOX)) for page in pages]
    for begin, tile in seen:
        if any(abs(begin + 1 - time) < 1.2 for time in slides(facts)):
            continue  # the slide changes within this tile
        nearest = int(np.argmin([np.abs(tile - page).mean() for page in small]))
        assert nearest == sum(time <= begin + 1 for time in slides(facts)) - 1


def test_the_same_rungs_give_the_same_files(
    lecture_rungs: dict[str, Path], lecture_stills: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    facts, out = lecture_stills
    assert made(lecture_rungs, tmp_path, 57.2) == facts
    for file in out.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the sample {name} is not on this machine")
    return path


def test_slides_of_a_real_screen_recording(tmp_path: Path) -> None:
    source = shared("lecture/opencast_slidechanges.mov")
    facts = made(encoded(tmp_path, "-i", str(source)), tmp_path / "out", 27.6, (960, 720))
    assert slides(facts) == pytest.approx([0, 7.25, 14.25, 21.25], abs=0.5)
    assert facts["storyboard"]["tile"] == [160, 120]
    source = shared("lecture/opencast_slides_av.mov")
    facts = made(encoded(tmp_path, "-i", str(source), height=480), tmp_path / "still", 10.4, (640, 480))
    assert slides(facts) == [0.0]


@pytest.mark.parametrize(("name", "duration"), [("suturing_pigleg_4s.mp4", 3.7), ("suturing_pigleg_1s.mp4", 0.96)])
def test_a_short_operation(name: str, duration: float, tmp_path: Path) -> None:
    source = shared(f"surgery/{name}")
    facts = made(encoded(tmp_path, "-i", str(source)), tmp_path / "out", duration)
    assert [(scene["time"], scene["kind"]) for scene in facts["scenes"]] == [(0.0, "scene")]
    assert opened(tmp_path / "out" / "poster.jpg").std() > 20


def test_a_long_operation_has_stills_within_the_rate(tmp_path: Path) -> None:
    """The camera goes over a picture without end, with noise; the stills beside the sound stay under 48 kbit/s."""
    field = np.random.default_rng(3).normal(size=(45, 80))
    shaped = Image.fromarray((128 + 50 * field).clip(0, 255).astype(np.uint8)).resize(
        (1280, 720), Image.Resampling.BICUBIC
    )
    moving = "crop=640:360:'320+300*sin(t/9)+8*sin(t*2)':'180+170*sin(t/6)'"
    inputs = drawn(tmp_path, [(np.asarray(shaped), 45)], graph=f"{moving},noise=alls=10:allf=t", height=240)
    facts = made(inputs, tmp_path / "out", 45, (426, 240), gap=15.0)
    assert slides(facts) == []
    times = [scene["time"] for scene in facts["scenes"]] + [45]
    assert times[0] == 0
    assert max(np.diff(times)) <= 16
    assert sum(scene["size"] for scene in facts["scenes"]) * 8 / 45 <= 15_000


def test_fades_builds_noise_and_a_speaker_at_150_kbit(tmp_path: Path) -> None:
    """Slides with a fade, builds and a change of ground; beside them a test picture that runs all the time."""
    one, two, built = page(1), page(2, lines=2), page(2, lines=4)
    fading = [((one * (1 - step) + two * step).astype(np.uint8), 0.08) for step in np.linspace(0, 1, 12)]
    film = [(one, 8), *fading, (two, 8), (built, 9), (page(3, ground=30, ink=220), 3), (page(4), 12)]
    speaker = "[v];testsrc2=s=160x90:r=12.5[s];[v][s]overlay=470:260:shortest=1,noise=alls=6:allf=t"
    inputs = drawn(tmp_path, film, graph=f"null{speaker}", height=360)
    facts = made(inputs, tmp_path / "out", 41.0, (640, 360))
    assert slides(facts) == pytest.approx([0, 9, 17, 26, 29], abs=0.5)
    assert [scene["build"] for scene in facts["scenes"] if scene["kind"] == "slide"] == [
        False,
        False,
        True,
        False,
        False,
    ]


def test_many_slides_in_a_row_stay_within_the_rate(tmp_path: Path) -> None:
    film = [(page(seed, lines=6), 2.4) for seed in range(25)]
    facts = made(drawn(tmp_path, film, height=360), tmp_path / "out", 60, (640, 360))
    assert slides(facts) == pytest.approx([2.4 * number for number in range(25)], abs=0.5)
    assert sum(scene["size"] for scene in facts["scenes"]) * 8 / 60 <= 15_000


def test_the_poster_of_a_recording_that_begins_black_and_out_of_focus(tmp_path: Path) -> None:
    black, sharp = np.full((360, 640), 16, np.uint8), page(1, ground=190)
    mean = np.full((360, 640), 150, np.uint8)
    mean[80:280, 100:400] = 110
    inputs = drawn(tmp_path, [(black, 5), (mean, 5), (sharp, 4), (black, 6)], height=360)
    facts = made(inputs, tmp_path / "out", 20, (640, 360))
    assert 10 <= facts["poster"]["time"] <= 14
    gone = [{"from": 9.5, "to": 11.5, "what": "recording"}]
    facts = made(inputs, tmp_path / "gone", 20, (640, 360), missing=gone)
    assert 11.5 < facts["poster"]["time"] <= 14


def test_a_portrait_keeps_its_shape(tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-t", "5", "-i", "testsrc2=s=360x640:r=25")
    facts = made(encoded(tmp_path, *source, height=640), tmp_path / "out", 5, (360, 640))
    assert facts["storyboard"]["tile"] == [90, 160]
    assert (facts["poster"]["width"], facts["poster"]["height"]) == (360, 640)
    assert opened(tmp_path / "out" / "poster.jpg").shape == (640, 360)


def test_a_recording_of_sound_alone_has_no_pictures(tmp_path: Path) -> None:
    assert made({}, tmp_path, 10, (0, 0)) == {"poster": None, "storyboard": None, "scenes": []}
    assert list(tmp_path.iterdir()) == []


def test_a_large_rendition_that_ends_early_is_stood_in_for(
    lecture_rungs: dict[str, Path], lecture_stills: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    """Its last slide cannot be taken; the small rung, which was decoded whole, has it."""
    short = tmp_path / "short.mp4"
    command = [ffmpeg.binary(), "-v", "error", "-i", str(lecture_rungs["large"]), "-t", "40", "-c", "copy"]
    subprocess.run([*command, str(short)], check=True)
    facts = made({"small": lecture_rungs["small"], "large": short}, tmp_path / "out", 57.2)
    last = facts["scenes"][-1]["large"]
    assert len(slides(facts)) == 6
    assert np.abs(opened(tmp_path / "out" / last) - opened(lecture_stills[1] / last)).mean() < 6


def test_a_screen_recording_with_a_picture_for_each_change(
    lecture_rungs: dict[str, Path], lecture_stills: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    """Copied, it stays so: the picture on the screen began long before the moment that is sought."""
    sparse = tmp_path / "sparse.mp4"
    command = [ffmpeg.binary(), "-v", "error", "-i", str(lecture_rungs["large"]), "-fps_mode", "vfr"]
    command += ["-vf", "mpdecimate=hi=64*24:lo=64*10:frac=0.05", "-c:v", "libx264", "-preset", "ultrafast", "-g", "2"]
    subprocess.run([*command, str(sparse)], check=True)
    facts = made({"small": lecture_rungs["small"], "large": sparse}, tmp_path / "out", 57.2)
    for scene in facts["scenes"]:
        shown, wanted = (opened(folder / scene["large"]) for folder in (tmp_path / "out", lecture_stills[1]))
        assert np.abs(shown - wanted).mean() < 2.5


def test_less_than_the_recording_is_never_success(lecture_rungs: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(IncompleteOutput, match=r"of 90\.00 s") as caught:
        made(lecture_rungs, tmp_path, 90.0)
    assert caught.value.command
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_from_the_start_is_never_success(
    lecture_rungs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit on the size of a file makes writes fail as a full disk does; ffmpeg itself may well exit with 0."""
    monkeypatch.setattr(ffmpeg, "_LIMITS", confine.Limits(file_size=20_000))
    with pytest.raises(MediaToolError):
        made(lecture_rungs, tmp_path, 57.2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", [1, 900, 12_000, 25_000])
def test_a_disk_that_gets_full_is_never_success(
    limit: int, lecture_rungs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gets full while the stills are taken, of which the large ones have some 30 kB."""

    class Filling:
        def progress(self, fraction: float) -> None:
            if fraction >= 0.7:
                monkeypatch.setattr(ffmpeg, "_LIMITS", confine.Limits(file_size=limit))

    with pytest.raises(MediaToolError):
        stills.run(lecture_rungs, tmp_path, stills.Recipe(57.2, 1280, 720), Filling())
    assert list(tmp_path.iterdir()) == []


def test_half_a_jpeg_is_none(lecture_stills: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    whole = (lecture_stills[1] / "sheet-001.jpg").read_bytes()
    file = tmp_path / "half.jpg"
    file.write_bytes(whole)
    assert jpeg_size(file) == (1600, 270)
    for length in (0, 2, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"half\.jpg"):
            jpeg_size(file)


class StopAt:
    """A watch that asks to stop once some work was done, and remembers what it was told."""

    def __init__(self, fraction: float) -> None:
        self.fraction = fraction
        self.told: list[float] = []

    def progress(self, fraction: float) -> None:
        self.told.append(fraction)
        if fraction >= self.fraction:
            raise Cancelled("enough")


@pytest.mark.parametrize("fraction", [0.0, 0.61, 0.68, 0.75, 0.99])
def test_cancel(fraction: float, lecture_rungs: dict[str, Path], tmp_path: Path) -> None:
    watch = StopAt(fraction)
    with pytest.raises(Cancelled):
        stills.run(lecture_rungs, tmp_path, stills.Recipe(57.2, 1280, 720), watch)
    assert list(tmp_path.iterdir()) == []
    assert watch.told == sorted(watch.told)
