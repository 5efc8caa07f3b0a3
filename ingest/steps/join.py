"""One file of those that a camera split its recording into, because its card's file system ends at 4 GB."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput, InputError, MediaToolError
from ingest import confine
from ingest.formats import FORMATS
from ingest.steps.probe import read
from ingest.watch import Part, Watch

_LIMITS = confine.Limits(memory=4 * 2**30)
_SECONDS = 60.0
_BYTES_PER_SECOND = 5e6  # a slow disk, read and written
_SAME_CLOCK = 0.5  # seconds: a part that begins so near to where the one before ended goes on in its time
_JITTER = 0.15  # seconds a track may end beside the picture: at each seam a little, but never more and more
_AAC_FRAME = 1024  # samples in one packet
_IN_MP4 = {"h264", "hevc", "av1", "mpeg4", "aac", "mp3", "ac3", "eac3", "alac"}


@dataclass(frozen=True)
class Recipe:
    """`medias` is what `probe` found in each part, in their order."""

    medias: list[dict[str, Any]]
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Join `inputs["0"]`, `inputs["1"]`, … into `joined.mp4`, or `joined.mkv` where MP4 does not hold their codecs.

    Every packet is copied; a track that ends a little beside the picture goes on without a gap. Returns {"file": name,
    "parts": [{"from", "to"}, …]}, the seconds of each part in the whole.

    Raises:
        InputError: they are not parts of one recording.
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `confine.run`.
    """
    check_alike(recipe.medias)
    plan = shifts(recipe.medias)
    codecs = {stream["codec"] for stream in tracks(recipe.medias[0])}
    kind = "mp4" if codecs <= _IN_MP4 else "mkv"
    paths = [inputs[str(number)].resolve() for number in range(len(recipe.medias))]
    orders = {
        "out": f"file:{(out / f'joined.{kind}').resolve()}",
        "format": {"mp4": "mp4", "mkv": "matroska"}[kind],
        "formats": ",".join(FORMATS),
        "size": sum(path.stat().st_size for path in paths),
        "parts": [{"path": str(path), "shifts": shift} for path, shift in zip(paths, plan, strict=True)],
    }
    packets, command = _carry_out(orders, Part(watch, 0.0, 0.9))
    _prove(out / f"joined.{kind}", recipe.medias, packets, Part(watch, 0.9, 1.0), command)
    return {"file": f"joined.{kind}", "parts": _places(recipe.medias, plan)}


def check_alike(medias: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> None:
    """See that files can be parts of one recording: the same tracks, of the same kind.

    Raises:
        InputError: they are not; the message names the first that differs.
    """
    names = names or [f"part {number}" for number in range(1, len(medias) + 1)]
    for name, media in zip(names[1:], medias[1:], strict=True):
        if _kinds(media) != _kinds(medias[0]):
            raise InputError(
                f"“{name}” and “{names[0]}” are not parts of one recording: their picture or sound is of another kind.",
                "Add each by itself, or as an angle of its own.",
                name=name,
            )


def tracks(media: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The streams that are joined: the picture that is shown, and all sound, as the file numbers them."""
    wanted = {media["video"], *media["audio_tracks"]}
    return sorted((stream for stream in media["streams"] if stream["index"] in wanted), key=lambda each: each["index"])


def shifts(medias: Sequence[Mapping[str, Any]]) -> list[dict[int, float]]:
    """Return by how many seconds each stream of each part is to be shifted (stream index -> seconds).

    A part whose clock runs on is left in its time; one that begins anew begins where the picture before it ended.
    """
    placed: list[dict[int, float]] = []
    ends: list[float] = []  # of each track, on the timeline of the whole
    leader = next((at for at, track in enumerate(tracks(medias[0])) if track["type"] == "video"), 0)
    before = 0.0
    for media in medias:
        streams = tracks(media)
        if ends and abs(streams[leader]["first"] + before - ends[leader]) > _SAME_CLOCK:
            before = ends[leader] - streams[leader]["first"]
        elif not ends:
            before = -media["start"]
        each = {}
        for at, stream in enumerate(streams):
            shift = before
            gap = ends[at] - (_first(stream) + before) if ends else 0.0
            shift += gap if abs(gap) <= _JITTER else 0.0
            each[stream["index"]] = shift
        ends = [stream["end"] + each[stream["index"]] for stream in streams]
        placed.append(each)
    return placed


def _first(stream: Mapping[str, Any]) -> float:
    """Where a track of a later part begins, with what an edit list hides in front of it: it is sound like all other."""
    lead = stream["hidden"] * _AAC_FRAME / stream["sample_rate"] if stream["codec"] == "aac" else 0.0
    return float(stream["first"] - lead)


def _kinds(media: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    told = ("type", "codec", "width", "height", "sample_rate", "channels")
    return [tuple(stream.get(name) for name in told) for stream in tracks(media)]


def _places(medias: Sequence[Mapping[str, Any]], plan: Sequence[Mapping[int, float]]) -> list[dict[str, float]]:
    starts = [min(stream["first"] + plan[at][stream["index"]] for stream in tracks(m)) for at, m in enumerate(medias)]
    end = max(stream["end"] + plan[-1][stream["index"]] for stream in tracks(medias[-1]))
    return [{"from": start, "to": until} for start, until in zip(starts, [*starts[1:], end], strict=True)]


def _carry_out(orders: dict[str, Any], watch: Watch) -> tuple[list[int], list[str]]:
    """Have the confined child join; return the packets of each track, and the command."""
    said: dict[str, Any] = {}
    arguments = [sys.executable, "-I", confine.sibling("joining.py"), json.dumps(orders)]
    what = "Joining the parts"
    ended = confine.run(
        arguments,
        what=what,
        seconds=_SECONDS + orders["size"] / _BYTES_PER_SECOND,
        on_line=lambda line: said.update(json.loads(line)),
        tick=lambda: watch.progress(said.get("at", 0.0)),
        limits=_LIMITS,
    )
    if said.get("error") == "headers":
        raise InputError(
            "The files are not parts of one recording: the camera's settings changed between them.",
            "Add each by itself.",
        )
    if ended.code != 0 or "packets" not in said:
        raise MediaToolError(
            f"{what} failed: {said.get('error') or f'it ended with code {ended.code}'}.",
            "See that the disk is not full, then try again.",
            command=arguments,
            stderr=ended.stderr,
        )
    return said["packets"], arguments


def _prove(
    made: Path, medias: Sequence[Mapping[str, Any]], packets: list[int], watch: Watch, command: list[str]
) -> None:
    """Read the file back: it must hold every packet of every part, but for those that an edit list hides."""
    answer = read(made, watch, what="Checking the joined file")
    found = [stream["packets"] for stream in answer["facts"]["streams"]] if "facts" in answer else []
    each = ([_packets(track, lead=number == 0) for track in tracks(media)] for number, media in enumerate(medias))
    wanted = [sum(column) for column in zip(*each, strict=True)]
    if found != packets or any(have < want for have, want in zip(found, wanted, strict=True)):
        raise IncompleteOutput(
            f"The parts were joined, but {found} packets are there of {wanted}.",
            "See that the disk is not full, then try again.",
            command=command,
        )


def _packets(track: Mapping[str, Any], *, lead: bool) -> int:
    hidden = track["hidden"] if lead and track["type"] == "audio" else 0
    return int(track["packets"] - hidden - track["untimed"])
