"""A recording as an OCFL object: what its folders hold, and how the catalogue is read back from them.

    recording.json                       what it is and where its sources are (no state, no counters: those are indexes)
    sources/<source id>/<name as received>
    transcripts/<language>.<origin>.json the origins of `archive.transcripts.TRUST`
    transcripts/<language>.edits.json    what people changed, by itself, to be put into any later transcript
    outline.json                         the chapters as people set them
    marks.json                           questions, answers and teaching points: what was written for all who may watch
    cuts.json                            what those who only watch must not see: ranges of the timeline

Everything a person did is in there, and of what can be made again the transcripts only.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.errors import StoreError
from archive.ocfl import OcflRoot, Placed
from archive.tables import Alignment, Kind, Recording, Source, SourceRole
from archive.transcripts import Transcript, edits
from archive.transcripts.edits import Edit

FORMAT = "shijiao.recording/1"
DESCRIPTION = "recording.json"
_SOURCE = {"id", "position", "part", "role", "start", "alignment", "name", "size", "sha512"}
MARKS_FORMAT = "shijiao.marks/1"
_MARKS = "marks.json"
OUTLINE_FORMAT = "shijiao.outline/1"
OUTLINE = "outline.json"
CUTS_FORMAT = "shijiao.cuts/1"
_CUTS = "cuts.json"
_URN = "urn:shijiao:recording:"


def object_id(recording_id: str) -> str:
    """The OCFL id of a recording."""
    return _URN + recording_id


def recording_id(ocfl_id: str) -> str | None:
    """The recording of an OCFL object; None for an object of somebody else's."""
    return ocfl_id.removeprefix(_URN) if ocfl_id.startswith(_URN) else None


def source_path(source: Source) -> str:
    """Where a source lies inside its recording's object."""
    return f"sources/{source.id}/{source.name}"


def source_key(ocfl: OcflRoot, source: Source) -> str:
    """The store key that a source's bytes go to at once, before the object's first version exists."""
    return ocfl.content_key(object_id(source.recording_id), 1, source_path(source))


def receive(ocfl: OcflRoot, recording: Recording, sources: list[Source]) -> int:
    """Make the recording's first version of the sources that are in the store; returns the version.

    Doing it again changes nothing.

    Raises:
        StoreError: a source is not in the store, or not whole.
    """
    for source in sources:
        found = ocfl.store.head(source.key).size
        if found != source.size:
            raise StoreError(
                f"Of “{source.name}” {found} of {source.size} bytes are in the store.", "Add the file again."
            )
    if ocfl.exists(object_id(recording.id)):
        return ocfl.inventory(object_id(recording.id)).head
    changes: dict[str, bytes | Placed | None] = {
        source_path(source): Placed(sha512=source.sha512, size=source.size) for source in sources
    }
    changes[DESCRIPTION] = _describe(recording, sources)
    return ocfl.commit(object_id(recording.id), changes, message="Received")


def keep_description(ocfl: OcflRoot, recording: Recording, sources: list[Source], *, message: str = "Described") -> int:
    """Keep what a person changed about a recording or its sources as a new version; returns the version."""
    changes: dict[str, bytes | Placed | None] = {DESCRIPTION: _describe(recording, sources)}
    return ocfl.commit(object_id(recording.id), changes, message=message)


def transcript_path(language: str, origin: str) -> str:
    """Where a transcript lies inside its recording's object."""
    return f"transcripts/{language}.{origin}.json"


def edits_path(language: str) -> str:
    """Where people's edits of the transcripts in one language lie inside their recording's object."""
    return f"transcripts/{language}.edits.json"


def is_transcript(path: str) -> bool:
    """Whether what lies at a path inside a recording's object is a transcript."""
    return path.startswith("transcripts/") and not path.endswith(".edits.json")


def keep_transcripts(
    ocfl: OcflRoot,
    recording_id: str,
    made: Iterable[Transcript],
    *,
    edited: Mapping[str, Sequence[Edit]] | None = None,
    gone: Iterable[str] = (),
    message: str,
) -> None:
    """Keep transcripts, and edits by their language, as one new version, in which what `gone` names is no more."""
    changes: dict[str, bytes | Placed | None] = dict.fromkeys(gone)
    changes |= {transcript_path(each.language, each.origin): each.to_json().encode() for each in made}
    changes |= {edits_path(language): edits.write(each).encode() for language, each in (edited or {}).items()}
    ocfl.commit(object_id(recording_id), changes, message=message)


def read_transcript(ocfl: OcflRoot, recording_id: str, path: str) -> Transcript:
    """Read one transcript of a recording, whole.

    Raises:
        NotFound: it has none there.
    """
    return Transcript.from_json(ocfl.read(object_id(recording_id), path).decode())


def read_edits(ocfl: OcflRoot, recording_id: str, language: str) -> list[Edit]:
    """Read what people changed in the transcripts in one language; nothing where nobody did."""
    path = edits_path(language)
    if path not in ocfl.inventory(object_id(recording_id)).paths():
        return []
    return edits.read(ocfl.read(object_id(recording_id), path).decode())


def keep_marks(ocfl: OcflRoot, recording_id: str, marks: Sequence[Mapping[str, Any]]) -> None:
    """Keep the marks of a recording that are for all who may watch, all of them, as a new version."""
    _keep_list(ocfl, recording_id, _MARKS, MARKS_FORMAT, "marks", marks)


def read_marks(ocfl: OcflRoot, recording_id: str) -> list[dict[str, Any]]:
    """Read the marks of a recording that are for all who may watch; none where nobody wrote any.

    Raises:
        StoreError: another version of Shijiao wrote them.
    """
    return _read_list(ocfl, recording_id, _MARKS, MARKS_FORMAT, "marks")


