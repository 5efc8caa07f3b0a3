"""The head of every page: the name, the search box, the pages, who is signed in, the other language."""

from typing import Any

import streamlit as st

from dashboard import front, pages
from dashboard import visit as visits
from dashboard.texts import LANGUAGES, Language, Texts
from dashboard.views import notices
from dashboard.visit import Visit


def header(visit: Visit) -> None:
    """Show the head of the page. The language switch stays on the same page."""
    t = visit.t
    other: Language = "en" if t.language == "zh" else "zh"
    here = {key: values for key, values in visits.asked().items() if key != "lang"}
    front.draw(
        "header",
        key="header",
        language=t.html,
        brand=t("brand"),
        tagline=t("tagline"),
        home=visit.link(),
        pages=_pages(visit),
        pagesLabel=t("pages"),
        offline=t.group("offline"),
        member={"name": visit.member.name, "role": t.of("member", visit.member.role.value), "out": t("sign_out")},
        notices=_notices(visit),
        homeLabel=t("home"),
        search={
            "label": t("search"),
            "hint": t("search_hint"),
            "value": st.query_params.get("q", ""),
            "lang": st.query_params.get("lang", ""),
            "suggest": {
                "address": "gate/suggest.json",
                "label": t("suggestions"),
                "count": t("suggestions_count"),
                "kinds": t.group("suggestion"),
            },
        },
        other={
            "code": Texts(other).html,
            "short": "中文" if other == "zh" else "English",
            "label": t("switch_language", language=LANGUAGES[other]),
            "href": visit.link(**here, lang=other),
        },
    )


def _notices(visit: Visit) -> dict[str, Any]:
    count = notices.unread(visit)
    label = visit.t.count("notices_unread", count) if count else visit.t("page.notices")
    return {"href": visit.link(p="notices"), "label": label, "count": count}


def _pages(visit: Visit) -> list[dict[str, Any]]:
    """The pages that this member finds here; none where there is but one."""
    found = pages.navigation(visit)
    asked = pages.named(st.query_params.get("p", ""))
    shown = asked.name if asked.under is None else asked.under
    here = shown if "p" in st.query_params or not {"q", "r"} & set(st.query_params) else None
    listed = [
        {"label": visit.t(f"page.{page.name or 'home'}"), "href": visit.link(p=page.name), "here": page.name == here}
        for page in found
    ]
    return listed if len(listed) > 1 else []
