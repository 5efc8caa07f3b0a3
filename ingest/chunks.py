"""A long step in pieces: every worker with a hand free takes one, and whoever has the job takes the rest.

A piece is a pure step like any other: it lies in the store under its digest, so one that is made twice does no harm,
and a dead worker's is simply made by another.
"""

import json
import logging
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
from archive.tables import Chunk, Job, JobState, StepState
from ingest.run import REPORT_EVERY, CatalogueWatch, Run, Stored, Workplace
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
        rows.enter([_order(recipe, source) for recipe in recipes])
        while not rows.done():
            chunk = rows.next()
            if chunk is not None:
                _make(run, chunk, lambda: watch.progress(rows.progress()))
            else:
                time.sleep(REPORT_EVERY)
            watch.progress(rows.progress())
        return [_piece(run, recipe, source) for recipe in recipes]


def offer(run: Run, name: str, source: Stored, recipes: Sequence[ladder.Recipe]) -> None:
    """Let whoever has time begin with what `spread` will ask for later, while this worker does something else."""
    _Rows(run.place, run.job_id, name).enter([_order(recipe, source) for recipe in recipes])


def _order(recipe: ladder.Recipe, source: Stored) -> dict[str, Any]:
    """What a chunk's row says of it, in the lists and numbers that a database gives back: it is compared with them."""
    order: dict[str, Any] = json.loads(json.dumps({"recipe": asdict(recipe), "source": source}))
    return order


def _make(run: Run, chunk: Chunk, tell: Callable[[], None] = lambda: None) -> None:
    """Do one chunk in this process and mark it by how that went.

    Raises:
        Cancelled: the job is to stop, or the chunk is somebody else's by now.
        Exception: whatever the step raised.
    """
    recipe = ladder.Recipe.of(chunk.orders["recipe"])
    key, digest = chunk.orders["source"]
    watch = _ChunkWatch(run.place, chunk, tell)
    try:
        run.produce(ladder, recipe, {"source": (key, digest)}, watch=watch, folder=chunk.id, threads=run.threads)
    except Cancelled:
        _mark(run.place, chunk, state=StepState.PENDING)
        raise
    except Exception as error:
        note = error.record() if isinstance(error, ShijiaoError) else {"message": str(error)}
        _mark(run.place, chunk, state=StepState.FAILED, error=note)
        raise
    else:
        _mark(run.place, chunk, state=StepState.DONE, progress=1.0)
    finally:
        run.place.making.discard(chunk.id)


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
                kept = row.state in (StepState.DONE, StepState.RUNNING)  # of whoever died, `next` takes it
                if not kept or row.orders != order:
                    row.state, row.worker_id, row.error, row.progress = StepState.PENDING, None, {}, 0.0
                row.orders = order
                session.add(row)
            for position in found.keys() - set(range(len(orders))):  # of an older version, which cut otherwise
                session.delete(found[position])

    def done(self) -> bool:
        undone = select(Chunk.id).where(*self._mine, Chunk.state != StepState.DONE)
        with Session(self._place.database) as session:
            return session.exec(undone).first() is None

    def next(self) -> Chunk | None:
        """Take one to do here, if there is one: also what a dead worker had, and what failed on another."""
        _release(self._place)
        here = self._place.worker_id
        timeout = self._place.settings.worker_timeout
        living = {worker.id for worker in Jobs(self._place.database).workers(timeout=timeout)}
        with Session(self._place.database, expire_on_commit=False) as session, session.begin():
            rows = session.exec(select(Chunk).where(*self._mine).order_by(col(Chunk.position))).all()
            for row in rows:
                lost = row.state is StepState.RUNNING and row.worker_id not in living
                failed_there = row.state is StepState.FAILED and row.worker_id != here
                if (row.state is StepState.PENDING or lost or failed_there) and _take(session, row, self._place):
                    return row
        return None

    def progress(self) -> float:
        with Session(self._place.database) as session:
            mean = session.execute(sa.select(sa.func.avg(col(Chunk.progress))).where(*self._mine)).scalar()
        return float(mean or 0.0)


class _ChunkWatch(CatalogueWatch):
    """The watch of one chunk; `tell` is called after each report."""

    def __init__(self, place: Workplace, chunk: Chunk, tell: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._place = place
        self._chunk = chunk
        self._tell = tell

    def _report(self, fraction: float) -> None:
        _mark(self._place, self._chunk, progress=fraction)
        self._tell()

    def _ask(self) -> None:
        """Hear that the job is to stop or has ended, or that the chunk is somebody else's by now."""
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
        claimed = self._claim()
        if claimed is None:
            if time.monotonic() - self._swept > _SWEEP_EVERY:
                self._swept = time.monotonic()
                self._place.sweep()
                _release(self._place)
            return False
        chunk, job = claimed
        self._place.active.add(chunk.id)
        threading.Thread(target=self._work, args=(chunk, job), name=f"chunk-{chunk.id}", daemon=True).start()
        return True

    def _claim(self) -> tuple[Chunk, Job] | None:
        oldest = (
            select(Chunk, Job)
            .join(Job, col(Job.id) == col(Chunk.job_id))
            .where(Chunk.state == StepState.PENDING, Job.state == JobState.RUNNING)
            .where(col(Job.cancel_requested).is_(False))
            .order_by(col(Job.created_at), col(Chunk.position))
            .limit(1)
        )
        with Session(self._place.database, expire_on_commit=False) as session, session.begin():
            found = session.exec(oldest).first()
            return found if found is not None and _take(session, found[0], self._place) else None

    def _work(self, chunk: Chunk, job: Job) -> None:
        try:
            with self._place.at_work(job.id):
                _make(Run(job.id, job.attempt, job.recording_id, place=self._place), chunk)
        except Cancelled:
            log.info("Chunk %s of job %s is not wanted any more", chunk.position, chunk.job_id)
        except Exception:  # the worker that has the job tries it itself, and says why if it fails there too
            log.exception("Chunk %s of job %s failed here", chunk.position, chunk.job_id)
        finally:
            self._place.active.discard(chunk.id)


def _take(session: Session, row: Chunk, place: Workplace) -> bool:
    """Take a chunk on, unless somebody else was quicker."""
    place.making.add(row.id)  # before it is seen to be this worker's, or `_release` would give it back
    held = col(Chunk.worker_id) == row.worker_id if row.worker_id else col(Chunk.worker_id).is_(None)
    free = sa.update(Chunk).where(col(Chunk.id) == row.id, col(Chunk.state) == row.state, held)
    taken = changed(session, free.values(state=StepState.RUNNING, worker_id=place.worker_id, progress=0.0)) == 1
    if taken:
        session.refresh(row)
    else:
        place.making.discard(row.id)
    return taken


def _release(place: Workplace) -> None:
    """Give back what this worker was to do and is not at: the word of its end was lost with the database."""
    left = sa.update(Chunk).where(col(Chunk.worker_id) == place.worker_id, col(Chunk.state) == StepState.RUNNING)
    with Session(place.database) as session, session.begin():
        session.execute(left.where(col(Chunk.id).not_in(list(place.making))).values(state=StepState.PENDING))


def _mark(place: Workplace, chunk: Chunk, **values: Any) -> None:
    """Change a chunk's row as long as it is this worker's."""
    mine = sa.update(Chunk).where(col(Chunk.id) == chunk.id, col(Chunk.worker_id) == place.worker_id)
    with Session(place.database) as session, session.begin():
        session.execute(mine.values(**values))
