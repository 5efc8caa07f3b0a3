"""Waiting for a job: a progress bar per step, and a worker of our own for as long as there is no other."""

import time

from rich.progress import Progress, TaskID

from archive.errors import JobFailed
from archive.jobs import Jobs, Status
from archive.output import notes
from archive.processes import Child
from archive.settings import Settings
from archive.tables import StepState

_WORDS = {
    "receive": "keep the source",
    "join": "join its parts",
    "probe": "look at it",
    "remux": "make it watchable",
    "weak": "picture for weak links",
    "sound": "even out the sound",
    "audio": "take out the speech",
    "align": "line up the angles",
    "transcribe": "write down what is said",
    "index": "make it findable",
    "ladder": "smaller pictures",
    "splice": "put the pieces together",
    "stills": "take stills",
    "slides": "read the slides",
    "check": "look for damage",
    "mend": "bridge the damage",
}
_ENDED = (StepState.DONE, StepState.SKIPPED)


def wait_for(settings: Settings, jobs: Jobs, job_id: str, bars: Progress) -> Status:
    """Wait until a job has ended; start a worker whenever none is alive."""
    own = Child("worker", log=settings.home / "logs" / "worker.log")
    tasks: dict[str, TaskID] = {}
    told: set[str] = set()
    try:
        while not (status := jobs.status(job_id)).ended:
            _show(status, bars, tasks, told)
            if not jobs.workers(timeout=settings.worker_timeout):
                own.keep()
            if own.hopeless:
                raise JobFailed("The worker ends again and again.", f"Its log is {own.log}.")
            time.sleep(0.15)
        _show(status, bars, tasks, told)
    finally:
        own.stop()
    return status


def _show(status: Status, bars: Progress, tasks: dict[str, TaskID], told: set[str]) -> None:
    for step in status.steps:
        name, _, angle = step.name.partition(":")
        words = _WORDS.get(name, name) + (f" ({angle})" if angle else "")
        if step.name not in tasks:
            tasks[step.name] = bars.add_task(words, total=1.0, start=False)
        if step.state is StepState.PENDING:
            continue
        ended = step.state in _ENDED
        bars.start_task(tasks[step.name])
        bars.update(tasks[step.name], completed=1.0 if ended else step.progress)
        if ended and step.name not in told:
            told.add(step.name)
            bars.stop_task(tasks[step.name])
            if not notes.is_terminal:
                notes.print(f"  {words}: {step.state}")
