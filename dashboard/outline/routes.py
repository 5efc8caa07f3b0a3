"""What the page of chapters asks for and sends: one small JSON route each, so that no change waits for a page."""

from itertools import islice
from typing import Any

from starlette.routing import Route

from archive import deposit, outline, procedures
from archive.errors import InputError, NotFound, ProcedureError
from archive.ocfl import OcflRoot
from archive.outline import Change, Point, points
from archive.tables import Member, Recording
from dashboard.desk.asking import Act, about
from dashboard.house import House
from dashboard.posts import Wish

_MOST = 2 * points.MOST  # changes in one message
_VERSIONS = 30


def routes() -> list[Route]:
    """Return the routes of the chapters; all of them want EDIT on the recording."""

    def route(name: str, act: Act, method: str = "POST") -> Route:
        return Route(f"/gate/outline/{{recording}}/{name}", about(act), methods=[method])

    return [
        route("sheet", _sheet, "GET"),
        route("steps", _steps, "GET"),
        route("versions", _versions, "GET"),
        route("version", _version, "GET"),
        route("changes", _changes),
        route("leave", _leave),
    ]


def _sheet(here: House, _member: Member, recording: Recording, _told: Wish) -> Any:
    """The chapters as they are, and what is suggested beside them."""
    engine = here.catalogue.engine
    return {
        "chapters": _plain(outline.chapters_of(engine, recording.id)),
        "unused": _plain(outline.unused(engine, recording.id)),
    }


def _steps(here: House, _member: Member, recording: Recording, _told: Wish) -> Any:
    """The standard steps of every operation, and which of them this one is; where a file is wrong, what is."""
    wrong = ""
    try:
        known = procedures.load(here.settings.procedures_dir)
    except ProcedureError as error:
        wrong, known = str(error), procedures.load()
    found = procedures.match(known, recording.procedure, recording.title)
    return {
        "procedures": [_procedure(each) for each in known],
        "matched": found.name if found else "",
        "wrong": wrong,
    }


def _procedure(each: procedures.Procedure) -> dict[str, Any]:
    steps = [
        {"step": f"{each.name}/{step.name}", "zh": step.chinese, "en": step.english, "words": step.synonyms}
        for step in each.steps
    ]
    return {"name": each.name, "zh": each.chinese, "en": each.english, "steps": steps}


def _changes(here: House, member: Member, recording: Recording, told: Wish) -> Any:
    """Make changes: what is answered with "saved" is on the disk."""
    wanted = told["changes"]
    if len(wanted) > _MOST:
        raise InputError("These are too many changes at once.", "Make them in smaller parts.")
    changes = [_change(each, recording.duration) for each in wanted]
    outcomes = outline.change(here.catalogue.engine, recording.id, changes, author=member.name)
    here.written.set()
    results = [
        {"id": each.id, "state": outcome.state, "now": outcome.now.plain() if outcome.now else None}
        for each, outcome in zip(changes, outcomes, strict=True)
    ]
    return {"results": results, "chapters": _plain(outline.chapters_of(here.catalogue.engine, recording.id))}


def _change(each: Wish, length: float | None) -> Change:
    before, after = each["before"], each["after"]
    return Change(
        points.checked_id(each["id"]),
        points.read(before) if before else None,  # what was seen may lie beyond a length that was measured since
        points.read(after, length=length) if after else None,
    )


def _leave(here: House, _member: Member, recording: Recording, _told: Wish) -> Any:
    """Nobody changes chapters any more: what waits becomes a version now."""
    outline.fold(here.catalogue.engine, OcflRoot(here.store), recording.id)
    return {}


def _versions(here: House, _member: Member, recording: Recording, _told: Wish) -> Any:
    """When the chapters were kept, and by whom they had been changed; the newest first."""
    object_id, ocfl = deposit.object_id(recording.id), OcflRoot(here.store)
    if not ocfl.exists(object_id):
        return {"versions": []}
    found = [
        {"number": number, "at": version.created.isoformat(), "who": version.message.partition(" by ")[2]}
        for number, version in islice(ocfl.inventory(object_id).changes(deposit.OUTLINE), _VERSIONS)
    ]
    return {"versions": found}


def _version(here: House, _member: Member, recording: Recording, told: Wish) -> Any:
    """The chapters as an earlier version has them."""
    kept = deposit.read_outline(OcflRoot(here.store), recording.id, int(told["number"]))
    if kept is None:
        raise NotFound("There is no such version of the chapters.", "Look at the list again.")
    return {"chapters": _plain({name: Point(**each) for name, each in kept.items()})}


def _plain(chapters: dict[str, Point]) -> list[dict[str, Any]]:
    return [{"id": name, **point.plain()} for name, point in chapters.items()]
