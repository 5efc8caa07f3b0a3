"""What the pages on which a recording is edited have in common: which recording, and the way from one to another."""

from typing import Any

import streamlit as st

from archive.access import Action
from archive.errors import NotFound
from archive.tables import Recording
from dashboard import front
from dashboard.visit import Visit

PAGES = ("desk", "outline", "cuts", "details")
"""The pages on which a recording is edited."""

FAILURES = (
    "input", "glossary", "procedure", "description", "not_found", "not_allowed", "not_signed_in", "store",
    "store_unavailable", "disk_full", "fixity", "error",
)  # fmt: skip


def failures(visit: Visit) -> dict[str, str]:
    """Return what each failure that these pages can meet reads in the viewer's language, by its code."""
    return {code: " ".join(visit.t.failure(code)) for code in FAILURES}


def recording(visit: Visit) -> Recording | None:
    """Return the recording that the address names; None, and a notice, where there is none.

    Raises:
        NotAllowed: the member may not edit it.
    """
    t = visit.t
    try:
        found = visit.house.catalogue.recording(st.query_params.get("r", ""))
    except NotFound:
        home = {"label": t("back"), "href": visit.link()}
        front.draw("notice", key="missing", title=t("not_here"), text=t("not_here_advice"), link=home)
        return None
    visit.require(Action.EDIT, found)
    return found


def heading(visit: Visit, of: Recording, here: str) -> dict[str, Any]:
    """Return what stands above the pages on which a recording is edited: its title, and the way to the others."""
    back = {"label": visit.t("editing.watch"), "href": visit.link(r=of.id)}
    return ways(visit, of, here) | {"title": of.title, "back": back}


def ways(visit: Visit, of: Recording, here: str = "") -> dict[str, Any]:
    """Return the way to the pages on which a recording is edited."""
    t = visit.t
    pages = [
        {"label": t(f"editing.{name}"), "href": visit.link(p=name, r=of.id), "here": name == here} for name in PAGES
    ]
    return {"label": t("editing"), "pages": pages, "tracks": []}
