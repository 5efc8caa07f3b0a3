"""One job under way: marks its steps, fetches what they read, keeps what they make, and hears when to stop."""

import abc
import contextlib
import hashlib
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import sqlalchemy as sa
from filelock import FileLock
from sqlmodel import Session, col, select

from archive import derivatives, disk
from archive.catalogue import Catalogue
from archive.derivatives import Derived
from archive.errors import Cancelled, DiskFull, FixityError, ModelMissing, ShijiaoError
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import ENDED, Job, JobState, JobStep, Recording, Source, StepState, now
from ingest import ahead, deaths, scratch

REPORT_EVERY = 0.4  # seconds between two looks at the catalogue: a cancel is heard well within three seconds
_SHA512 = 128  # hexadecimal digits: sources; derivatives have SHA-256

Stored = tuple[str, str]
"""An object's key in the store, and its digest."""

log = logging.getLogger(__name__)


class Workplace:
    """What every job of one worker process shares; `here` is this process's, set before the engine starts."""

    here: ClassVar["Workplace"]

    def __init__(
        self, settings: Settings, database: sa.Engine, store: ObjectStore, worker_id: str, active: set[str]
    ) -> None:
        self.settings = settings
        self.database = database
        self.catalogue = Catalogue(database)
        self.store = store
        self.ocfl = OcflRoot(store)
        self.worker_id = worker_id
        self.active = active
        self.making: set[str] = set()
        """The chunks that this process is at work on."""

    def folder(self, job_id: str) -> Path:
        return self.settings.home / "work" / job_id

    @contextlib.contextmanager
    def at_work(self, job_id: str) -> Iterator[None]:
        """Hold the folder of a job on this host. Whoever leaves it last after the job has ended removes it."""
        folder = self.folder(job_id)
        try:
            with scratch.held(folder):
                yield
        finally:
            self._clear(folder)

    def sweep(self) -> None:
        """Remove what jobs that have ended since, and commands that were killed, left on this machine."""
        ahead.sweep(self.settings.home)
        for folder in (self.settings.home / "work").glob("*"):
            self._clear(folder)

    def _clear(self, folder: Path) -> None:
        with Session(self.database) as session:
            job = session.get(Job, folder.name)
        if job is None or job.state in ENDED:
            scratch.remove(folder)


