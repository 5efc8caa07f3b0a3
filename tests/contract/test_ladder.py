"""The ladder on real films: aligned rungs, chunks that meet without a seam, colours, rates, and what is left out."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import pytest

from archive.errors import IncompleteOutput, MediaToolError
from ingest import confine, ffmpeg
from ingest.media import encoders, entering, hls
from ingest.media.rungs import grid
from ingest.steps import join, ladder, probe, splice
from ingest.steps.ladder import Rung
from ingest.watch import Silent

QUICK = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Make a clip with ffmpeg itself."""

    def made(name: str, *arguments: str) -> Path:
        path = tmp_path / name
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments, str(path)], check=True)
        return path

    return made


def film(size: str = "320x256", rate: str = "25", seconds: float = 18) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}")


def planned(media: dict[str, Any], **change: Any) -> tuple[Rung, ...]:
    """All rungs of a picture that is not copied, made quickly."""
    plan = ladder.plan(media, copied=False)
    return tuple(replace(rung, preset="ultrafast", **change) for rung in (plan.weak, *plan.rest) if rung is not None)


def climb(source: Path, out: Path, *, copied: bool = False, **change: Any) -> dict[str, dict[str, Any]]:
    """Make all rungs at once; return their facts by name."""
    media = probe.probe(source, name=source.name)
    out.mkdir()
    recipe = ladder.Recipe(media, planned(media, **change))
    return {made["name"]: made for made in ladder.run({"source": source}, out, recipe, Silent())["renditions"]}


def frames_of(file: Path) -> list[Any]:
    with av.open(str(file)) as opened:
        return [frame.to_ndarray(format="gray").astype(float) for frame in opened.decode(video=0)]


def packets_of(file: Path) -> list[tuple[Any, ...]]:
    with av.open(str(file)) as opened:
        return [(p.pts, p.dts, p.duration, p.is_keyframe) for p in opened.demux(video=0) if p.size]


def key_times(file: Path) -> list[float]:
    with av.open(str(file)) as opened:
        found = [p.pts * p.time_base for p in opened.demux(video=0) if p.size and p.is_keyframe and p.pts is not None]
    return [round(float(time), 4) for time in found]


def likeness(one: Any, other: Any) -> float:
    """Peak signal-to-noise ratio in dB."""
    error = float(((one - other) ** 2).mean())
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def test_all_rungs_have_their_key_frames_at_the_same_times(make: Callable[..., Path], tmp_path: Path) -> None:
    source = make("ntsc.mp4", *film("1280x720", "30000/1001", 10), *QUICK)
    rungs = climb(source, tmp_path / "out")
    assert list(rungs) == ["240p", "480p", "720p"]
    assert [rung["sound"] for rung in rungs.values()] == ["low", "full", "full"]
    step = 30 * 1001 / 30000
    for name, rung in rungs.items():
        file = tmp_path / "out" / rung["file"]
        assert key_times(file) == [round(n * step, 4) for n in (0, 1, 2, 3, 4, 8)], name
        parts = hls.parse((tmp_path / "out" / rung["playlist"]).read_text()).parts
        assert [round(part.duration) for part in parts] == [1, 1, 1, 1, 4, 2]
        assert parts[0].length < rung["size"] / 4
    assert (rungs["240p"]["frame_rate"], len(packets_of(tmp_path / "out" / "240p.mp4"))) == (15000 / 1001, 150)
    assert (rungs["720p"]["frame_rate"], len(packets_of(tmp_path / "out" / "720p.mp4"))) == (30000 / 1001, 300)


def chunked(source: Path, scratch: Path, rungs: tuple[Rung, ...]) -> tuple[splice.Recipe, dict[str, Path]]:
    """Make a film's pieces of about four seconds, each as another worker with other threads would."""
    media = probe.probe(source, name=source.name)
    if not entering.is_indexed(media):
        source = copied(source, scratch / "copy", media)
        media = probe.probe(source, name=source.name)
    ranges = ladder.chunks(media, rungs, seconds=4)
    assert len(ranges) > 2
    inputs: dict[str, Path] = {}
    for position, frames in enumerate(ranges):
        out = scratch / str(position)
        out.mkdir(parents=True)
        recipe = json.loads(json.dumps(asdict(ladder.Recipe(media, rungs, frames=frames))))
        made = ladder.run({"source": source}, out, ladder.Recipe.of(recipe), Silent(), threads=1 + position % 3)
        assert made["frames"] == frames[1] - frames[0]
        assert {path.name for path in out.iterdir()} == set(made["pieces"].values())
        inputs |= {f"{position}/{name}": out / file for name, file in made["pieces"].items()}
    return splice.Recipe(media, rungs, ranges), inputs


