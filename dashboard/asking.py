"""What a page's scripts ask in passing, without a run of the page: small JSON routes beside the gateway's.

Each finds out who is signed in, and no other site can act with a member's cookie: whatever changes something must carry
a header that a foreign page cannot send, or come from our own as the browser itself says.
"""

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from archive.errors import InputError, NotAllowed, NotFound, NotSignedIn, ShijiaoError, StoreUnavailable
from archive.people import COOKIE
from archive.tables import Member
from dashboard.house import House, house

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
MOST = 1024 * 1024  # bytes of JSON that somebody may send

Asked = Mapping[str, Any]
Answer = Callable[[House, Member, Request, Asked], Any]


def route(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of `answer(house, member, request, what was sent)`; it runs in a thread and gives plain JSON."""

    @functools.wraps(answer)
    async def endpoint(request: Request) -> Response:
        try:
            here, member = await run_in_threadpool(visitor, request)
            asked = await _json(request) if request.method == "POST" else {}
            return JSONResponse(await run_in_threadpool(answer, here, member, request, asked), headers=HEADERS)
        except ShijiaoError as error:
            return refusal(error)

    return endpoint


def visitor(request: Request) -> tuple[House, Member]:
    """Return who asks.

    Raises:
        NotSignedIn: nobody is behind the cookie.
        NotAllowed: another site asks with it.
    """
    ours = request.headers.get("x-shijiao") == "1" or request.headers.get("sec-fetch-site") == "same-origin"
    if request.method not in ("GET", "HEAD") and not ours:
        raise NotAllowed("Another site asked for this.", "Open the portal itself.")
    here = house()
    return here, here.viewer(request.cookies.get(COOKIE, ""))


def refusal(error: ShijiaoError) -> Response:
    """Return an error as its code and facts; the page has the sentences in the reader's language."""
    facts = {key: str(value) for key, value in error.facts.items()}
    told = {"code": error.code, "message": error.message, "facts": facts}
    return JSONResponse(told, status_code=_status(error), headers=HEADERS)


def _status(error: ShijiaoError) -> int:
    if isinstance(error, NotAllowed):
        return 401 if isinstance(error, NotSignedIn) else 403
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, InputError):
        return 422
    return 503 if isinstance(error, StoreUnavailable) else 500


async def _json(request: Request) -> Asked:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise InputError("More was sent than is expected.", "Reload the page.")
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise InputError("What was sent is not understood.", "Reload the page.")
    return asked
