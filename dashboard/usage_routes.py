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
from dashboard import spreadsheet
from dashboard.house import House
from dashboard.posts import Wish, answered

_HEADS = ("recording", "title", "kind", "people", "plays", "seconds")


def routes() -> list[Route]:
    """Return the routes; the gateway puts them before its own."""
    return [Route("/gate/usage.csv", answered(_usage))]


def _usage(_request: Request, here: House, member: Member, _wish: Wish) -> Response:
    require(member, Action.TEACH)
    return spreadsheet.file("shijiao-usage.csv", _HEADS, _rows(here, member))


def _rows(here: House, member: Member) -> Iterator[tuple[Any, ...]]:
    for use in usage.uses(here.catalogue.engine):
        try:
            recording = here.catalogue.recording(use.recording_id)
        except NotFound:
            continue
        if may(member, Action.MANAGE, recording):
            yield recording.id, recording.title, recording.kind.value, use.people, use.sittings, round(use.seconds)
