"""How recordings are used, as a table for other programs."""

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archive.access import Action, may, require
from archive.errors import NotFound
from archive.learning import usage
from archive.tables import Member
from dashboard import spreadsheet, work_routes
from dashboard.house import House
from dashboard.posts import Wish, answered
from dashboard.texts import Texts

_HEADS = ("recording", "title", "kind", "people", "sittings", "seconds")


def routes() -> list[Route]:
    """Return the routes; the gateway puts them before its own."""
    return [Route("/gate/usage.csv", answered(_usage))]


def _usage(request: Request, here: House, member: Member, _wish: Wish) -> Response:
    require(member, Action.TEACH)
    t = work_routes.texts(here, request.query_params.get("lang", ""))
    heads = [t(f"usage_csv.{name}") for name in _HEADS]
    return spreadsheet.file("shijiao-usage.csv", heads, _rows(here, member, t))


def _rows(here: House, member: Member, t: Texts) -> Iterator[tuple[Any, ...]]:
    for use in usage.uses(here.catalogue.engine):
        try:
            recording = here.catalogue.recording(use.recording_id)
        except NotFound:
            continue
        if may(member, Action.MANAGE, recording):
            yield (
                recording.id,
                recording.title,
                t.of("kind", recording.kind.value),
                use.people,
                use.sittings,
                round(use.seconds),
            )
