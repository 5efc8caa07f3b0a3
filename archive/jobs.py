"""Jobs, from the side of whoever asks for one: submit, watch, cancel, try again.

A job is a row. The workers of `ingest` claim queued rows and drive them; this module never imports the engine, so
the portal and the command line stay light, and asking for work is one transaction with the rest of the catalogue.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import changed, clock
from archive.errors import Cancelled, JobFailed, NotFound
from archive.tables import ENDED, Job, JobState, JobStep, Recording, State, StepState, Worker, new_id, now


@dataclass(frozen=True)
class Status:
    """A job and its steps, as they stand."""

    job: Job
    steps: list[JobStep]

    @property
    def ended(self) -> bool:
        return self.job.state in ENDED

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON, as `shijiao status --json` prints it."""
        steps = [
            {"name": step.name, "state": step.state.value, "progress": round(step.progress, 3), "runs": step.runs}
            | ({"note": step.note} if step.note else {})
            for step in self.steps
        ]
        return {
            "id": self.job.id,
            "recording": self.job.recording_id,
            "state": self.job.state.value,
            "attempt": self.job.attempt,
            "worker": self.job.worker_id,
            "error": self.job.error or None,
            "steps": steps,
        }


class Jobs:
    """The client's side of the engine."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def _session(self) -> Session:
        return Session(self.engine, expire_on_commit=False)

    def submit(self, recording_id: str) -> Job:
        """Ask for a recording to be taken through the steps. One that is under way already is returned as it is.

        What older jobs of it wait for is the new one's to do: they end.
        """
        with self._session() as session, session.begin():
            under_way = select(Job).where(
                Job.recording_id == recording_id, col(Job.state).in_([JobState.QUEUED, JobState.RUNNING])
            )
            job = session.exec(under_way).first()
            if job is None:
                older = sa.update(Job).where(col(Job.recording_id) == recording_id, col(Job.state) == JobState.WAITING)
                replaced = Cancelled("A newer job of the recording took its place.").record()
                session.execute(older.values(state=JobState.CANCELLED, error=replaced, ended_at=now()))
                job = Job(id=new_id(), recording_id=recording_id)
            session.add(job)
        return job

    def refuse(self, recording_id: str, error: dict[str, Any]) -> Job:
        """Record a job that failed before it began, with the reason."""
        job = Job(recording_id=recording_id, state=JobState.FAILED, error=error, ended_at=now())
        with self._session() as session, session.begin():
            session.add(job)
        return job

    def latest(self, recording_id: str) -> Status | None:
        """Return the newest job of a recording."""
        query = select(Job).where(Job.recording_id == recording_id).order_by(col(Job.created_at).desc())
        with self._session() as session:
            job = session.exec(query).first()
            return None if job is None else Status(job, self._steps(session, job.id))

    def status(self, job_id: str) -> Status:
        """Return a job and its steps.

        Raises:
            NotFound: there is no such job.
        """
        with self._session() as session:
            job = session.get(Job, job_id)
            if job is None:
                raise NotFound(f"There is no job “{job_id}”.", "`shijiao status` shows them all.", job=job_id)
            return Status(job, self._steps(session, job_id))

    def newest(self, recording_ids: Iterable[str]) -> dict[str, JobState]:
        """Return how the newest job of each of these recordings stands."""
        query = select(Job.recording_id, Job.state).where(col(Job.recording_id).in_(list(recording_ids)))
        with self._session() as session:
            found = session.exec(query.order_by(col(Job.created_at))).all()
        return {recording_id: JobState(state) for recording_id, state in found}  # the newest comes last, and stays

    def all(self, *, states: list[JobState] | None = None, refused: bool = True, limit: int = 100) -> list[Status]:
        """Return jobs, newest first; `refused`: also those that only say why a file was not taken in."""
        query = select(Job).order_by(col(Job.created_at).desc()).limit(limit)
        if states is not None:
            query = query.where(col(Job.state).in_(states))
        if not refused:
            query = query.join(Recording).where(Recording.state != State.REFUSED)
        with self._session() as session:
            return [Status(job, self._steps(session, job.id)) for job in session.exec(query).all()]

    @staticmethod
    def _steps(session: Session, job_id: str) -> list[JobStep]:
        query = select(JobStep).where(JobStep.job_id == job_id).order_by(col(JobStep.position))
        return list(session.exec(query).all())

    def cancel(self, job_id: str) -> Status:
        """Ask for a job to stop. A queued one stops at once, a running one within seconds, an ended one stays ended."""
        with self._session() as session, session.begin():
            values = {"state": JobState.CANCELLED, "ended_at": now()}
            queued = sa.update(Job).where(col(Job.id) == job_id, col(Job.state) == JobState.QUEUED)
            session.execute(queued.values(**values))
            running = sa.update(Job).where(col(Job.id) == job_id, col(Job.state) == JobState.RUNNING)
            session.execute(running.values(cancel_requested=True))
        return self.status(job_id)

    def is_cancelled(self, recording_id: str) -> bool:
        """Whether somebody stopped the newest job of a recording, or asked for that."""
        latest = self.latest(recording_id)
        if latest is None:
            return False
        asked = latest.job.cancel_requested and not latest.ended
        return asked or latest.job.state is JobState.CANCELLED

    def retry(self, job_id: str) -> Status:
        """Put an ended job back into the queue as a new attempt; what its steps finished is not done again.

        Raises:
            JobFailed: the job is still under way.
        """
        before = self.status(job_id).job
        again = sa.update(Job).where(col(Job.id) == job_id, col(Job.attempt) == before.attempt)
        again = again.where(col(Job.state).in_(ENDED))
        values: dict[str, Any] = {"state": JobState.QUEUED, "attempt": before.attempt + 1, "error": {}}
        values |= {"cancel_requested": False, "worker_id": None, "ended_at": None}
        with self._session() as session, session.begin():
            if not changed(session, again.values(**values)):
                raise JobFailed(f"The job {job_id} is still {before.state.value}.", "Cancel it first, or wait.")
            for step in self._steps(session, job_id):
                if step.state not in (StepState.DONE, StepState.SKIPPED):
                    step.state, step.progress, step.note = StepState.PENDING, 0.0, {}
                    session.add(step)
        return self.status(job_id)

    def retry_waiting(self) -> int:
        """Put every waiting job back into the queue, now that what they wait for may be here; returns how many."""
        again = 0
        for status in self.all(states=[JobState.WAITING], limit=100_000):
            with contextlib.suppress(JobFailed):  # somebody was quicker
                self.retry(status.job.id)
                again += 1
        return again

    def workers(self, *, timeout: float) -> list[Worker]:
        """Return the workers whose heartbeat is younger than `timeout` seconds."""
        with self._session() as session:
            fresh = clock(session) - timedelta(seconds=timeout)
            query = select(Worker).where(Worker.alive, col(Worker.heartbeat_at) > fresh)
            return list(session.exec(query).all())
