"""The player: the angles of a recording in step, captions, and the transcript that follows; all through the gateway.

It reports nothing back while it plays, so watching costs no rerun of the page. The one thing it asks Python for is a
fresh token when the old one has expired.
"""

import functools
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import scripts


@functools.cache
def _component() -> Any:
    return st.components.v2.component("shijiao.player", js=scripts.entry(), css=scripts.style())


def show(
    *,
    key: str,
    recording_id: str,
    token: str,
    angles: list[dict[str, Any]],
    missing: list[dict[str, Any]],
    captions: str,
    start: float,
    turn: int,
    texts: dict[str, str],
    renew: Callable[[], None],
) -> None:
    """Show the player. Under one key it is built once: later runs only hand it new values.

    `angles` and `missing` are as `dashboard.views.angles` makes them. `captions` is the language of the transcript,
    empty where there is none yet. A new `turn` seeks to `start` (seconds) again. `renew` is called when the token is no
    longer accepted; the next run should pass another.
    """
    base = f"gate/{token}/"
    data = {
        **scripts.addresses(),
        "recording": recording_id,
        "base": base,
        "angles": angles,
        "missing": missing,
        "captions": base + f"captions.{captions}.vtt" if captions else "",
        "captionsLanguage": captions,
        "seek": [start, turn],
        "texts": texts,
    }
    _component()(key=key, data=data, on_renew_change=renew)
