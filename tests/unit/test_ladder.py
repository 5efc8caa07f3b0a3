"""Which rungs a picture gets, of what size and rate, where they may be cut: decided from facts alone."""

import json
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest import ffmpeg
from ingest.media import encoders, hls, picture
from ingest.media.rungs import STANDARD, WEAK, Grid, grid, plan, size
from ingest.steps import ladder

VIDEO: dict[str, Any] = {
    "index": 0,
    "type": "video",
    "codec": "h264",
    "first": 0.0,
    "end": 1000.0,
    "bit_rate": 6_000_000,
    "width": 1920,
    "height": 1080,
    "sar": [1, 1],
    "rotation": 0,
    "pix_fmt": "yuv420p",
    "frame_rate": 30.0,
    "interlaced": False,
    "keyframe_max_gap": 2.0,
}


def media(**change: Any) -> dict[str, Any]:
    found = {"container": "mov,mp4", "start": 0.0, "duration": 1000.0, "video": 0, "streams": [VIDEO | change]}
    return found | {"audio": None, "missing": [], "complaints": 0}


def names(found: ladder.Plan) -> list[str]:
    return [rung.name for rung in (found.weak, *found.rest) if rung is not None]


@pytest.mark.parametrize(
    ("change", "copied", "encoded"),
    [
        ({}, ["240p", "480p", "720p"], ["240p", "480p", "720p", "1080p"]),
        ({"width": 3840, "height": 2160}, ["240p", "480p", "720p", "1080p"], ["240p", "480p", "720p", "1080p"]),
        ({"width": 1280, "height": 720}, ["240p", "480p"], ["240p", "480p", "720p"]),
        ({"width": 1024, "height": 768}, ["240p", "480p"], ["240p", "480p", "768p"]),
        ({"width": 1600, "height": 900}, ["240p", "480p", "720p"], ["240p", "480p", "720p", "900p"]),
        ({"width": 720, "height": 576, "sar": [16, 15]}, ["240p", "480p"], ["240p", "480p", "576p"]),
        ({"width": 640, "height": 480}, ["240p"], ["240p", "480p"]),
        ({"width": 320, "height": 240}, ["240p"], ["240p"]),
        ({"width": 320, "height": 240, "bit_rate": 200_000}, [], ["240p"]),  # the copy is as light
        ({"rotation": 90}, ["240p", "480p", "720p"], ["240p", "480p", "720p", "1080p"]),
        ({"bit_rate": 700_000}, ["240p", "480p"], ["240p", "480p", "720p", "1080p"]),  # slides, light already
        ({"bit_rate": 300_000}, ["240p"], ["240p", "480p", "720p", "1080p"]),
        ({"bit_rate": None}, ["240p", "480p", "720p"], ["240p", "480p", "720p", "1080p"]),
    ],
)
def test_the_rungs_of_a_source(change: dict[str, Any], copied: list[str], encoded: list[str]) -> None:
    assert names(plan(media(**change), copied=True)) == copied
    assert names(plan(media(**change), copied=False)) == encoded


def test_no_picture_no_rungs() -> None:
    assert plan(media() | {"video": None}, copied=False) == ladder.Plan(None, ())


def test_the_only_rung_of_a_small_source_keeps_its_frames() -> None:
    weak = plan(media(width=320, height=240), copied=False).weak
    assert weak is not None
    assert Grid(Fraction(30)).every(weak) == 1
    assert Grid(Fraction(30)).every(WEAK) == 2


def test_other_encoders_are_asked_for_not_assumed() -> None:
    both = plan(media(), copied=True, av1=True).rest
    assert [rung.name for rung in both] == ["480p", "720p", "480p-av1", "720p-av1"]
    assert [rung.encoder for rung in both] == ["libx264", "libx264", "libsvtav1", "libsvtav1"]
    assert all(light.max_rate < heavy.max_rate for heavy, light in zip(both[:2], both[2:], strict=True))
    card = plan(media(), copied=True, nvenc=True)
    assert card.weak == WEAK  # as small as this, the card's pictures are worse for their bits
    assert {rung.encoder for rung in card.rest} == {"h264_nvenc"}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, (854, 480)),
        ({"width": 640, "height": 360}, (640, 360)),  # never larger than the source
        ({"rotation": -90}, (480, 854)),  # a picture that stands has as many columns
        ({"rotation": 180}, (854, 480)),
        ({"width": 720, "height": 576, "sar": [16, 15]}, (640, 480)),
        ({"width": 1440, "height": 1080, "sar": [4, 3]}, (854, 480)),
        ({"width": 321, "height": 241}, (320, 240)),
        ({"width": 5, "height": 481, "sar": [0, 1]}, (4, 480)),
    ],
)
def test_size_of_the_rung(change: dict[str, Any], wanted: tuple[int, int]) -> None:
    assert size(VIDEO | change, STANDARD[0]) == wanted


