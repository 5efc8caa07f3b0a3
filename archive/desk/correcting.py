"""Sentences that a person put right: written down at once, told apart from what somebody else wrote meanwhile."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from archive import deposit, versions
from archive.catalogue import Catalogue
from archive.database import one_writer
from archive.desk import pending
from archive.desk.merging import merged
from archive.errors import InputError, NotFound, ShijiaoError
from archive.ocfl import OcflRoot
from archive.tables import now
from archive.transcripts import Segment, Transcript, edits
from archive.transcripts.edits import UNDO, Edit

log = logging.getLogger(__name__)

_SAME = 0.01  # seconds by which the time of one sentence may differ when it was told and told again
_QUIET = timedelta(seconds=8)  # without another edit, after which those that wait become a version
_LONGEST = timedelta(seconds=60)  # for which an edit waits, however busy somebody is


@dataclass(frozen=True)
class Correction:
    """A sentence from `start` to `end` (seconds) that read `before` and should read `after`; empty: taken out."""

    start: float
    end: float
    before: str
    after: str


@dataclass(frozen=True)
class Outcome:
    """What became of a correction.

    "saved": it is written down, `now` is the sentence (None: it was taken out). "conflict": nothing was written, for
    the sentence reads `now` (None: it is not there any more); `merged` has both changes in it, where that can be.
    """

    state: Literal["saved", "conflict"]
    now: Segment | None
    merged: str | None = None


def correct(
    catalogue: Catalogue,
    ocfl: OcflRoot,
    recording_id: str,
    language: str,
    corrections: Sequence[Correction],
    *,
    author: str,
) -> list[Outcome]:
    """Make corrections, one after the other. What is answered with "saved" is on the disk and in the catalogue.

    Telling one again changes nothing.

    Raises:
        NotFound: there is no transcript in that language.
    """
    with one_writer(catalogue.engine, recording_id):
        said = versions.as_it_is(catalogue, ocfl, recording_id, language)
        made: list[Edit] = []
        outcomes = []
        for each in corrections:
            outcome, edit = _judge(said, each, author)
            if edit is not None:
                said = edits.apply(said, [edit])
                made.append(edit)
                outcome = Outcome("saved", _at(said, each.start) if each.after else None)
            outcomes.append(outcome)
        _write(catalogue, recording_id, said, made)
    return outcomes


def take_back(
    catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str, at: datetime, *, author: str
) -> None:
    """Take back the edit that was made at a moment: an edit like any other.

    Raises:
        NotFound: there is no such edit.
        InputError: what it wrote was changed since.
    """
    with one_writer(catalogue.engine, recording_id):
        known = versions.known_edits(catalogue, ocfl, recording_id, language)
        found = next((edit for edit in reversed(known) if edit.at == at), None)
        if found is None:
            raise NotFound("There is no such edit.", "Look at the list again.")
        said = versions.as_it_is(catalogue, ocfl, recording_id, language)
        reason = UNDO if found.after else ""
        back = Edit(found.start, found.end, found.after, found.before, author, now(), reason)
        result = edits.apply(said, [back])
        if result.segments == said.segments:
            raise InputError(f"“{found.after}” was changed again since.", "Change the sentence itself.")
        _write(catalogue, recording_id, result, [back])


def fold(catalogue: Catalogue, ocfl: OcflRoot, recording_id: str, language: str) -> None:
    """Make one version of the object of the edits that wait; nothing, where none do."""
    if pending.of(catalogue.engine, recording_id, language):
        versions.edit(catalogue, ocfl, recording_id, language, [])


def fold_due(catalogue: Catalogue, ocfl: OcflRoot) -> None:
    """Make versions of what has waited long enough. What cannot be kept now goes on waiting."""
    moment = now()
    for recording_id, language in pending.due(catalogue.engine, quiet_since=moment - _QUIET, oldest=moment - _LONGEST):
        try:
            fold(catalogue, ocfl, recording_id, language)
        except NotFound:  # a recording that is being entered anew, or one without a transcript now
            log.info("edits of %s in %s wait until there is something to put them into", recording_id, language)
        except ShijiaoError:
            log.exception("edits of %s could not be made a version of it; they wait", recording_id)


def _write(catalogue: Catalogue, recording_id: str, said: Transcript, made: Sequence[Edit]) -> None:
    """Write edits down, then show the transcript with them. The caller is its only writer."""
    if not made:
        return
    pending.add(catalogue.engine, recording_id, said.language, made)
    path = deposit.transcript_path(said.language, edits.EDITED)
    kept = {row.path: row.version for row in catalogue.transcripts(recording_id)}
    catalogue.put_transcripts(recording_id, {path: replace(said, version=kept.get(path, 0))})


def _judge(said: Transcript, wanted: Correction, author: str) -> tuple[Outcome, Edit | None]:
    after = Segment(wanted.start, wanted.end, wanted.after).text
    there = _at(said, wanted.start, wanted.before)
    if there is None:
        if not after:  # it is gone already
            return Outcome("saved", None), None
        if wanted.before:
            return Outcome("conflict", _over(said, wanted)), None
        return _new(said, wanted, after, author)
    if there.text == after:
        return Outcome("saved", there), None
    if there.text != wanted.before:
        return Outcome("conflict", there, merged(wanted.before, there.text, after)), None
    return Outcome("saved", there), narrow(said, there, after, author)


def _new(said: Transcript, wanted: Correction, after: str, author: str) -> tuple[Outcome, Edit | None]:
    """A sentence where none is (any more): only where nothing else is said."""
    over = _over(said, wanted)
    if over is not None:
        return Outcome("conflict", over), None
    return Outcome("saved", None), Edit(wanted.start, wanted.end, "", after, author, now())


def narrow(said: Transcript, segment: Segment, after: str, author: str, reason: str = "") -> Edit:
    """Return the edit of as few characters as can be that makes a sentence read `after`.

    What it leaves alone may become better by itself in a later transcript. Where few characters would not do exactly
    that, as where the same stand twice at one time, it is the whole sentence.
    """
    whole = Edit(segment.start, segment.end, segment.text, after, author, now(), reason)
    number = said.segments.index(segment)
    for edit in _narrower(segment, after, whole):
        made = edits.apply(said, [edit])
        if len(made.segments) == len(said.segments) and made.segments[number].text == after:
            others = (seg.text for at, seg in enumerate(made.segments) if at != number)
            if all(one == seg.text for one, seg in zip(others, _without(said, number), strict=True)):
                return edit
    return whole


def _narrower(segment: Segment, after: str, whole: Edit) -> Iterator[Edit]:
    before = segment.text
    if not after:
        return
    most = min(len(before), len(after))
    begin = next((n for n in range(most) if before[n] != after[n]), most)
    tail = next((n for n in range(most - begin) if before[-1 - n] != after[-1 - n]), most - begin)
    if begin == len(before) - tail or begin == len(after) - tail:  # with a neighbour, so that it stands somewhere
        begin, tail = (begin - 1, tail) if begin else (begin, max(0, tail - 1))
    old, new = before[begin : len(before) - tail], after[begin : len(after) - tail]
    if old and new and len(old) < len(before):
        times = edits.times(segment)[begin : len(before) - tail]
        yield replace(whole, start=times[0][0], end=times[-1][1], before=old, after=new)


def _without(said: Transcript, number: int) -> Iterable[Segment]:
    return (segment for at, segment in enumerate(said.segments) if at != number)


def _at(said: Transcript, start: float, text: str = "") -> Segment | None:
    """Return the sentence that begins at a second; of several, the one that reads `text`."""
    found = [segment for segment in said.segments if abs(segment.start - start) < _SAME]
    return next((segment for segment in found if segment.text == text), found[0] if found else None)


def _over(said: Transcript, wanted: Correction) -> Segment | None:
    """Return the sentence that is said for most of a correction's time, where one is."""

    def shared(segment: Segment) -> float:
        return min(segment.end, wanted.end) - max(segment.start, wanted.start)

    most = max(said.segments, key=shared, default=None)
    return most if most is not None and shared(most) > _SAME else None
