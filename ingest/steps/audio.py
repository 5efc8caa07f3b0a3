"""The sound as the speech engines want it: 16 kHz, one channel, FLAC, on the same timeline as the picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput
from ingest import ffmpeg
from ingest.steps.probe import read, stream_of
from ingest.watch import Silent, Watch

FILE = "speech.flac"


@dataclass(frozen=True)
class Recipe:
    """`media` is what `probe` found."""

    media: dict[str, Any]
    sample_rate: int = 16000
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Write `speech.flac` from the sound of `inputs["source"]`.

    Returns {"file", "duration"}; `file` is None when there is no sound.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    media = recipe.media
    audio = stream_of(media, "audio")
    if audio is None:
        return {"file": None, "duration": 0.0}
    length = audio["end"] - media["start"]
    flac = ffmpeg.output(
        ffmpeg.source(inputs["source"])[str(audio["index"])],
        FILE,
        f="flac",
        ar=recipe.sample_rate,
        ac=1,
        sample_fmt="s16",
        af="aresample=async=1:first_pts=0",  # silence where the file has none: the words keep their times
        map_metadata=-1,
    )
    command = ffmpeg.run(
        [flac],
        out=out,
        what="Extracting the sound",
        duration=length,
        seconds=ffmpeg.time_limit(length, speed=0.5),
        watch=watch,
    )
    with ffmpeg.removed_on_error(out):
        return {"file": FILE, "duration": _prove(out / FILE, length, command)}


def _prove(file: Path, length: float, command: list[str]) -> float:
    """Return the seconds that are really in the file.

    Raises:
        IncompleteOutput: they are fewer than the source's.
    """
    answer = read(file, Silent(), what="Checking the sound") if file.is_file() else {}
    streams = answer.get("facts", {}).get("streams", [])
    found = streams[0]["end"] or 0.0 if streams else 0.0
    if abs(found - length) > 0.3 + 0.002 * length:
        raise IncompleteOutput(
            f"ffmpeg said that it was done, but the sound lasts {found:.2f} s of {length:.2f} s.",
            "See that the disk is not full, then try again.",
            command=command,
        )
    return float(found)