def keep_cuts(ocfl: OcflRoot, recording_id: str, cuts: Sequence[Mapping[str, Any]]) -> None:
    """Keep the cuts of a recording, all of them, as a new version."""
    _keep_list(ocfl, recording_id, _CUTS, CUTS_FORMAT, "cuts", cuts)


def read_cuts(ocfl: OcflRoot, recording_id: str) -> list[dict[str, Any]]:
    """Read the cuts of a recording; none where nobody made any.

    Raises:
        StoreError: another version of Shijiao wrote them.
    """
    return _read_list(ocfl, recording_id, _CUTS, CUTS_FORMAT, "cuts")


def _keep_list(
    ocfl: OcflRoot, recording_id: str, path: str, written: str, name: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    body = json.dumps({"format": written, name: rows}, ensure_ascii=False, indent=1, sort_keys=True)
    ocfl.commit(object_id(recording_id), {path: body.encode()}, message=name.capitalize())


def _read_list(ocfl: OcflRoot, recording_id: str, path: str, wanted: str, name: str) -> list[dict[str, Any]]:
    if path not in ocfl.inventory(object_id(recording_id)).paths():
        return []
    kept = json.loads(ocfl.read(object_id(recording_id), path))
    if kept.get("format") != wanted:
        raise StoreError(
            f"{path} of {recording_id} is {kept.get('format')!r}, not {wanted!r}.",
            "Install the version of Shijiao that wrote it.",
        )
    return list(kept[name])


def keep_outline(
    ocfl: OcflRoot, recording_id: str, chapters: Mapping[str, Mapping[str, Any]], *, authors: Sequence[str]
) -> None:
    """Keep the chapters that people set, by their id, all of them, as a new version."""
    ordered = sorted(chapters.items(), key=lambda each: (each[1]["start"], each[0]))
    listed = [{"id": name, **chapter} for name, chapter in ordered]
    body = json.dumps({"format": OUTLINE_FORMAT, "chapters": listed}, ensure_ascii=False, indent=1, sort_keys=True)
    message = f"Chapters by {', '.join(authors)}"
    ocfl.commit(object_id(recording_id), {OUTLINE: body.encode()}, message=message)


def read_outline(ocfl: OcflRoot, recording_id: str, version: int | None = None) -> dict[str, dict[str, Any]] | None:
    """Read the chapters that people set, by their id, as of a version; None where nobody had changed any.

    Raises:
        StoreError: another version of Shijiao wrote them.
    """
    inventory = ocfl.inventory(object_id(recording_id))
    if OUTLINE not in (inventory.paths(version) if version in {None, *inventory.versions} else {}):
        return None
    kept = json.loads(ocfl.read(object_id(recording_id), OUTLINE, version))
    if kept.get("format") != OUTLINE_FORMAT:
        raise StoreError(
            f"{OUTLINE} of {recording_id} is {kept.get('format')!r}, not {OUTLINE_FORMAT!r}.",
            "Install the version of Shijiao that wrote it.",
        )
    return {chapter.pop("id"): chapter for chapter in kept["chapters"]}


def stored(ocfl: OcflRoot, recording_id: str, path: str) -> tuple[str, str]:
    """Return the store key and the SHA-512 of a file of the recording's object, as it is now.

    Raises:
        NotFound: it has no such file.
    """
    key = ocfl.key(object_id(recording_id), path)
    return key, ocfl.inventory(object_id(recording_id)).paths()[path]


@dataclass(frozen=True)
class Kept:
    """A transcript in a recording's object: where it lies, and since when it is as it is."""

    path: str
    since: datetime
    transcript: Transcript


def read(ocfl: OcflRoot, recording_id: str) -> tuple[Recording, list[Source], list[Kept]]:
    """Read a recording back from its object: the rows, and the transcripts."""
    ocfl_id = object_id(recording_id)
    inventory = ocfl.inventory(ocfl_id)
    described = json.loads(ocfl.read(ocfl_id, DESCRIPTION))
    if described.get("format") != FORMAT:
        raise StoreError(
            f"recording.json of {recording_id} is {described.get('format')!r}, not {FORMAT!r}.",
            "Install the version of Shijiao that wrote it.",
        )
    recording = _recording(described["recording"])
    sources = []
    for entry in described["sources"]:
        path = entry.pop("path")
        entry["role"] = SourceRole(entry["role"])
        entry["alignment"] = Alignment(entry.get("alignment", Alignment.GIVEN))
        sources.append(Source(recording_id=recording.id, key=ocfl.key(ocfl_id, path), **entry))
    paths = [path for path in inventory.paths() if is_transcript(path)]
    kept = [Kept(path, inventory.since(path), read_transcript(ocfl, recording_id, path)) for path in paths]
    return recording, sources, kept


def _describe(recording: Recording, sources: list[Source]) -> bytes:
    fields = {"id", "kind", "title", "language", "specialty", "procedure", "speakers", "recorded_at", "created_at"}
    fields |= {name for name in ("speech", "case", "take_away", "poster") if getattr(recording, name)}
    listed = [source.model_dump(mode="json", include=_SOURCE) | {"path": source_path(source)} for source in sources]
    body = {"format": FORMAT, "recording": recording.model_dump(mode="json", include=fields), "sources": listed}
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _recording(fields: dict[str, Any]) -> Recording:
    for name in ("recorded_at", "created_at"):
        if fields.get(name):
            fields[name] = datetime.fromisoformat(fields[name])
    return Recording(**(fields | {"kind": Kind(fields["kind"])}))
