"""The rungs of a picture: one decode, every rung of it in one ffmpeg; of a long recording, a chunk at a time.

The sound is a rendition of its own, which `remux` and `sound` make.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput
from ingest import complaints, ffmpeg
from ingest.media import encoders, entering, hls, picture
from ingest.media.rungs import Grid, Plan, Rung, grid, plan
from ingest.steps.probe import stream_of
from ingest.watch import Watch

__all__ = ["Plan", "Recipe", "Rung", "chunks", "plan", "run"]

CHUNK_SECONDS = 150.0  # at most, as a crash costs one; what is decoded before each is next to nothing of it
_SHARES = 8  # a chunk is at most such a part of what is left: towards the end they get short, and nobody waits long
_SHORTEST = 0.2  # of the longest chunk
_KEY_FRAMES_APART = 30.0  # seconds; farther apart, each chunk would decode too much of the one before
_SLACK = 0.5  # seconds by which a file's own account of its end may differ from what its decoder gives
_SPEED = 0.02  # of the slowest machine, at 2160p


@dataclass(frozen=True)
class Recipe:
    """`media` is what `probe` found. `frames` is the part of the grid to make a piece of, [first, end); None: all."""

    media: dict[str, Any]
    rungs: tuple[Rung, ...]
    frames: tuple[int, int] | None = None
    version: int = 1

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> "Recipe":
        """Build it again from its `asdict`, also through JSON."""
        rungs = tuple(rung if isinstance(rung, Rung) else Rung(**rung) for rung in mapping["rungs"])
        first_end = mapping.get("frames")
        frames = None if first_end is None else (int(first_end[0]), int(first_end[1]))
        return cls(media=mapping["media"], rungs=rungs, frames=frames, version=mapping.get("version", 1))


def chunks(
    media: dict[str, Any], rungs: tuple[Rung, ...], *, seconds: float = CHUNK_SECONDS
) -> tuple[tuple[int, int], ...]:
    """Return frame ranges [first, end) of `seconds` or less each, or nothing where one run had better do all.

    Each begins at a key frame of the ladder. Nothing is returned for what is shorter than two chunks, for a file that
    cannot be entered in the middle exactly, even once it is copied (`entering`), and for a graphics card, which is
    quicker than all the workers.

    They shrink as the rest does (guided self-scheduling: Polychronopoulos and Kuck, 1987), so that workers of unequal
    speed end together, however many they are.
    """
    video = stream_of(media, "video")
    if video is None or not rungs or any(rung.encoder == "h264_nvenc" for rung in rungs):
        return ()
    enterable = entering.is_indexed(media) or entering.is_after_copying(media)
    if not enterable or video["keyframe_max_gap"] > _KEY_FRAMES_APART:
        return ()
    frames, step = grid(video).frames(media), grid(video).step
    longest = float(seconds * grid(video).rate)
    if frames < 2 * longest:
        return ()
    starts, shortest = [0], max(float(step), _SHORTEST * longest)
    while (rest := frames - starts[-1]) >= 1.5 * shortest:
        length = min(longest, max(shortest, rest / _SHARES))
        starts.append(starts[-1] + max(1, round(length / step)) * step)
    return tuple(zip(starts, [*starts[1:], frames], strict=True))


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, threads: int = 2) -> dict[str, Any]:
    """Make the rungs of the picture of `inputs["source"]`.

    Writes `480p.mp4`/`.m3u8` … and returns {"renditions": [… as of `remux`, with "sound"], "complaints": lines of
    ffmpeg's that point to damage}; with `frames` only `480p.mp4` …, and returns {"pieces": {"480p": "480p.mp4", …},
    "frames": how many of the grid, "complaints"}, for `splice`. No rungs: no renditions.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    if not recipe.rungs or stream_of(recipe.media, "video") is None:
        return {"renditions": [], "complaints": 0}
    heard: list[str] = []
    try:
        facts = _made(inputs["source"], out, recipe, watch, threads, heard)
    except IncompleteOutput:
        if not complaints.count(heard):
            raise
        facts = _made(inputs["source"], out, recipe, watch, threads, heard, held=True)
    return facts | {"complaints": complaints.count(heard)}


