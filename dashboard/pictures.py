"""What the stills of an angle hold, read from the facts that made them: poster, storyboard, scenes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from archive.tables import Stills

_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".vtt": "text/vtt"}


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
    return f"tiles/{int(max(0.0, second) // seconds)}.jpg" if seconds else ""


def _scenes(stills: Stills) -> list[dict[str, Any]]:
    return stills.facts.get("scenes") or []
