"""One's clips in their lists, and a list played in one go."""

from typing import Any

import streamlit as st

from archive.access import Action
from archive.errors import NotFound
from archive.learning.tables import Clip
from archive.tables import Recording
from dashboard import front, wording
from dashboard.visit import Visit

Kept = dict[str, list[tuple[Clip, Recording]]]


def of(visit: Visit) -> Kept:
    """Return a member's clips by list, those in none last; what they may not watch any more is left out."""
    found: Kept = {}
    known: dict[str, Recording | None] = {}
    for clip in visit.house.clips.of(visit.member.id):
        if clip.recording_id not in known:
            known[clip.recording_id] = _watchable(visit, clip.recording_id)
        if recording := known[clip.recording_id]:
            found.setdefault(clip.collection, []).append((clip, recording))
    return dict(sorted(found.items())[::-1])


def boxed(visit: Visit, name: str, listed: list[tuple[Clip, Recording]]) -> dict[str, Any]:
    """Return a list as the part `lists` takes it."""
    return {
        "name": name or visit.t("learning_unlisted"),
        "play": {"href": visit.link(p="clips", list=name), "label": visit.t("clips_play")},
        "clips": [_told(visit, clip, recording) for clip, recording in listed],
    }


def show(visit: Visit) -> None:
    """Show a list, its clips played one after the other."""
    t, name = visit.t, st.query_params.get("list", "")
    back = {"href": visit.link(p="learning"), "label": t("page.learning")}
    listed = of(visit).get(name)
    if not listed:
        front.draw("notice", key="none", title=t("clips_none"), text=t("clips_none_advice"), link=back)
        return
    front.draw(
        "reel",
        key="reel",
        back=back,
        title=name or t("learning_unlisted"),
        clips=[_told(visit, clip, recording) | _played(visit, clip, recording) for clip, recording in listed],
        texts=t.group("reel"),
    )


def _told(visit: Visit, clip: Clip, recording: Recording) -> dict[str, Any]:
    href = visit.link(r=recording.id, t=f"{clip.start:.1f}", to=f"{clip.end:.1f}")
    time = f"{wording.length(clip.start)}–{wording.length(clip.end)}"
    return {"href": href, "name": clip.name, "time": time, "of": recording.title}


def _played(visit: Visit, clip: Clip, recording: Recording) -> dict[str, Any]:
    address = f"gate/play/{recording.id}.json?lang={visit.t.language}"
    return {"address": address, "start": round(clip.start, 1), "end": round(clip.end, 1)}


def _watchable(visit: Visit, recording_id: str) -> Recording | None:
    try:
        recording = visit.house.catalogue.recording(recording_id)
    except NotFound:
        return None
    return recording if visit.may(Action.WATCH, recording) else None
