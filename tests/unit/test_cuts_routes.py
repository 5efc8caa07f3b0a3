"""The editor of cuts and the gateway: who may, what is kept, and that search hears of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Recording, Role, State
from dashboard import gateway, house
from dashboard.house import House

OURS = {"X-Shijiao": "1"}


@pytest.fixture
def here(memory_store: Any, tmp_path: Path) -> Iterator[House]:
    settings = Settings(home=tmp_path, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    catalogue.add(Recording(id="r1", title="子宫切除", state=State.PUBLISHED, duration=60.0), [])
    store, members = cast(Any, memory_store()), Members(engine, "key")
    made = House(settings, catalogue, Jobs(engine), store, cast(Any, None), "key", members)
    house._open.append(made)
    yield made
    house._open.remove(made)
    engine.dispose()


def client(here: House, role: Role, name: str) -> TestClient:
    made = TestClient(Starlette(routes=gateway.routes()))
    member = here.members.add(name, role=role)
    made.cookies.set(COOKIE, here.members.redeem(here.members.invite(member.id)))
    return made


def put(by: TestClient, told: dict[str, Any], *cuts: dict[str, Any]) -> dict[str, Any]:
    wish = {"instead_of": [cut["id"] for cut in told["cuts"]], "cuts": list(cuts)}
    answer = by.post("/gate/cuts/r1", json=wish, headers=OURS)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_trainer_keeps_changes_and_takes_back(here: House) -> None:
    trainer, other = client(here, Role.TRAINER, "张主任"), client(here, Role.REVIEWER, "李主任")
    told = trainer.get("/gate/cuts/r1").json()
    assert (told["cuts"], told["left"], told["whole"]) == ([], 60.0, 60.0)
    revision = here.catalogue.recording("r1").revision
    told = put(trainer, told, {"start": 10, "end": 20, "reason": "面部"})
    assert here.written.is_set()  # search does not wait for its next look
    assert here.catalogue.recording("r1").revision > revision
    assert (told["left"], [cut["author"] for cut in told["cuts"]]) == (50.0, ["张主任"])
    [first] = told["cuts"]
    told = put(other, told, first, {"start": 40, "end": 45, "reason": ""})
    assert [cut["author"] for cut in told["cuts"]] == ["张主任", "李主任"]  # what is as it was stays whose it was
    changed = put(other, told, first | {"end": 21}, told["cuts"][1])
    assert [cut["author"] for cut in changed["cuts"]] == ["李主任", "李主任"]
    assert put(trainer, changed)["cuts"] == []


def test_who_has_not_seen_the_latest_is_told_and_changes_nothing(here: House) -> None:
    trainer = client(here, Role.TRAINER, "张主任")
    nothing = trainer.get("/gate/cuts/r1").json()
    put(trainer, nothing, {"start": 10, "end": 20})
    late = put(trainer, nothing, {"start": 30, "end": 31})
    assert late["conflict"]
    assert [(cut["start"], cut["end"]) for cut in late["cuts"]] == [(10, 20)]


@pytest.mark.parametrize(
    "cuts", [[{"start": 5, "end": 3}], [{"start": -1, "end": 3}], [{"start": "a", "end": 3}], [{}], [5], {"a": 1}, None]
)
def test_what_is_no_cut_is_refused(here: House, cuts: Any) -> None:
    trainer = client(here, Role.TRAINER, "张主任")
    answer = trainer.post("/gate/cuts/r1", json={"instead_of": [], "cuts": cuts}, headers=OURS)
    assert answer.status_code == 400
    assert here.cuts.of("r1") == []


def test_only_those_who_may_edit_see_or_change_them_and_only_from_our_page(here: House) -> None:
    doctor, trainer = client(here, Role.VIEWER, "王医生"), client(here, Role.TRAINER, "张主任")
    wish = {"instead_of": [], "cuts": [{"start": 1, "end": 2}]}
    assert doctor.get("/gate/cuts/r1").status_code == 403
    assert doctor.post("/gate/cuts/r1", json=wish, headers=OURS).status_code == 403
    assert trainer.post("/gate/cuts/r1", json=wish).status_code == 403
    assert here.cuts.of("r1") == []
    trainer.cookies.clear()
    assert trainer.get("/gate/cuts/r1").status_code == 401