@pytest.mark.parametrize(
    ("rate", "wanted"),
    [
        (25.0, Fraction(25)),
        (29.97002997, Fraction(30000, 1001)),
        (23.97, Fraction(24000, 1001)),
        (30.0, Fraction(30)),
        (60.0, Fraction(30)),
        (59.94006, Fraction(30000, 1001)),
        (50.0, Fraction(25)),
        (120.0, Fraction(30)),
        (240.0, Fraction(30)),
        (30.3, Fraction(30)),
        (28.03, Fraction(28)),
        (12.5, Fraction(25, 2)),
        (2.0, Fraction(16)),
        (0.05, Fraction(16)),
        (1000.0, Fraction(30)),
        (None, Fraction(25)),
    ],
)
def test_the_grid_of_a_source(rate: float | None, wanted: Fraction) -> None:
    found = grid(VIDEO | {"frame_rate": rate})
    assert found.rate == wanted
    assert found.first_step % 2 == 0  # also half the frames have their key frames at these times
    assert found.step == 4 * found.first_step
    assert 3 <= found.step / found.rate <= 5


def test_chunks_cover_every_frame_once_and_begin_at_key_frames() -> None:
    rungs = plan(media(), copied=True).rest
    for change, seconds in (({}, 300.0), ({"end": 1030.0, "frame_rate": 29.97}, 150.0), ({"end": 14400.0}, 150.0)):
        found = ladder.chunks(media(**change), rungs, seconds=seconds)
        assert found[0][0] == 0
        assert [end for _, end in found[:-1]] == [first for first, _ in found[1:]]
        assert all(first % grid(VIDEO | change).step == 0 for first, _ in found)
        assert found[-1][1] == grid(VIDEO | change).frames(media(**change))


def test_chunks_get_shorter_towards_the_end_so_that_nobody_waits_long() -> None:
    found = ladder.chunks(media(end=14400.0), plan(media(), copied=True).rest)
    lengths = [float((end - first) / grid(VIDEO).rate) for first, end in found]
    assert lengths[:80] == [lengths[0]] * 80, "of what is long nearly all is in long chunks"
    assert lengths[:-1] == sorted(lengths[:-1], reverse=True)
    assert lengths[0] == pytest.approx(150, abs=4)
    assert [lengths[-2], lengths[-1]] == pytest.approx([30, 30], abs=15)


@pytest.mark.parametrize(
    "found",
    [
        media(end=290.0),  # short
        media(keyframe_max_gap=60.0),
        media() | {"container": "mpegts", "missing": [{"from": 1.0, "to": 2.0, "what": "both"}], "complaints": 1},
        media() | {"container": "avi"},
        media() | {"video": None},
    ],
)
def test_what_is_not_cut_into_chunks(found: dict[str, Any]) -> None:
    assert ladder.chunks(found, (WEAK,)) == ()


def test_a_graphics_card_needs_no_chunks() -> None:
    assert ladder.chunks(media(), plan(media(), copied=True, nvenc=True).rest) == ()


def test_a_recipe_survives_json() -> None:
    recipe = ladder.Recipe(media(), STANDARD, frames=(120, 240))
    assert ladder.Recipe.of(json.loads(json.dumps(asdict(recipe)))) == recipe
    assert ladder.Recipe.of(asdict(ladder.Recipe(media(), ()))) == ladder.Recipe(media(), ())


def graph(tmp_path: Path, change: dict[str, Any], names: tuple[str, ...], first: int = 0) -> str:
    """The filter graph as ffmpeg gets it."""
    video = VIDEO | change
    rungs = [rung for rung in (WEAK, *STANDARD) if rung.name in names]
    source = ffmpeg.source(tmp_path / "a.mp4")["0"]
    made = picture.branches(source, video, rungs, grid(video), (first, None))
    command = ffmpeg.command([ffmpeg.output(made[rung.name], f"{rung.name}.mp4") for rung in rungs])
    return command[command.index("-filter_complex") + 1]


def test_one_chain_for_all_rungs_from_the_largest(tmp_path: Path) -> None:
    found = graph(tmp_path, {}, ("240p", "480p", "720p"))
    assert found.count("fps=fps=") == 1
    assert found.index("scale=1280:720") < found.index("scale=854:480") < found.index("scale=426:240")
    assert found.count("split=2") == 2
    assert found.index("scale=854:480") < found.index("framestep=2") < found.index("scale=426:240")


