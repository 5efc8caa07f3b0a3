"""Pictures of an angle: a poster, the storyboard under the time line, and a still for every slide or scene.

The smallest rung is decoded once, for the storyboard and for tiny grey pictures in which `scenes` finds what is new.
What people look at is then taken from the largest rendition, by seeking to each moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from archive.errors import IncompleteOutput
from ingest import ffmpeg
from ingest.media import poster, scenes, snapshots, storyboard
from ingest.media.jpeg import jpeg_size
from ingest.watch import Part, Watch

_MOTION, _CANDIDATES = "motion.gray", "candidates.gray"
_QUALITIES = ("sheet", 7), ("tight", 14)  # ffmpeg's scale; the second where the first grows too large
_MOST_BYTES = 1_400_000  # of all sheets


_END = 0.2  # seconds before the end in which a rendition may have no picture any more: the last one stands before them


@dataclass(frozen=True)
class Recipe:
    """`duration` is how long the picture lasts (the small rung's), `width` × `height` the large rendition's size.

    `missing` is what `probe` or `check` found: no poster is taken there. `gap` is the most seconds between two stills
    of a picture that moves.
    """

    duration: float
    width: int
    height: int
    missing: list[dict[str, Any]] = field(default_factory=list)
    gap: float = 45.0
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, threads: int = 2) -> dict[str, Any]:
    """Write JPEGs and `storyboard.vtt` from `inputs["small"]` (the 240p rung) and `inputs["large"]` (the best one).

    Returns {"poster": {"file", "time", "width", "height"}, "storyboard": {"vtt", "sheets", "seconds", "tile"},
    "scenes": [{"time", "file", "large", "kind", "build", "size"}]}; without "small" nothing: None, None and []. A
    `build` is a slide that adds to the one before it. A recording that is black throughout has a poster, but no scenes.

    Raises:
        IncompleteOutput: fewer pictures came out than were asked for, or the picture is shorter than `duration`.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    if "small" not in inputs:
        return {"poster": None, "storyboard": None, "scenes": []}
    small, shape = inputs["small"], (recipe.width, recipe.height)
    board = storyboard.layout(recipe.duration, *shape)
    every = max(0.5, recipe.duration / poster.CANDIDATES)
    command = _decode(small, out, recipe, board, every, threads, Part(watch, 0.0, 0.6))
    with ffmpeg.removed_on_error(out):
        samples = _samples(out, recipe, command)
        found = scenes.motion(samples, Part(watch, 0.6, 0.65).progress)
        moments = scenes.detect(samples, found, gap=recipe.gap, tick=Part(watch, 0.65, 0.7).progress)
        moments = [moment for moment in moments if not _lost(recipe, moment.grab)]
        at = poster.choose(_candidates(out, recipe), every, found.level, recipe.duration, recipe.missing)
        (out / _MOTION).unlink()
        (out / _CANDIDATES).unlink()
        facts = {
            "poster": {"file": "poster.jpg", "time": at, **_sides(snapshots.large_size(*shape))},
            "storyboard": _storyboard(out, board, recipe.duration, command),
        }
        last = max(0.0, recipe.duration - _END)
        grabs = [min(scene.grab, last) for scene in moments]
        taken = [snapshots.Moment(f"scene-{number:04}", grab) for number, grab in enumerate(grabs, 1)]
        front = snapshots.Moment("poster", min(at, last), sizes=False)
        large = inputs.get("large", small)
        snapshots.take(large, small, out, [front, *taken], shape=shape, watch=Part(watch, 0.7, 1.0))
        sizes = snapshots.allot(out, taken, [scene.time for scene in moments], shape, recipe.duration)
    watch.progress(1.0)
    return facts | {
        "scenes": [
            {
                "time": round(scene.time, 3),
                "file": f"{still.name}.jpg",
                "large": f"{still.name}-large.jpg",
                "kind": scene.kind,
                "build": scene.build,
                "size": size,
            }
            for scene, still, size in zip(moments, taken, sizes, strict=True)
        ]
    }


def _decode(
    small: Path, out: Path, recipe: Recipe, board: storyboard.Layout, every: float, threads: int, watch: Watch
) -> list[str]:
    """Decode the small rung once, into the sheets and into what is looked at here."""
    picture = ffmpeg.source(small, threads=threads)["v:0"]
    # `fps` gives for each stretch the last picture before its middle. The last is held for as many tiles as are due.
    tiles = (
        f"fps=1/{board.seconds}:start_time=0:eof_action=pass,{snapshots.scaled(board.tile)},"
        f"tpad=stop=-1:stop_mode=clone,trim=end_frame={board.tiles},tile={board.across}x{board.down}"
    )
    motion, candidates = _grey(f"{scenes.RATE}", _shape(recipe, 64)), _grey(f"{1 / every:.9f}", _shape(recipe, 320))
    return ffmpeg.run(
        [
            ffmpeg.output(picture, _MOTION, vf=motion, f="rawvideo"),
            ffmpeg.output(picture, _CANDIDATES, vf=candidates, f="rawvideo"),
            *(
                ffmpeg.output(picture, f"{name}-%03d.jpg", vf=tiles, **snapshots.jpeg(quality))
                for name, quality in _QUALITIES
            ),
        ],
        out=out,
        what="Looking for slides and scenes",
        duration=recipe.duration,
        seconds=ffmpeg.time_limit(recipe.duration, speed=2.0),
        watch=watch,
    )


def _grey(rate: str, shape: tuple[int, int]) -> str:
    return f"fps={rate}:start_time=0:eof_action=pass,scale={shape[0]}:{shape[1]}:flags=area,format=gray"


def _shape(recipe: Recipe, long_side: int) -> tuple[int, int]:
    width, height = storyboard.fit(recipe.width * 1000, recipe.height * 1000, long_side)
    return max(16, width), max(16, height)


def _samples(out: Path, recipe: Recipe, command: list[str]) -> scenes.Samples:
    """Open the tiny grey pictures; not in memory, a long recording has 130 MB of them.

    Raises:
        IncompleteOutput: they are too few.
    """
    file, (width, height) = out / _MOTION, _shape(recipe, 64)
    size = file.stat().st_size if file.is_file() else 0
    count, rest = divmod(size, width * height)
    wanted = recipe.duration * scenes.RATE
    if rest or count < max(1.0, wanted - (1 + 0.005 * recipe.duration) * scenes.RATE):
        raise _incomplete(f"{count / scenes.RATE:.2f} s of {recipe.duration:.2f} s of picture were looked at", command)

    def read(first: int, count: int) -> scenes.Grey:
        part = np.fromfile(file, np.uint8, count * width * height, offset=first * width * height)
        return part.reshape(count, height, width)

    return scenes.Samples(read, count)


def _candidates(out: Path, recipe: Recipe) -> scenes.Grey:
    width, height = _shape(recipe, 320)
    data = np.fromfile(out / _CANDIDATES, np.uint8)
    return data[: data.size // (width * height) * width * height].reshape(-1, height, width)


def _storyboard(out: Path, board: storyboard.Layout, duration: float, command: list[str]) -> dict[str, Any]:
    """Prove the sheets, keep the better ones if they are not too large, and write the WebVTT.

    Raises:
        IncompleteOutput: one is missing, not whole or of another size.
    """
    names = {name: [f"{name}-{number:03}.jpg" for number in range(1, board.sheets + 1)] for name, _ in _QUALITIES}
    for file in (file for files in names.values() for file in files):
        try:
            size = jpeg_size(out / file)
        except ValueError as error:
            raise _incomplete(f"{error}", command) from error
        if size != board.sheet:
            raise _incomplete(f"{file} is {size[0]} × {size[1]}", command)
    good, tight = names["sheet"], names["tight"]
    too_large = sum((out / file).stat().st_size for file in good) > _MOST_BYTES
    for kept, other in zip(good, tight, strict=True):
        if too_large:
            (out / other).replace(out / kept)
        else:
            (out / other).unlink()
    (out / "storyboard.vtt").write_text(storyboard.webvtt(board, good, duration), encoding="utf-8")
    return {"vtt": "storyboard.vtt", "sheets": good, "seconds": board.seconds, "tile": list(board.tile)}


def _lost(recipe: Recipe, time: float) -> bool:
    return any(lost["from"] <= time <= lost["to"] for lost in recipe.missing if lost["what"] != "sound")


def _sides(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}


def _incomplete(why: str, command: list[str]) -> IncompleteOutput:
    return IncompleteOutput(
        f"ffmpeg said that it was done, but the stills are not complete: {why}.",
        "See that the disk is not full, then try again.",
        command=command,
    )
