"""What the desk asks for and sends: one small JSON route each, so that nothing typed waits for a page to be drawn."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from starlette.routing import Route

from archive import glossary, versions
from archive.desk import correcting, finding, history, sheet
from archive.desk.correcting import Correction, Outcome
from archive.errors import InputError
from archive.glossary import Term
from archive.glossary.table import SUFFIX, read
from archive.ocfl import OcflRoot
from archive.tables import Member, Recording
from archive.transcripts import Segment
from archive.transcripts.changes import Change
from dashboard.desk.asking import Act, about
from dashboard.house import House
from dashboard.posts import Wish

_MOST = 500  # corrections in one message
_OWN = "own"  # the file of the hospital's glossary that new terms go to


def routes() -> list[Route]:
    """Return the routes of the desk; all of them want EDIT on the recording."""

    def route(name: str, act: Act, method: str = "POST") -> Route:
        return Route(f"/gate/desk/{{recording}}/{name}", about(act), methods=[method])

    return [
        route("sheet", _sheet, "GET"),
        route("history", _history, "GET"),
        route("edits", _edits),
        route("leave", _leave),
        route("find", _find),
        route("term", _term),
        route("undo", _undo),
        route("back", _back),
    ]


def _sheet(here: House, member: Member, recording: Recording, told: Wish) -> Any:
    """The transcript; only that it is the same where the page has it already. `token` opens the media."""
    language = told["language"]
    if told.get("seen") and told["seen"] == sheet.seen(here.catalogue, recording.id, language):
        return {"same": True}
    found = sheet.read(here.catalogue, OcflRoot(here.store), recording.id, language)
    return {
        "seen": found.seen,
        "origin": found.origin,
        "token": here.token(member, recording.id, whole=True),
        "lines": [
            _segment(line.segment)
            | {"low": line.low, "edited": line.edited, "changes": [_change(change) for change in line.changes]}
            for line in found.lines
        ],
    }


def _segment(segment: Segment) -> dict[str, Any]:
    return {"start": segment.start, "end": segment.end, "text": segment.text}


def _change(change: Change) -> dict[str, Any]:
    return {"offset": change.offset, "before": change.before, "after": change.after, "term": change.term}


def _edits(here: House, member: Member, recording: Recording, told: Wish) -> Any:
    """Make corrections: what is answered with "saved" is on the disk."""
    language, wanted = str(told["language"]), told["edits"]
    if len(wanted) > _MOST:
        raise InputError("These are too many corrections at once.", "Save them in smaller parts.")
    corrections = [_correction(each) for each in wanted]
    ocfl = OcflRoot(here.store)
    outcomes = correcting.correct(here.catalogue, ocfl, recording.id, language, corrections, author=member.name)
    here.written.set()
    answers = [{"id": str(each["id"])} | _outcome(outcome) for each, outcome in zip(wanted, outcomes, strict=True)]
    return {"seen": sheet.seen(here.catalogue, recording.id, language), "results": answers}


def _correction(each: dict[str, Any]) -> Correction:
    start, end = float(each["start"]), float(each["end"])
    if not (math.isfinite(start) and math.isfinite(end) and 0 <= start <= end):
        raise ValueError
    before, after = each["before"], each["after"]
    if not (isinstance(before, str) and isinstance(after, str)):
        raise TypeError
    return Correction(start, end, before, after)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    now = None if outcome.now is None else _segment(outcome.now)
    return {"state": outcome.state, "now": now, "merged": outcome.merged}


def _leave(here: House, _member: Member, recording: Recording, told: Wish) -> Any:
    """Nobody sits at the desk any more: what waits becomes a version now."""
    correcting.fold(here.catalogue, OcflRoot(here.store), recording.id, str(told["language"]))
    return {}


def _find(here: House, _member: Member, recording: Recording, told: Wish) -> Any:
    """Find words: where, each with the sentence as it reads there."""
    said = versions.as_it_is(here.catalogue, OcflRoot(here.store), recording.id, str(told["language"])).segments
    look = finding.sounding if told["by"] == "sound" else finding.written
    found = look(said, str(told["wanted"]))
    places = [
        {"start": said[place.sentence].start, "text": said[place.sentence].text}
        | {"offset": place.offset, "length": place.length}
        for place in found[:_MOST]
    ]
    return {"count": len(found), "places": places}


def _term(here: House, _member: Member, _recording: Recording, told: Wish) -> Any:
    """Add a term to the hospital's glossary, or a wrong spelling to one that is there."""
    text, misheard = str(told["term"]).strip(), str(told.get("misheard", "")).strip()
    folder = here.settings.glossary_dir
    file = folder / f"{_OWN}{SUFFIX}"
    known = next((term for term in read(file) if term.text == text), None) if file.exists() else None
    before = known or Term(text, _OWN)
    wrong = _with(before.misheard, misheard) if misheard != text else before.misheard
    put = glossary.put(folder, Term(text, _OWN, before.readings, before.english, before.synonyms, wrong))
    return {"term": put.text, "misheard": list(put.misheard)}


def _with(spellings: Sequence[str], another: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*spellings, *([another] if another else [])]))


def _history(here: House, _member: Member, recording: Recording, told: Wish) -> Any:
    language, ocfl = told["language"], OcflRoot(here.store)
    steps = history.steps(ocfl, recording.id, language)
    last = history.last_edits(here.catalogue, ocfl, recording.id, language)
    return {
        "versions": [
            {"number": step.number, "at": step.at.isoformat(), "authors": step.authors, "count": step.count}
            for step in steps
        ],
        "edits": [
            {"at": edit.at.isoformat(), "author": edit.author, "start": edit.start, "reason": edit.reason}
            | {"before": edit.before, "after": edit.after}
            for edit in last
        ],
    }


def _undo(here: House, member: Member, recording: Recording, told: Wish) -> Any:
    at, ocfl = datetime.fromisoformat(told["at"]), OcflRoot(here.store)
    correcting.take_back(here.catalogue, ocfl, recording.id, str(told["language"]), at, author=member.name)
    return {}


def _back(here: House, member: Member, recording: Recording, told: Wish) -> Any:
    ocfl, number = OcflRoot(here.store), int(told["number"])
    language = str(told["language"])
    return {
        "edits": history.go_back(here.catalogue, ocfl, recording.id, language, number, author=member.name),
    }
