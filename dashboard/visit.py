"""One run of a page for one viewer: who looks, in which language, and the addresses of other pages."""

import math
import time
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, urlencode

import streamlit as st

from archive.access import Action, may, require
from archive.people import COOKIE
from archive.tables import Member, Recording
from dashboard.house import House, house
from dashboard.texts import LANGUAGES, Language, Texts


@dataclass(frozen=True)
class Visit:
    """What a page is given."""

    house: House
    member: Member
    t: Texts

    def may(self, action: Action, recording: Recording | None = None) -> bool:
        """Ask the one gate."""
        return may(self.member, action, recording)

    def require(self, action: Action, recording: Recording | None = None) -> None:
        """Ask the one gate; pass, or raise NotAllowed."""
        require(self.member, action, recording)

    def link(self, **query: Any) -> str:
        """Return the address of another page; a language that was chosen goes with it. A list is a repeated key."""
        if "lang" in st.query_params:
            query.setdefault("lang", self.t.language)
        kept = {key: value for key, value in query.items() if value not in (None, "", [])}
        return "?" + urlencode(kept, doseq=True) if kept else "?"

    def token(self, recording: Recording) -> str:
        """Return what opens a recording's pictures in the gateway: the same one for a while, so that they are kept."""
        known: dict[str, tuple[str, float]] = st.session_state.setdefault("tokens", {})
        token, made = known.get(recording.id, ("", -math.inf))
        if time.monotonic() - made > self.house.settings.token_minutes * 60 / 2:
            token = self.house.token(self.member, recording.id)
            known[recording.id] = (token, time.monotonic())
        return token

    def entitle(self, title: str) -> None:
        """Say in the browser's tab, its history and its bookmarks what the page shows."""
        st.set_page_config(page_title=f"{title} · {self.t('brand')}")

    def names(self, people: list[str]) -> str:
        """Return names in a row, as the language has them."""
        return ("、" if self.t.language == "zh" else ", ").join(people)


def texts() -> Texts:
    """Return the texts in the language that the address names, else the session, else the settings."""
    asked = st.query_params.get("lang", "")
    if asked in LANGUAGES:
        st.session_state["language"] = asked
    return Texts(cast(Language, st.session_state.get("language", house().settings.language)))


def begin() -> Visit:
    """Find out who looks and in which language.

    Raises:
        NotSignedIn: nobody is behind the browser's cookie.
    """
    here = house()
    member = here.viewer(st.context.cookies.get(COOKIE, ""))
    if st.session_state.setdefault("member", member.id) != member.id:  # somebody else, in the same window
        st.session_state.clear()
        st.session_state["member"] = member.id
    return Visit(here, member, texts())


def go(address: str) -> None:
    """Turn to another page of the portal within the session; the browser's way back stays open."""
    before, after = asked(), parse_qs(address.removeprefix("?"))
    st.query_params.from_dict(after)
    if before.pop("lang", []) == after.pop("lang", []) or before != after:  # another language is the same page
        st.session_state["turns"] = turns() + 1


def second(asked: str) -> float | None:
    """Return the second of a timeline that an address names; None where that is none."""
    try:
        found = float(asked)
    except ValueError:
        return None
    return max(0.0, found) if math.isfinite(found) else None


def number(asked: str, *, least: int, most: int) -> int:
    """Return the number that an address names, within bounds; `least` where that is none."""
    return min(most, max(least, int(asked))) if asked.isdecimal() and len(asked) < 10 else least


def asked() -> dict[str, list[str]]:
    """Return what stands in the address, with all values of each key."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def turns() -> int:
    """How often this viewer turned to another page."""
    return int(st.session_state.get("turns", 0))
