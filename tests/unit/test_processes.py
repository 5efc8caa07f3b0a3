"""What `shijiao up` does with a worker or a portal that ends, and with a step that its worker dies over."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import commands, processes
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import JobFailed
from archive.jobs import Jobs
from archive.processes import Child
from archive.settings import Settings
from archive.tables import JobState, Recording, State, StepState
from ingest.run import Run, Workplace


def ending(code: int, *, patient: bool, after: float = 0.0) -> Child:
    child = Child("worker", patient=patient)
    child.command = [sys.executable, "-S", "-c", f"import time; time.sleep({after}); raise SystemExit({code})"]
    return child


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_PAUSE", 0.02)
    monkeypatch.setattr(processes, "_LONGEST_PAUSE", 0.1)


def kept(child: Child, until: Callable[[list[float]], object]) -> list[float]:
    """Keep a child running until something is true of the pauses that it told of."""
    told: list[float] = []
    end = time.monotonic() + 10
    while not until(told):
        assert time.monotonic() < end, told
        if pause := child.keep():
            told.append(pause)
        time.sleep(0.005)
    child.stop()
    return told


def test_a_patient_one_is_started_again_ever_more_slowly() -> None:
    child = ending(-9, patient=True)
    told = kept(child, lambda pauses: len(pauses) >= 6)
    assert told[:6] == [0.02, 0.04, 0.08, 0.1, 0.1, 0.1]
    assert not child.hopeless


def test_another_is_given_up() -> None:
    child = ending(1, patient=False)
    kept(child, lambda _: child.hopeless)


def test_a_wrong_setting_is_hopeless_but_not_of_one_that_has_been_running() -> None:
    child = ending(78, patient=True)
    kept(child, lambda _: child.hopeless)
    child = ending(1, patient=True)
    kept(child, lambda pauses: len(pauses) >= 2)
    child.command[-1] = "raise SystemExit(78)"  # the database went away meanwhile
    kept(child, lambda pauses: len(pauses) >= 2)
    assert not child.hopeless


def test_up_goes_on_where_only_the_worker_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    portal_ends = time.monotonic() + 0.8

    def made(name: str, **options: Any) -> Child:
        child = ending(-9, patient=options.get("patient", False), after=0.0 if name == "worker" else 60.0)
        child.log = options.get("log")
        if name == "portal":
            keep = child.keep

            def until_then() -> float:
                if time.monotonic() > portal_ends:
                    child.command[-1] = "raise SystemExit(78)"
                    child.stop()
                return keep()

            child.keep = until_then  # type: ignore[method-assign]
        return child

    monkeypatch.setattr(commands, "Child", made)
    with pytest.raises(JobFailed, match="portal"):
        commands.serve(Settings(_env_file=None, home=tmp_path, s3_endpoint="http://127.0.0.1:9"))
    assert "The worker ended" in capsys.readouterr().err
    assert time.monotonic() >= portal_ends


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    settings = Settings(_env_file=None, home=tmp_path, database_url="")
    database = connect(settings)
    recording = Catalogue(database).add(Recording(title="poison", state=State.RECEIVED), [])
    job = Jobs(database).submit(recording.id)
    store: Any = None  # no step of these tests has anything to keep
    run = Run(job.id, 1, recording.id, order=["remux"], place=Workplace(settings, database, store, "here-1", set()))
    claim(run)
    yield run
    database.dispose()


def claim(run: Run) -> None:
    with run.place.database.begin() as connection:
        connection.exec_driver_sql("UPDATE job SET state = 'running', worker_id = 'here-1'")


def began_and_died(run: Run) -> None:
    """Enter what a worker leaves that is killed: the step runs, and nobody says how it ended."""
    with contextlib.suppress(KeyboardInterrupt), run.marked("remux"):
        raise KeyboardInterrupt


def test_a_step_that_kills_its_worker_ends_its_job(run: Run) -> None:
    jobs = Jobs(run.place.database)
    for _ in range(4):
        began_and_died(run)
        assert jobs.status(run.job_id).steps[0].state is StepState.RUNNING
    with run.lifetime(["remux"]), run.marked("remux"):
        pytest.fail("it would die again")
    ended = jobs.status(run.job_id)
    assert ended.job.state is JobState.FAILED
    assert ended.job.error["message"] == "The worker died 4 times over the step “remux” of this recording."
    assert ended.steps[0].state is StepState.FAILED

    jobs.retry(run.job_id)  # and it counts anew
    claim(run)
    began_and_died(run)
    with run.marked("remux"):
        pass
    assert jobs.status(run.job_id).steps[0].state is StepState.DONE
