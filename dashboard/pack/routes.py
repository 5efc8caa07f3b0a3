"""Taking a recording along: which forms there are with their sizes, the file itself, and whether it is allowed."""

import functools
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from archive import description
from archive.access import Action, require
from archive.description import Wanted
from archive.errors import NotAllowed, NotFound, NotSignedIn, ShijiaoError
from archive.ocfl import OcflRoot
from archive.people import COOKIE
from archive.tables import Member, Recording
from dashboard import posts, ranges, withheld, wording
from dashboard.house import House, house
from dashboard.pack import forms, pieces
from dashboard.pack.forms import Form
from dashboard.pack.page import Pack, compose
from dashboard.texts import LANGUAGES, Texts
from dashboard.visit import Visit


def routes() -> list[Route]:
    """Return the routes of what is taken along; the gateway puts them before its own."""
    return [
        Route("/gate/take/{recording}/forms.json", posts.answered(_forms)),
        Route("/gate/take/{recording}/allowed", posts.plain(_allow), methods=["POST"]),
        Route("/gate/take/{recording}/{form}.html", _told(_file)),
    ]


def _visit(request: Request, here: House, member: Member) -> Visit:
    asked = request.query_params.get("lang", "")
    return Visit(here, member, _texts(here, asked))


def _texts(here: House, asked: str) -> Texts:
    return Texts("zh" if asked == "zh" else "en") if asked in LANGUAGES else Texts(here.settings.language)


# -- the offer


def _forms(request: Request, here: House, member: Member, _wish: posts.Wish) -> Response:
    """Tell the forms with their sizes to the byte, or why there are none."""
    visit = _visit(request, here, member)
    recording = here.catalogue.recording(request.path_params["recording"])
    visit.require(Action.WATCH, recording)
    told: dict[str, Any] = {"forms": [], "told": ""}
    if visit.may(Action.EDIT, recording):
        told["allowed"] = recording.take_away
    if not visit.may(Action.TAKE, recording):
        told["told"] = visit.t("pack.refused")
        return JSONResponse(told, headers=posts.HEADERS)
    kept = withheld.of(here, recording)
    for form, loads in forms.of(here.catalogue, recording, kept).items():
        made = compose(visit, recording, form, loads, kept)
        address = f"gate/take/{recording.id}/{form.value}.html?lang={visit.t.language}"
        size = {"size": made.size, "shown": wording.size(made.size)}
        told["forms"].append({"form": form.value, "label": made.label, "href": address, **size})
    if not told["forms"]:
        told["told"] = visit.t("take.none")
    return JSONResponse(told, headers=posts.HEADERS)


def _allow(here: House, member: Member, request: Request, wish: posts.Wish) -> Any:
    """Say whether a recording's rights allow that it is taken along."""
    recording = here.catalogue.recording(request.path_params["recording"])
    require(member, Action.EDIT, recording)
    wanted = {"take_away": Wanted(recording.take_away, wish.get("allowed") is True)}
    said = description.change(here.catalogue, OcflRoot(here.store), recording.id, wanted, author=member.name)
    return {"allowed": said.fields["take_away"]}


# -- the file


def _told(answer: Callable[[Request, Visit], Response]) -> Callable[[Request], Response]:
    """Let a request through to `answer` with who asks. A refusal is a sentence: it is opened like a page."""

    @functools.wraps(answer)
    def endpoint(request: Request) -> Response:
        here = house()
        t = _texts(here, request.query_params.get("lang", ""))
        if request.headers.get("sec-fetch-site") == "cross-site":  # somebody else's page has nobody take anything
            return PlainTextResponse(t("pack.elsewhere"), 403, headers=posts.HEADERS)
        try:
            return answer(request, _visit(request, here, here.viewer(request.cookies.get(COOKIE, ""))))
        except NotSignedIn as error:
            told = t("signed_out"), posts.status_of(error)
        except NotAllowed as error:
            told = t("pack.refused"), posts.status_of(error)
        except NotFound as error:
            told = t("pack.gone"), posts.status_of(error)
        except ShijiaoError as error:
            told = t.failure(error.code)[0], posts.status_of(error)
        return PlainTextResponse(told[0], told[1], headers=posts.HEADERS)

    return endpoint


def _file(request: Request, visit: Visit) -> Response:
    recording = visit.house.catalogue.recording(request.path_params["recording"])
    visit.require(Action.TAKE, recording)
    form = request.path_params["form"]
    kept = withheld.of(visit.house, recording)
    loads = forms.of(visit.house.catalogue, recording, kept).get(Form(form)) if form in set(Form) else None
    if not loads:
        raise NotFound(f"The recording {recording.id} cannot be taken along as “{form}”.")
    return _send(request, visit, recording, form, compose(visit, recording, Form(form), loads, kept))


def _send(request: Request, visit: Visit, recording: Recording, form: str, made: Pack) -> Response:
    """Send the file, or of one that was begun the rest; who takes it is written down before its first byte leaves."""
    size, etag = made.size, f'"{made.digest}"'
    headers = posts.HEADERS | {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Content-Encoding": "identity",  # compressed on its way it would have no length that a browser could show
        "Content-Disposition": _disposition(recording, form, made.name),
    }
    whole = request.headers.get("if-range", etag) != etag
    try:
        wanted = None if whole else ranges.parse(request.headers.get("range"), size)
    except ranges.Unsatisfiable:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = wanted or (0, size)
    headers["Content-Length"] = str(end - start)
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if wanted else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type="text/html")
    visit.house.takings.note(visit.member, recording, form, size, goes_on=start > 0)
    return StreamingResponse(_begun(made, start, end), status, headers, media_type="text/html")


def _begun(made: Pack, start: int, end: int) -> Iterator[bytes]:
    """Open the stream now, so that a store that fails is answered as such and not as a broken file."""
    chunks = pieces.read(made.pieces, start, end)
    return chain([next(chunks, b"")], chunks)


def _disposition(recording: Recording, form: str, name: str) -> str:
    return f"attachment; filename=\"shijiao-{recording.id}-{form}.html\"; filename*=UTF-8''{quote(name, safe='')}"
