"""What was made of the sources and can be made again: `derived/<recording>/<digest of inputs + recipe>/` in the store.

A folder is complete when its `step.json` is there: it is written last and names every file with its SHA-256.
`derived/<recording>/ready.json` names the folders in force, so that the catalogue can be rebuilt from the store alone.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from archive.errors import NotFound
from archive.objects.store import ObjectStore
from archive.objects.upload import send_made
from archive.tables import Chapter, Rendition, SlideText

_CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "video/mp4",
    ".flac": "audio/flac",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt",
}


@dataclass(frozen=True)
class Derived:
    """What one step made: its facts, and its files (name -> SHA-256) under `prefix`.

    That is mostly the folder of its digest; what was sent before its source's digest was known lies beside it.
    """

    step: str
    digest: str
    prefix: str
    facts: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> str:
        return self.prefix + name

    @property
    def record(self) -> str:
        """The key of its `step.json`."""
        return folder(self.prefix.split("/")[1], self.digest) + "step.json"

    def stored(self, name: str) -> tuple[str, str]:
        """The store key and the digest of one of its files."""
        return self.key(name), self.files[name]


@dataclass(frozen=True)
class InForce:
    """What is in force of one angle: its derivatives, its place on the timeline, and renditions that are not shown."""

    made: list[str]
    start: float = 0.0
    alignment: str = "given"
    dropped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ready:
    """A recording that is whole: its seconds, and what is in force of each angle (by its id) and beside them."""

    duration: float
    angles: dict[str, InForce]
    made: list[str] = field(default_factory=list)


def digest(step: str, recipe: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Name what a step makes of these inputs (name -> digest) with this recipe: 32 hexadecimal digits."""
    canonical = json.dumps({"step": step, "recipe": recipe, "inputs": inputs}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def folder(recording_id: str, made: str = "") -> str:
    """The key prefix of all derivatives of a recording, or of one of them."""
    return f"derived/{recording_id}/{made}/" if made else f"derived/{recording_id}/"


def load(store: ObjectStore, recording_id: str, made: str) -> Derived | None:
    """Return a finished derivative, or None where it has not been made."""
    try:
        return Derived(**json.loads(store.get(folder(recording_id, made) + "step.json")))
    except NotFound:
        return None


def save(
    store: ObjectStore,
    recording_id: str,
    step: str,
    made: str,
    out: Path,
    facts: dict[str, Any],
    *,
    progress: Callable[[float], None],
) -> Derived:
    """Put all files of `out` into the store, then say that they are complete."""
    prefix = folder(recording_id, made)
    return complete(store, Derived(step, made, prefix, facts, put_files(store, prefix, out, progress=progress)))


def put_files(store: ObjectStore, prefix: str, out: Path, *, progress: Callable[[float], None]) -> dict[str, str]:
    """Put all files of `out` into the store under `prefix`; return name -> SHA-256. `complete` makes them count."""
    paths = sorted(path for path in out.iterdir() if path.is_file())
    files = {}
    before, total = 0, max(1, sum(path.stat().st_size for path in paths))
    for path in paths:

        def tick(done: int, before: int = before) -> None:
            progress((before + done) / total)

        content_type = _CONTENT_TYPES.get(path.suffix, "application/octet-stream")
        files[path.name] = send_made(store, prefix + path.name, path, content_type=content_type, tick=tick)
        before += path.stat().st_size
    return files


def complete(store: ObjectStore, derived: Derived) -> Derived:
    """Say that a derivative is complete: all its files are in the store."""
    body = json.dumps(asdict(derived), ensure_ascii=False, indent=1).encode()
    store.put(derived.record, body, content_type="application/json")
    return derived


def renditions(recording_id: str, source_id: str, derived: Derived) -> list[Rendition]:
    """The renditions that a step's facts describe, as rows of the catalogue."""
    return [
        Rendition(recording_id=recording_id, source_id=source_id, prefix=derived.prefix, **entry)
        for entry in derived.facts.get("renditions", [])
    ]


def chapters(recording_id: str, derived: Derived) -> list[Chapter]:
    """The chapters that a step's facts suggest, as rows of the catalogue."""
    return [
        Chapter(
            recording_id=recording_id,
            position=position,
            **{name: entry[name] for name in ("start", "end", "title", "reason")},
        )
        for position, entry in enumerate(derived.facts.get("chapters", []))
    ]


def slides(recording_id: str, source_id: str, start: float, derived: Derived) -> list[SlideText]:
    """What the slides of an angle say, as rows of the catalogue; the angle begins at `start` of the recording."""
    return [
        SlideText(
            recording_id=recording_id,
            source_id=source_id,
            start=round(start + stage["time"], 3),
            end=round(start + slide["end"], 3),
            heading=slide["heading"],
            text=stage["text"],
            confidence=stage["confidence"],
        )
        for slide in derived.facts.get("slides", [])
        for stage in slide["stages"]
    ]


def note(store: ObjectStore, derived: Derived, **facts: Any) -> Derived:
    """Add facts that only whoever ran the step knows."""
    return complete(store, replace(derived, facts=derived.facts | facts))


def discard(store: ObjectStore, derived: Derived) -> None:
    """Remove a derivative that nothing needs any more. Its `step.json` goes first: it then counts as not made."""
    store.delete(derived.record)
    for name in derived.files:
        store.delete(derived.key(name))


def mark_ready(store: ObjectStore, recording_id: str, ready: Ready) -> None:
    """Write down which derivatives are in force, now that all of them are there."""
    body = json.dumps(asdict(ready)).encode()
    store.put(folder(recording_id) + "ready.json", body, content_type="application/json")


def read_ready(store: ObjectStore, recording_id: str) -> Ready | None:
    """Return what `mark_ready` wrote, or None where the recording was never ready."""
    try:
        found = json.loads(store.get(folder(recording_id) + "ready.json"))
    except NotFound:
        return None
    if (
        "angles" not in found
    ):  # of an earlier form, before there were angles: made ready anew, mostly from what is there
        return None
    angles = {name: InForce(**entry) for name, entry in found["angles"].items()}
    return Ready(found["duration"], angles, found["made"])
