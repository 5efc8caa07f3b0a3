"""What of a source cannot be decoded, from when to when. Only a source that something was said of is looked at again.

Zeros in the middle of an MP4 and flipped bits are invisible to whoever reads packets; the decoders see them. What no
decoder can tell from a picture (a changed bit in its noise) is not found; nobody watching would find it either.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import MediaToolError
from ingest import confine
from ingest.formats import FORMATS
from ingest.media import missing
from ingest.steps.probe import stream_of
from ingest.watch import Watch

_LIMITS = confine.Limits(memory=8 * 2**30, file_size=1)
_SPEED = 0.1  # of real time, at worst: 4K on a slow machine
_LEAST = 0.015  # seconds that are worth telling: less than a picture or a packet of sound

_LENGTHLESS = {"mpegts", "mpeg", "mpegvideo"}  # containers that do not state how long they are
_SCRAP = 0.1  # seconds at the very end: half a packet, or what somebody wrote behind the sound


@dataclass(frozen=True)
class Recipe:
    """`media` is what `probe` found."""

    media: dict[str, Any]
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, threads: int = 2) -> dict[str, Any]:  # noqa: ARG001
    """Decode the picture and every sound track of `inputs["source"]`; write no file.

    Returns {"missing": […]}: what `probe` found missing and what cannot be decoded, put together, as
    `ingest/media/missing.py` has it; {"tracks": {index: […]}} the same for each other sound track.

    Raises:
        MediaToolError: the child that decodes broke down.
        TimeLimit, Cancelled: as `confine.run`.
    """
    media = recipe.media
    chosen = [stream for stream in (stream_of(media, "video"), stream_of(media, "audio")) if stream is not None]
    others = [index for index in media["audio_tracks"] if index != media["audio"]]
    lost = _decode(inputs["source"], media, [stream["index"] for stream in chosen] + others, watch, threads)
    ranges = list(media["missing"])
    for stream in chosen:
        ranges += _ranges(lost[str(stream["index"])], missing.KIND[stream["type"]], media["duration"])
        if stream["type"] == "video" and _breaks_off(media, stream, lost[str(stream["index"])]):
            ranges.append({"from": media["duration"], "to": media["duration"], "what": "recording", "open": True})
    kinds = {missing.KIND[stream["type"]] for stream in chosen}
    tracks = {str(index): missing.merged(_ranges(lost[str(index)], "sound", media["duration"]), []) for index in others}
    return {"missing": missing.merged(ranges, kinds), "tracks": tracks}


def _ranges(lost: list[list[float]], what: str, duration: float) -> list[missing.Range]:
    """Return losses as ranges within the recording; less than a frame is none, nor is a last scrap."""
    within = [(max(0.0, begin), min(end, duration)) for begin, end in lost]
    return [
        {"from": begin, "to": end, "what": what}
        for begin, end in within
        if end - begin > _LEAST and begin < duration - _SCRAP
    ]


def _breaks_off(media: Mapping[str, Any], video: Mapping[str, Any], lost: list[list[float]]) -> bool:
    """Tell whether a container that states no length ends with half a picture: then more was to come."""
    unstated = bool(_LENGTHLESS & set(media["container"].split(","))) and not any(
        one.get("open") for one in media["missing"]
    )
    return unstated and any(end >= video["end"] - media["start"] - _SCRAP for _, end in lost)


def _decode(
    source: Path, media: Mapping[str, Any], indexes: list[int], watch: Watch, threads: int
) -> dict[str, list[list[float]]]:
    said: dict[str, Any] = {}
    holes = [one["from"] for one in media["missing"] if one["what"] != "sound" and one["to"] < media["duration"]]
    numbers = (str(media["start"]), str(threads), ",".join(map(str, sorted(holes))), *map(str, indexes))
    arguments = [sys.executable, "-I", confine.sibling("decoding.py"), str(source.resolve()), ",".join(FORMATS)]
    ended = confine.run(
        [*arguments, *numbers],
        what="Checking the source",
        seconds=120.0 + media["duration"] / _SPEED,
        on_line=lambda line: said.update(json.loads(line)),
        tick=lambda: watch.progress(said.get("at", 0.0)),
        limits=_LIMITS,
    )
    if ended.code != 0 or "lost" not in said:
        raise MediaToolError(
            f"Checking the source failed: the decoder broke down (exit code {ended.code}).",
            "Try again; if it happens again, convert the file with another program and add the result.",
            command=[*arguments, *numbers],
            stderr=ended.stderr,
            text=said.get("error", ""),
        )
    lost: dict[str, list[list[float]]] = said["lost"]
    return lost
