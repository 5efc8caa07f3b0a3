"""What the pages are drawn with: one component with many parts, in our own type and colours.

Python hands over plain values, the browser writes them as text: nothing said in a recording can become markup.
Streamlit sends a component's script and style sheet with every part of every run, so ours is a few lines that fetch the
rest once.
Links inside are real links that turn the page within the session.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import scripts, visit

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
    return st.components.v2.component("shijiao.front", js=scripts.front_entry())


def page() -> None:
    """Fit Streamlit's page to ours."""
    st.html(_PAGE)


def draw(
    part: str,
    *,
    key: str,
    on_press: Callable[[], object] | None = None,
    on_act: Callable[[Mapping[str, Any]], object] | None = None,
    **values: Any,
) -> None:
    """Draw one part; the file of scripts that it stands in says what it takes.

    `on_press` is called when the part's one button is pressed, `on_act` with what somebody did: {"what": …, …}, values
    that came from a browser and are to be doubted.
    """

    def follow() -> None:
        visit.go(st.session_state[key]["go"])

    heard = f"{key}: heard"

    def act() -> None:
        for number, done in _acts(st.session_state[key]["act"]):
            if number > st.session_state.get(heard, 0):
                st.session_state[heard] = number
                if on_act is not None:
                    on_act(done)

    _component()(
        key=key,
        data={"part": part, "heard": st.session_state.get(heard, 0), **values},
        on_go_change=follow,
        on_press_change=on_press,
        on_act_change=act,
    )


def _acts(told: object) -> list[tuple[int, Mapping[str, Any]]]:
    """Read what a part says was done, each with its number, the earliest first; what is none is left out."""
    found = [each for each in told if isinstance(each, list) and len(each) == 2] if isinstance(told, list) else []
    read = [(number, done) for number, done in found if isinstance(number, int) and isinstance(done, Mapping)]
    return sorted(read, key=lambda each: each[0])
