"""From when to when something of a source is missing: found from facts, put together, put into words.

A range is plain JSON: {"from": s, "to": s, "what": "picture"|"sound"|"recording"}, on the angle's time line. Where a
file breaks off and nothing tells how long it was, the range is empty, stands at the end, and has "open": true.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest import complaints
from ingest.media import lengths

Range = dict[str, Any]

_END = 0.35  # seconds at the end that headers and readers may differ by, and 0.1 %
_EARLY = 0.1  # seconds that one stream may end before the other where a file breaks off
_INSIDE = 0.5  # seconds before the end: what is missing earlier than that is in the middle
_SLIVER = 0.3  # seconds: less than that beside a range is part of it
_PAUSES = {"opus", "speex", "amr_nb", "amr_wb"}  # codecs that send nothing while nobody speaks
_STEADY = {"mpeg1video", "mpeg2video", "dvvideo"}  # codecs whose pictures come at a constant rate
KIND = {"video": "picture", "audio": "sound"}


def find(path: Path, found: dict[str, Any], chosen: list[dict[str, Any]], start: float) -> list[Range]:
    """Return what is missing of a file by the reader's facts `found`; `chosen` are the streams that are shown."""
    promise = lengths.stated(path, found)
    end = max(stream["end"] for stream in chosen) - start
    ranges = _gaps(found, chosen, start)
    tail = _tail(promise, chosen, end, start)
    if tail:
        ranges += tail
        for stream in chosen:
            if end - (stream["end"] - start) > _EARLY:
                ranges.append(_range(stream["end"] - start, end, KIND[stream["type"]]))
    kinds = {KIND[stream["type"]] for stream in chosen}
    for stream in found["streams"]:
        kind = KIND.get(stream["type"])
        if kind is not None and kind not in kinds:  # nothing of it can be shown, or not even read
            ranges.append(_range(0.0, end, kind))
    return merged(ranges, kinds | {one["what"] for one in ranges} - {"recording"})


def _gaps(found: dict[str, Any], chosen: list[dict[str, Any]], start: float) -> list[Range]:
    ranges: list[Range] = []
    sound = [gap for stream in chosen for gap in stream["gaps"] if _sound_is_lost(stream)]
    for stream in chosen:
        for gap in stream["gaps"]:
            told = complaints.count(found["heard"][gap[2] : gap[3]]) > 0 or gap[4] > 0
            beside = any(other[0] < gap[1] and gap[0] < other[1] for other in sound)
            steady = stream["codec"] in _STEADY
            if _sound_is_lost(stream) or told or steady or (stream["type"] == "video" and beside):
                ranges.append(_range(gap[0] - start, gap[1] - start, KIND[stream["type"]]))
    return ranges


def _sound_is_lost(stream: dict[str, Any]) -> bool:
    """Tell whether a hole in a stream is one in the sound: slides stand still for minutes, sound does not."""
    return stream["type"] == "audio" and stream["codec"] not in _PAUSES


def _tail(promise: lengths.Stated, chosen: list[dict[str, Any]], end: float, start: float) -> list[Range]:
    """Return what is missing at the end."""
    indexed = [
        stream["promised_end"] - start
        for stream in chosen
        if stream["promised_end"] is not None and stream["packets"] < stream["promised_packets"]
    ]
    until = max([*indexed, promise.length or 0.0])
    if promise.lost and not promise.length:
        until = max(until, end / (1.0 - promise.lost))
    if until - end > _END + 0.001 * until:
        about = {"open": True} if not promise.length and (promise.lost or promise.broken_off) else {}
        return [_range(end, until, "recording") | about]
    if promise.broken_off and not promise.length:
        return [_range(end, end, "recording") | {"open": True}]
    return []


def _range(begin: float, end: float, what: str) -> Range:
    return {"from": max(0.0, begin), "to": max(0.0, end), "what": what}


def merged(ranges: Iterable[Mapping[str, Any]], kinds: Iterable[str]) -> list[Range]:
    """Put ranges in order, join those that touch, and call "recording" what lacks all of `kinds`."""
    kinds = set(kinds)
    given = [dict(one) for one in ranges]
    marks = sorted({time for one in given for time in (one["from"], one["to"])})
    pieces: list[Range] = []
    for begin, end in itertools.pairwise(marks):
        here = {one["what"] for one in given if one["from"] <= begin and end <= one["to"]}
        if here:
            whole = "recording" in here or here >= kinds
            pieces += [{"from": begin, "to": end, "what": "recording"}] if whole else _each(begin, end, here)
    joined = _joined(_swallowed(pieces))
    for one in given:
        if one.get("open"):
            joined = _opened(joined, one)
    return [one | {"from": round(one["from"], 3), "to": round(one["to"], 3)} for one in joined]


def _each(begin: float, end: float, kinds: set[str]) -> list[Range]:
    return [{"from": begin, "to": end, "what": kind} for kind in sorted(kinds)]


def _swallowed(pieces: list[Range]) -> list[Range]:
    """Give slivers beside a piece that lacks everything to it: streams are never cut at the same instant."""
    wholes = [one for one in pieces if one["what"] == "recording"]
    return [
        one | {"what": "recording"}
        if one["to"] - one["from"] < _SLIVER
        and any(one["to"] == whole["from"] or one["from"] == whole["to"] for whole in wholes)
        else one
        for one in pieces
    ]


def _joined(pieces: list[Range]) -> list[Range]:
    """Join pieces of one kind between which hardly anything is left."""
    joined: list[Range] = []
    for one in sorted(pieces, key=lambda piece: (piece["from"], piece["to"])):
        same = [other for other in joined if other["what"] == one["what"] and one["from"] - other["to"] < _SLIVER]
        if same:
            same[-1]["to"] = max(same[-1]["to"], one["to"])
        else:
            joined.append(dict(one))
    return joined


def _opened(joined: list[Range], mark: Range) -> list[Range]:
    """Say of the range that ends with an open one that nobody knows how long it is."""
    if joined and joined[-1]["to"] == mark["to"] and mark["from"] < mark["to"]:
        return [*joined[:-1], joined[-1] | {"open": True}]
    return [*joined, dict(mark)]


def inside(ranges: Sequence[Mapping[str, Any]], duration: float) -> bool:
    """Tell whether something is missing before the end: a copy then holds what a player may choke on."""
    return any(one["from"] < duration - _INSIDE and one["to"] < duration - 0.05 for one in ranges)


def clock(seconds: float) -> str:
    """Write a time as people do: 0:57, 1:02:03."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def sentence(ranges: Sequence[Mapping[str, Any]], *, most: int = 3) -> str:
    """Put ranges into one sentence for a person, nothing where all is there.

    "It is cut off: 0:31 to 1:02:05 is missing." "The sound is missing from 0:03 to 0:05; …"
    """
    told = [_words(one) for one in ranges[:most]]
    if len(ranges) > most:
        told.append(f"so is more, at {len(ranges) - most} other places")
    return f"{told[0][0].upper()}{told[0][1:]}{''.join(f'; {one}' for one in told[1:])}." if told else ""


def _words(one: Mapping[str, Any]) -> str:
    if one.get("open"):
        return f"it breaks off at {clock(one['from'])}; how long it was cannot be known"
    length = one["to"] - one["from"]
    if length < 1.0:  # in whole seconds it would sound like much more
        part = "it" if one["what"] == "recording" else f"the {one['what']}"
        return f"{max(0.1, length):.1f} s of {part} are missing at {clock(one['from'])}"
    what = "everything" if one["what"] == "recording" else f"the {one['what']}"
    return f"{what} is missing from {clock(one['from'])} to {clock(one['to'] + 0.999)}"
