"""What is in a source: container, streams, and how much of it can really be read.

The reading is done by `ingest/probing.py` in a confined child; this module asks it and judges the answer.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import MediaToolError, shown
from ingest import complaints, confine
from ingest.formats import FORMATS
from ingest.media import missing, refusals, websafe
from ingest.watch import Silent, Watch

_LIMITS = confine.Limits(memory=4 * 2**30, file_size=1)
_SECONDS = 60.0
_BYTES_PER_SECOND = 10e6  # a slow disk: what the time limit grows by with the size of the file


@dataclass(frozen=True)
class Recipe:
    """Probing has nothing to choose."""

    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, name: str = "") -> dict[str, Any]:  # noqa: ARG001
    """Probe `inputs["source"]`, called `name` in messages; write no file. Facts and errors as in `probe`."""
    return probe(inputs["source"], name=name or inputs["source"].name, watch=watch)


def probe(path: Path, *, name: str, watch: Watch | None = None) -> dict[str, Any]:
    """Return the facts of a media file; `name` is what messages call it.

    The facts: `container`; `size` in bytes; `start`, where its timeline begins, and `duration`, what can really be
    read, in seconds; `missing`, from when to when something is not there (`ingest/media/missing.py`), empty for a whole
    file; `complaints`, how often the reader stumbled; `streams`, each with `index`, `type`, `codec`, … as
    `ingest/probing.py` lists them, `first` and `end` in seconds; `video` and `audio`, the index of the stream chosen of
    each, or None; `audio_tracks`, those of all usable sound, the chosen one first; `web_safe_video` and
    `web_safe_audio`, whether a browser plays it as it is, with `why_not_video` and `why_not_audio`.

    Raises:
        NotMedia: it is no sound or picture that we can read.
        DamagedMedia: it is damaged, and nothing that can be played is left.
        TimeLimit: reading it took too long.
        Cancelled: the watch said so.
    """
    name = shown(name)
    refusals.check_file(path, name)
    answer = read(path, watch or Silent(), what=f"Reading “{name}”")
    if "facts" not in answer:
        raise refusals.unreadable(path, name)
    return judged(path, name, answer["facts"])


def judged(path: Path, name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a file by what the reader found in it; raise as `probe` does."""
    streams = found["streams"]
    video, tracks = choose(streams, "video"), sounds(streams)
    audio = tracks[0] if tracks else None
    if video is None and audio is None:
        raise refusals.empty(path, name, streams)
    chosen = [stream for stream in (video, audio) if stream is not None]
    start = file_start(found, chosen)
    duration = max(stream["end"] for stream in chosen) - start
    gone = missing.find(path, found, chosen, start)
    refusals.check_left(name, duration, gone)
    refusals.check_times(path, name, found, chosen)
    said = complaints.count(found["heard"]) + sum(stream["corrupt"] + stream["strays"] for stream in chosen)
    torn = missing.inside(gone, duration) or any(stream["corrupt"] > stream["cut"] for stream in chosen)
    why_not_video = websafe.why_not_video(video, start, found["container"], torn=torn)
    why_not_audio = websafe.why_not_audio(audio, start, found["container"], torn=torn)
    return {
        "container": found["container"],
        "size": found["size"],
        "start": start,
        "duration": duration,
        "missing": gone,
        "complaints": said + bool(found["trouble"]),
        "streams": streams,
        "video": None if video is None else video["index"],
        "audio": None if audio is None else audio["index"],
        "audio_tracks": [track["index"] for track in tracks],
        "web_safe_video": video is not None and not why_not_video,
        "why_not_video": why_not_video,
        "web_safe_audio": audio is not None and not why_not_audio,
        "why_not_audio": why_not_audio,
    }


def read(path: Path, watch: Watch, *, what: str) -> dict[str, Any]:
    """Have the confined child read a file; return {"facts": …} or {"error": …}, unjudged.

    Raises:
        MediaToolError: the child broke down.
        TimeLimit: it took too long.
    """
    said: dict[str, Any] = {}
    arguments = [sys.executable, "-I", confine.sibling("probing.py"), str(path.resolve()), ",".join(FORMATS)]
    ended = confine.run(
        arguments,
        what=what,
        seconds=_SECONDS + path.stat().st_size / _BYTES_PER_SECOND,
        on_line=lambda line: said.update(json.loads(line)),
        tick=lambda: watch.progress(said.get("at", 0.0)),
        limits=_LIMITS,
    )
    if ended.code != 0 or not ("facts" in said or "error" in said):
        raise MediaToolError(
            f"{what} failed: the reader broke down (exit code {ended.code}).",
            "The file is kept as it is. If it plays elsewhere, convert it there and add the result.",
            command=arguments,
            stderr=ended.stderr,
        )
    return said


def choose(streams: list[dict[str, Any]], kind: str) -> dict[str, Any] | None:
    """Return the stream that is shown or heard: readable, rather a default one, then the largest."""
    if kind == "audio":
        return next(iter(sounds(streams)), None)
    usable = [stream for stream in _usable(streams, kind) if stream["width"] and stream["height"]]
    return max(usable, key=lambda stream: (stream["default"], stream["width"] * stream["height"]), default=None)


def sounds(streams: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sound tracks that can be heard, the one to be heard first in front."""
    usable = _usable(streams, "audio")
    return sorted(usable, key=lambda stream: (not stream["default"], stream["packets"] <= 1, stream["index"]))


def _usable(streams: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        stream
        for stream in streams
        if stream["type"] == kind and stream["codec"] and stream["decoded"] and stream["end"] is not None
    ]


def file_start(found: dict[str, Any], chosen: list[dict[str, Any]]) -> float:
    """Return the second at which the file's timeline begins, as ffmpeg sees it."""
    if found["file_start"] is not None:
        return float(found["file_start"])
    return float(max(0.0, min(stream["first"] for stream in chosen)))


def stream_of(facts: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """Return the chosen "video" or "audio" stream of a source's facts."""
    index = facts[kind]
    return None if index is None else next(stream for stream in facts["streams"] if stream["index"] == index)
