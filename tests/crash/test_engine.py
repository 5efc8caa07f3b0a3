"""The durable engine on SQLite and on PostgreSQL: workers are really killed, and nothing is lost or done twice."""

import collections
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import KINDS, database_url

from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.settings import Settings
from archive.tables import Job, JobState, Recording, State

pytestmark = pytest.mark.crash
TOY = Path(__file__).with_name("toy_worker.py")


class Stage:
    """A home, its database, and the toy workers that were started on it."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.url = url
        self.settings = Settings(home=home, database_url=url, _env_file=None)
        self.database = connect(self.settings)
        self.jobs = Jobs(self.database)
        self.workers: list[subprocess.Popen[str]] = []

    def submit(self) -> str:
        recording = Catalogue(self.database).add(Recording(title="toy", state=State.RECEIVED), [])
        return self.jobs.submit(recording.id).id

    def worker(self, seconds: float) -> subprocess.Popen[str]:
        environment = os.environ | {
            "SHIJIAO_HOME": str(self.home), "SHIJIAO_DATABASE_URL": self.url, "SHIJIAO_WORKER_TIMEOUT": "3",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, str(TOY), str(seconds)], env=environment, stdout=subprocess.PIPE, text=True
        )
        self.workers.append(process)
        return process

    def lines(self) -> list[str]:
        path = self.home / "steps.txt"
        return path.read_text().splitlines() if path.exists() else []

    def wait(self, what: Callable[[], bool], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, f"waited {seconds} s; steps so far: {self.lines()}"
            time.sleep(0.05)

    def finished(self, job_id: str) -> bool:
        return self.jobs.status(job_id).job.state is JobState.SUCCEEDED


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with database_url(request.param, tmp_path) as url:
        stage = Stage(tmp_path / "home", url)
        yield stage
        for process in stage.workers:
            process.kill()
            process.wait()
        stage.database.dispose()


def begun(stage: Stage, job: str, number: int) -> Callable[[], bool]:
    return lambda: f"{job} {number} begun" in stage.lines()


def test_after_kill_9_the_same_worker_goes_on_where_it_stood(stage: Stage) -> None:
    job = stage.submit()
    first = stage.worker(3.0)
    stage.wait(begun(stage, job, 1))
    first.kill()
    first.wait()
    second = stage.worker(0.1)
    stage.wait(lambda: stage.finished(job))
    assert first.stdout is not None
    assert second.stdout is not None
    assert first.stdout.readline() == second.stdout.readline(), "the executor id is stable"
    counted = collections.Counter(stage.lines())
    assert counted[f"{job} 0 begun"] == 1, "a finished step is not run again"
    assert counted[f"{job} 1 begun"] == 2, "the interrupted one is"
    assert counted[f"{job} 2 done"] == 1


def test_another_worker_takes_over_a_dead_ones_job(stage: Stage) -> None:
    job = stage.submit()
    first = stage.worker(4.0)
    stage.wait(begun(stage, job, 1))
    second = stage.worker(0.1)  # its own id: the first still holds the other
    assert second.stdout is not None
    second.stdout.readline()
    first.kill()
    first.wait()
    stage.wait(lambda: stage.finished(job))
    counted = collections.Counter(stage.lines())
    assert counted[f"{job} 0 begun"] == 1
    assert counted[f"{job} 2 done"] == 1
    assert stage.jobs.status(job).job.worker_id.endswith("-2")  # type: ignore[union-attr]


def test_a_living_but_silent_worker_keeps_its_jobs(stage: Stage) -> None:
    job = stage.submit()
    first = stage.worker(1.0)
    stage.wait(begun(stage, job, 1))
    first.send_signal(signal.SIGSTOP)
    stage.worker(0.1)
    time.sleep(6)  # twice the time after which it would count as dead
    assert stage.jobs.status(job).job.worker_id.endswith("-1")  # type: ignore[union-attr]
    first.send_signal(signal.SIGCONT)
    stage.wait(lambda: stage.finished(job))
    assert collections.Counter(stage.lines())[f"{job} 1 begun"] == 1


def test_two_workers_share_the_jobs_and_do_each_once(stage: Stage) -> None:
    jobs = [stage.submit() for _ in range(8)]
    stage.worker(0.02)
    stage.worker(0.02)
    stage.wait(lambda: all(stage.finished(job) for job in jobs))
    counted = collections.Counter(stage.lines())
    assert all(counted[f"{job} {number} begun"] == 1 for job in jobs for number in range(3))


def test_a_job_whose_worker_died_between_claim_and_start_is_begun(stage: Stage) -> None:
    job = stage.submit()
    with stage.database.begin() as connection:
        connection.execute(sa.update(Job).values(state=JobState.RUNNING, worker_id="somewhere-9"))
    stage.worker(0.02)
    stage.wait(lambda: stage.finished(job))
    assert collections.Counter(stage.lines())[f"{job} 0 begun"] == 1


def test_an_orderly_end_leaves_the_job_to_the_next(stage: Stage) -> None:
    job = stage.submit()
    first = stage.worker(2.0)
    stage.wait(begun(stage, job, 0))
    first.terminate()
    first.wait(15)
    stage.worker(0.05)
    stage.wait(lambda: stage.finished(job))
    assert collections.Counter(stage.lines())[f"{job} 2 done"] == 1
