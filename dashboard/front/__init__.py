"""What the pages are drawn with: one component with a few parts, in our own type and colours.

Python hands over plain values, the browser writes them as text: nothing said in a recording can become markup.
Links inside are real links that turn the page within the session.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import visit

_HERE = Path(__file__).parent

# Streamlit's own page, fitted to ours: a reading width, and no space where its menu would be.
_PAGE = """<style>
.stMainBlockContainer { max-width: 1240px; padding: 1rem 1.5rem 4rem; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: 1.25rem; }
[data-testid="stStatusWidget"], [data-testid="stDecoration"] { display: none; }
[data-stale="true"] { opacity: 1 !important; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 0.5rem 1rem 3rem; } }
</style>"""


@functools.cache
def _component() -> Any:
    return st.components.v2.component(
        "shijiao.front",
        js=(_HERE / "front.js").read_text(encoding="utf-8"),
        css=(_HERE / "front.css").read_text(encoding="utf-8"),
    )


def page() -> None:
    """Fit Streamlit's page to ours."""
    st.html(_PAGE)


def draw(part: str, *, key: str, on_press: Callable[[], object] | None = None, **values: Any) -> None:
    """Draw one part: header, shelf, hits, notice, steps, title or facts. `front.js` says what each takes.

    `on_press` is called when the part's button is pressed.
    """

    def follow() -> None:
        visit.go(st.session_state[key]["go"])

    _component()(key=key, data={"part": part, **values}, on_go_change=follow, on_press_change=on_press)
