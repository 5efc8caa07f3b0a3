"""A trainer puts right what is said of a recording, its rights and its poster, while a colleague does the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import rooms
from browser.rooms import wait_for

from archive import description
from archive.description import Wanted
from archive.people import COOKIE
from archive.search.index import SearchIndex
from archive.tables import Kind, Recording, Role, State


@dataclass
class Room(rooms.Room):
    page = "details"

    @property
    def row(self) -> Recording:
        return self.catalogue.recording(self.recording)

    def change(self, author: str, **wanted: tuple[Any, Any]) -> None:
        asked = {name: Wanted(*each) for name, each in wanted.items()}
        description.change(self.catalogue, self.ocfl, self.recording, asked, author=author)


@pytest.fixture(scope="module")
def home(at_home: Any, tmp_path_factory: pytest.TempPathFactory, serving: Any) -> Iterator[Any]:
    shijiao = at_home(tmp_path_factory.mktemp("details") / "home")
    yield serving(shijiao)
    shijiao.stop()


@pytest.fixture
def room(home: Any, shelved: Any, tmp_path: Path) -> Iterator[Room]:
    """A fresh operation with stills, of which little is said."""
    made = Recording(title="未命名录像 0001", kind=Kind.OPERATION, state=State.PUBLISHED, duration=40.0)
    with rooms.opened(Room, home, shelved, tmp_path, made) as opened:
        yield opened


def saved(page: Any) -> None:
    page.locator('.details .saving[data-state="saved"]').wait_for()


def field(page: Any, name: str) -> Any:
    return page.locator(f".details .f-{name} :is(input, select, textarea)").first


def test_everything_that_is_said_is_changed_saved_found_and_restored(room: Room, visit: Any) -> None:
    visitor = visit(room.address, expected=".details form")
    page = visitor.page
    index = SearchIndex(room.settings.home / "search")
    index.search("骶前静脉")
    field(page, "title").fill("骶前静脉出血的处理")
    field(page, "specialty").fill("妇科")
    field(page, "procedure").fill("腹腔镜全子宫切除术")
    field(page, "speakers").fill("王医生、李医生")
    field(page, "date").fill("2026-03-01")
    field(page, "institution").fill("县妇幼保健院")
    field(page, "language").select_option("en")
    page.locator(".details .rights input").check()
    page.locator(".details .stills label", has_text="0:27").click()
    page.locator(".details .case summary").click()
    assert "已填 0 项" in page.locator(".details .score").inner_text()
    field(page, "indication").fill("多发性子宫肌瘤")
    assert "已填 1 项" in page.locator(".details .score").inner_text()
    page.locator('.details .saving[data-state="unsaved"]').wait_for()
    page.locator(".details .past summary").click()
    page.locator(".details .case input").first.focus()
    page.keyboard.press("ControlOrMeta+s")
    saved(page)
    page.get_by_role("heading", name="骶前静脉出血的处理").wait_for()
    seconds = wait_for(lambda: bool(index.search("骶前静脉出血的处理")))
    print(f"found {seconds:.2f} s after it was saved")
    assert seconds <= 2
    wanted = {
        "title": "骶前静脉出血的处理", "kind": "operation", "specialty": "妇科", "procedure": "腹腔镜全子宫切除术",
        "speakers": ["王医生", "李医生"], "date": "2026-03-01", "language": "en", "take_away": True,
        "case.institution": "县妇幼保健院", "case.indication": "多发性子宫肌瘤",
    }  # fmt: skip
    said = description.fields(room.row)
    assert {name: said[name] for name in wanted} == wanted
    assert said["poster"]["time"] == 27.0
    page.locator(".details .past li:first-child", has_text="trainer 测试").filter(has_text="标题").wait_for()
    assert page.locator(".details .past").get_attribute("open") is not None, "it was open before the list was made anew"

    watch = visit(f"{room.portal.address}/?r={room.recording}", role=Role.VIEWER).page
    watch.get_by_role("heading", name="骶前静脉出血的处理").wait_for()
    watch.locator("video").wait_for(state="attached")
    poster = watch.locator("video").evaluate(
        "async (video) => { while (!video.poster) await new Promise((go) => setTimeout(go, 50)); return video.poster; }"
    )
    assert poster.endswith("/stills/scene-3.jpg")
    library = visit(room.portal.address, role=Role.VIEWER).page
    library.locator('img[src*="scene-3.jpg"]').first.wait_for()

    done = room.portal.shijiao.run("rebuild")
    assert done.returncode == 0, done.stderr
    assert description.fields(room.row) == said


def test_a_reload_keeps_what_is_not_saved_and_it_can_be_discarded(room: Room, visit: Any) -> None:
    page = visit(room.address, expected=".details form").page
    field(page, "title").fill("写到一半")
    page.locator(".details .rights input").check()
    page.reload()
    page.locator('.details .saving[data-state="unsaved"]').wait_for()
    assert field(page, "title").input_value() == "写到一半"
    assert page.locator(".details .rights input").is_checked()
    assert room.row.title == "未命名录像 0001"
    page.get_by_role("button", name="放弃修改").click()
    assert field(page, "title").input_value() == "未命名录像 0001"
    saved(page)


def test_what_cannot_be_gets_a_sentence_at_its_field(room: Room, visit: Any) -> None:
    page = visit(room.address, expected=".details form").page
    field(page, "title").fill("  ")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("“标题”不能为空。").wait_for()
    assert field(page, "title").get_attribute("aria-invalid") == "true"
    field(page, "title").fill("好的标题")
    field(page, "date").fill("2099-01-01")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("“录制日期”还没有到。").wait_for()
    assert room.row.title == "未命名录像 0001", "all or nothing"
    field(page, "date").fill("2026-01-01")
    page.get_by_role("button", name="保存", exact=True).click()
    saved(page)
    assert room.row.title == "好的标题"


def test_a_field_that_a_colleague_changed_too_is_told_and_the_others_are_not_touched(room: Room, visit: Any) -> None:
    page = visit(room.address, expected=".details form").page
    room.change("李主任", title=("未命名录像 0001", "李的标题"), procedure=("", "子宫切除"))
    field(page, "title").fill("我的标题")
    field(page, "specialty").fill("妇科")
    page.get_by_role("button", name="保存", exact=True).click()
    conflict = page.locator(".details .conflicts section")
    conflict.wait_for()
    for words in ("李主任", "李的标题", "我的标题"):
        assert words in conflict.inner_text()
    assert (room.row.title, room.row.specialty) == ("李的标题", "")
    page.get_by_role("button", name="用我的，再保存").click()
    page.get_by_role("button", name="保存", exact=True).click()
    saved(page)
    assert (room.row.title, room.row.specialty, room.row.procedure) == ("我的标题", "妇科", "子宫切除")


def test_only_who_may_edit_describes_and_only_from_our_page(room: Room, visit: Any) -> None:
    page = visit(room.address, role=Role.VIEWER, expected=".notice").page
    assert page.locator(".details").count() == 0
    base = f"{room.portal.address}/gate/details/{room.recording}"
    told = {"changes": {"title": {"before": "未命名录像 0001", "after": "x"}}}
    ours = {"X-Shijiao": "1"}
    viewer = {COOKIE: room.portal.cookie(Role.VIEWER)}
    trainer = {COOKIE: room.portal.cookie()}
    for cookies, headers, status in [({}, ours, 401), (viewer, ours, 403), (trainer, {}, 403)]:
        assert httpx.post(f"{base}/change", json=told, cookies=cookies, headers=headers).status_code == status
    assert httpx.get(f"{base}/sheet", cookies=viewer, timeout=20).status_code == 403
    for changes in (5, {"state": {"before": "", "after": "published"}}, {"title": 5}, {"title": {"before": ""}}):
        answer = httpx.post(f"{base}/change", json={"changes": changes}, cookies=trainer, headers=ours, timeout=20)
        assert answer.status_code == 400
    assert room.row.title == "未命名录像 0001"


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "zh"), (1280, "dark", "en"), (390, "light", "en"), (390, "dark", "zh")],
)
def test_the_page_in_both_widths_themes_and_languages(
    room: Room, visit: Any, width: int, scheme: str, language: str
) -> None:
    visitor = visit(f"{room.address}&lang={language}", width=width, scheme=scheme, expected=".details form")
    field(visitor.page, "specialty").fill("妇科")
    visitor.page.locator(".details .stills img").nth(2).wait_for()
    visitor.page.wait_for_timeout(300)
    main = visitor.page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), "nothing stands out at the side"
    visitor.shoot(f"details-{width}-{scheme}-{language}")
