"""A transcript as it lies on the desk: its sentences, which words are in doubt, and what was changed already."""

from collections.abc import Iterator
from dataclasses import dataclass

from archive import versions
from archive.catalogue import Catalogue
from archive.errors import NotFound
from archive.ocfl import OcflRoot
from archive.transcripts import Segment, Transcript
from archive.transcripts.changes import Change, changes
from archive.transcripts.edits import EDITED
from archive.transcripts.rewrite import lead, worded

DOUBT = 0.5
"""A word is in doubt where its engine gave it less than this, from 0 to 1."""


@dataclass(frozen=True)
class Line:
    """One sentence. `low` are the characters in doubt, from and to; `edited`: a person has written in it."""

    segment: Segment
    low: tuple[tuple[int, int], ...]
    changes: tuple[Change, ...]
    edited: bool


@dataclass(frozen=True)
class Sheet:
    """A transcript on the desk. `seen` names what it was read as: another one means that somebody wrote since."""

    language: str
    seen: str
    origin: str
    lines: tuple[Line, ...]


def seen(catalogue: Catalogue, recording_id: str, language: str) -> str:
    """Return what names the present state of the transcript in a language.

    Raises:
        NotFound: there is none.
    """
    for row in catalogue.transcripts(recording_id):
        if row.language == language:
            return row.id
    raise NotFound(f"The recording {recording_id} has no transcript in “{language}”.", "Wait until it is processed.")


def read(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str) -> Sheet:
    """Return the transcript in a language, with every edit in it.

    Raises:
        NotFound: there is none.
    """
    before = seen(catalogue, recording_id, language)  # first: what changes meanwhile is asked for again
    base = versions.base_of(catalogue, ocfl, recording_id, language)
    said = versions.as_it_is(catalogue, ocfl, recording_id, language)
    return Sheet(language, before, said.origin, tuple(lines(base, said)))


def lines(base: Transcript, said: Transcript) -> Iterator[Line]:
    """Yield the lines of a transcript, seen against what people's edits were put into."""
    untouched = {(segment.start, segment.text) for segment in base.segments} if said.origin == EDITED else None
    by_segment: dict[int, list[Change]] = {}
    for change in changes(said):
        by_segment.setdefault(change.segment, []).append(change)
    for number, segment in enumerate(said.segments):
        edited = untouched is not None and (segment.start, segment.text) not in untouched
        low = () if edited else tuple(_doubtful(segment))
        yield Line(segment, low, tuple(by_segment.get(number, ())), edited)


def _doubtful(segment: Segment) -> Iterator[tuple[int, int]]:
    """Yield the runs of characters whose words are in doubt; those that touch are one."""
    if not worded(segment):
        return
    begin: int | None = None
    offset = -lead(segment)
    for word in segment.words:
        doubtful = word.probability is not None and word.probability < DOUBT
        if doubtful and begin is None:
            begin = max(0, offset + len(word.text) - len(word.text.lstrip()))
        if not doubtful and begin is not None:
            yield begin, offset
            begin = None
        offset += len(word.text)
    if begin is not None:
        yield begin, len(segment.text)