@pytest.mark.parametrize(
    ("change", "names", "there", "missing"),
    [
        ({}, ("720p",), ["colorspace=bt709"], ["bwdif", "field", "zscale", "tonemap", "trim"]),
        ({"interlaced": True}, ("720p",), ["bwdif"], ["field"]),
        ({"interlaced": True}, ("240p", "480p"), ["field=top"], ["bwdif"]),  # a field has lines enough
        ({"color_transfer": "smpte2084"}, ("720p",), ["zscale", "tonemap", "tin=smpte2084"], []),
        ({"color_transfer": "arib-std-b67"}, ("720p",), ["tonemap", "tin=arib-std-b67"], []),
        ({"height": 480, "width": 640}, ("240p",), ["colorspace=smpte170m"], ["out_color_matrix"]),
        ({"color_space": "bt470bg"}, ("240p",), ["colorspace=bt470bg"], ["out_color_matrix"]),
        ({"pix_fmt": "gbrp"}, ("240p",), ["out_color_matrix=bt709", "colorspace=bt709"], []),
    ],
)
def test_what_a_picture_needs(
    change: dict[str, Any], names: tuple[str, ...], there: list[str], missing: list[str], tmp_path: Path
) -> None:
    found = graph(tmp_path, change, names)
    assert all(filter_ in found for filter_ in [*there, "format=yuv420p", "setsar=1"])
    assert not any(filter_ in found for filter_ in missing)


def test_a_chunk_is_cut_by_the_number_of_its_frames(tmp_path: Path) -> None:
    assert "fps=fps=30:start_time=0[" in graph(tmp_path, {}, ("240p",), first=9000)
    assert "trim=start_pts=9000" in graph(tmp_path, {}, ("240p",), first=9000)


def test_what_an_encoder_is_asked_for() -> None:
    x264, card = (
        encoders.options(rung, key_frames="expr:1", step=120, threads=3)
        for rung in (STANDARD[1], plan(media(), copied=True, nvenc=True).rest[1])
    )
    assert (x264["c:v"], x264["maxrate"], x264["bufsize"], x264["g"], x264["threads"]) == (
        *("libx264", "1800k", "3600k", 120, 3),
    )
    assert (card["c:v"], card["maxrate"], card["forced-idr"], card["preset"]) == ("h264_nvenc", "1800k", 1, "p5")
    assert "threads" not in card


def parts(*seconds: float) -> hls.Playlist:
    made, at = [], 100
    for length in seconds:
        made.append(hls.Part(length, round(length * 1000), at))
        at += round(length * 1000)
    return hls.Playlist("v.mp4", 100, tuple(made), ended=True)


@pytest.mark.parametrize(
    ("seconds", "gathered"),
    [
        ([1, 1, 1, 1, 4, 4, 2], [1, 1, 1, 1, 4, 4, 2]),  # a rung of ours
        ([1.0] * 11, [1, 1, 1, 1, 4, 3]),  # sound
        ([2.0] * 7, [2, 2, 2, 2, 4, 2]),  # a copied picture with key frames every two seconds
        ([10.0, 10.0, 10.0], [10, 10, 10]),
        ([1, 1, 1, 1, 3, 8, 1], [1, 1, 1, 1, 3, 8, 1]),  # nothing becomes far longer than wanted
        ([], []),
    ],
)
def test_short_segments_first_then_longer_ones(seconds: list[float], gathered: list[float]) -> None:
    before = parts(*seconds)
    after = before.gathered()
    assert [part.duration for part in after.parts] == gathered
    assert sum(part.length for part in after.parts) == sum(part.length for part in before.parts)
    assert after.gathered() == after
    assert not seconds or hls.parse(after.text()) == after


def test_the_peak_is_that_of_a_stretch_not_of_the_short_beginning() -> None:
    early = hls.Part(1.0, 4000, 0), hls.Part(1.0, 1000, 0), hls.Part(1.0, 1000, 0), hls.Part(4.0, 4000, 0)
    assert hls.Playlist("v.mp4", 0, early, ended=True).peak == 20_000  # 5,000 bytes in two seconds


def test_a_sliver_at_the_end_is_no_segment_by_itself() -> None:
    parts = (*(hls.Part(1.0, 100, at * 100) for at in range(13)), hls.Part(0.1, 7, 1300))
    gathered = hls.Playlist("x.mp4", 10, parts, ended=True).gathered()
    assert [round(part.duration, 3) for part in gathered.parts] == [1, 1, 1, 1, 4, 4, 1.1]
    assert gathered.parts[-1] == hls.Part(1.1, 107, 1200)
    short = hls.Playlist("x.mp4", 10, (hls.Part(1.0, 100, 10), hls.Part(0.07, 7, 110)), ended=True).gathered()
    assert [round(part.duration, 3) for part in short.parts] == [1.07]
