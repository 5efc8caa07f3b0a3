"""The library: a card for every recording, newest first."""

from typing import Any
from urllib.parse import quote

import streamlit as st

from archive.access import Action
from archive.tables import JobState, Recording, State, Stills
from dashboard import front, pictures, wording
from dashboard.visit import Visit

_AT_ONCE = 24
_ENDED_BADLY = {JobState.FAILED: "failed", JobState.CANCELLED: "cancelled"}


def show(visit: Visit) -> None:
    """Show as many recordings as the address asks for, a page of them by default."""
    t, asked = visit.t, st.query_params.get("n", "")
    shown = min(1000, max(_AT_ONCE, int(asked))) if asked.isdecimal() else _AT_ONCE
    found = visit.house.catalogue.recordings(limit=shown + 1)
    allowed = [recording for recording in found if visit.may(Action.FIND, recording)]
    if not allowed:
        command = "shijiao add FILE.mp4"
        front.draw("notice", key="empty", title=t("library_empty"), text=t("library_empty_advice"), command=command)
        return
    posters = visit.house.catalogue.posters([recording.id for recording in allowed[:shown]])
    front.draw(
        "shelf",
        key="shelf",
        title=t("library"),
        count=t.count("library_count", len(allowed[:shown])) if len(found) <= shown else "",
        cards=[_card(visit, recording, posters.get(recording.id)) for recording in allowed[:shown]],
        more={"label": t("library_more"), "href": visit.link(n=shown * 2)} if len(found) > shown else None,
    )


def _card(visit: Visit, recording: Recording, stills: Stills | None) -> dict[str, Any]:
    state, tone, progress = _standing(visit, recording)
    return {
        "href": visit.link(r=recording.id),
        "kind": recording.kind.value,
        "kindName": visit.t.of("kind", recording.kind.value),
        "title": recording.title,
        "speakers": visit.names(recording.speakers),
        "date": wording.date(recording.recorded_at or recording.created_at),
        "length": wording.length(recording.duration),
        "state": state,
        "tone": tone,
        "progress": progress,
        "poster": _poster(visit, recording, stills) if stills else "",
    }


def _poster(visit: Visit, recording: Recording, stills: Stills) -> str:
    """Return the address of a recording's poster; empty where nobody here may see it."""
    name = pictures.poster(stills)
    if not name or not visit.may(Action.WATCH, recording):
        return ""
    return f"gate/{visit.token(recording)}/{stills.source_id}/stills/{quote(name)}"


def _standing(visit: Visit, recording: Recording) -> tuple[str, str, float | None]:
    """What a card says of a recording's state: its words, its tone, and how far the work has come (0 to 1)."""
    if recording.state == State.PUBLISHED:
        return "", "", None
    status = visit.house.jobs.latest(recording.id)
    if status and (bad := _ENDED_BADLY.get(status.job.state)):
        return visit.t(f"state.{bad}"), "bad", None
    if status and status.job.state == JobState.WAITING:
        return visit.t("state.waiting"), "wait", None
    name = visit.t.of("state", recording.state.value)
    if status and status.job.state == JobState.RUNNING and status.steps:
        progress = sum(step.progress for step in status.steps) / len(status.steps)
        return f"{name} {progress:.0%}", "work", progress
    return name, "" if recording.state == State.IN_REVIEW else "work", None
