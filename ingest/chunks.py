"""A long step in pieces: every worker with a hand free takes one, and whoever has the job takes the rest.

A piece is a pure step like any other: it lies in the store under its digest, so one that is made twice does no harm,
and a dead worker's is simply made by another.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import changed
from archive.derivatives import Derived
from archive.errors import Cancelled, ShijiaoError
from archive.jobs import Jobs
from archive.tables import ENDED, Chunk, Job, JobState, StepState
from ingest.run import REPORT_EVERY, JobWatch, Run, Stored, Workplace
from ingest.steps import ladder

_SWEEP_EVERY = 60.0

log = logging.getLogger(__name__)


def spread(run: Run, name: str, source: Stored, recipes: Sequence[ladder.Recipe]) -> list[Derived]:
    """Have every recipe run on the source, here and by whoever has time; return what they made, in their order.

    Raises:
        ShijiaoError: one of them failed here.
        Cancelled: somebody asked for the job to stop.
    """
    rows = _Rows(run.place, run.job_id, name)
    with run.marked(name) as watch:
        rows.enter([{"recipe": asdict(recipe), "source": source} for recipe in recipes])
        while not rows.done():
            chunk = rows.next()
            if chunk is not None:
                _make(run, chunk, rows, watch)
            else:
                time.sleep(REPORT_EVERY)
            watch.progress(rows.progress())
        return [_piece(run, recipe, source) for recipe in recipes]


def _make(run: Run, chunk: Chunk, rows: "_Rows", watch: JobWatch) -> None:
    recipe = ladder.Recipe.of(chunk.orders["recipe"])
    key, digest = chunk.orders["source"]
    work = _ChunkWatch(run.place, chunk, lambda: watch.progress(rows.progress()))
    try:
        run.produce(ladder, recipe, {"source": (key, digest)}, watch=work, folder=chunk.id, threads=run.threads)
    except Cancelled:
        rows.mark(chunk, StepState.PENDING)
        raise
    except ShijiaoError as error:
        rows.mark(chunk, StepState.FAILED, error=error.record())
        raise
    rows.mark(chunk, StepState.DONE, progress=1.0)


def _piece(run: Run, recipe: ladder.Recipe, source: Stored) -> Derived:
    made = run.made_before(ladder, recipe, {"source": source[1]})
    if made is None:
        raise ShijiaoError("A piece of the recording that was made has gone.", "`shijiao retry` makes it again.")
    return made


class _Rows:
    """The chunks of one step of a job, as seen by the worker that has the job."""

    def __init__(self, place: Workplace, job_id: str, name: str) -> None:
        self._place = place
        self._job_id = job_id
        self._name = name
        self._mine = (col(Chunk.job_id) == job_id, col(Chunk.step) == name)

    def enter(self, orders: list[dict[str, Any]]) -> None:
        """Enter the chunks; of an earlier attempt or life, those that are done stay so."""
        with Session(self._place.database) as session, session.begin():
            found = {row.position: row for row in session.exec(select(Chunk).where(*self._mine)).all()}
            for position, order in enumerate(orders):
                row = found.get(position) or Chunk(job_id=self._job_id, step=self._name, position=position)
                if row.state is not StepState.DONE or row.orders != order:
                    row.state, row.worker_id, row.error, row.progress = StepState.PENDING, None, {}, 0.0
                row.orders = order
                session.add(row)

    def done(self) -> bool:
        undone = select(Chunk.id).where(*self._mine, Chunk.state != StepState.DONE)
        with Session(self._place.database) as session:
            return session.exec(undone).first() is None

    def next(self) -> Chunk | None:
        """Take one to do here, if there is one: also what a dead worker had, and what failed on another."""
        here = self._place.worker_id
        timeout = self._place.settings.worker_timeout
        living = {worker.id for worker in Jobs(self._place.database).workers(timeout=timeout)}
        with Session(self._place.database, expire_on_commit=False) as session, session.begin():
            rows = session.exec(select(Chunk).where(*self._mine).order_by(col(Chunk.position))).all()
            for row in rows:
                lost = row.state is StepState.RUNNING and row.worker_id not in living
                failed_there = row.state is StepState.FAILED and row.worker_id != here
                if (row.state is StepState.PENDING or lost or failed_there) and _take(session, row, here):
                    return row
        return None

    def progress(self) -> float:
        with Session(self._place.database) as session:
            mean = session.execute(sa.select(sa.func.avg(col(Chunk.progress))).where(*self._mine)).scalar()
        return float(mean or 0.0)

    def mark(self, chunk: Chunk, state: StepState, **values: Any) -> None:
        _mark(self._place, chunk, state=state, **values)


class _ChunkWatch:
    """The watch of one chunk: reports it, and hears that its job is to stop, is over, or left it to somebody else."""

    def __init__(self, place: Workplace, chunk: Chunk, tell: Callable[[], None] = lambda: None) -> None:
        self._place = place
        self._chunk = chunk
        self._tell = tell
        self._looked = 0.0

    def progress(self, fraction: float) -> None:
        if time.monotonic() - self._looked < REPORT_EVERY:
            return
        try:
            _mark(self._place, self._chunk, progress=min(max(fraction, 0.0), 1.0))
            self.look()
            self._tell()
        except sa.exc.OperationalError as error:
            self._looked = time.monotonic()
            log.warning("The catalogue does not answer: %s", error)

    def saving(self, _fraction: float) -> None:
        self.progress(1.0)

    def look(self) -> None:
        """See whether to go on.

        Raises:
            Cancelled: the job is to stop or has ended, or the chunk is somebody else's by now.
        """
        if time.monotonic() - self._looked < REPORT_EVERY:
            return
        self._looked = time.monotonic()
        wanted = sa.select(col(Job.cancel_requested), col(Job.state), col(Chunk.worker_id)).join(
            Chunk, col(Chunk.job_id) == col(Job.id)
        )
        with Session(self._place.database) as session:
            row = session.execute(wanted.where(col(Chunk.id) == self._chunk.id)).one_or_none()
        mine = row is not None and row.worker_id == self._place.worker_id
        if row is None or not mine or row.cancel_requested or row.state != JobState.RUNNING:
            raise Cancelled("The job was cancelled.", "`shijiao retry` takes it up again.")


class Assistant:
    """Takes chunks of other workers' jobs while this one has nothing of its own to do."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._swept = time.monotonic()

    def __call__(self) -> bool:
        """Take one chunk on, in a thread of its own; return whether there was one."""
        chunk = self._claim()
        if chunk is None:
            if time.monotonic() - self._swept > _SWEEP_EVERY:
                self._swept = time.monotonic()
                self._place.sweep()
            return False
        self._place.active.add(chunk.id)
        threading.Thread(target=self._work, args=(chunk,), name=f"chunk-{chunk.id}", daemon=True).start()
        return True

    def _claim(self) -> Chunk | None:
        oldest = (
            select(Chunk)
            .join(Job, col(Job.id) == col(Chunk.job_id))
            .where(Chunk.state == StepState.PENDING, Job.state == JobState.RUNNING)
            .where(col(Job.cancel_requested).is_(False))
            .order_by(col(Job.created_at), col(Chunk.position))
            .limit(1)
        )
        with Session(self._place.database, expire_on_commit=False) as session, session.begin():
            row = session.exec(oldest).first()
            return row if row is not None and _take(session, row, self._place.worker_id) else None

    def _work(self, chunk: Chunk) -> None:
        place = self._place
        try:
            with Session(place.database) as session:
                job = session.get_one(Job, chunk.job_id)
                run = Run(job.id, job.attempt, job.recording_id, place=place)
            recipe = ladder.Recipe.of(chunk.orders["recipe"])
            key, digest = chunk.orders["source"]
            watch = _ChunkWatch(place, chunk)
            run.produce(ladder, recipe, {"source": (key, digest)}, watch=watch, folder=chunk.id, threads=run.threads)
            _mark(place, chunk, state=StepState.DONE, progress=1.0)
        except Cancelled:
            _mark(place, chunk, state=StepState.PENDING)
        except Exception as error:  # the worker that has the job tries it itself, and says why if it fails there too
            log.exception("Chunk %s of job %s failed here", chunk.position, chunk.job_id)
            note = error.record() if isinstance(error, ShijiaoError) else {"message": str(error)}
            _mark(place, chunk, state=StepState.FAILED, error=note)
        finally:
            self._tidy(chunk)
            place.active.discard(chunk.id)

    def _tidy(self, chunk: Chunk) -> None:
        with Session(self._place.database) as session:
            job = session.get(Job, chunk.job_id)
        if job is None or job.state in ENDED:
            shutil.rmtree(self._place.settings.home / "work" / chunk.job_id, ignore_errors=True)


def _take(session: Session, row: Chunk, worker_id: str) -> bool:
    """Take a chunk on, unless somebody else was quicker."""
    held = col(Chunk.worker_id) == row.worker_id if row.worker_id else col(Chunk.worker_id).is_(None)
    free = sa.update(Chunk).where(col(Chunk.id) == row.id, col(Chunk.state) == row.state, held)
    taken = changed(session, free.values(state=StepState.RUNNING, worker_id=worker_id, progress=0.0)) == 1
    if taken:
        session.refresh(row)
    return taken


def _mark(place: Workplace, chunk: Chunk, **values: Any) -> None:
    """Change a chunk's row as long as it is this worker's."""
    mine = sa.update(Chunk).where(col(Chunk.id) == chunk.id, col(Chunk.worker_id) == place.worker_id)
    with Session(place.database) as session, session.begin():
        session.execute(mine.values(**values))
