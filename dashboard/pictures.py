"""What the stills of an angle hold, read from the facts that made them: poster, storyboard, scenes."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from archive.cuts import Ranges, hidden
from archive.tables import Stills

_UNSURE = 0.5  # seconds by which a picture may be from before or after its time
_SLIDE_TAKEN, _SCENE_TAKEN = 2.0, 10.0  # seconds after its beginning within which a scene's picture is taken
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".vtt": "text/vtt"}


def shown(stills: Stills, cut: Ranges) -> Stills:
    """Return the stills with only those pictures that may be seen where ranges of the angle's timeline are cut.

    Of a scene it is known when it begins and within how many seconds its picture was taken. In the place of a poster
    that may not be seen is the first scene that may. The tiles of the storyboard stay; `tile_hidden` tells of each.
    """
    if not cut:
        return stills
    ordered = sorted(_scenes(stills), key=lambda scene: float(scene["time"]))
    ends = [*(float(scene["time"]) for scene in ordered[1:]), math.inf]
    seen = [scene for scene, end in zip(ordered, ends, strict=True) if not hidden(cut, *_taken(scene, end))]
    poster_facts = dict(stills.facts.get("poster") or {})
    at = float(poster_facts.get("time") or 0.0)
    if poster_facts and hidden(cut, at - _UNSURE, at + _UNSURE):
        first = seen[0] if seen else {}
        poster_facts = {"file": first.get("large") or first.get("file"), "time": first.get("time")} if first else {}
    facts = stills.facts | {"scenes": seen, "poster": poster_facts, "cut": [list(each) for each in cut]}
    return Stills(source_id=stills.source_id, recording_id=stills.recording_id, prefix=stills.prefix, facts=facts)


def _taken(scene: Mapping[str, Any], end: float) -> tuple[float, float]:
    """Between which seconds the picture of a scene was taken that the next one ends; as `ingest` takes them."""
    start = float(scene["time"])
    longest = _SLIDE_TAKEN if scene.get("kind") == "slide" else _SCENE_TAKEN
    return start, max(start, min(end, start + longest + _UNSURE))


def cut(stills: Stills) -> Ranges:
    """Return what is cut from the angle's timeline, where the stills are only those `shown`."""
    return tuple((float(start), float(end)) for start, end in stills.facts.get("cut") or [])


def content_type(name: str) -> str:
    """Return the media type of a still or a storyboard by its name's ending."""
    return _TYPES.get("." + name.rpartition(".")[2].lower(), "application/octet-stream")


def files(stills: Stills) -> frozenset[str]:
    """Return the names of all files that belong to an angle's stills."""
    storyboard: dict[str, Any] = stills.facts.get("storyboard") or {}
    scenes = _scenes(stills)
    names = [
        poster(stills),
        storyboard.get("vtt", ""),
        *storyboard.get("sheets", []),
        *(scene.get("file", "") for scene in scenes),
        *(scene.get("large", "") for scene in scenes),
    ]
    return frozenset(str(name) for name in names if name)


def poster(stills: Stills, chosen: Mapping[str, Any] | None = None) -> str:
    """Return the name of the poster, empty where there is none.

    `chosen` is the recording's own (see `archive.tables.Recording`): where it is of this angle, the nearest scene.
    """
    near = [scene for scene in _scenes(stills) if scene.get("large") or scene.get("file")]
    if chosen and chosen.get("angle") == stills.source_id and near:
        scene = min(near, key=lambda each: abs(float(each["time"]) - float(chosen["time"])))
        return str(scene.get("large") or scene["file"])
    return str((stills.facts.get("poster") or {}).get("file") or "")


def storyboard(stills: Stills) -> str:
    """Return the name of the storyboard's WebVTT, empty where there is none."""
    return str((stills.facts.get("storyboard") or {}).get("vtt") or "")


def scenes(stills: Stills) -> list[dict[str, Any]]:
    """Return the scenes in order, each with its `time` (seconds on the angle's timeline) and small `file`."""
    found = [{"time": scene["time"], "file": scene["file"]} for scene in _scenes(stills) if scene.get("file")]
    return sorted(found, key=lambda scene: float(scene["time"]))


def scenes_size(stills: Stills) -> int:
    """Return the bytes of all scenes' small files together; 0: there are no scenes."""
    return sum(int(scene.get("size") or 0) for scene in _scenes(stills))


def at(stills: Stills, second: float) -> str:
    """Return where the picture of a second (on the angle's timeline) lies, below the angle's address; empty: nowhere.

    A slide stands still until the next scene begins, so its own picture is right; what moves has one in the storyboard.
    """
    before = [scene for scene in _scenes(stills) if scene.get("file") and float(scene["time"]) <= second]
    scene = max(before, key=lambda each: float(each["time"]), default=None)
    seconds = float((stills.facts.get("storyboard") or {}).get("seconds") or 0)
    if scene and (not seconds or scene.get("kind") == "slide" or second - float(scene["time"]) < seconds):
        return f"stills/{quote(str(scene['file']))}"
    number = int(max(0.0, second) // seconds) if seconds else 0
    return f"tiles/{number}.jpg" if seconds and not tile_hidden(stills, number) else ""


def tile_hidden(stills: Stills, number: int) -> bool:
    """Whether a tile of the storyboard, from 0, may not be seen."""
    seconds = float((stills.facts.get("storyboard") or {}).get("seconds") or 0)
    return hidden(cut(stills), number * seconds, (number + 1) * seconds)


def _scenes(stills: Stills) -> list[dict[str, Any]]:
    return stills.facts.get("scenes") or []
