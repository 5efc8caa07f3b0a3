"""The player: the angles of a recording in step, captions, and the transcript that follows; all through the gateway.

It tells the gateway what was really played, and this page nothing, so watching costs no rerun. The one thing it asks
Python for is a fresh token when the old one has expired.
"""

import functools
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import scripts


@functools.cache
def _component() -> Any:
    return st.components.v2.component("shijiao.player", js=scripts.entry(), css=scripts.style())


def given(
    *,
    recording_id: str,
    token: str,
    angles: list[dict[str, Any]],
    missing: list[dict[str, Any]],
    captions: list[dict[str, str]],
    cuts: list[dict[str, Any]],
    chapters: list[dict[str, Any]],
    words: dict[str, Any],
    about: list[tuple[str, str]],
    start: float,
    resumed: float,
    until: float,
    tab: str,
    turn: int,
    beside: dict[str, str],
    texts: dict[str, str],
    cutting: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the player's scripts are handed.

    `angles` and `missing` are as `dashboard.views.angles` makes them, `words` as `dashboard.views.words` does, `cuts`
    as `dashboard.withheld` does. `captions` are what there is to read, as `words.tracks` makes them; `chapters` are as
    `dashboard.views.chapters` makes them. `about` is what is known of the recording. A new `turn` seeks to `start`
    (seconds) again: where the viewer left off if that is `resumed`, playing no further than `until` (0: to the end),
    with the `tab` open that is named. `beside` are the texts of what is fetched after the first picture; `cutting`
    makes it the editor of cuts (see `dashboard.views.cuts`).
    """
    base = f"gate/{token}/"
    cut = (
        "" if cutting else "".join(f".{each['from']:.0f}-{each['to']:.0f}" for each in cuts)
    )  # hides what is read, too
    return {
        **scripts.addresses(),
        "recording": recording_id,
        "base": base,
        "angles": angles,
        "missing": missing,
        "captions": [
            {**track, "address": f"{base}captions.{track['language']}.vtt?v={track['version']}{cut}"}
            for track in captions
        ],
        "cuts": cuts,
        "chapters": chapters,
        "changes": f"{base}changes.json?v={words['changes']}{cut}" if words["changes"] else "",
        "editable": words["editable"],
        "about": about,
        "seek": [start, turn],
        "resumed": resumed,
        "until": until,
        "tab": tab,
        "beside": {"script": scripts.beside(), "texts": beside},
        "texts": texts | {"none": words["none"]},
        "cutting": cutting,
        "whole": cutting is not None,
    }


def show(*, key: str, renew: Callable[[], None], undo: Callable[[dict[str, Any]], None], **told: Any) -> None:
    """Show the player. Under one key it is built once: later runs only hand it new values.

    `told` is as `given` takes it. `renew` is called when the token is no longer accepted; the next run should pass
    another. `undo` is called with a change of the glossary that is to be taken back.
    """

    def take_back() -> None:
        undo(st.session_state[key]["undo"])

    _component()(key=key, data=given(**told), on_renew_change=renew, on_undo_change=take_back)
