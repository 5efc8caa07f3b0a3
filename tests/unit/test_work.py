"""How long work is said to take, and who may see and steer it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive import deposit
from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.ocfl import OcflRoot
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Job, JobState, JobStep, Recording, Role, Source, State, StepState, now
from archive.work import time_left
from dashboard import gateway, house
from dashboard.house import House


def step(name: str, state: StepState, progress: float = 0.0, ran: float = 0.0) -> JobStep:
    started = now() - timedelta(seconds=ran) if ran else None
    return JobStep(job_id="j", name=name, position=0, state=state, progress=progress, started_at=started)


def test_what_remains_is_told_by_pace_and_by_the_past() -> None:
    steps = [
        step("probe", StepState.DONE, 1.0, 5),
        step("ladder", StepState.RUNNING, 0.25, 60),
        step("stills:2", StepState.PENDING),
    ]
    assert time_left(steps, 100.0, {"stills": 0.5}, now()) == pytest.approx(180 + 50, abs=1)


def test_without_a_past_the_share_that_is_done_tells() -> None:
    steps = [step("probe", StepState.DONE, 1.0, 30), step("ladder", StepState.PENDING)]
    assert time_left(steps, 100.0, {}, now()) == pytest.approx(30, abs=1)
    assert time_left([step("probe", StepState.PENDING)], None, {}, now()) is None


@pytest.fixture
def opened(tmp_path: Path, memory_store: Any) -> Iterator[House]:
    settings = Settings(home=tmp_path, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    catalogue.add(Recording(id="r1", title="讲座", state=State.RECEIVED), [Source(recording_id="r1", name="a.mp4")])
    Jobs(engine).submit("r1")
    here = House(settings, catalogue, Jobs(engine), memory_store(), cast(Any, None), "key", Members(engine, "key"))
    house._open.append(here)
    yield here
    house._open.remove(here)
    engine.dispose()


def client(opened: House, role: Role) -> TestClient:
    made = TestClient(Starlette(routes=gateway.routes()))
    member = opened.members.add(role.value, role)
    made.cookies.set(COOKIE, opened.members.redeem(opened.members.invite(member.id)))
    return made


def test_a_trainer_sees_and_steers_the_work(opened: House) -> None:
    trainer = client(opened, Role.TRAINER)
    (task,) = trainer.get("/gate/work.json?lang=en").json()["tasks"]
    assert (task["standing"], task["group"], task["cancel"], task["retry"]) == ("queued", "running", True, False)
    assert trainer.post(f"/gate/work/{task['job']}/cancel").status_code == 403, "another site's form could do this"
    ours = {"X-Shijiao": "1"}
    assert trainer.post(f"/gate/work/{task['job']}/cancel", headers=ours).json() == {"state": "cancelled"}
    assert trainer.post(f"/gate/work/{task['job']}/burn", headers=ours).status_code == 400
    (task,) = trainer.get("/gate/work.json?lang=en").json()["tasks"]
    assert (task["name"], task["retry"]) == ("Cancelled", True)
    assert trainer.post(f"/gate/work/{task['job']}/retry", headers=ours).json() == {"state": "queued"}


def test_a_trainer_removes_what_failed_before_anything_could_be_watched(opened: House) -> None:
    store: Any = opened.store
    catalogue, trainer, ours = opened.catalogue, client(opened, Role.TRAINER), {"X-Shijiao": "1"}
    key = deposit.source_key(OcflRoot(opened.store), catalogue.sources("r1")[0])
    store.objects = {key: b"no film", "derived/r1/x/step.json": b"{}", "derived/r2/x/step.json": b"{}"}
    job = opened.jobs.all()[0].job

    def removable() -> bool:
        (task,) = trainer.get("/gate/work.json").json()["tasks"]
        return bool(task["remove"])

    def remove(who: TestClient) -> int:
        return int(who.post(f"/gate/work/{job.id}/remove", headers=ours).status_code)

    assert not removable()
    assert remove(trainer) == 400, "it is still to be worked on"
    with Session(catalogue.engine) as session, session.begin():
        session.get_one(Job, job.id).state = JobState.FAILED
    catalogue.change("r1", duration=60.0)
    assert not removable()
    assert remove(trainer) == 400, "something of it can be watched"
    catalogue.change("r1", duration=None)
    assert removable()
    assert remove(client(opened, Role.VIEWER)) == 403
    assert remove(trainer) == 200
    assert trainer.get("/gate/work.json").json()["tasks"] == []
    assert list(store.objects) == ["derived/r2/x/step.json"]


def test_a_viewer_and_a_stranger_do_not(opened: House) -> None:
    viewer, stranger = client(opened, Role.VIEWER), TestClient(Starlette(routes=gateway.routes()))
    job = opened.jobs.all()[0].job
    ours = {"X-Shijiao": "1"}
    paths = ["/gate/work.json", "/gate/add/mine", "/gate/add/of/r1"]
    for who, status in ((viewer, 403), (stranger, 401)):
        assert [who.get(path).status_code for path in paths] == [status] * 3
        assert who.post(f"/gate/work/{job.id}/cancel", headers=ours).status_code == status
        assert who.post("/gate/add/begin", headers=ours, json={}).status_code == status
        assert who.put("/gate/add/s1/1", headers=ours | {"X-Part-SHA256": "0" * 64}).status_code == status
        assert who.post("/gate/add/of/r1/describe", headers=ours, json={}).status_code == status
    assert opened.jobs.all()[0].job.state is JobState.QUEUED
