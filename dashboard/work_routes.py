"""What the page of work in progress asks every two seconds, and what is done there."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from archive import work
from archive.access import Action, require
from archive.arrivals import removing
from archive.arrivals.arrivals import Under
from archive.errors import InputError
from archive.tables import JobState, Member, Recording, State, StepState
from archive.work import Task
from dashboard import posts, wording
from dashboard.adding_routes import arrivals
from dashboard.house import House
from dashboard.posts import Wish
from dashboard.texts import LANGUAGES, Language, Texts

_RETRIED = (JobState.FAILED, JobState.CANCELLED, JobState.WAITING)
_MOST_DETAILS = 4000  # characters


def routes() -> list[Route]:
    """Return the routes of work in progress; all lie under /gate/work."""
    return [
        Route("/gate/work.json", posts.plain(_work)),
        Route("/gate/work/{job}/{act}", posts.plain(_act), methods=["POST"]),
    ]


def _work(here: House, member: Member, request: Request, _asked: Wish) -> Any:
    require(member, Action.ADD)
    return listed(here, texts(here, request.query_params.get("lang", "")))


def texts(here: House, asked: str) -> Texts:
    """Return the texts in the language that the page is in."""
    language: Language = next((each for each in LANGUAGES if each == asked), here.settings.language)
    return Texts(language)


def listed(here: House, t: Texts) -> dict[str, Any]:
    """Everything that the page shows."""
    alive, silent = work.all_workers(here.catalogue, timeout=here.settings.worker_timeout)
    return {
        "tasks": [_task(here, t, task) for task in work.tasks(here.catalogue)],
        "workers": {"alive": [_named(worker) for worker in alive], "silent": [_named(worker) for worker in silent]},
    }


def _named(worker: Any) -> str:
    return f"{worker.host} · {worker.pid}"


def _task(here: House, t: Texts, task: Task) -> dict[str, Any]:
    recording, job = task.recording, task.job
    under = arrivals(here).under_way(recording.id) if recording.state is State.RECEIVING else []
    standing, group = _standing(recording, job.state if job else None, under)
    told: dict[str, Any] = {
        "id": recording.id,
        "title": recording.title,
        "kind": recording.kind.value,
        "kindName": t.of("kind", recording.kind.value),
        "length": wording.length(recording.duration),
        "job": job.id if job else "",
        "standing": standing,
        "name": t(f"work.is.{standing}"),
        "group": group,
        "progress": _arrived(under) if standing == "receiving" else task.progress,
        "left": task.left,
        "steps": [
            {
                "name": t.step(step.name),
                "state": step.state.value,
                "label": t.of("step_state", step.state.value),
                "progress": 1.0 if step.state in (StepState.DONE, StepState.SKIPPED) else step.progress,
            }
            for step in task.steps
        ],
        "stopping": bool(job and job.cancel_requested and job.state is JobState.RUNNING),
        "retry": bool(job and job.state in _RETRIED and recording.state is not State.REFUSED),
        "cancel": bool(job and job.state in (JobState.QUEUED, JobState.RUNNING)),
        "remove": bool(job) and removing.is_removable(recording, job),
    }
    if job and job.error:
        reason, advice = t.failure(str(job.error.get("code", "error")))
        details = "\n".join(str(job.error[part]) for part in ("message", "advice", "stderr") if job.error.get(part))
        told["error"] = {"reason": reason, "advice": advice, "details": details[:_MOST_DETAILS]}
    return told


def _arrived(under: list[Under]) -> float:
    return sum(each.done for each in under) / max(1, sum(each.size for each in under))


def _standing(recording: Recording, state: JobState | None, under: list[Under]) -> tuple[str, str]:
    """What a recording is doing, and the filter that it stands in: running, failed or done."""
    if recording.state is State.REFUSED:
        return "refused", "failed"
    if recording.state is State.RECEIVING:
        checking = bool(under) and all(each.arrival.sent for each in under)
        return ("checking" if checking else "receiving"), "running"
    if state in (JobState.FAILED, JobState.CANCELLED):
        return state.value, "failed"
    if state in (JobState.QUEUED, JobState.RUNNING, JobState.WAITING):
        return state.value, "running"
    return "done", "done"


def _act(here: House, member: Member, request: Request, _asked: Wish) -> Any:
    """Take a job up again, ask it to stop, or throw away the recording that failed with it."""
    job = here.jobs.status(request.path_params["job"]).job
    recording = here.catalogue.recording(job.recording_id)
    require(member, Action.EDIT, recording)
    if request.path_params["act"] == "remove":
        removing.remove(here.catalogue, here.store, recording, job)
        return {}
    acts = {"retry": here.jobs.retry, "cancel": here.jobs.cancel}
    act = acts.get(request.path_params["act"])
    if act is None:
        raise InputError("There is nothing of that name to do.", "Reload the page.")
    return {"state": act(job.id).job.state.value}
