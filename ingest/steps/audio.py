"""The sound as the speech engines want it: 16 kHz, one channel, FLAC, on the same timeline as the picture.

Its level is the source's: Whisper and the voice detector fit it to themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput
from ingest import ffmpeg
from ingest.media import soundtrack
from ingest.media.soundtrack import Ledger
from ingest.steps.probe import read
from ingest.watch import Silent, Watch

FILE = "speech.flac"


@dataclass(frozen=True)
class Recipe:
    """`media` is what `probe` found, `track` the index of the stream to take; None: the one that `probe` chose."""

    media: dict[str, Any]
    track: int | None = None
    sample_rate: int = 16000
    version: int = 2


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Write `speech.flac` from the sound of `inputs["source"]`.

    Returns {"file", "duration", "complaints"}; `file` is None when there is no sound.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    media = recipe.media
    index = media["audio"] if recipe.track is None else recipe.track
    if index is None:
        return {"file": None, "duration": 0.0, "complaints": 0}
    tracks = [stream for stream in media["streams"] if stream["index"] == index]

    def make(source: Any, media: dict[str, Any], watch: Watch) -> dict[str, Any]:
        return _made(source, out, replace(recipe, media=media, track=index), watch)

    return soundtrack.in_one_form(make, inputs["source"], media, tracks, out, watch)


def _made(source: Any, out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    media, index = recipe.media, recipe.track
    track = next(stream for stream in media["streams"] if stream["index"] == index)
    ledger, command = _extract(source, track, out, recipe, watch, in_sequence=False)
    false_times = ledger.lossy(track["index"], _written(ledger, recipe), rate=recipe.sample_rate)
    if false_times:
        (out / FILE).unlink()
        ledger, command = _extract(source, track, out, recipe, watch, in_sequence=True)
    length = _written(ledger, recipe)
    with ffmpeg.removed_on_error(out):
        if not false_times:
            soundtrack.prove_length(length, track, media, ledger, command)
        return {"file": FILE, "duration": _prove(out / FILE, length, command), "complaints": ledger.complaints}


def _extract(
    source: Any, track: dict[str, Any], out: Path, recipe: Recipe, watch: Watch, *, in_sequence: bool
) -> tuple[Ledger, list[str]]:
    index, ledger = track["index"], Ledger()
    sound = soundtrack.in_step(
        source[str(index)], index, rate=recipe.sample_rate, layout="mono", in_sequence=in_sequence
    )
    flac = ffmpeg.output(sound, FILE, f="flac", sample_fmt="s16", map_metadata=-1)
    length = track["end"] - recipe.media["start"]
    what = "Extracting the sound"
    return ledger, soundtrack.run([flac], [track], ledger, out=out, what=what, duration=length, watch=watch)


def _written(ledger: Ledger, recipe: Recipe) -> float:
    return ledger.written.get(0, 0) / recipe.sample_rate


def _prove(file: Path, length: float, command: list[str]) -> float:
    """Return the seconds that are really in the file.

    Raises:
        IncompleteOutput: they are not what ffmpeg said it wrote.
    """
    answer = read(file, Silent(), what="Checking the sound") if file.is_file() else {}
    streams = answer.get("facts", {}).get("streams", [])
    found = streams[0]["end"] or 0.0 if streams else 0.0
    if abs(found - length) > 0.1:
        raise IncompleteOutput(
            f"ffmpeg said that it was done, but the sound lasts {found:.2f} s of {length:.2f} s.",
            "See that the disk is not full, then try again.",
            command=command,
        )
    return float(found)
