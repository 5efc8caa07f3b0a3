"""Home: what one was watching, what is new in one's specialty, and the library, sifted and sorted by the address."""

from typing import Any

import streamlit as st

from archive.access import Action
from archive.learning.shelf import Found, Order, Standing, Wanted
from archive.tables import Kind
from dashboard import front, scripts
from dashboard.views import cards, courses
from dashboard.visit import Visit

_AT_ONCE = 24
_IN_A_ROW = 4


def show(visit: Visit) -> None:
    """Show home; where the address sifts or turns pages, the library alone."""
    sifted = {name: st.query_params.get(name, "") for name in ("kind", "specialty", "speaker", "mine", "sort")}
    page = st.query_params.get("page", "1")
    wanted = _wanted(sifted)
    found = visit.house.shelf.find(visit.member, wanted)
    if not found.whole:
        _empty(visit)
        return
    if not any(sifted.values()) and page == "1":
        _rows(visit)
    _library(visit, found, sifted, int(page) if page.isdecimal() and len(page) < 6 else 1)


def _empty(visit: Visit) -> None:
    """Say how the first recording comes in, to those who may add it; to others, that it will."""
    t, adds = visit.t, visit.may(Action.ADD)
    text = t("library_empty_trainer" if adds else "library_empty_viewer")
    way = {"href": visit.link(p="add"), "label": t("page.add")} if adds else None
    front.draw("notice", key="empty", title=t("library_empty"), text=text, link=way)


def _wanted(sifted: dict[str, str]) -> Wanted:
    """Read what is wanted; what is none of the choices is left out."""
    kind, standing, order = sifted["kind"], sifted["mine"], sifted["sort"]
    return Wanted(
        kind if kind in set(Kind) else "",
        sifted["specialty"],
        sifted["speaker"],
        standing if standing in set(Standing) else "",
        Order(order) if order in set(Order) else Order.NEWEST,
    )


def _rows(visit: Visit) -> None:
    """Show what one was watching, what one's trainer assigned, and what is new in one's specialty."""
    t, shelf = visit.t, visit.house.shelf
    if begun := shelf.begun(visit.member, limit=_IN_A_ROW):
        front.draw("shelf", key="continue", title=t("continue"), count="", cards=cards.of(visit, begun), row=True)
    courses.assigned(visit, _IN_A_ROW)
    specialty = visit.member.specialty
    if not specialty:
        return
    new = shelf.find(visit.member, Wanted(specialty=specialty, standing=Standing.UNSEEN)).entries
    if new:
        title = t("new_in", specialty=specialty)
        listed = cards.of(visit, new[:_IN_A_ROW])
        front.draw("shelf", key="new", title=title, count="", cards=listed, row=True)


def _library(visit: Visit, found: Found, sifted: dict[str, str], page: int) -> None:
    t, entries = visit.t, found.entries
    pages = max(1, -(-len(entries) // _AT_ONCE))
    page = min(max(1, page), pages)
    shown = entries[(page - 1) * _AT_ONCE : page * _AT_ONCE]
    front.draw(
        "shelf",
        key="shelf",
        title=t("library"),
        count=t.count("library_count", len(entries)),
        filters=_filters(visit, found, sifted),
        cards=cards.of(visit, shown),
        none=None if shown else {"title": t("sifted_none"), "text": t("sifted_none_advice")},
        turns=_turns(visit, sifted, page, pages),
        player=scripts.addresses(),
    )


def _filters(visit: Visit, found: Found, sifted: dict[str, str]) -> dict[str, Any]:
    t = visit.t
    kinds = [(kind.value, t.of("kind", kind.value)) for kind in Kind]
    standings = [(standing.value, t.of("standing", standing.value)) for standing in Standing]
    orders = [("" if order is Order.NEWEST else order.value, t.of("order", order.value)) for order in Order]
    everything = [("", t("filter.all"))]
    fields = [
        ("kind", everything + kinds),
        ("specialty", everything + [(name, name) for name in found.specialties]),
        ("speaker", everything + [(name, name) for name in found.speakers]),
        ("mine", everything + standings),
        ("sort", orders),
    ]
    clear = {"href": visit.link(), "label": t("filter.clear")} if any(sifted.values()) else None
    return {
        "label": t("filters"),
        "clear": clear,
        "fields": [
            {
                "name": name,
                "label": t(f"filter.{name}"),
                "value": sifted[name],
                "choices": [
                    {"value": value, "label": label, "href": visit.link(**(sifted | {name: value}))}
                    for value, label in choices
                ],
            }
            for name, choices in fields
            if len(choices) > 2  # one choice beside “all” is none
        ],
    }


def _turns(visit: Visit, sifted: dict[str, str], page: int, pages: int) -> dict[str, Any] | None:
    if pages == 1:
        return None
    t = visit.t

    def to(number: int, label: str) -> dict[str, str] | None:
        wanted = visit.link(**sifted, page=number if number > 1 else "")
        return {"href": wanted, "label": t(label)} if 1 <= number <= pages else None

    told = t("page_of", page=page, pages=pages)
    return {"label": told, "before": to(page - 1, "page_before"), "after": to(page + 1, "page_after")}
