"""What a card says of a recording: poster, who speaks, how long, where it stands, how far the viewer has come."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from archive.access import Action
from archive.cuts.ranges import shifted
from archive.learning.shelf import Entry, Standing
from archive.learning.watching import resume_at
from archive.tables import JobState, Recording, State, Stills
from dashboard import pictures, wording
from dashboard.visit import Visit

_ENDED_BADLY = {JobState.FAILED: "failed", JobState.CANCELLED: "cancelled"}


def of(visit: Visit, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the cards of several recordings as the part `shelf` takes them."""
    entries = list(entries)
    posters = visit.house.catalogue.posters([entry.recording.id for entry in entries])
    return [_card(visit, entry, posters.get(entry.recording.id)) for entry in entries]


def _card(visit: Visit, entry: Entry, stills: Stills | None) -> dict[str, Any]:
    recording = entry.recording
    state, tone, progress = _standing(visit, recording)
    begun = entry.standing is Standing.BEGUN
    resumed = resume_at(entry.progress, entry.end) if begun else 0.0
    return {
        "href": visit.link(r=recording.id),
        "kind": recording.kind.value,
        "kindName": visit.t.of("kind", recording.kind.value),
        "title": recording.title,
        "speakers": visit.names(recording.speakers),
        "date": wording.date(recording.recorded_at or recording.created_at),
        "length": wording.length(entry.length),
        "state": state,
        "tone": tone,
        "progress": progress,
        "poster": _poster(visit, entry, stills) if stills else "",
        "watched": entry.share if entry.standing is not Standing.UNSEEN else None,
        "mine": "" if entry.standing is Standing.UNSEEN else _mine(visit, entry),
        "resume": visit.t("continue_at", time=wording.length(resumed)) if resumed else "",
    }


def _mine(visit: Visit, entry: Entry) -> str:
    if entry.standing is Standing.WATCHED:
        return visit.t("standing.watched")
    return visit.t("watched_share", share=f"{max(entry.share, 0.01):.0%}")


def _poster(visit: Visit, entry: Entry, stills: Stills) -> str:
    """Return the address of a recording's poster; empty where nobody here may see it."""
    recording = entry.recording
    if entry.cut:
        sources = visit.house.catalogue.sources(recording.id)
        start = next(source.start for source in sources if source.id == stills.source_id)
        stills = pictures.shown(stills, shifted(entry.cut, -start))
    name = pictures.poster(stills, recording.poster)
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
