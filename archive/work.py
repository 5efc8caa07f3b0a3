"""Work in progress: every recording that something is being done with, and when it may be done.

How long a step takes is learned from this installation's own past: the seconds of work for one second of recording, of
the last times that the step ran. A step whose past is not known counts by its own pace so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlmodel import Session, col, select

from archive.catalogue import Catalogue
from archive.database import clock
from archive.tables import Job, JobState, JobStep, Recording, State, StepState, Worker

_PAST = 400  # steps that are looked back at
_TOLD_BY_PACE = 0.05  # of a step must be done before its own pace tells anything
_OVER = (StepState.DONE, StepState.SKIPPED)


@dataclass(frozen=True)
class Task:
    """A recording and its newest job with its steps; `left` is the estimate of what remains, in seconds."""

    recording: Recording
    job: Job | None
    steps: Sequence[JobStep]
    left: float | None

    @property
    def progress(self) -> float:
        """From 0 to 1: the mean of the steps."""
        if not self.steps:
            return 0.0
        return sum(1.0 if step.state in _OVER else step.progress for step in self.steps) / len(self.steps)


def tasks(catalogue: Catalogue, *, limit: int = 100) -> list[Task]:
    """Return recordings that are or were worked on, the newest first. It costs five queries, however many there are."""
    with Session(catalogue.engine, expire_on_commit=False) as session:
        moment = clock(session)
        gone = [State.WITHDRAWN]
        query = select(Recording).where(col(Recording.state).not_in(gone)).order_by(col(Recording.created_at).desc())
        recordings = list(session.exec(query.limit(limit)).all())
        ids = [recording.id for recording in recordings]
        ordered = select(Job).where(col(Job.recording_id).in_(ids)).order_by(col(Job.created_at))
        jobs = {job.recording_id: job for job in session.exec(ordered).all()}  # the newest comes last, and stays
        of_jobs = select(JobStep).where(col(JobStep.job_id).in_([job.id for job in jobs.values()]))
        steps: dict[str, list[JobStep]] = {}
        for step in session.exec(of_jobs.order_by(col(JobStep.position))).all():
            steps.setdefault(step.job_id, []).append(step)
        rates = _rates(session)
    found = []
    for recording in recordings:
        job = jobs.get(recording.id)
        of_it = steps.get(job.id, []) if job else []
        left = time_left(of_it, recording.duration, rates, moment) if job and job.state is JobState.RUNNING else None
        found.append(Task(recording, job, of_it, left))
    return found


def all_workers(catalogue: Catalogue, *, timeout: float) -> tuple[list[Worker], list[Worker]]:
    """Return the workers that live, and those that fell silent without saying so, by a time-out in seconds."""
    with Session(catalogue.engine, expire_on_commit=False) as session:
        fresh = clock(session) - timedelta(seconds=timeout)
        rows = session.exec(select(Worker).where(col(Worker.alive)).order_by(col(Worker.started_at))).all()
    return [row for row in rows if row.heartbeat_at > fresh], [row for row in rows if row.heartbeat_at <= fresh]


def _rates(session: Session) -> dict[str, float]:
    """Return the seconds of work that a second of recording cost, by step, as a median of the last times."""
    query = select(JobStep.name, JobStep.started_at, JobStep.ended_at, Recording.duration)
    query = query.join(Job, col(Job.id) == JobStep.job_id).join(Recording, col(Recording.id) == Job.recording_id)
    query = query.where(JobStep.state == StepState.DONE, col(JobStep.ended_at).is_not(None))
    query = query.where(col(Recording.duration) > 0).order_by(col(JobStep.ended_at).desc()).limit(_PAST)
    found: dict[str, list[float]] = {}
    for name, started, ended, duration in session.exec(query).all():
        if started and ended and duration:
            found.setdefault(_kind(name), []).append((ended - started).total_seconds() / duration)
    return {name: median(each) for name, each in found.items()}


def time_left(
    steps: Sequence[JobStep], duration: float | None, rates: Mapping[str, float], moment: datetime
) -> float | None:
    """Return how many seconds of work remain, or None where nothing tells.

    A running step goes on at its own pace once that shows; what is to come costs what it cost before. Where a step to
    come has no past, the whole is estimated from the share that is done.
    """
    remaining = 0.0
    for step in steps:
        if step.state in _OVER or step.state is StepState.WAITING:
            continue
        ran = (moment - step.started_at).total_seconds() if step.started_at else 0.0
        rate = rates.get(_kind(step.name))
        if step.state is StepState.RUNNING and step.progress >= _TOLD_BY_PACE:
            remaining += ran * (1 - step.progress) / step.progress
        elif rate is not None and duration:
            remaining += max(rate * duration * (1 - step.progress), 0.0)
        else:
            return _by_share(steps, moment)
    return remaining


def _by_share(steps: Sequence[JobStep], moment: datetime) -> float | None:
    begun = [step.started_at for step in steps if step.started_at]
    done = sum(1.0 if step.state in _OVER else step.progress for step in steps) / len(steps)
    if not begun or done < _TOLD_BY_PACE:
        return None
    return (moment - min(begun)).total_seconds() * (1 - done) / done


def _kind(name: str) -> str:
    """The step without its angle: remux:2 costs what remux does."""
    return name.partition(":")[0]
