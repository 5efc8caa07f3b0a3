"""What search asks the gateway for beside its page: suggestions, a player in place, and what was missed as a table."""

import functools
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from archive import misses
from archive.access import Action, findable
from archive.errors import NotAllowed, NotFound, NotSignedIn, ShijiaoError
from archive.people import COOKIE
from dashboard import inplace, spreadsheet
from dashboard.house import house
from dashboard.posts import HEADERS
from dashboard.texts import LANGUAGES, Texts
from dashboard.visit import Visit

_LONGEST = 100  # characters typed


def routes() -> list[Route]:
    """Return search's routes; the gateway puts them before its own."""
    return [
        Route("/gate/suggest.json", _answered(_suggest)),
        Route("/gate/play/{recording}.json", _answered(_play)),
        Route("/gate/misses.csv", _answered(_misses)),
    ]


def _answered(answer: Callable[[Request, Visit], Response]) -> Callable[[Request], Response]:
    """Let a request through to `answer` with who asks; what goes wrong is told in their language."""

    @functools.wraps(answer)
    def endpoint(request: Request) -> Response:
        here = house()
        asked = request.query_params.get("lang", "")
        t = Texts("zh" if asked == "zh" else "en") if asked in LANGUAGES else Texts(here.settings.language)
        try:
            return answer(request, Visit(here, here.viewer(request.cookies.get(COOKIE, "")), t))
        except NotSignedIn:
            return _refused(t("signed_out"), 401)
        except NotAllowed:
            return _refused(t("not_allowed"), 403)
        except inplace.AllCut:
            return _refused(t("cuts_all"), 404)
        except NotFound:
            return _refused(t("not_playable"), 404)
        except ShijiaoError as error:
            return _refused(t.failure(error.code)[0], 503)

    return endpoint


def _refused(told: str, status: int) -> Response:
    return JSONResponse({"told": told}, status, headers=HEADERS)


def _suggest(request: Request, visit: Visit) -> Response:
    """Say how what is being typed may go on: only what this member would find."""
    typed = request.query_params.get("q", "")[:_LONGEST]
    found = visit.house.index.suggest(typed, allowed=findable(visit.member, visit.house.catalogue))
    return JSONResponse([{"text": each.text, "kind": each.kind} for each in found], headers=HEADERS)


def _play(request: Request, visit: Visit) -> Response:
    return JSONResponse(inplace.told(visit, request.path_params["recording"]), headers=HEADERS)


def _misses(_request: Request, visit: Visit) -> Response:
    """What people looked for and did not find, for a spreadsheet."""
    visit.require(Action.TEACH)
    heads = [visit.t(f"misses.{column}") for column in ("query", "count", "last")]
    found = misses.most(visit.house.catalogue.engine, misses.MOST)
    rows = ((each.query, each.count, each.last_at.isoformat(timespec="seconds")) for each in found)
    return spreadsheet.file("misses.csv", heads, rows)
