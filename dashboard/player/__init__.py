"""The player: picture, captions, and the transcript that follows it. It plays through the media gateway only.

It reports nothing back while it plays, so watching costs no rerun of the page. The one thing it asks Python for is a
fresh token when the old one has expired.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.gateway import HLS_JS

_HERE = Path(__file__).parent


@functools.cache
def _component() -> Any:
    return st.components.v2.component(
        "shijiao.player",
        js=(_HERE / "player.js").read_text(encoding="utf-8"),
        css=(_HERE / "player.css").read_text(encoding="utf-8"),
    )


def show(
    *,
    key: str,
    recording_id: str,
    token: str,
    captions: str,
    start: float,
    turn: int,
    sound_only: bool,
    texts: dict[str, str],
    renew: Callable[[], None],
) -> None:
    """Show the player. Under one key it is built once: later runs only hand it new values.

    `captions` is the language of the transcript, empty where there is none yet. A new `turn` seeks to `start` (seconds)
    again. `renew` is called when the token is no longer accepted; the next run should pass another.
    """
    base = f"gate/{token}/"
    data = {
        "recording": recording_id,
        "library": f"gate/hls.js?v={HLS_JS}",
        "source": base + "master.m3u8",
        "captions": base + f"captions.{captions}.vtt" if captions else "",
        "captionsLanguage": captions,
        "seek": [start, turn],
        "soundOnly": sound_only,
        "texts": texts,
    }
    _component()(key=key, data=data, on_renew_change=renew)