class Run:
    """One job under way in this process."""

    def __init__(
        self,
        job_id: str,
        attempt: int,
        recording_id: str,
        *,
        order: Sequence[str] = (),
        place: Workplace | None = None,
    ) -> None:
        self.place = place or Workplace.here
        self.order = order
        self.job_id = job_id
        self.attempt = attempt
        self.recording_id = recording_id
        self.scratch = self.place.folder(job_id)

    @property
    def threads(self) -> int:
        return self.place.settings.worker_threads

    @property
    def recording(self) -> Recording:
        return self.place.catalogue.recording(self.recording_id)

    @property
    def sources(self) -> list[Source]:
        return self.place.catalogue.sources(self.recording_id)

    # -- the job's row

    @contextlib.contextmanager
    def lifetime(self, steps: Sequence[str]) -> Iterator[None]:
        """Enter the job's steps that are known beforehand, and at the end its outcome, whatever it is."""
        self.place.active.add(self.job_id)
        try:
            with self.place.at_work(self.job_id):
                outcome: dict[str, Any] = {"state": JobState.SUCCEEDED, "error": {}}
                try:
                    self._open(steps)
                    yield
                    if waiting := self._waiting():
                        outcome = {"state": JobState.WAITING, "error": waiting}
                except Cancelled as error:
                    outcome = {"state": JobState.CANCELLED, "error": error.record()}
                except Exception as error:  # noqa: BLE001 -- whatever it was, the job ends with it
                    outcome = {"state": JobState.FAILED, "error": self._failure(error).record()}
                self._close(outcome)
        finally:
            self.place.active.discard(self.job_id)

    def _failure(self, error: Exception) -> ShijiaoError:
        if isinstance(error, ShijiaoError):
            return error
        if isinstance(error, OSError) and disk.fills(error):
            return disk.full(self.place.settings.home)
        log.error("Job %s of recording %s broke", self.job_id, self.recording_id, exc_info=error)
        return ShijiaoError(
            f"Something went wrong inside Shijiao: {type(error).__name__}: {error}.",
            "The worker's log has the details; `shijiao retry` tries again.",
        )

    def _mine(self, statement: sa.Update) -> sa.Update:
        """Limit an update to this very attempt: a late word of an earlier one must not end a later one."""
        return statement.where(
            col(Job.id) == self.job_id, col(Job.attempt) == self.attempt, col(Job.state) == JobState.RUNNING
        )

    def _open(self, steps: Sequence[str]) -> None:
        with Session(self.place.database) as session, session.begin():
            session.execute(self._mine(sa.update(Job)).values(worker_id=self.place.worker_id))
            for name in steps:
                self._enter(session, name)

    def _enter(self, session: Session, name: str) -> None:
        """Enter a step at its place in the order; `remux:2` is the second angle's."""
        if session.get(JobStep, (self.job_id, name)) is None:
            step, _, angle = name.partition(":")
            position = self.order.index(step) * 100 + int(angle or 1)
            session.add(JobStep(job_id=self.job_id, name=name, position=position))

    def _waiting(self) -> dict[str, Any]:
        with Session(self.place.database) as session:
            steps = select(JobStep).where(JobStep.job_id == self.job_id, JobStep.state == StepState.WAITING)
            step = session.exec(steps).first()
        return step.note if step else {}

    def _close(self, outcome: dict[str, Any]) -> None:
        mine = self._mine(sa.update(Job)).where(col(Job.worker_id) == self.place.worker_id)
        with Session(self.place.database) as session, session.begin():
            session.execute(mine.values(ended_at=now(), **outcome))

    # -- steps

    @contextlib.contextmanager
    def marked(self, name: str) -> Iterator["JobWatch"]:
        """Mark a step as running and then by its outcome; hand over the watch that its work reports to.

        Raises:
            JobFailed: too many workers died over this very step.
        """
        with Session(self.place.database) as session, session.begin():
            self._enter(session, name)
        watch = JobWatch(self, name)
        watch.look()
        try:
            with Session(self.place.database) as session:
                note = deaths.counted(session.get_one(JobStep, (self.job_id, name)))
            watch.mark(
                state=StepState.RUNNING, started_at=now(), ended_at=None, progress=0.0, note=note, runs=JobStep.runs + 1
            )
            yield watch
        except ModelMissing as error:
            watch.mark(state=StepState.WAITING, note=error.record())
            raise
        except Cancelled:
            watch.mark(state=StepState.CANCELLED, ended_at=now())
            raise
        except Exception as error:
            note = error.record() if isinstance(error, ShijiaoError) else {"message": str(error)}
            watch.mark(state=StepState.FAILED, ended_at=now(), note=note)
            raise
        watch.mark(state=StepState.DONE, ended_at=now(), progress=1.0)

    def skip(self, name: str, reason: str) -> None:
        """Mark a step whose work is not needed. One that an earlier attempt did stays done."""
        with Session(self.place.database) as session, session.begin():
            self._enter(session, name)
        JobWatch(self, name).mark(
            unless=StepState.DONE, state=StepState.SKIPPED, progress=1.0, ended_at=now(), note={"message": reason}
        )

    def note(self, name: str, error: ShijiaoError | Mapping[str, Any]) -> None:
        """Say something about a step, however it stands."""
        JobWatch(self, name).mark(note=error.record() if isinstance(error, ShijiaoError) else dict(error))

    def hold(self, name: str, error: ShijiaoError) -> None:
        """Let a step wait for what is not as it should be; everything else goes on."""
        with Session(self.place.database) as session, session.begin():
            self._enter(session, name)
        JobWatch(self, name).mark(state=StepState.WAITING, note=error.record())

    def derive(
        self,
        step: ModuleType,
        recipe: Any,
        inputs: Mapping[str, Stored],
        *,
        mark: str = "",
        identity: Mapping[str, str] | None = None,
        **resources: Any,
    ) -> Derived:
        """Run a step on inputs, or return what it made before.

        `mark` is the name of the job's step, the step's own unless it is given. `identity` are the digests that name
        what comes out, the inputs' own unless they are given: for inputs that were themselves made of these.
        `resources` go to the step beside its inputs; they must not change what comes out (a folder of models).
        """
        name = mark or _name(step)
        identity = identity or {key: digest for key, (_, digest) in inputs.items()}
        before = self.made_before(step, recipe, identity)
        if before is not None:
            self.skip(name, "made before")
            return before
        with self.marked(name) as watch:
            return self.produce(
                step, recipe, inputs, watch=watch, folder=name.replace(":", "."), identity=identity, **resources
            )

    def made_before(self, step: ModuleType, recipe: Any, identity: Mapping[str, str]) -> Derived | None:
        """Return what a step made of these digests before, if it did."""
        named = derivatives.digest(_name(step), asdict(recipe), identity)
        return derivatives.load(self.place.store, self.recording_id, named)

    def produce(
        self,
        step: ModuleType,
        recipe: Any,
        inputs: Mapping[str, Stored],
        *,
        watch: "CatalogueWatch",
        folder: str,
        identity: Mapping[str, str] | None = None,
        **resources: Any,
    ) -> Derived:
        """Run a step in a folder of its own, unmarked, and keep what it makes. The rest as in `derive`."""
        identity = identity or {key: digest for key, (_, digest) in inputs.items()}
        named = derivatives.digest(_name(step), asdict(recipe), identity)
        paths = {key: self._fetch(*stored, watch) for key, stored in inputs.items()}
        out = self.scratch / f"{folder}.out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        facts = step.run(paths, out, recipe, watch, **resources)
        made = derivatives.save(
            self.place.store, self.recording_id, _name(step), named, out, facts, progress=watch.saving
        )
        shutil.rmtree(out)
        return made

    def _fetch(self, key: str, digest: str, watch: "CatalogueWatch") -> Path:
        """Bring an object to this machine, once per job: ffmpeg reads files only, never addresses."""
        path = self.scratch / "inputs" / digest[:64]
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):  # two workers of one host may need the same
            if path.exists():
                return path
            fetched = path.with_suffix(".fetched")
            self.place.store.download(key, fetched, progress=lambda *_: watch.look())
            with fetched.open("rb") as file:  # what is made of it is kept under this digest: it had better be true
                actual = hashlib.file_digest(file, "sha512" if len(digest) == _SHA512 else "sha256").hexdigest()
            if actual != digest:
                raise FixityError(
                    f"What the store has at {key} is not what was put there: its digest differs.",
                    "`shijiao verify` says what else is damaged; restore it from a backup or an export.",
                    key=key,
                )
            fetched.replace(path)
        return path