def _made(
    source: Path, out: Path, recipe: Recipe, watch: Watch, threads: int, heard: list[str], *, held: bool = False
) -> dict[str, Any]:
    """Encode once and prove all of it there. `held` keeps the last picture up to the end of a damaged source."""
    media, rungs = recipe.media, recipe.rungs
    video = stream_of(media, "video") or {}
    frames = grid(video)
    whole = frames.frames(media)
    first, end = recipe.frames or (0, whole)
    exact = held or end < whole  # else it ends where the decoder says
    part = (first, end if exact else None)
    entry = _entry(video, frames, first, held)
    node = ffmpeg.source(source, threads=threads, filter_complex_threads=threads, **entry)[str(video["index"])]
    made = picture.branches(node, video, rungs, frames, part, held=held)
    outputs = [_output(made[rung.name], rung, recipe, threads) for rung in rungs]
    seconds = float((end - first) / frames.rate)
    command = ffmpeg.run(
        outputs,
        out=out,
        what="Making the smaller pictures",
        duration=seconds,
        seconds=ffmpeg.time_limit(seconds, speed=_SPEED),
        watch=watch,
        heard=heard,
    )
    with ffmpeg.removed_on_error(out):
        proved = [_proved(out, rung, frames, end - first, exact, command) for rung in rungs]
        if recipe.frames is None:
            return {"renditions": proved}
        for rung in rungs:
            (out / f"{rung.name}.m3u8").unlink()
        done = round(max(proved, key=lambda one: one["frame_rate"])["duration"] * frames.rate)
        return {"pieces": {rung.name: f"{rung.name}.mp4" for rung in rungs}, "frames": done}


def _entry(video: dict[str, Any], frames: Grid, first: int, held: bool) -> dict[str, Any]:
    """Return how ffmpeg enters the file for a chunk: well before it, as its first frame may have stood for long.

    Where damage hides every picture near it, the last one that there is (`held`) is sought from the beginning.
    """
    if first == 0:
        return {}
    before = 0.0 if held else float(first / frames.rate) - video["keyframe_max_gap"] - 1.0
    # Times stay those of the whole file, and the frames from the key frame on are kept: `branches` cuts by number.
    return {"copyts": None, "start_at_zero": None, "noaccurate_seek": None, "ss": f"{max(0.0, before):.3f}"}


def _output(node: Any, rung: Rung, recipe: Recipe, threads: int) -> Any:
    frames = grid(stream_of(recipe.media, "video") or {})
    step, soon = frames.step // frames.every(rung), frames.first_step // frames.every(rung)
    opening = recipe.frames is None or recipe.frames[0] == 0
    keys = f"expr:not(mod(n,if(lt(n,{step}),{soon},{step})))" if opening else f"expr:not(mod(n,{step}))"
    coded = encoders.options(rung, key_frames=keys, step=step, threads=threads)
    return ffmpeg.output(node, f"{rung.name}.m3u8", **coded, **hls.options(rung.name, video=True))


def _proved(out: Path, rung: Rung, frames: Grid, count: int, exact: bool, command: list[str]) -> dict[str, Any]:
    rate = float(frames.rate / frames.every(rung))
    proved = hls.prove(out, rung.name, expected(frames, rung, count, exact=exact), command)
    return proved | {"frame_rate": rate, "sound": rung.sound}


def expected(frames: Grid, rung: Rung, count: int, *, exact: bool) -> hls.Expected:
    """Return what `count` frames of the grid are in a rung; where it ends with the source, half a second either way."""
    wanted = -(-count // frames.every(rung))
    rate = float(frames.rate / frames.every(rung))
    slack = 0 if exact else 1 + round(_SLACK * rate)
    return hls.Expected(duration=wanted / rate, tolerance=(slack + 0.5) / rate, packets=wanted, fewer=slack, more=slack)
