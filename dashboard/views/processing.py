"""How far a recording has come: live while it moves, in words where it failed.

Only this part of the page runs again while one waits; the player beside it is left alone until there is something new
to play or to read.
"""

import contextlib
from typing import Any

import streamlit as st

from archive.access import Action, require
from archive.errors import JobFailed
from archive.jobs import Status
from archive.tables import JobState, Recording, State, StepState
from dashboard import front
from dashboard.visit import Visit

_LOOK_EVERY = 2  # seconds
_FINISHED = (StepState.DONE, StepState.SKIPPED)


def show(visit: Visit, recording: Recording) -> None:
    """Show nothing when all is done."""
    status = visit.house.jobs.latest(recording.id)
    if status is None and recording.state == State.RECEIVING:
        _arriving(visit, recording.id)
    if status is None or status.job.state == JobState.SUCCEEDED:
        return
    if status.job.state in (JobState.FAILED, JobState.CANCELLED):
        _ended_badly(visit, recording, status)
        return
    st.session_state["seen"] = _seen(visit, recording.id, status)
    _live(visit, recording.id)


@st.fragment(run_every=_LOOK_EVERY)
def _arriving(visit: Visit, recording_id: str) -> None:
    """Say that a recording is still on its way, until it is there."""
    if visit.house.jobs.latest(recording_id) is not None:
        st.rerun()
    front.draw("notice", key="job", title=visit.t("state.receiving"), text=visit.t("receiving_advice"))


@st.fragment(run_every=_LOOK_EVERY)
def _live(visit: Visit, recording_id: str) -> None:
    status = visit.house.jobs.latest(recording_id)
    if status is None or _seen(visit, recording_id, status) != st.session_state.get("seen"):
        st.rerun()
    elif status.job.state == JobState.WAITING:
        code = _code_of_wait(status)
        reason, advice = visit.t.failure(code)
        title = visit.t("waiting.glossary" if code == "glossary" else "waiting")
        front.draw("notice", key="job", title=title, text=f"{reason}{_gap(visit)}{advice}")
    elif status.job.state == JobState.QUEUED:
        front.draw("notice", key="job", title=visit.t("queued"), text=visit.t("queued_advice"))
    else:
        watchable = bool(visit.house.catalogue.renditions(recording_id))
        text = visit.t("processing_watchable" if watchable else "processing_advice")
        steps = [_step(visit, step.name, step.state, step.progress) for step in status.steps]
        front.draw("steps", key="job", title=visit.t("processing"), text=text, steps=steps)


def _seen(visit: Visit, recording_id: str, status: Status) -> tuple[Any, ...]:
    """What the whole page shows: when it changes, the whole page is shown anew."""
    catalogue = visit.house.catalogue
    renditions = tuple(row.id for row in catalogue.renditions(recording_id))
    transcripts = tuple(row.id for row in catalogue.transcripts(recording_id))
    stills = tuple(sorted(row.prefix for row in catalogue.stills(recording_id).values()))
    sources = tuple(
        (row.id, row.start, row.alignment, len(row.media.get("missing") or []))
        for row in catalogue.sources(recording_id)
    )
    return recording_id, status.job.id, status.job.state, renditions, transcripts, stills, sources


def _step(visit: Visit, name: str, state: StepState, progress: float) -> dict[str, Any]:
    return {
        "name": visit.t.step(name),
        "state": state.value,
        "label": visit.t.of("step_state", state.value),
        "progress": 1.0 if state in _FINISHED else progress,
    }


def _code_of_wait(status: Status) -> str:
    noted = (step.note.get("code") for step in status.steps if step.state == StepState.WAITING)
    return str(status.job.error.get("code") or next((code for code in noted if code), "model_missing"))


def _ended_badly(visit: Visit, recording: Recording, status: Status) -> None:
    t = visit.t
    if status.job.state == JobState.CANCELLED:
        said: dict[str, Any] = {"title": t("cancelled"), "text": t("cancelled_advice")}
    else:
        error = status.job.error
        reason, advice = t.failure(str(error.get("code", "error")))
        details = "\n".join(str(error[part]) for part in ("message", "advice", "stderr") if error.get(part))
        said = {"title": t("failed"), "text": f"{reason}{_gap(visit)}{advice}", "tone": "bad"}
        said["details"] = {"label": t("failed_details"), "text": details} if details else None
    again = t("retry") if visit.may(Action.EDIT, recording) else None
    front.draw("notice", key="ended", button=again, on_press=lambda: _retry(visit, recording, status.job.id), **said)


def _retry(visit: Visit, recording: Recording, job_id: str) -> None:
    require(visit.member, Action.EDIT, recording)
    with contextlib.suppress(JobFailed):  # somebody else was quicker
        visit.house.jobs.retry(job_id)


def _gap(visit: Visit) -> str:
    return "" if visit.t.language == "zh" else " "
