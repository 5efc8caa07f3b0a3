"""A real engine on a toy workflow: three steps, each leaves a line in HOME/steps.txt and takes SECONDS."""

import contextlib
import signal
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from archive.database import connect
from archive.settings import load_settings
from archive.tables import Job, JobState
from ingest import engine

settings = load_settings()
database = connect(settings)
log = Path(settings.home / "steps.txt")
seconds = float(sys.argv[1])


def write(job_id: str, number: int) -> int:
    with log.open("a") as file:
        file.write(f"{job_id} {number} begun\n")
    time.sleep(seconds)
    with log.open("a") as file:
        file.write(f"{job_id} {number} done\n")
    return number


@engine.workflow
def toy(job_id: str, attempt: int, recording_id: str) -> None:
    for number in range(3):
        assert engine.step(f"step {number}", write, job_id, number) == number
    with database.begin() as connection:
        connection.execute(sa.update(Job).where(col(Job.id) == job_id).values(state=JobState.SUCCEEDED))
    running.active.discard(job_id)


with contextlib.ExitStack() as stack:
    executor = stack.enter_context(engine.executor_id(settings))
    running = engine.Engine(settings, database, executor, toy)
    signal.signal(signal.SIGTERM, lambda *_: running.stop())
    print(executor, flush=True)
    running.run()
