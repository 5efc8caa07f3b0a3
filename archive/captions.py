"""Captions that people hand in: kept in the recording's object beside what machines wrote, and believed before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive import deposit, versions
from archive.absent import must_be_there
from archive.catalogue import Catalogue
from archive.errors import InputError, NotFound, shown
from archive.ocfl import OcflRoot
from archive.tables import Recording, State
from archive.transcripts import Segment, Transcript, captions

ORIGIN = "imported"


@dataclass(frozen=True)
class Track:
    """One language of what was handed in. `new` is False where exactly this was kept already."""

    language: str
    captions: int
    version: int
    new: bool
    first: str


def keep(
    catalogue: Catalogue, ocfl: OcflRoot, recording: Recording, found: captions.Captions, *, name: str
) -> list[Track]:
    """Keep captions, a track for each language, in place of those imported before; `name` is the file's.

    What is kept already changes nothing: the object gets no new version.

    Raises:
        InputError: the recording itself is not kept yet.
        NotFound: it never will be.
        StoreError: the store fails.
    """
    if not ocfl.exists(deposit.object_id(recording.id)):
        if recording.state is not State.RECEIVING:
            must_be_there(recording)
        raise InputError(
            f"“{shown(recording.title)}” is {recording.state.value}: it is not kept yet.",
            f"Wait until it is taken in; `shijiao show {recording.id}` says how far it is.",
            recording=recording.id,
        )
    settings = {"file": name, "format": found.form, "encoding": found.encoding}
    new = [
        Transcript(language, segments, ORIGIN, settings=settings)
        for language, segments in found.by_language.items()
        if not _is_kept(catalogue, ocfl, recording.id, language, segments)
    ]
    if new:
        versions.keep(catalogue, ocfl, recording.id, new)
    return [
        Track(
            language,
            len(segments),
            _versions(catalogue, recording.id)[language],
            language in {transcript.language for transcript in new},
            segments[0].text,
        )
        for language, segments in found.by_language.items()
    ]


def remove(catalogue: Catalogue, ocfl: OcflRoot, recording: Recording, language: str = "") -> list[str]:
    """Take back what was imported in a language, or all of it; what machines wrote and people edited is shown again.

    Returns the languages. Earlier versions of the object have them still.

    Raises:
        NotFound: nothing is imported there.
    """
    languages = [each for each in _versions(catalogue, recording.id) if language in ("", each)]
    if not languages:
        where = f" in “{language}”" if language else ""
        raise NotFound(
            f"“{shown(recording.title)}” has no imported captions{where}.",
            f"`shijiao show {recording.id}` lists what it has.",
            recording=recording.id,
        )
    for each in languages:
        versions.withdraw(catalogue, ocfl, recording.id, each, ORIGIN)
    return languages


def _versions(catalogue: Catalogue, recording_id: str) -> dict[str, int]:
    return {row.language: row.version for row in catalogue.transcripts(recording_id) if row.origin == ORIGIN}


def _is_kept(
    catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, segments: Sequence[Segment]
) -> bool:
    """Whether catalogue and object have exactly these captions."""
    version = _versions(catalogue, recording_id).get(language)
    try:
        kept = deposit.read_transcript(ocfl, recording_id, deposit.transcript_path(language, ORIGIN))
    except NotFound:
        return False
    return kept.segments == tuple(segments) and kept.version == version
