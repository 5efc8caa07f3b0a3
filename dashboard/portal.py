"""The portal's one script: every address is `/` with a query.

`/` is home, `/?q=…` a search, `/?r=…&t=…` a recording at a second, `/?p=…` one of the pages in `dashboard.pages`;
`lang` chooses the language. Without a session there is the sign-in page and nothing else.
"""

import logging

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import NotAllowed, NotSignedIn, ShijiaoError
from dashboard import front, pages, visit
from dashboard.views import search, signed_out, watch
from dashboard.views.header import header

log = logging.getLogger(__name__)

# An inline picture: Streamlit's own names for icons would be fetched from elsewhere.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    "rx='7' fill='%231f6f63'/%3E%3Cpath d='M12 9.5v13l11-6.5z' fill='%23f8f9f6'/%3E%3C/svg%3E"
)


def main() -> None:
    """Show the page that the address names."""
    t = visit.texts()
    st.set_page_config(page_title=f"{t('brand')} · {t('tagline')}", page_icon=_ICON, layout="wide")
    front.page()
    try:
        now = visit.begin()
    except NotSignedIn:
        signed_out.show(t)
        return
    header(now)
    try:
        _page(now)
    except (ShijiaoError, SQLAlchemyError) as error:
        _trouble(now, error)


def _page(now: visit.Visit) -> None:
    query = st.query_params
    if "r" in query and "p" not in query:
        watch.show(now, query["r"], query.get("t", ""))
    elif query.get("q", "").strip():
        now.entitle(query["q"].strip())
        search.show(now, query["q"].strip())
    else:
        page = pages.named(query.get("p", ""))
        now.entitle(now.t.of("page", page.name or "home"))
        page.show(now)


def _trouble(now: visit.Visit, error: Exception) -> None:
    """Say in words what keeps the page from being shown."""
    if not isinstance(error, NotAllowed):  # which is an answer, and nothing that went wrong
        log.error("a page could not be shown", exc_info=error)
    reason, advice = now.t.failure(getattr(error, "code", "error"))
    front.draw("notice", key="trouble", title=reason, text=advice, tone="bad")


main()