def _name(step: ModuleType) -> str:
    return step.__name__.rpartition(".")[2]


class CatalogueWatch(abc.ABC):
    """A watch that reports to the catalogue and asks it whether to go on, neither more often than `REPORT_EVERY`."""

    def __init__(self) -> None:
        self._looked = 0.0

    def progress(self, fraction: float) -> None:
        """Report progress.

        Raises:
            Cancelled: somebody asked for this to stop.
        """
        if time.monotonic() - self._looked < REPORT_EVERY:
            return
        try:
            self._report(min(max(fraction, 0.0), 1.0))
            self.look()
        except (sa.exc.OperationalError, DiskFull) as error:
            # An hour of encoding is not thrown away for a database's restart.
            self._looked = time.monotonic()
            log.warning("The catalogue does not answer: %s", error)

    def saving(self, _fraction: float) -> None:
        """Results are on their way to the store: the step's own work is behind it."""
        self.progress(1.0)

    def look(self) -> None:
        """See whether to go on.

        Raises:
            Cancelled: somebody asked for this to stop.
        """
        if time.monotonic() - self._looked < REPORT_EVERY:
            return
        self._looked = time.monotonic()
        self._ask()

    @abc.abstractmethod
    def _report(self, fraction: float) -> None:
        """Enter how much is done, from 0 to 1."""

    @abc.abstractmethod
    def _ask(self) -> None:
        """Ask the catalogue; raise `Cancelled` where it says so."""


class JobWatch(CatalogueWatch):
    """The watch of a step of a real job."""

    def __init__(self, run: Run, name: str) -> None:
        super().__init__()
        self._run = run
        self._name = name

    def _report(self, fraction: float) -> None:
        self.mark(progress=fraction)

    def _ask(self) -> None:
        with Session(self._run.place.database) as session:
            row = session.execute(
                sa.select(col(Job.cancel_requested), col(Job.worker_id)).where(col(Job.id) == self._run.job_id)
            ).one()
        if row.worker_id != self._run.place.worker_id:
            # Held up for so long that another worker took the job: were this one to say anything more about it, the
            # engine would take its word for the other's.
            log.error("Job %s was taken over by %s; this worker ends", self._run.job_id, row.worker_id)
            os._exit(70)
        if row.cancel_requested:
            raise Cancelled("The job was cancelled.", "`shijiao retry` takes it up again.")

    def mark(self, *, unless: StepState | None = None, **values: Any) -> None:
        """Change the step's row, unless it stands at `unless`."""
        change = sa.update(JobStep).where(col(JobStep.job_id) == self._run.job_id, col(JobStep.name) == self._name)
        if unless is not None:
            change = change.where(col(JobStep.state) != unless)
        with Session(self._run.place.database) as session, session.begin():
            session.execute(change.values(**values))
