"""Adding recordings in a real browser, through what goes wrong on the way, and watching how they are processed."""

import base64
import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import sending
from sqlmodel import Session, select

from archive.arrivals.tables import Arrival, ArrivalPart
from archive.catalogue import Catalogue
from archive.database import connect
from archive.objects import open_store
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Role, State

MIB = 1024 * 1024
SIZE = 200 * MIB


@pytest.fixture
def own(at_home: Any, tmp_path: Path, models: Path) -> Any:
    """A home of this test's own, whose portal it may kill."""
    made = at_home(tmp_path / "home", {"SHIJIAO_MODELS": str(models)})
    yield made
    made.stop()


@pytest.fixture(scope="module")
def empty(at_home: Any, serving: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The portal of a home that these tests fill: others count on an empty one."""
    shijiao = at_home(tmp_path_factory.mktemp("adding") / "home")
    yield serving(shijiao)
    shijiao.stop()


def settings_of(portal: Any) -> Settings:
    return Settings(home=portal.home, _env_file=None)


def test_a_killed_portal_and_a_closed_tab_cost_no_part_that_had_arrived(
    own: Any, serving: Any, visit: Any, tmp_path: Path, lecture: Path
) -> None:
    path = tmp_path / "手术 全程.mp4"
    sha512 = sending.large(path, lecture, SIZE)
    portal = serving(own)
    parts = sending.Parts([], [], [])
    first = visit(f"{portal.address}/?p=add", expected=".drop")
    parts.watch(first.page)
    sender = sending.Sender(first.page, portal.address, path)
    sender.choose()
    sender.start()
    card = first.page.locator(".coming-in")
    card.locator(".f-kind select").select_option("operation")
    card.locator(".f-title input").fill("腹腔镜胆囊切除术")
    card.locator(".f-institution input").fill("县人民医院")
    card.locator(".case summary").click()
    card.locator(".f-points textarea").fill("先显露胆囊三角，再夹闭")
    card.locator(".f-consent input").check()
    card.get_by_text("已保存").wait_for()

    sender.until(lambda: len(parts.taken) >= 2)
    port = portal.address.rsplit(":", 1)[1]
    sending.kill(own.started[-1])
    own.start("portal", "--port", port)
    own.wait(lambda: sending.answers(portal.address), 60, "for the portal")
    sender.until(lambda: len(parts.taken) >= 4)
    assert card.locator(".f-points textarea").input_value() == "先显露胆囊三角，再夹闭"
    first.page.close()

    again = visit(f"{portal.address}/?p=add", expected=".coming-in")
    parts.watch(again.page)
    card = again.page.locator(".coming-in")
    assert card.locator(".f-title input").input_value() == "腹腔镜胆囊切除术"
    assert again.page.get_by_text("再次选择同一个文件").is_visible()
    again.shoot("adding-choose-again-1280")
    sending.Sender(again.page, portal.address, path).choose()
    again.page.get_by_text("已收到并核对无误").wait_for(timeout=120_000)
    assert parts.taken_twice() == 0
    assert parts.cut_off() <= 6  # three were on the line, twice

    settings = settings_of(portal)
    catalogue = Catalogue(connect(settings))
    (recording,) = catalogue.recordings()
    (source,) = catalogue.sources(recording.id)
    assert (source.sha512, source.size, recording.state) == (sha512, SIZE, State.RECEIVED)
    with open_store(settings) as store:
        digest = hashlib.sha512()
        for chunk in store.stream(source.key):
            digest.update(chunk)
        assert digest.hexdigest() == sha512
        described = OcflRoot(store).read(f"urn:shijiao:recording:{recording.id}", "recording.json").decode()
    assert "先显露胆囊三角，再夹闭" in described
    assert [status.job.recording_id for status in own_jobs(settings)] == [recording.id]

    # What is said after it has arrived is kept too, and comes back from the store alone.
    card.locator(".f-specialty input").fill("普外科")
    card.get_by_text("已保存").wait_for()
    sending.Sender(again.page, portal.address, path).choose()
    again.page.get_by_text("不会重复保存").wait_for()
    assert own.run("rebuild").returncode == 0
    restored = catalogue.recording(recording.id)
    assert (restored.specialty, restored.case["points"]) == ("普外科", "先显露胆囊三角，再夹闭")
    assert restored.institution_id is not None
    card.get_by_role("link", name="打开录像").click()
    again.page.get_by_role("heading", name="腹腔镜胆囊切除术", level=1).wait_for()


def own_jobs(settings: Settings) -> list[Any]:
    from archive.jobs import Jobs

    return Jobs(connect(settings)).all()


@pytest.mark.parametrize("reached", [True, False])
def test_parts_go_to_the_store_itself_where_it_can_be_reached(
    at_home: Any, serving: Any, visit: Any, tmp_path: Path, lecture: Path, reached: bool
) -> None:
    path = tmp_path / "room.mp4"
    sha512 = sending.large(path, lecture, 60 * MIB)
    with sending.outside(tmp_path / "home") as store:
        public = store if reached else "http://127.0.0.1:9"
        own = at_home(tmp_path / "home", {"SHIJIAO_S3_PUBLIC_ENDPOINT": public})
        portal = serving(own)
        page = visit(f"{portal.address}/?p=add", expected=".drop").page
        sent: list[str] = []
        page.on("response", lambda answer: answer.request.method == "PUT" and answer.ok and sent.append(answer.url))
        sender = sending.Sender(page, portal.address, path)
        sender.choose()
        sender.start()
        page.get_by_text("已收到并核对无误").wait_for(timeout=120_000)
        direct = [url for url in sent if url.startswith(f"{public}/")]
        assert len(sent) > 3
        assert len(direct) == (len(sent) if reached else 0)
        (row,) = Catalogue(connect(settings_of(portal))).recordings()
        (source,) = Catalogue(connect(settings_of(portal))).sources(row.id)
        assert (source.sha512, source.size) == (sha512, 60 * MIB)
        own.stop()


def test_what_is_chosen_is_told_apart_and_put_together(empty: Any, visit: Any, tmp_path: Path, clip: Path) -> None:
    document = tmp_path / "病历.pdf"
    document.write_bytes(b"%PDF-1.7\n" + os.urandom(5000))
    again = tmp_path / "拷贝.mp4"
    again.write_bytes(clip.read_bytes())
    nothing = tmp_path / "空.mp4"
    nothing.write_bytes(b"\x00\x00\x00\x18ftypmp4")
    room, part = tmp_path / "room.mp4", tmp_path / "room-2.mp4"
    for path in (room, part):
        path.write_bytes(clip.read_bytes() + (8 + len(path.name)).to_bytes(4, "big") + b"free" + path.name.encode())
    visitor = visit(f"{empty.address}/?p=add", width=390, expected=".drop")
    page = visitor.page
    sender = sending.Sender(page, empty.address, clip)
    sender.choose(clip, room, part, document, nothing, again)
    page.get_by_text("“病历.pdf”不是录像或录音").wait_for()
    assert page.get_by_text("“空.mp4”不是录像或录音").is_visible()
    assert page.get_by_text("“拷贝.mp4”和“clip.mp4”内容完全相同").is_visible()
    visitor.shoot("adding-chosen-390")
    page.get_by_label("“clip.mp4”拍的是").select_option("endoscope")
    page.locator(".files li").nth(2).get_by_label("接着上一个文件").check()
    visitor.shoot("adding-arrange-390")
    sender.start()
    page.get_by_text("已收到并核对无误").wait_for(timeout=60_000)
    catalogue = Catalogue(connect(settings_of(empty)))
    recording = catalogue.recordings()[0]
    found = [(row.name, row.role.value, row.position, row.part) for row in catalogue.sources(recording.id)]
    assert found == [
        ("clip.mp4", "endoscope", 0, 0),
        ("room.mp4", "room", 1, 0),
        ("room-2.mp4", "room", 1, 1),
    ]
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    visitor.shoot("adding-arrived-390")


DROPPED = """([name, data]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], name, { type: "video/mp4" }));
  return transfer;
}"""


def test_a_file_is_dropped_and_what_was_said_last_is_there_again(empty: Any, visit: Any, clip: Path) -> None:
    page = visit(f"{empty.address}/?p=add", expected=".drop").page

    def drop(name: str) -> Any:
        film = clip.read_bytes() + (8 + len(name)).to_bytes(4, "big") + b"free" + name.encode()
        handed = {"dataTransfer": page.evaluate_handle(DROPPED, [name, base64.b64encode(film).decode()])}
        place = page.locator(".drop")
        place.dispatch_event("dragover", handed)
        page.locator(".drop.over").wait_for()
        place.dispatch_event("drop", handed)
        assert page.locator(".drop.over").count() == 0
        page.get_by_role("button", name="开始上传").click()
        card = page.locator(".coming-in", has_text=name.partition(".")[0])
        card.get_by_text("已收到并核对无误").wait_for(timeout=60_000)
        return card

    first = drop("dropped.mp4")
    said = {"specialty": "妇科", "procedure": "全子宫切除术", "speakers": "王医生、李医生", "institution": "县妇幼"}
    first.locator(".f-kind select").select_option("operation")
    for name, value in said.items():
        first.locator(f".f-{name} input").fill(value)
    first.get_by_text("已保存").wait_for()
    (made,) = (one for one in Catalogue(connect(settings_of(empty))).recordings() if one.title == "dropped")
    assert (made.specialty, made.speakers) == ("妇科", ["王医生", "李医生"])
    day = first.locator(".f-date input").input_value()
    first.locator(".f-date input").fill("1066-10-14")
    first.get_by_text("录制日期要在 1900 年以后").wait_for()
    first.locator(".f-date input").fill(day)
    first.get_by_text("已保存").wait_for()

    first.locator(".f-title input").fill("离开前的一刻")  # typed, and the page is gone before it would be saved
    page.reload()
    page.locator(".drop").wait_for()
    catalogue = Catalogue(connect(settings_of(empty)))
    sending.Sender(page, empty.address, clip).until(lambda: catalogue.recording(made.id).title == "离开前的一刻")
    second = drop("another.mp4")
    assert second.locator(".f-kind select").input_value() == "operation"
    assert {name: second.locator(f".f-{name} input").input_value() for name in said} == said
    assert second.locator(".f-title input").input_value() == "another"


def test_pause_go_on_and_discard(empty: Any, visit: Any, tmp_path: Path, lecture: Path) -> None:
    path = tmp_path / "pause.mp4"
    sending.large(path, lecture, 120 * MIB)
    visitor = visit(f"{empty.address}/?p=add", expected=".drop")
    page = visitor.page
    sender = sending.Sender(page, empty.address, path)
    lost: list[str] = []
    page.on("requestfailed", lambda request: request.method == "PUT" and lost.append(request.url))
    parts = sending.Parts([], [], [])
    parts.watch(page)
    sending.slow(page)
    sender.choose()
    sender.start()
    sender.until(lambda: sender.share() > 0)
    page.get_by_role("button", name="暂停").click()
    page.get_by_text("已暂停").wait_for()
    sender.until(lambda: len(parts.begun) == len(parts.taken) + len(lost))  # nothing is on the line any more
    assert len(lost) == 1, "on a slow link there is one part at a time, and a pause does not wait for it"
    visitor.shoot("adding-paused-1280")
    catalogue = Catalogue(connect(settings_of(empty)))
    page.get_by_text("处理进度", exact=True).click()  # another page within the session: nothing of it is lost
    page.locator(".task.receiving").wait_for()
    page.get_by_text("添加录像", exact=True).first.click()
    page.get_by_role("button", name="继续").click()
    page.get_by_role("button", name="暂停").wait_for()
    sending.press_twice(page.locator(".coming-in", has_text="pause"), "放弃", "再按一次")
    assert all(row.title != "pause" for row in catalogue.recordings())
    with Session(catalogue.engine) as session:
        assert session.exec(select(Arrival)).all() == session.exec(select(ArrivalPart)).all() == []


def test_a_doctor_may_not_add(empty: Any, visit: Any) -> None:
    for name in ("add", "work"):
        page = visit(f"{empty.address}/?p={name}", role=Role.VIEWER, expected=".notice").page
        assert page.locator(".drop, .work").count() == 0


def test_work_is_seen_as_it_goes(own: Any, serving: Any, visit: Any, clip: Path, lecture: Path) -> None:
    portal = serving(own)
    visitor = visit(f"{portal.address}/?p=work", width=390, expected=".work")
    page = visitor.page
    page.get_by_text("还没有录像").wait_for()
    assert page.get_by_text("没有处理程序在运行").is_visible()
    visitor.shoot("work-empty-390")
    good = own.json("add", clip)["id"]
    cancelled = own.json("add", lecture, "--title", "讲座")["id"]
    task = page.locator(f'[data-recording="{cancelled}"]')
    task.get_by_role("button", name="取消处理").click()
    task.get_by_text("已取消").first.wait_for()
    own.start("worker")
    page.locator(f'[data-recording="{good}"].running').wait_for(timeout=60_000)
    page.get_by_text("正在运行").wait_for()
    page.locator(f'[data-recording="{good}"] summary', has_text="各个步骤").click()
    visitor.shoot("work-running-390")
    page.locator(f'[data-recording="{good}"].done').wait_for(timeout=180_000)
    page.get_by_role("button", name="未完成").click()
    assert page.locator(".task:visible").count() == 1
    visitor.shoot("work-failed-390")
    task.get_by_role("button", name="重新处理").click()
    page.get_by_role("button", name="进行中").click()
    task.wait_for()
    assert page.locator(f'[data-recording="{good}"] details[open]').count() == 0
    page.get_by_role("button", name="全部").click()
    assert page.locator(f'[data-recording="{good}"] details[open]').count() == 1, "what was opened stays open"
    os.kill(own.started[-1].pid, signal.SIGKILL)
    page.get_by_text("没有回应").wait_for(timeout=40_000)
    visitor.shoot("work-worker-gone-390")
