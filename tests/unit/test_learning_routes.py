"""What a member's page may keep and see: only in a session, only from our own page, only about what may be watched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive import deposit
from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.ocfl import OcflRoot
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Recording, Role, State
from dashboard import gateway, house
from dashboard.house import House

OURS = {"X-Shijiao": "1"}


@pytest.fixture
def opened(tmp_path: Path, memory_store: Any) -> Iterator[House]:
    settings = Settings(home=tmp_path, _env_file=None)
    engine = connect(settings)
    store = cast(Any, memory_store())
    catalogue = Catalogue(engine)
    OcflRoot(store).ensure()
    for name, state in [("r1", State.PUBLISHED), ("r2", State.WITHDRAWN)]:
        row = catalogue.add(Recording(id=name, title="=胎心监护", state=state, duration=100.0), [])
        deposit.receive(OcflRoot(store), row, [])
    here = House(settings, catalogue, Jobs(engine), store, cast(Any, None), "key", Members(engine, "key"))
    house._open.append(here)
    yield here
    house._open.remove(here)
    engine.dispose()


def signed_in(here: House, name: str, role: Role = Role.VIEWER, institution: str = "") -> TestClient:
    member = here.members.add(name, role, institution=institution)
    made = TestClient(Starlette(routes=gateway.routes()), headers=OURS)
    made.cookies.set(COOKIE, here.members.redeem(here.members.invite(member.id)))
    return made


@pytest.fixture
def doctor(opened: House) -> TestClient:
    return signed_in(opened, "王医生")


@pytest.fixture
def trainer(opened: House) -> TestClient:
    return signed_in(opened, "张主任", Role.TRAINER)


REPORT = {"sitting": "abcdefgh1234", "spans": [[0, 9.5]], "seconds": 9.5, "position": 9.5}


def test_progress_is_kept_for_who_is_signed_in(doctor: TestClient, opened: House) -> None:
    assert doctor.post("/gate/mine/r1/progress", json=REPORT).json() == {"watched": 9.5}
    (entry,) = opened.shelf.watched(opened.members.find("王医生"))
    assert entry.progress
    assert entry.progress.position == 9.5


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "progress"),
        ("POST", "marks"),
        ("PUT", "marks/x"),
        ("DELETE", "marks/x"),
        ("POST", "clips"),
        ("DELETE", "clips/x"),
    ],
)
def test_nobody_writes_without_a_session_from_elsewhere_or_about_what_is_withdrawn(
    doctor: TestClient, method: str, path: str
) -> None:
    body = REPORT | {"kind": "note", "start": 1, "text": "x"}
    stranger = TestClient(Starlette(routes=gateway.routes()), headers=OURS)
    assert stranger.request(method, f"/gate/mine/r1/{path}", json=body).status_code == 401
    assert doctor.request(method, f"/gate/mine/r2/{path}", json=body).status_code == 403
    del doctor.headers["X-Shijiao"]
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for headers in ({}, elsewhere):
        assert doctor.request(method, f"/gate/mine/r1/{path}", json=body, headers=headers).status_code == 403
    own = {"Origin": "http://testserver"}
    assert doctor.request(method, f"/gate/mine/r1/{path}", json=body, headers=own).status_code in (200, 400, 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"spans": [[0]]},
        {"spans": "all"},
        {"spans": [[0, "x"]]},
        {"spans": [[0, 1e99]]},
        {"seconds": -1},
        {"seconds": True},
        {"position": None},
        {"sitting": "../../etc"},
    ],
)
def test_a_report_that_cannot_be_is_refused(doctor: TestClient, opened: House, wrong: dict[str, Any]) -> None:
    assert doctor.post("/gate/mine/r1/progress", json=REPORT | wrong).status_code == 400
    assert opened.shelf.watched(opened.members.find("王医生")) == []


def test_not_json_is_refused(doctor: TestClient) -> None:
    for body in ("{", "[]", "3"):
        assert doctor.post("/gate/mine/r1/progress", content=body).status_code == 400


def test_a_note_is_written_changed_and_erased_and_nobody_else_sees_it(doctor: TestClient, trainer: TestClient) -> None:
    made = doctor.post("/gate/mine/r1/marks", json={"kind": "note", "start": 12.5, "text": "看输尿管"}).json()
    assert trainer.get("/gate/mine/r1/marks").json()["marks"] == []
    assert trainer.put(f"/gate/mine/r1/marks/{made['id']}", json={"text": "x"}).status_code == 403
    assert trainer.delete(f"/gate/mine/r1/marks/{made['id']}").status_code == 403
    assert doctor.put(f"/gate/mine/r1/marks/{made['id']}", json={"text": "再看"}).json()["text"] == "再看"
    assert [mark["text"] for mark in doctor.get("/gate/mine/r1/marks").json()["marks"]] == ["再看"]
    assert doctor.delete(f"/gate/mine/r1/marks/{made['id']}").status_code == 200
    assert doctor.get("/gate/mine/r1/marks").json()["marks"] == []


def test_a_question_is_answered_by_those_who_may(doctor: TestClient, trainer: TestClient, opened: House) -> None:
    asked = doctor.post("/gate/mine/r1/marks", json={"kind": "question", "start": 3, "text": "为什么？"}).json()
    answer = {"kind": "answer", "start": 3, "text": "因为", "reply_to": asked["id"]}
    assert doctor.post("/gate/mine/r1/marks", json=answer).status_code == 403
    assert doctor.post("/gate/mine/r1/marks", json=answer | {"kind": "teaching_point"}).status_code == 403
    assert trainer.post("/gate/mine/r1/marks", json=answer).status_code == 200
    assert trainer.put(f"/gate/mine/r1/marks/{asked['id']}", json={"text": "换"}).status_code == 403
    seen = doctor.get("/gate/mine/r1/marks").json()
    assert [mark["kind"] for mark in seen["marks"]] == ["question", "answer"]
    assert seen["may"] == {"note": True, "answer": False}
    assert [each["text"] for each in deposit.read_marks(OcflRoot(opened.store), "r1")] == ["为什么？", "因为"]


def test_a_teaching_point_is_for_all_under_its_authors_name_and_institution(doctor: TestClient, opened: House) -> None:
    trainer = signed_in(opened, "李主任", Role.TRAINER, "省妇幼")
    revision = opened.catalogue.recording("r1").revision
    point = {"kind": "teaching_point", "start": 7.5, "text": "先看基线"}
    made = trainer.post("/gate/mine/r1/marks", json=point).json()
    (seen,) = doctor.get("/gate/mine/r1/marks").json()["marks"]
    assert (seen["author"], seen["institution"], seen["mine"], seen["erasable"]) == ("李主任", "省妇幼", False, False)
    assert opened.written.is_set()  # search follows at once
    assert opened.catalogue.recording("r1").revision > revision
    assert doctor.put(f"/gate/mine/r1/marks/{made['id']}", json={"text": "x"}).status_code == 403
    assert trainer.put(f"/gate/mine/r1/marks/{made['id']}", json={"text": "再看变异", "start": 9}).status_code == 200
    (kept,) = deposit.read_marks(OcflRoot(opened.store), "r1")
    assert (kept["text"], kept["start"], kept["author_institution"]) == ("再看变异", 9, "省妇幼")
    colleague = signed_in(opened, "赵主任", Role.TRAINER)
    assert colleague.put(f"/gate/mine/r1/marks/{made['id']}", json={"text": "x"}).status_code == 403
    assert colleague.delete(f"/gate/mine/r1/marks/{made['id']}").status_code == 200  # who curates may take it back
    assert doctor.get("/gate/mine/r1/marks").json()["marks"] == []
    assert deposit.read_marks(OcflRoot(opened.store), "r1") == []


def test_clips_are_kept_in_lists(doctor: TestClient, trainer: TestClient) -> None:
    clip = {"start": 3, "end": 9, "name": "识别", "collection": "今晚手术前"}
    made = doctor.post("/gate/mine/r1/clips", json=clip).json()
    assert doctor.get("/gate/mine/r1/marks").json()["collections"] == ["今晚手术前"]
    assert doctor.post("/gate/mine/r1/clips", json=clip | {"end": 2}).status_code == 400
    assert doctor.post("/gate/mine/r1/clips", json=clip | {"start": 90, "end": 120}).json()["end"] == 100  # the film's
    assert doctor.post("/gate/mine/r1/clips", json=clip | {"start": 101, "end": 120}).status_code == 400
    assert trainer.delete(f"/gate/mine/r1/clips/{made['id']}").status_code == 404
    assert doctor.delete(f"/gate/mine/r1/clips/{made['id']}").status_code == 200


def test_history_is_a_file_that_spreadsheets_open_and_no_formula(doctor: TestClient, opened: House) -> None:
    doctor.post("/gate/mine/r1/progress", json=REPORT)
    answer = doctor.get("/gate/mine/history.csv?lang=en")
    assert answer.headers["content-disposition"].startswith("attachment")
    head, row = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("Day,Recording,")
    assert ",'=胎心监护,Lecture," in row
    assert row.endswith(",1:40,10,10%")
    opened.catalogue.change("r1", state=State.WITHDRAWN)
    assert len(doctor.get("/gate/mine/history.csv").content.decode("utf-8-sig").splitlines()) == 1
    stranger = TestClient(Starlette(routes=gateway.routes()))
    assert stranger.get("/gate/mine/history.csv").status_code == 401
