"""The durable engine (DBOS Transact): drives the workflow so that a crash costs at most the step it interrupted.

The only module that imports `dbos`. Ours is what DBOS leaves open: a stable executor id held by a file lock, a pinned
application version, a heartbeat, claiming queued jobs, and taking over those of a dead worker.
"""

import contextlib
import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID
from filelock import FileLock, Timeout
from sqlmodel import Session, col, select

from archive.database import changed, clock
from archive.errors import DiskFull, JobFailed
from archive.settings import Settings
from archive.tables import Job, JobState, JobStep, StepState, Worker, now

# Pinned: were it a digest of the code, an upgrade would strand the jobs that were running. It changes only when a
# half-done job could not go on: another order of the workflow's steps, or another shape of what they return.
APPLICATION_VERSION = "4"
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_HEARTBEAT = 1.0
_POLL = 0.25

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


def workflow(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function a durable workflow. A job that kills its worker 20 times is not recovered once more."""
    return DBOS.workflow(name=function.__name__, max_recovery_attempts=20)(function)


def step(name: str, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function` as one step of the workflow: its result is kept, and a finished step is never run again."""
    return DBOS.run_step({"name": name}, function, *args, **kwargs)


def workflow_id(job: Job) -> str:
    """The engine's name for one attempt at a job."""
    return f"{job.id}.{job.attempt}"


@contextlib.contextmanager
def executor_id(settings: Settings) -> Iterator[str]:
    """Hold the first free executor id of this host: the same process comes back under the same name after a crash."""
    locks = settings.home / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    # Two homes may share a database, and two containers a host name: what they must not share is a worker's name.
    mark = locks / "workers.mark"
    with FileLock(locks / "workers.mark.lock"):
        if not mark.exists():
            mark.write_text(secrets.token_hex(2))
    number = 1
    while True:
        name = f"{socket.gethostname()}-{mark.read_text()}-{number}"
        try:
            with FileLock(locks / f"worker-{name}.lock", timeout=0):
                yield name
                return
        except Timeout:
            number += 1


class Engine:
    """One worker's hold on the engine.

    Jobs are rows of the catalogue; `start` is the workflow that a claimed job is handed to, with its id. When there is
    no job, `assist` may take on a part of somebody else's; it returns whether it did.
    """

    def __init__(
        self,
        settings: Settings,
        database: sa.Engine,
        executor: str,
        start: Callable[[str, int, str], None],
        assist: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings
        self.database = database
        self.executor = executor
        self.start = start
        self.assist = assist
        self.active: set[str] = set()
        """The jobs that this process is working on; `start` discards its own at its end."""
        self._resumed: set[str] = set()
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop` is called."""
        self._beat()  # before DBOS launches: nobody may take over the jobs that it is about to recover
        heartbeat = threading.Thread(target=self._keep_beating, name="heartbeat", daemon=True)
        heartbeat.start()
        DBOS(
            config=DBOSConfig(
                name="shijiao",
                system_database_url=self.settings.engine_url,
                executor_id=self.executor,
                application_version=APPLICATION_VERSION,
                log_level="WARNING",
                notification_listener_polling_interval_sec=1.0,
            )
        )
        logging.getLogger("dbos").setLevel(logging.ERROR)  # it warns at each start that SQLite is for development
        DBOS.launch()
        try:
            while not self._stop.is_set():
                try:
                    if not self._take_on():
                        self._stop.wait(_POLL)
                except (sa.exc.OperationalError, DiskFull) as error:  # a database that is away for a moment comes back
                    log.warning("The catalogue does not answer: %s", error)
                    self._stop.wait(_HEARTBEAT)
        finally:
            self._leave()

    def _take_on(self) -> bool:
        """Take on what there is to do; return whether that was anything."""
        coming = self._adopt()
        if len(self.active) + coming >= self.settings.worker_jobs:
            return False
        job = self._claim()
        if job is None:
            return self.assist()
        self._begin(job)
        return True

    def stop(self) -> None:
        """End `run` soon. Jobs under way stay as they are; whoever works next goes on with them."""
        self._stop.set()

    # -- heartbeat

    def _beat(self) -> None:
        with Session(self.database) as session, session.begin():
            worker = session.get(Worker, self.executor) or Worker(id=self.executor, host="", pid=0)
            worker.host, worker.pid, worker.heartbeat_at = socket.gethostname(), os.getpid(), clock(session)
            worker.alive = True
            session.add(worker)

    def _keep_beating(self) -> None:
        while not self._stop.wait(_HEARTBEAT):
            try:
                self._beat()
            except (sa.exc.SQLAlchemyError, DiskFull) as error:  # a database that is away for a moment comes back
                log.warning("The heartbeat of %s could not be written: %s", self.executor, error)

    def _leave(self) -> None:
        """Say that this worker ends in order: what it was at waits for the next, and was nobody's death."""
        self._stop.set()
        mine = select(Job.id).where(Job.worker_id == self.executor, Job.state == JobState.RUNNING)
        steps = sa.update(JobStep).where(col(JobStep.job_id).in_(mine), col(JobStep.state) == StepState.RUNNING)
        with Session(self.database) as session, session.begin():
            session.execute(steps.values(state=StepState.PENDING))
            session.execute(sa.update(Worker).where(col(Worker.id) == self.executor).values(alive=False))

    # -- jobs

    def _claim(self) -> Job | None:
        """Take the oldest queued job. Two workers may see the same one; the update lets one of them have it."""
        oldest = select(Job).where(Job.state == JobState.QUEUED).order_by(col(Job.created_at)).limit(1)
        with Session(self.database, expire_on_commit=False) as session, session.begin():
            job = session.exec(oldest).first()
            if job is None:
                return None
            mine = sa.update(Job).where(col(Job.id) == job.id, col(Job.state) == JobState.QUEUED)
            values: dict[str, Any] = {"state": JobState.RUNNING, "worker_id": self.executor, "started_at": now()}
            return job if changed(session, mine.values(**values)) else None

    def _begin(self, job: Job) -> None:
        self.active.add(job.id)
        with SetWorkflowID(workflow_id(job)):
            DBOS.start_workflow(self.start, job.id, job.attempt, job.recording_id)

    def _adopt(self) -> int:
        """Go on with running jobs that nobody works on: a dead worker's, and this one's own of before a crash.

        Returns how many of them are about to run here.
        """
        orphans = select(Job).where(Job.state == JobState.RUNNING, col(Job.id).not_in(self.active))
        mine = col(Job.worker_id) == self.executor
        with Session(self.database, expire_on_commit=False) as session:
            fresh = clock(session) - timedelta(seconds=self.settings.worker_timeout)
            living = select(Worker.id).where(Worker.alive, col(Worker.heartbeat_at) > fresh)
            orphans = orphans.where(mine | col(Job.worker_id).not_in(living.scalar_subquery()))
            found = session.exec(orphans).all()
        coming = 0
        for job in found:
            if job.worker_id == self.executor or (not self._holds_lock(job.worker_id) and self._take(job)):
                coming += self._resume(job)
        return coming

    def _holds_lock(self, worker_id: str | None) -> bool:
        """Whether a worker of this host still lives, however late its heartbeat: its file lock does not lie."""
        path = self.settings.home / "locks" / f"worker-{worker_id}.lock"
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True

    def _take(self, job: Job) -> bool:
        theirs = sa.update(Job).where(col(Job.id) == job.id, col(Job.worker_id) == job.worker_id)
        theirs = theirs.where(col(Job.state) == JobState.RUNNING)
        with Session(self.database) as session, session.begin():
            return changed(session, theirs.values(worker_id=self.executor)) == 1

    def _resume(self, job: Job) -> bool:
        """Let the engine go on where the job stood; begin it where its worker died before it could."""
        status = DBOS.get_workflow_status(workflow_id(job))
        if status is None:
            self._begin(job)
        elif status.app_version != APPLICATION_VERSION and status.status not in _ENDED:
            self._begin(self._anew(job))
        elif status.status in _ENDED:
            self._give_up(job, status.status)
            return False
        elif status.executor_id != self.executor and workflow_id(job) not in self._resumed:
            # One of this executor's own is recovered by DBOS itself, at its launch; once resumed is resumed.
            log.warning("Taking over job %s from %s", job.id, status.executor_id)
            self._resumed.add(workflow_id(job))
            DBOS.resume_workflow(workflow_id(job))
        return True

    def _anew(self, job: Job) -> Job:
        """Begin a job once more that an older Shijiao was working on: its derivatives are found, its steps are not."""
        log.warning("Job %s was begun by an older version and begins again", job.id)
        with Session(self.database, expire_on_commit=False) as session, session.begin():
            row = session.get_one(Job, job.id)
            row.attempt += 1
            session.add(row)
        return row

    def _give_up(self, job: Job, outcome: str) -> None:
        """End a job that the engine ended without our hearing of it, such as one that killed its worker 20 times."""
        error = JobFailed(
            f"The job broke off ({outcome}): its worker could not say how it ended.",
            "The worker's log may; `shijiao retry` tries once more.",
        )
        lost = sa.update(Job).where(col(Job.id) == job.id, col(Job.attempt) == job.attempt)
        lost = lost.where(col(Job.state) == JobState.RUNNING)
        with Session(self.database) as session, session.begin():
            session.execute(lost.values(state=JobState.FAILED, ended_at=now(), error=error.record()))
