"""Every version of what was said: the machine's, the glossary's, an imported one, and people's edits on top of them.

Each is a file in the recording's OCFL object and a row of the catalogue; search follows by the recording's revision. A
transcript that is made anew takes the place of the one before; what people edited is then put into the new one.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from archive import deposit
from archive.catalogue import Catalogue
from archive.database import one_writer
from archive.desk import pending
from archive.errors import NotFound
from archive.ocfl import OcflRoot
from archive.tables import Transcript as Row
from archive.tables import now
from archive.transcripts import Transcript, edits
from archive.transcripts.changes import changes
from archive.transcripts.edits import Edit

_MACHINE = ("machine", "corrected")
_BASES = ("imported", "corrected", "machine")  # what edits are put into: the first of them that there is
_SAME = 0.01  # seconds by which the times of one change may differ when it was told and told again


def keep(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, made: Sequence[Transcript]) -> None:
    """Keep transcripts that were made or imported, with people's edits put into them, as one version of the object.

    With a machine's transcript, what machines made before and is not made again now is no more; an earlier version of
    the object has it still.

    Raises:
        StoreError: the store fails, or somebody else keeps writing to this recording.
    """
    with one_writer(catalogue.engine, recording_id):
        before = {row.path: row for row in catalogue.transcripts(recording_id)}
        fresh = {_path(transcript): transcript for transcript in made}
        edited: dict[str, Sequence[Edit]] = {}
        gone = _gone(before.values(), made)
        for language in dict.fromkeys(transcript.language for transcript in made):
            known = _moved(catalogue, ocfl, recording_id, language, fresh)
            if not known:
                continue
            edited[language] = known
            result = edits.apply(_base(ocfl, recording_id, language, fresh, set(before) - gone), known)
            fresh[_path(result)] = result
        _keep(catalogue, ocfl, recording_id, list(fresh.values()), edited, gone - set(fresh))


def edit(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, added: Iterable[Edit]) -> None:
    """Put edits of a person into the transcript in a language, after those that are there.

    Raises:
        NotFound: there is no transcript in that language.
    """
    with one_writer(catalogue.engine, recording_id):
        _edit(catalogue, ocfl, recording_id, language, list(added))


def withdraw(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, origin: str) -> None:
    """Take a transcript back. What people edited in its language is put into the most trusted of the others.

    Where there is no other, the edits rest in the object until there is one.
    """
    with one_writer(catalogue.engine, recording_id):
        gone = {deposit.transcript_path(language, origin)}
        there = {row.path for row in catalogue.transcripts(recording_id)} - gone
        made: list[Transcript] = []
        if known := known_edits(catalogue, ocfl, recording_id, language):
            try:
                made.append(edits.apply(_base(ocfl, recording_id, language, {}, there), known))
            except NotFound:
                gone.add(deposit.transcript_path(language, edits.EDITED))
        _keep(catalogue, ocfl, recording_id, made, {language: known} if known else {}, gone)


def undo(
    catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, before: str, after: str, *, start: float, author: str
) -> None:
    """Take back what the glossary changed at a second of the transcript that is shown: an edit like any other.

    Raises:
        NotFound: the change does not stand in it (any more).
    """
    with one_writer(catalogue.engine, recording_id):
        row, said = shown(catalogue, ocfl, recording_id)
        found = [each for each in changes(said) if (each.before, each.after) == (before, after)]
        found = [each for each in found if abs(each.start - start) < _SAME]
        if not found:
            raise NotFound(f"“{after}” is not there any more.", "Look at the transcript again.")
        _edit(catalogue, ocfl, recording_id, row.language, [edits.undo(said, found[0], author=author, at=now())])


def shown(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str) -> tuple[Row, Transcript]:
    """Return the most trusted transcript: its row, and all of it as it is kept.

    Raises:
        NotFound: nothing has been written down yet.
    """
    row = next(iter(catalogue.transcripts(recording_id)), None)
    if row is None:
        raise NotFound(f"The recording {recording_id} has no transcript yet.", "Wait until it is processed.")
    if row.origin == edits.EDITED and pending.of(catalogue.engine, recording_id, row.language):
        return row, as_it_is(catalogue, ocfl, recording_id, row.language)
    return row, deposit.read_transcript(ocfl, recording_id, row.path)


def as_it_is(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str) -> Transcript:
    """Return the transcript in a language with every edit in it, also those that no version holds yet.

    Raises:
        NotFound: there is no transcript in that language.
    """
    base = base_of(catalogue, ocfl, recording_id, language)
    known = known_edits(catalogue, ocfl, recording_id, language)
    return edits.apply(base, known) if known else base


def base_of(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str) -> Transcript:
    """Return what people's edits in a language are put into.

    Raises:
        NotFound: there is no transcript in that language.
    """
    there = {row.path for row in catalogue.transcripts(recording_id)}
    return _base(ocfl, recording_id, language, {}, there)


def known_edits(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str) -> list[Edit]:
    """Return people's edits in a language: those in the object, then those that wait to be part of a version.

    One that is in both (a crash came between keeping it and forgetting that it waits) is there once.
    """
    kept = deposit.read_edits(ocfl, recording_id, language)
    seen = {_identity(edit) for edit in kept}
    waiting = pending.of(catalogue.engine, recording_id, language)
    return [*kept, *(edit for edit in waiting if _identity(edit) not in seen)]


def _identity(edit: Edit) -> tuple[object, ...]:
    return edit.at, edit.author, edit.before, edit.after  # times move with their angle


def _path(transcript: Transcript) -> str:
    return deposit.transcript_path(transcript.language, transcript.origin)


def _gone(before: Iterable[Row], made: Sequence[Transcript]) -> set[str]:
    """Return where transcripts lie that are replaced by those made now, or lose what they were made of."""
    machine = any(transcript.origin == "machine" for transcript in made)
    languages = {transcript.language for transcript in made}

    def outdated(row: Row) -> bool:
        if row.origin == edits.EDITED:
            return row.language in languages or (machine and row.facts.get("base") in _MACHINE)
        return machine and row.origin in _MACHINE

    return {row.path for row in before if outdated(row)}


def _moved(
    catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, fresh: dict[str, Transcript]
) -> list[Edit]:
    """Return the edits in a language, moved along where the angle that they were made on has moved since."""
    known = known_edits(catalogue, ocfl, recording_id, language)
    path = deposit.transcript_path(language, "machine")
    if not known or path not in fresh:
        return known
    try:
        heard = deposit.read_transcript(ocfl, recording_id, path).settings.get("heard_at", {})
    except NotFound:
        return known
    bases = {row.facts.get("base") for row in catalogue.transcripts(recording_id) if row.origin == edits.EDITED}
    if "imported" in bases:  # which has times of its own
        return known
    starts = {source.id: source.start for source in catalogue.sources(recording_id)}
    return edits.shifted(known, sum(starts[angle] - start for angle, start in heard.items() if angle in starts))


def _base(
    ocfl: OcflRoot, recording_id: str, language: str, fresh: dict[str, Transcript], there: set[str]
) -> Transcript:
    """Return what edits are put into.

    Raises:
        NotFound: there is no transcript in that language.
    """
    for path in (deposit.transcript_path(language, origin) for origin in _BASES):
        if path in fresh:
            return fresh[path]
        if path in there:
            return deposit.read_transcript(ocfl, recording_id, path)
    raise NotFound(f"The recording {recording_id} has no transcript in “{language}”.", "Wait until it is processed.")


def _edit(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, added: list[Edit]) -> None:
    base = base_of(catalogue, ocfl, recording_id, language)
    known = [*known_edits(catalogue, ocfl, recording_id, language), *added]
    _keep(catalogue, ocfl, recording_id, [edits.apply(base, known)], {language: known}, set())


def _keep(
    catalogue: Catalogue,
    ocfl: OcflRoot,
    recording_id: str,
    made: list[Transcript],
    edited: dict[str, Sequence[Edit]],
    gone: set[str],
) -> None:
    """Write to the object first, then to the catalogue, which `rebuild` makes of it."""
    rows = {row.path: row.version for row in catalogue.transcripts(recording_id)}
    kept = ocfl.inventory(deposit.object_id(recording_id)).paths()
    numbered = {path: _numbered(each, rows.get(path, 0), kept.get(path)) for each in made if (path := _path(each))}
    named = [f"{each.language} {each.origin}" for each in made]
    what = ", ".join(named + [f"no more {path}" for path in sorted(gone)])
    by = " ".join(dict.fromkeys(f"{each.engine} {each.model}" for each in made)).strip()
    message = f"Transcript ({what})" if what else "Transcript taken back"
    message += f" by {by}" if by else ""
    deposit.keep_transcripts(ocfl, recording_id, numbered.values(), edited=edited, gone=gone, message=message)
    catalogue.put_transcripts(recording_id, numbered, gone=gone)
    pending.drop(catalogue.engine, recording_id, edited)


def _numbered(transcript: Transcript, before: int, digest: str | None) -> Transcript:
    """Number a version: one more than before, unless the object has exactly this already."""
    same = replace(transcript, version=max(1, before))
    if hashlib.sha512(same.to_json().encode()).hexdigest() == digest:
        return same
    return replace(transcript, version=before + 1)
