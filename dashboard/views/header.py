"""The head of every page: the name, the search box, the other language."""

import streamlit as st

from dashboard import front
from dashboard.texts import LANGUAGES, Language
from dashboard.visit import Visit


def header(visit: Visit) -> None:
    """Show the head of the page. The language switch stays on the same page."""
    t = visit.t
    other: Language = "en" if t.language == "zh" else "zh"
    here = {key: value for key, value in st.query_params.items() if key != "lang"}
    front.draw(
        "header",
        key="header",
        language="zh-CN" if t.language == "zh" else "en",
        brand=t("brand"),
        tagline=t("tagline"),
        home=visit.link(),
        homeLabel=t("home"),
        search={
            "label": t("search"),
            "hint": t("search_hint"),
            "value": st.query_params.get("q", ""),
            "lang": st.query_params.get("lang", ""),
        },
        other={
            "code": "zh-CN" if other == "zh" else "en",
            "short": "中文" if other == "zh" else "English",
            "label": t("switch_language", language=LANGUAGES[other]),
            "href": visit.link(**here, lang=other),
        },
    )
