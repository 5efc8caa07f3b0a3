"""A lower rung: the picture for weak links, encoded. The sound is a rendition of its own, which `remux` makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import ffmpeg
from ingest.steps import hls
from ingest.steps.probe import stream_of
from ingest.watch import Watch


@dataclass(frozen=True)
class Recipe:
    """One rung of H.264 that every device plays. `media` is what `probe` found.

    `height` is the most it gets, never more than the source has. `crf` holds the quality of quiet pictures, `max_rate`
    (kbit/s) bounds the rest for a link of 1 Mbit/s.
    """

    media: dict[str, Any]
    name: str = "480p"
    height: int = 480
    crf: int = 26
    max_rate: int = 600
    preset: str = "veryfast"
    max_frame_rate: float = 30.0
    keyframe_seconds: float = 2.0
    segment_seconds: float = 4.0
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, threads: int = 2) -> dict[str, Any]:
    """Write `480p.mp4`/`.m3u8` from the picture of `inputs["source"]`. Facts as of `remux`; empty without a picture.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    media = recipe.media
    video = stream_of(media, "video")
    if video is None:
        return {"renditions": []}
    rate = frame_rate(video, recipe)
    source = ffmpeg.source(inputs["source"], threads=threads)
    length = video["end"] - media["start"]
    rung = ffmpeg.output(
        source[str(video["index"])],
        f"{recipe.name}.m3u8",
        vf=filters(video, recipe),
        **_codec(recipe, threads),
        **hls.options(recipe.name, seconds=recipe.segment_seconds, video=True),
    )
    command = ffmpeg.run(
        [rung],
        out=out,
        what=f"Making the {recipe.name} picture",
        duration=length,
        seconds=ffmpeg.time_limit(length, speed=0.05),
        watch=watch,
    )
    slack = 0.5 + 0.005 * length
    frames = round(slack * rate) + 1
    wanted = hls.Expected(duration=length, tolerance=slack, packets=round(length * rate), fewer=frames, more=frames)
    with ffmpeg.removed_on_error(out):
        facts = hls.prove(out, recipe.name, wanted, command)
    return {"renditions": [facts | {"frame_rate": rate}]}


def filters(video: dict[str, Any], recipe: Recipe) -> str:
    """Return the filter chain. ffmpeg itself has turned the picture upright before it."""
    width, height = size(video, recipe)
    chain = ["yadif"] if video["interlaced"] else []
    # A picture that begins late is held from the start, so that every rung and the sound share one timeline.
    chain.append(f"fps={frame_rate(video, recipe):.6g}:start_time=0")
    chain.append(f"scale={width}:{height}:flags=bicubic:out_range=tv")
    chain += ["setsar=1", "format=yuv420p"]
    return ",".join(chain)


def size(video: dict[str, Any], recipe: Recipe) -> tuple[int, int]:
    """Return width and height of the rung: square pixels, upright, even, never larger than the source."""
    width, height = float(video["width"]), float(video["height"])
    across, down = video["sar"]
    if across > 0 and down > 0:
        width *= across / down
    if video["rotation"] % 180 == 90:
        width, height = height, width
    scale = min(1.0, recipe.height / height)
    return _even(width * scale), _even(height * scale)


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)


def frame_rate(video: dict[str, Any], recipe: Recipe) -> float:
    """Return the rung's constant frame rate: the source's, halved until it is low enough; 25 where it says none."""
    rate = float(video["frame_rate"] or 25.0)
    while rate > recipe.max_frame_rate * 1.1:
        rate /= 2
    return min(recipe.max_frame_rate, max(rate, 1.0))


def _codec(recipe: Recipe, threads: int) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": recipe.preset,
        "profile:v": "main",
        "crf": recipe.crf,
        "maxrate": f"{recipe.max_rate}k",
        "bufsize": f"{recipe.max_rate * 2}k",
        "force_key_frames": f"expr:gte(t,n_forced*{recipe.keyframe_seconds:g})",
        "sc_threshold": 0,
        "threads": threads,
    }
