"""Chunks that are offered before they are asked for: a worker with a hand free has begun, and nothing is made twice."""

import hashlib
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import connect
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.settings import Settings
from archive.tables import Chunk, Job, JobState, Recording, StepState
from ingest import chunks
from ingest.run import Run, Workplace
from ingest.steps import ladder, probe

pytestmark = pytest.mark.store
QUICK = ladder.Rung("144p", 144, max_rate=300, crf=30, preset="ultrafast")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    made = tmp_path / "film.mp4"
    drawn = ["-f", "lavfi", "-i", "testsrc2=s=320x256:r=25:d=24,format=yuv420p"]
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", str(made)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *drawn, *encoded], check=True)
    return made


@pytest.fixture
def place(store: ObjectStore, tmp_path: Path) -> Callable[[str], Workplace]:
    """A workplace by the name of its worker; all share one catalogue."""
    settings = Settings(home=tmp_path / "home", _env_file=None, database_url="")
    database = connect(settings)
    return lambda name: Workplace(settings, database, store, name, set())


def job_of(place: Workplace) -> Job:
    recording = Recording(title="手术")
    place.catalogue.add(recording, [])
    job = Jobs(place.database).submit(recording.id)
    change(place, Job, state=JobState.RUNNING, worker_id=place.worker_id)
    return job


def change(place: Workplace, table: Any, **values: Any) -> None:
    with Session(place.database) as session, session.begin():
        session.execute(sa.update(table).values(**values))


def rows(place: Workplace) -> list[Chunk]:
    with Session(place.database) as session:
        return list(session.exec(select(Chunk).order_by(col(Chunk.position))).all())


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("chunk-"):
            thread.join(60)


def test_a_helper_begins_before_the_step_does(
    film: Path, store: ObjectStore, place: Callable[[str], Workplace]
) -> None:
    owner, other = place("owner"), place("other")
    job = job_of(owner)
    run = Run(job.id, job.attempt, job.recording_id, order=("ladder",), place=owner)
    media = probe.probe(film, name="film")
    source = (f"tests/{job.id}/film.mp4", hashlib.sha512(film.read_bytes()).hexdigest())
    store.upload(source[0], film)
    ranges = ladder.chunks(media, (QUICK,), seconds=6)
    recipes = [ladder.Recipe(media, (QUICK,), frames=frames) for frames in ranges]
    chunks.offer(run, "ladder", source, [*recipes, recipes[0]])
    chunks.offer(run, "ladder", source, recipes)  # a second time does no harm, and what is not wanted any more goes
    assert len(rows(owner)) == len(recipes) > 3
    assistant = chunks.Assistant(other)
    while assistant():
        wait_for_threads()
    assert {(row.state, row.worker_id) for row in rows(owner)} == {(StepState.DONE, "other")}
    made = chunks.spread(run, "ladder", source, recipes)
    assert [piece.facts["frames"] for piece in made] == [end - first for first, end in ranges]
    assert {row.worker_id for row in rows(owner)} == {"other"}, "nothing was made a second time"


def test_nobody_begins_with_what_an_ended_job_had_offered(film: Path, place: Callable[[str], Workplace]) -> None:
    owner = place("owner")
    job = job_of(owner)
    run = Run(job.id, job.attempt, job.recording_id, order=("ladder",), place=owner)
    recipe = ladder.Recipe(probe.probe(film, name="film"), (QUICK,), frames=(0, 100))
    chunks.offer(run, "ladder", ("nowhere", "0"), [recipe])
    change(owner, Job, state=JobState.FAILED)
    assert not chunks.Assistant(place("other"))()
    assert [row.state for row in rows(owner)] == [StepState.PENDING]
