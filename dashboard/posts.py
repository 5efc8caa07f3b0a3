"""Small questions and wishes of the page's own scripts: who asks, whether our own page asks, and JSON both ways."""

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from archive.errors import InputError, NotAllowed, NotFound, NotSignedIn, ShijiaoError, StoreUnavailable
from archive.people import COOKIE
from archive.tables import Member
from dashboard.house import House, house

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"}
_LARGEST = 1024 * 1024  # bytes of JSON that somebody may send
_READING = ("GET", "HEAD")

Wish = Mapping[str, Any]
Answer = Callable[[Request, House, Member, Wish], Response]


def answered(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Let a request through to `answer`, with what its body wishes, if a member's own page sent it.

    Failures are answered as `refusal` does.
    """

    @functools.wraps(answer)
    async def endpoint(request: Request) -> Response:
        try:
            wish = {} if request.method in _READING else await _wish(request)
            return await run_in_threadpool(_answer, answer, request, wish)
        except ShijiaoError as error:
            return refusal(error)

    return endpoint


def plain(answer: Callable[[House, Member, Request, Wish], Any]) -> Callable[[Request], Awaitable[Response]]:
    """Do as `answered`, for an `answer` that returns plain values."""

    @functools.wraps(answer)
    def answer_as_json(request: Request, here: House, member: Member, wish: Wish) -> Response:
        return JSONResponse(answer(here, member, request, wish), headers=HEADERS)

    return answered(answer_as_json)


def visitor(request: Request) -> tuple[House, Member]:
    """Return who asks.

    Raises:
        NotSignedIn: nobody is behind the cookie.
        NotAllowed: another site asks with it.
    """
    if request.method not in _READING and not same_origin(request):
        raise NotAllowed("This came from another page.", "Open the portal itself.")
    here = house()
    return here, here.viewer(request.cookies.get(COOKIE, ""))


def refusal(error: ShijiaoError) -> Response:
    """Return an error as its code and facts; the page has the sentences in the reader's language."""
    facts = {key: str(value) for key, value in error.facts.items()}
    return JSONResponse({"code": error.code, "message": str(error), "facts": facts}, status_of(error), headers=HEADERS)


def _answer(answer: Answer, request: Request, wish: Wish) -> Response:
    return answer(request, *visitor(request), wish)


async def _wish(request: Request) -> Wish:
    if int(request.headers.get("content-length") or 0) > _LARGEST:
        raise InputError("This is too long.", "Say it shorter.")
    body = await request.body()
    try:
        wish = json.loads(body or b"{}")
    except ValueError as error:
        raise InputError("This is not JSON.") from error
    if not isinstance(wish, dict):
        raise InputError("This is not an object of JSON.")
    return wish


def same_origin(request: Request) -> bool:
    """Whether a page of our own sent this: no other site can act with the cookie.

    Of the three signs our scripts set the first; the others stand for what a browser sends when a page is left.
    """
    if request.headers.get("x-shijiao") == "1" or request.headers.get("sec-fetch-site") == "same-origin":
        return True
    origin = urlsplit(request.headers.get("origin", "")).netloc
    return bool(origin) and origin == request.headers.get("host")


def status_of(error: ShijiaoError) -> int:
    """Return the HTTP status that says what went wrong."""
    if isinstance(error, NotAllowed):
        return 401 if isinstance(error, NotSignedIn) else 403
    if isinstance(error, InputError):
        return 400
    if isinstance(error, NotFound):
        return 404
    return 503 if isinstance(error, StoreUnavailable) else 500


def number(wish: Wish, name: str) -> float:
    """Return a number of seconds from a wish.

    Raises:
        InputError: it is none, or beyond what a recording can have.
    """
    value = wish.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e7:
        raise InputError(f"“{name}” is not a second of a recording.", "Try it again.")
    return float(value)


def text(wish: Wish, name: str) -> str:
    """Return a text from a wish, empty where there is none.

    Raises:
        InputError: it is something else.
    """
    value = wish.get(name) or ""
    if not isinstance(value, str):
        raise InputError(f"“{name}” is not a text.", "Try it again.")
    return value