def copied(source: Path, out: Path, media: dict[str, Any]) -> Path:
    """Copy a stream without an index into a file with one."""
    out.mkdir(parents=True)
    made: str = join.run({"0": source}, out, join.Recipe(medias=[media]), Silent())["file"]
    assert entering.is_same(probe.probe(out / made, name=made), media)
    return out / made


SLIDES = ("-vf", "select='not(mod(n,70))+between(n,75,95)'", "-fps_mode", "vfr")  # long standing, then a little film
FILMS = {
    "25.mkv": (*film(), *QUICK, "-g", "60"),
    "ntsc.mp4": (*film(rate="30000/1001"), *QUICK, "-bf", "2", "-g", "45"),
    "slides.mkv": (*film(rate="10", seconds=29), *SLIDES, *QUICK, "-g", "5"),
    "late.mp4": ("-f", "lavfi", "-i", "sine=d=20", "-itsoffset", "7", *film(seconds=13), *QUICK, "-c:a", "aac"),
    "avchd.mts": (
        *film("360x288", "50"), "-f", "lavfi", "-i", "sine=d=18", "-vf", "interlace=lowpass=0,setfield=tff", *QUICK,
        "-x264-params", "tff=1:bframes=2:keyint=13:open-gop=1", "-c:a", "ac3",
    ),
    "broadcast.ts": (*film(rate="30000/1001"), *QUICK, "-bf", "2", "-g", "45", "-output_ts_offset", "4321"),
    "dvd.mpg": (
        *film("352x288"), "-f", "lavfi", "-i", "sine=d=18:r=48000", "-c:v", "mpeg2video", "-b:v", "3M", "-bf", "2",
        "-c:a", "mp2", "-f", "vob",
    ),
    "fragmented.mp4": (*film(rate="60"), *QUICK, "-g", "90", "-movflags", "frag_keyframe+empty_moov"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILMS)
def test_chunks_join_without_a_seam(name: str, make: Callable[..., Path], tmp_path: Path) -> None:
    source = make(name, *FILMS[name])
    media = probe.probe(source, name=name)
    rungs = planned(media, max_rate=20_000)  # room enough to tell a wrong frame from a poor one
    whole = tmp_path / "whole"
    whole.mkdir()
    recipe, pieces = chunked(source, tmp_path / "pieces", rungs)
    once = ladder.run({"source": source}, whole, ladder.Recipe(media, rungs), Silent())["renditions"]
    (tmp_path / "joined").mkdir()
    joined = splice.run(pieces, tmp_path / "joined", recipe, Silent())["renditions"]
    for one, other in zip(once, joined, strict=True):
        sizes = {"size", "bandwidth"}
        assert {k: v for k, v in one.items() if k not in sizes} == {k: v for k, v in other.items() if k not in sizes}
        first, second = whole / one["file"], tmp_path / "joined" / other["file"]
        assert packets_of(first) == packets_of(second)
        likenesses = [likeness(*pair) for pair in zip(frames_of(first), frames_of(second), strict=True)]
        assert min(likenesses) > 32, f"frame {np.argmin(likenesses)} is another one"
        of_first, of_second = (hls.parse((file.with_suffix(".m3u8")).read_text()) for file in (first, second))
        assert [part.duration for part in of_first.parts] == [part.duration for part in of_second.parts]


def test_a_stream_whose_clock_jumps_is_no_file_to_enter(make: Callable[..., Path], tmp_path: Path) -> None:
    """ffmpeg closes such a jump as it reads; a copy would show the rest at other times."""
    parts = [make(f"{n}.ts", *film(seconds=9), *QUICK, "-output_ts_offset", str(at)) for n, at in enumerate((0, 3000))]
    source = tmp_path / "jump.ts"
    source.write_bytes(b"".join(part.read_bytes() for part in parts))
    media = probe.probe(source, name="jump")
    assert media["duration"] == pytest.approx(18, abs=0.3)
    out = tmp_path / "copy"
    out.mkdir()
    made = join.run({"0": source}, out, join.Recipe(medias=[media]), Silent())["file"]
    assert not entering.is_same(probe.probe(out / made, name=made), media)


def test_pieces_that_do_not_fit_are_refused(make: Callable[..., Path], tmp_path: Path) -> None:
    source = make("film.mp4", *film(seconds=14), *QUICK)
    rungs = planned(probe.probe(source, name="film"))[:1]
    recipe, pieces = chunked(source, tmp_path / "pieces", rungs)
    out = tmp_path / "out"
    out.mkdir()

    def refused(inputs: Mapping[str, Path], why: str) -> None:
        with pytest.raises(IncompleteOutput, match=why):
            splice.run(inputs, out, recipe, Silent())
        assert list(out.iterdir()) == []

    refused(pieces | {"1/240p": pieces["2/240p"]}, "piece 2 begins")
    other = tmp_path / "other"
    other.mkdir()
    odd = ladder.Recipe(recipe.media, (replace(rungs[0], preset="veryfast"),), frames=recipe.chunks[1])
    ladder.run({"source": source}, other, odd, Silent())
    refused(pieces | {"1/240p": other / "240p.mp4"}, "encoded otherwise")
    short = tmp_path / "short.mp4"
    short.write_bytes(pieces["1/240p"].read_bytes()[:-1000])
    refused(pieces | {"1/240p": short}, "does not end within")


def test_a_piece_on_a_full_disk_is_never_success(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make("film.mp4", *film(seconds=14), *QUICK)
    media = probe.probe(source, name="film")
    rungs = planned(media)[:1]
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(ffmpeg, "_LIMITS", confine.Limits(file_size=9_000))
    frames = ladder.chunks(media, rungs, seconds=4)[1]
    with pytest.raises(Exception, match=r"failed|not complete"):
        ladder.run({"source": source}, out, ladder.Recipe(media, rungs, frames=frames), Silent())
    assert list(out.iterdir()) == []


def test_a_variable_rate_becomes_constant_and_keeps_its_times(make: Callable[..., Path], tmp_path: Path) -> None:
    """Black for two seconds, then white: the change must stay where it was, whatever stood how long before."""
    change = "color=black:s=320x256:r=10:d=4,drawbox=c=white:t=fill:enable='gte(t,2)',select='not(mod(n,10))'"
    source = make("slides.mkv", "-f", "lavfi", "-i", change, "-fps_mode", "vfr", *QUICK)
    rungs = climb(source, tmp_path / "out")
    rate = rungs["256p"]["frame_rate"]
    bright = [frame.mean() > 128 for frame in frames_of(tmp_path / "out" / "256p.mp4")]
    assert bright.index(True) / rate == pytest.approx(2.0, abs=0.06)
    assert len(bright) / rate == pytest.approx(probe.probe(source, name="s")["duration"], abs=0.1)


def test_interlaced_film_is_made_progressive_at_its_own_rate(make: Callable[..., Path], tmp_path: Path) -> None:
    source = make(
        "fields.mp4",
        *film("720x576", "50", 3),
        *("-vf", "interlace=lowpass=0,setfield=tff", *QUICK, "-flags", "+ildct+ilme"),
    )
    media = probe.probe(source, name="fields")
    assert probe.stream_of(media, "video")["interlaced"]  # type: ignore[index]
    rungs = climb(source, tmp_path / "out")
    assert {name: rung["frame_rate"] for name, rung in rungs.items()} == {"240p": 12.5, "480p": 25.0, "576p": 25.0}
    assert len(frames_of(tmp_path / "out" / "576p.mp4")) == 75


def test_high_dynamic_range_is_mapped_to_standard(make: Callable[..., Path], tmp_path: Path) -> None:
    """White paper of 203 nits, coded in PQ: taken as it is it would be grey (about 58 % of the signal)."""
    grey = "color=gray:s=320x256:r=25:d=1,format=yuv420p,geq=lum=143:cb=128:cr=128,format=yuv420p10le"
    tags = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:log-level=none"
    source = make("pq.mp4", "-f", "lavfi", "-i", grey, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tags)
    climb(source, tmp_path / "out")
    with av.open(str(tmp_path / "out" / "256p.mp4")) as opened:
        context = opened.streams.video[0].codec_context
        assert (context.color_trc, context.color_primaries, context.colorspace, context.pix_fmt) == (1, 1, 1, "yuv420p")
    assert frames_of(tmp_path / "out" / "256p.mp4")[0].mean() > 150


@pytest.mark.parametrize(("size", "matrix"), [("320x256", 6), ("1280x720", 1)])
def test_colours_are_named(size: str, matrix: int, make: Callable[..., Path], tmp_path: Path) -> None:
    source = make("film.mp4", *film(size, seconds=1), *QUICK)
    climb(source, tmp_path / "out")
    with av.open(str(tmp_path / "out" / "240p.mp4")) as opened:
        context = opened.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (matrix, 1)


def test_odd_pixels_become_what_every_device_decodes(make: Callable[..., Path], tmp_path: Path) -> None:
    for name, pixels in (("rgb.mkv", "gbrp"), ("wide.mkv", "yuv444p10le"), ("full.mkv", "yuvj422p")):
        source = make(
            name, *film("321x243", seconds=1), "-c:v", "ffv1" if name != "full.mkv" else "mjpeg", "-pix_fmt", pixels
        )
        rungs = climb(source, tmp_path / name.partition(".")[0])
        assert {(rung["width"] % 2, rung["height"] % 2) for rung in rungs.values()} == {(0, 0)}
        with av.open(str(tmp_path / name.partition(".")[0] / "240p.mp4")) as opened:
            assert opened.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_av1_beside_h264(make: Callable[..., Path], tmp_path: Path) -> None:
    source = make("film.mp4", *film("640x480", seconds=6), *QUICK)
    media = probe.probe(source, name="film")
    rest = ladder.plan(media, copied=False, av1=True).rest
    assert [rung.name for rung in rest] == ["480p", "480p-av1"]
    rungs = tuple(replace(rung, preset="ultrafast" if rung.encoder == "libx264" else "12") for rung in rest)
    made = ladder.run({"source": source}, tmp_path, ladder.Recipe(media, rungs), Silent())["renditions"]
    assert [one["codecs"].partition(".")[0] for one in made] == ["avc1", "av01"]
    assert key_times(tmp_path / "480p-av1.mp4") == key_times(tmp_path / "480p.mp4")


def test_damage_is_bridged_and_told(make: Callable[..., Path], tmp_path: Path) -> None:
    """All but the beginning of the media is zeros, though its index is whole: the last good picture stands on.

    So also in a chunk that has not one good picture.
    """
    source = make("film.mp4", *film(seconds=12), *QUICK, "-g", "25", "-movflags", "faststart")
    media = probe.probe(source, name="film")
    data = source.read_bytes()
    source.write_bytes(data[: len(data) * 2 // 5] + bytes(len(data) - len(data) * 2 // 5))
    rungs = planned(media)[:1]
    ranges = ladder.chunks(media, rungs, seconds=4)
    for number, (frames, count) in enumerate([(None, 150), *((part, (part[1] - part[0]) // 2) for part in ranges)]):
        out = tmp_path / str(number)
        out.mkdir()
        made = ladder.run({"source": source}, out, ladder.Recipe(media, rungs, frames=frames), Silent())
        assert made["complaints"] > 0 or frames == ranges[0]
        assert len(packets_of(out / "240p.mp4")) == count


def test_a_graphics_card_is_used_only_where_it_works(make: Callable[..., Path], tmp_path: Path) -> None:
    source = make("film.mp4", *film("1280x720", seconds=2), *QUICK)
    media = probe.probe(source, name="film")
    out = tmp_path / "out"
    out.mkdir()
    recipe = ladder.Recipe(media, ladder.plan(media, copied=True, nvenc=True).rest)
    if encoders.nvenc_works():
        assert ladder.run({"source": source}, out, recipe, Silent())["renditions"][0]["height"] == 480
    else:
        with pytest.raises(MediaToolError, match="failed"):
            ladder.run({"source": source}, out, recipe, Silent())
        assert list(out.iterdir()) == []


def test_a_busy_picture_stays_within_its_rate(make: Callable[..., Path], tmp_path: Path) -> None:
    noise = "nullsrc=s=640x480:r=25:d=10,format=yuv420p,noise=alls=40:allf=t"
    source = make("noise.mp4", "-f", "lavfi", "-i", noise, *QUICK, "-crf", "28")
    for rung in climb(source, tmp_path / "out").values():
        most = {"240p": 150_000, "480p": 700_000}[rung["name"]]
        assert rung["size"] * 8 / rung["duration"] < 1.25 * most  # the buffer's two seconds count in so short a film
        assert rung["bandwidth"] < 2 * most


def test_the_grid_counts_what_the_source_has(make: Callable[..., Path]) -> None:
    source = make("film.mp4", *film(seconds=3), *QUICK)
    media = probe.probe(source, name="film")
    video = probe.stream_of(media, "video")
    assert video is not None
    assert grid(video).frames(media) == 75
