"""How a transcript came to read as it does: its versions, the last edits, and the way back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from archive import deposit, versions
from archive.catalogue import Catalogue
from archive.desk import correcting
from archive.errors import InputError, NotFound
from archive.ocfl import OcflRoot
from archive.tables import now
from archive.transcripts import Transcript, edits
from archive.transcripts.edits import Edit

BACK = "back"
"""The reason of an edit that goes back to an earlier version."""

_ORIGINS = (edits.EDITED, "imported", "corrected", "machine")


@dataclass(frozen=True)
class Step:
    """A version of the object in which the transcript changed.

    `count` edits by `authors` came with it; none where it was made or imported anew.
    """

    number: int
    at: datetime
    authors: tuple[str, ...]
    count: int


def steps(ocfl: OcflRoot, recording_id: str, language: str, *, most: int = 30) -> list[Step]:
    """Return the newest versions in which the transcript in a language changed, the newest first.

    Raises:
        NotFound: there is no such recording in the store.
    """
    object_id = deposit.object_id(recording_id)
    inventory = ocfl.inventory(object_id)
    path, begin = deposit.edits_path(language), f"transcripts/{language}."

    def words(number: int) -> dict[str, str]:
        here = inventory.paths(number) if number else {}
        return {name: digest for name, digest in here.items() if name.startswith(begin)}

    def edited(number: int) -> list[Edit]:
        there = number and path in inventory.paths(number)
        return edits.read(ocfl.read(object_id, path, number).decode()) if there else []

    found: list[Step] = []
    for number in range(inventory.head, 0, -1):
        if words(number) == words(number - 1):
            continue
        made = words(number).get(path) != words(number - 1).get(path)
        new = edited(number)[len(edited(number - 1)) :] if made else []
        authors = tuple(dict.fromkeys(edit.author for edit in new))
        found.append(Step(number, inventory.versions[number].created, authors, len(new)))
        if len(found) == most:
            break
    return found


def last_edits(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, *, most: int = 30) -> list[Edit]:
    """Return the last edits, the newest first, also those that no version holds yet."""
    return versions.known_edits(catalogue, ocfl, recording_id, language)[-most:][::-1]


def go_back(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, number: int, *, author: str) -> int:
    """Let the transcript read as in an earlier version, by edits like any others; return how many it took.

    Raises:
        NotFound: that version has no transcript in the language.
        InputError: its sentences cannot be put back, for the transcript was made anew since.
    """
    then = _then(ocfl, recording_id, language, number)
    said = versions.as_it_is(catalogue, ocfl, recording_id, language)
    made = list(_differences(said, then, author))
    result = edits.apply(said, made)
    if [segment.text for segment in result.segments] != [segment.text for segment in then.segments]:
        raise InputError(
            "The transcript was made anew since; that version cannot be put back sentence by sentence.",
            "Change the sentences themselves.",
        )
    if made:
        versions.edit(catalogue, ocfl, recording_id, language, made)
    return len(made)


def _then(ocfl: OcflRoot, recording_id: str, language: str, number: int) -> Transcript:
    object_id = deposit.object_id(recording_id)
    inventory = ocfl.inventory(object_id)
    there = inventory.paths(number) if number in inventory.versions else {}
    for origin in _ORIGINS:
        path = deposit.transcript_path(language, origin)
        if path in there:
            return Transcript.from_json(ocfl.read(object_id, path, number).decode())
    raise NotFound(f"Version {number} has no transcript in “{language}”.", "Choose another one.")


def _differences(said: Transcript, then: Transcript, author: str) -> Iterator[Edit]:
    """Yield what makes one transcript read like the other: sentences changed, taken out, and put in."""
    old = {round(segment.start, 2): segment for segment in said.segments}
    new = {round(segment.start, 2): segment for segment in then.segments}
    for start, segment in old.items():
        wanted = new[start].text if start in new else ""
        if wanted != segment.text:
            yield correcting.narrow(said, segment, wanted, author, BACK)
    for start, segment in new.items():
        if start not in old:
            yield Edit(segment.start, segment.end, "", segment.text, author, now(), BACK)
