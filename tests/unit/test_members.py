"""Members, their one-time links and their sessions."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive.database import connect
from archive.errors import NotAllowed, NotFound
from archive.people import COOKIE, Members
from archive.settings import Settings
from archive.tables import Role, now
from dashboard import entrance, house


@pytest.fixture
def members(tmp_path: Path) -> Iterator[Members]:
    engine = connect(Settings(home=tmp_path, _env_file=None))
    yield Members(engine, "key")
    engine.dispose()


def test_a_link_signs_in_once(members: Members) -> None:
    member = members.add("王医生", Role.TRAINER, institution="县妇幼")
    opens = members.invite(member.id)
    assert members.invited(opens).id == member.id  # looking does not use it up
    cookie = members.redeem(opens, device="Firefox")
    found = members.signed_in(cookie)
    assert found is not None
    assert (found.id, found.role) == (member.id, Role.TRAINER)
    with pytest.raises(NotAllowed):
        members.redeem(opens)


def test_a_link_grows_old(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    opens = members.invite(members.add("王医生").id, days=1)
    later = now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr("archive.people.members.now", lambda: later)
    with pytest.raises(NotAllowed):
        members.redeem(opens)


def test_neither_link_nor_cookie_can_be_made_up(members: Members, tmp_path: Path) -> None:
    member = members.add("王医生")
    for opens in ("", "x", "\ud800", members.invite(member.id)[:-1]):
        with pytest.raises(NotAllowed):
            members.redeem(opens)
    cookie = members.redeem(members.invite(member.id))
    assert Members(members.engine, "another key").signed_in(cookie) is None
    assert members.signed_in("x.y") is None
    held = cookie.partition(".")[0].encode()
    assert all(held not in path.read_bytes() for path in tmp_path.glob("catalogue.sqlite*"))  # a copy opens nothing


def test_signing_out_ends_one_session_and_removing_all(members: Members) -> None:
    member = members.add("王医生")
    first, second, third = (members.redeem(members.invite(member.id)) for _ in range(3))
    unused = members.invite(member.id)
    members.sign_out(first)
    assert members.signed_in(first) is None
    assert members.signed_in(second) is not None
    members.remove(member.id)
    assert members.signed_in(second) is members.signed_in(third) is None
    with pytest.raises(NotAllowed):
        members.redeem(unused)
    assert members.all() == []
    assert members.named([member.id])[member.id].member.name == "王医生"


def test_a_member_is_found_by_name_where_that_is_plain(members: Members) -> None:
    one, _, _ = members.add("王医生"), members.add("李医生"), members.add("李医生")
    assert members.find("王医生").id == members.find(one.id).id == one.id
    with pytest.raises(NotFound, match="2 members"):
        members.find("李医生")
    with pytest.raises(NotFound, match="no member"):
        members.find("赵医生")


@pytest.fixture
def client(members: Members, tmp_path: Path) -> Iterator[TestClient]:
    class Here:
        settings = Settings(home=tmp_path, _env_file=None)

    Here.members = members  # type: ignore[attr-defined]
    house._open.append(Here())  # type: ignore[arg-type]
    yield TestClient(Starlette(routes=entrance.routes()), follow_redirects=False)
    house._open.pop()


def test_the_door_asks_before_it_uses_a_link_up(members: Members, client: TestClient) -> None:
    address = f"/gate/enter/{members.invite(members.add('<王>医生').id)}"
    for _ in range(2):  # a program that looks at links in messages
        shown = client.get(address, headers={"Accept-Language": "en"})
        assert shown.status_code == 200
        assert "Welcome, &lt;王&gt;医生" in shown.text
        assert COOKIE not in client.cookies
    entered = client.post(address)
    assert (entered.status_code, entered.headers["location"]) == (303, "../../")
    told = entered.headers["set-cookie"].lower()
    assert all(part in told for part in ("httponly", "samesite=lax", "path=/"))
    cookie = client.cookies[COOKIE]
    assert members.signed_in(cookie) is not None
    for again in (client.get(address), client.post(address)):  # whom it brought in are let in again
        assert (again.status_code, again.headers["location"]) == (303, "../../")
    assert client.post("/gate/leave").status_code == 303
    assert members.signed_in(cookie) is None
    for stale in ({}, {COOKIE: cookie}):
        client.cookies = stale  # type: ignore[assignment]
        assert client.post(address).status_code == 403
        assert "不能用" in client.get(address, headers={"Accept-Language": "zh-CN"}).text
