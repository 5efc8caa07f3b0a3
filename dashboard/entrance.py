"""Signing in by a one-time link, and out again.

Opening the link only shows a button: programs that look at links in messages before people do would use it up. What is
pressed begins a session, whose cookie no script can read.
"""

import html
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from archive.errors import NotAllowed
from archive.people import COOKIE
from archive.people.members import SIGNED_IN_DAYS
from dashboard.house import house
from dashboard.texts import Texts

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
}

_PAGE = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))


def routes() -> list[Route]:
    """Return the routes of the door; the gateway puts them before its own."""
    return [
        Route("/gate/enter/{opens}", _shown, methods=["GET"]),
        Route("/gate/enter/{opens}", _entered, methods=["POST"]),
        Route("/gate/leave", _left, methods=["POST"]),
    ]


def _shown(request: Request) -> Response:
    """Show whom the link is for, and the button."""
    t = _texts(request)
    try:
        member = house().members.invited(request.path_params["opens"])
    except NotAllowed:
        return _refused(request)
    form = f'<form method="post"><button>{html.escape(t("enter.button"))}</button></form>'
    return _page(t, t("enter.title", name=member.name), t("enter.text"), form)


def _entered(request: Request) -> Response:
    """Use the link up and begin a session."""
    try:
        cookie = house().members.redeem(request.path_params["opens"], device=request.headers.get("user-agent", ""))
    except NotAllowed:
        return _refused(request)
    answer = RedirectResponse("../../", 303, headers=_HEADERS)
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    answer.set_cookie(
        COOKIE, cookie, max_age=SIGNED_IN_DAYS * 86400, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return answer


def _left(request: Request) -> Response:
    """End the session of this browser."""
    house().members.sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("../", 303, headers=_HEADERS)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _refused(request: Request) -> Response:
    """Say that the link is used up, to all but those whom it brought in before: they want to come in again."""
    t, cookie = _texts(request), request.cookies.get(COOKIE, "")
    if cookie and house().members.signed_in(cookie) is not None:
        return RedirectResponse("../../", 303, headers=_HEADERS)
    return _page(t, t("enter.refused"), t("enter.refused_advice"), "", status=403)


def _page(t: Texts, title: str, text: str, form: str, status: int = 200) -> Response:
    told = {name: html.escape(value) for name, value in {"title": title, "text": text, "brand": t("brand")}.items()}
    return HTMLResponse(_PAGE.substitute(told, lang=t.html, form=form), status, headers=_HEADERS)


def _texts(request: Request) -> Texts:
    """The browser's language where it is one of ours: nobody has chosen one yet."""
    asked = request.headers.get("accept-language", "").lower()
    if asked.startswith(("zh", "en")):
        return Texts("zh" if asked.startswith("zh") else "en")
    return Texts(house().settings.language)
