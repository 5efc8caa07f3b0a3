"""What the pages of editing ask for and send: JSON both ways, about one recording that the member may edit."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from archive.access import Action, require
from archive.errors import InputError
from archive.tables import Member, Recording
from dashboard.house import House
from dashboard.posts import HEADERS, Wish, answered

Act = Callable[[House, Member, Recording, Wish], Any]


def about(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Return a route that answers with what `act` returns, once the gate lets the member edit the recording.

    `act` takes what the body says, or the query of a GET: values from a browser. What it stumbles over in them (a
    KeyError, TypeError or ValueError) is answered as a bad request.
    """

    def answer(request: Request, here: House, member: Member, wish: Wish) -> Response:
        recording = here.catalogue.recording(request.path_params["recording"])
        require(member, Action.EDIT, recording)
        try:
            made = act(here, member, recording, wish if request.method == "POST" else dict(request.query_params))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("This is not what the page would send.", "Load the page again.") from error
        return JSONResponse(made, headers=HEADERS)

    return answered(answer)
