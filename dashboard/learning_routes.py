"""What the player and the page beside it keep for a member: progress, marks, clips; and their history as a file."""

import functools
import math
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from archive.access import Action, may, require
from archive.errors import InputError
from archive.learning.marks import may_change, may_read
from archive.learning.tables import PRIVATE, Clip, Mark, MarkKind
from archive.learning.watching import Report
from archive.ocfl import OcflRoot
from archive.tables import Member, Recording
from dashboard import history
from dashboard.house import House
from dashboard.posts import HEADERS, Wish, answered, number, text
from dashboard.texts import Language

_MOST_SPANS = 5000
_OURS = re.compile(r"[0-9a-z]{8,40}")

About = Callable[[Request, House, Member, Recording, Wish], Any]


def routes() -> list[Route]:
    """Return the routes of what is a member's own; the gateway puts them before those of media."""
    base = "/gate/mine/{recording}"
    return [
        Route("/gate/mine/history.csv", answered(_history), methods=["GET"]),
        Route(f"{base}/progress", about(Action.WATCH)(_progress), methods=["POST"]),
        Route(f"{base}/marks", about(Action.WATCH)(_marks), methods=["GET"]),
        Route(f"{base}/marks", about(Action.NOTE)(_write), methods=["POST"]),
        Route(f"{base}/marks/{{mark}}", about(Action.NOTE)(_change), methods=["PUT"]),
        Route(f"{base}/marks/{{mark}}", about(Action.NOTE)(_erase), methods=["DELETE"]),
        Route(f"{base}/clips", about(Action.NOTE)(_clip), methods=["POST"]),
        Route(f"{base}/clips/{{clip}}", about(Action.NOTE)(_unclip), methods=["DELETE"]),
    ]


def about(action: Action) -> Callable[[About], Any]:
    """Answer about a recording, if the member may do `action` with it at this moment."""

    def wrap(answer: About) -> Any:
        @functools.wraps(answer)
        def asked(request: Request, here: House, member: Member, wish: Wish) -> Response:
            recording = here.catalogue.recording(request.path_params["recording"])
            require(member, action, recording)
            return JSONResponse(answer(request, here, member, recording, wish), headers=HEADERS)

        return answered(asked)

    return wrap


def _progress(_request: Request, here: House, member: Member, recording: Recording, wish: Wish) -> Any:
    sitting, spans = text(wish, "sitting"), wish.get("spans")
    if not _OURS.fullmatch(sitting) or not isinstance(spans, list) or len(spans) > _MOST_SPANS:
        raise InputError("This is no report of a player.")
    played = [(number({"at": start}, "at"), number({"at": end}, "at")) for start, end in _pairs(spans)]
    report = Report(sitting, played, number(wish, "seconds"), number(wish, "position"))
    return {"watched": here.watching.report(member.id, recording, report).watched}


def _pairs(spans: list[Any]) -> list[list[Any]]:
    if not all(isinstance(span, list) and len(span) == 2 for span in spans):
        raise InputError("A span has a start and an end.")
    return spans


def _marks(_request: Request, here: House, member: Member, recording: Recording, _wish: Wish) -> Any:
    answers = may(member, Action.ANSWER, recording)
    rows = here.marks.seen_by(member.id, recording.id)
    if not answers:
        rows = may_read(member.id, rows, here.cuts.ranges(recording.id))
    return {
        "marks": [_plain(row, member, curates=answers) for row in rows],
        "clips": [_plain_clip(clip) for clip in here.clips.of(member.id, recording.id)],
        "member": member.id,
        "collections": here.clips.collections(member.id),
        "may": {"note": may(member, Action.NOTE, recording), "answer": answers},
    }


def _plain(mark: Mark, member: Member, *, curates: bool) -> dict[str, Any]:
    fields = {"id", "kind", "start", "end", "text", "reply_to", "created_at"}
    mine = mark.author_id == member.id
    erasable = mine or (curates and mark.kind not in PRIVATE)
    author = {"author": mark.author_name, "institution": mark.author_institution}
    return mark.model_dump(mode="json", include=fields) | author | {"mine": mine, "erasable": erasable}


def _plain_clip(clip: Clip) -> dict[str, Any]:
    return clip.model_dump(mode="json", include={"id", "start", "end", "name", "collection"})


def _write(_request: Request, here: House, member: Member, recording: Recording, wish: Wish) -> Any:
    kind = text(wish, "kind")
    if kind not in set(MarkKind):
        raise InputError(f"“{kind}” is not a kind of mark.")
    if kind in (MarkKind.ANSWER, MarkKind.TEACHING_POINT):
        require(member, Action.ANSWER, recording)
    start = number(wish, "start")
    end = None if wish.get("end") is None else max(start, number(wish, "end"))
    mark = Mark(
        recording_id=recording.id,
        kind=MarkKind(kind),
        author_id=member.id,
        author_name=member.name,
        author_institution=here.members.institution(member.institution_id),
        start=start,
        end=end,
        text=text(wish, "text"),
        reply_to=(text(wish, "reply_to") or None) if kind == MarkKind.ANSWER else None,
    )
    return _kept(here, member, recording, mark)


def _change(request: Request, here: House, member: Member, recording: Recording, wish: Wish) -> Any:
    mark = _own(request, here, member, recording, curates=False)
    mark.text = text(wish, "text")
    if "start" in wish:
        mark.start = number(wish, "start")
    return _kept(here, member, recording, mark)


def _kept(here: House, member: Member, recording: Recording, mark: Mark) -> Any:
    kept = here.marks.write(OcflRoot(here.store), mark)
    here.written.set()
    return _plain(kept, member, curates=may(member, Action.ANSWER, recording))


def _erase(request: Request, here: House, member: Member, recording: Recording, _wish: Wish) -> Any:
    mark = _own(request, here, member, recording, curates=may(member, Action.ANSWER, recording))
    here.marks.erase(OcflRoot(here.store), mark)
    here.written.set()
    return {}


def _own(request: Request, here: House, member: Member, recording: Recording, *, curates: bool) -> Mark:
    mark = here.marks.mark(request.path_params["mark"])
    if mark.recording_id != recording.id:
        raise InputError("This was not written about this recording.")
    may_change(member, mark, curates=curates)
    return mark


def _clip(_request: Request, here: House, member: Member, recording: Recording, wish: Wish) -> Any:
    clip = Clip(
        member_id=member.id,
        recording_id=recording.id,
        start=number(wish, "start"),
        end=min(number(wish, "end"), recording.duration or math.inf),
        name=text(wish, "name"),
        collection=text(wish, "collection"),
    )
    return _plain_clip(here.clips.add(clip))


def _unclip(request: Request, here: House, member: Member, _recording: Recording, _wish: Wish) -> Any:
    here.clips.remove(member.id, request.path_params["clip"])
    return {}


def _history(request: Request, here: House, member: Member, _wish: Wish) -> Response:
    language: Language = "en" if request.query_params.get("lang") == "en" else "zh"
    return history.file(here, member, language)
