"""What the pages are drawn with: one component with many parts, in our own type and colours.

Python hands over plain values, the browser writes them as text: nothing said in a recording can become markup.
Links inside are real links that turn the page within the session.
"""

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import scripts, visit

_HERE = Path(__file__).parent
_IMPORTED = re.compile(r'^import .* from "\./(.+)";$', re.MULTILINE)

# Streamlit's own page, fitted to ours: a reading width, and no space where its menu would be.
_PAGE = """<style>
.stMainBlockContainer { max-width: 1240px; padding: 1rem 1.5rem 4rem; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: 1.25rem; }
[data-testid="stStatusWidget"], [data-testid="stDecoration"] { display: none; }
[data-stale="true"] { opacity: 1 !important; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 0.5rem 1rem 3rem; } }
</style>"""


def modules() -> list[Path]:
    """Return the scripts in an order in which each stands behind those that it builds on."""
    order: list[Path] = []

    def put(path: Path) -> None:
        for name in _IMPORTED.findall(path.read_text(encoding="utf-8")):
            put(_HERE / name)
        if path not in order:
            order.append(path)

    last = _HERE / "main.js"
    for path in (*sorted(set(_HERE.glob("*.js")) - {last}), last):
        put(path)
    return order


@functools.cache
def _component() -> Any:
    return st.components.v2.component(
        "shijiao.front",
        js=scripts.joined(modules()),
        css="".join(path.read_text(encoding="utf-8") for path in sorted(_HERE.glob("*.css"))),
    )


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

    def act() -> None:
        done = st.session_state[key]["act"]
        if on_act is not None and isinstance(done, Mapping):
            on_act(done)

    _component()(
        key=key, data={"part": part, **values}, on_go_change=follow, on_press_change=on_press, on_act_change=act
    )
