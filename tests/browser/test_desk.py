"""A trainer puts a transcript right at the desk, by keyboard, while servers die and colleagues write too."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import rooms
from browser.rooms import wait_for

from archive import deposit, glossary, versions
from archive.desk import correcting
from archive.people import COOKIE
from archive.search.index import SearchIndex
from archive.tables import Kind, Recording, Role, State
from archive.transcripts import Segment, Transcript, Word

COUNT = 60
SECONDS = 1.2  # of each sentence, so that the film is as long as the words


def said(number: int) -> str:
    return f"第{number + 1}步先把旁光推开再看书尿管"


def fixed(number: int) -> str:
    return said(number).replace("旁光", "膀胱")


@dataclass
class Room(rooms.Room):
    """A portal of its own, whose process may be killed, and the operation on its desk."""

    page = "desk"

    def texts(self) -> list[str]:
        return [segment.text for segment in self.catalogue.segments(self.recording)]

    def versions(self) -> int:
        return self.ocfl.inventory(deposit.object_id(self.recording)).head

    def edits(self) -> list[str]:
        return [edit.after for edit in deposit.read_edits(self.ocfl, self.recording, "zh")]


@pytest.fixture(scope="module")
def home(at_home: Any, tmp_path_factory: pytest.TempPathFactory, serving: Any) -> Iterator[Any]:
    shijiao = at_home(tmp_path_factory.mktemp("desk") / "home")
    yield serving(shijiao)
    shijiao.stop()


@pytest.fixture
def room(home: Any, shelved: Any, tmp_path: Path) -> Iterator[Room]:
    """A fresh recording of 60 sentences, each with a word that was misheard."""
    made = Recording(title="腹腔镜下全子宫切除术", kind=Kind.OPERATION, state=State.PUBLISHED)
    made.duration = COUNT * SECONDS
    with rooms.opened(Room, home, shelved, tmp_path, made, stills=False) as opened:
        versions.keep(opened.catalogue, opened.ocfl, made.id, [_transcript()])
        yield opened


def _transcript() -> Transcript:
    def sentence(number: int) -> Segment:
        text, start = said(number), number * SECONDS
        step = (SECONDS - 0.2) / len(text)
        words = [
            Word(start + n * step, start + (n + 1) * step, one, 0.2 if one in "旁光" else 0.95)
            for n, one in enumerate(text)
        ]
        return Segment(start, start + SECONDS - 0.2, text, 0.8, tuple(words))

    return Transcript("zh", tuple(sentence(n) for n in range(COUNT)), engine="test")


def fix(page: Any) -> None:
    """As a trainer would who only has keys: to the next word in doubt, and over it."""
    page.keyboard.press("Alt+n")
    page.keyboard.insert_text("膀胱")


def values(page: Any) -> list[str]:
    return list(page.locator(".lines textarea").evaluate_all("all => all.map((area) => area.value)"))


def ready(visitor: Any) -> Any:
    visitor.page.locator('.lines > li[aria-current="true"]').wait_for()
    return visitor.page


def saved(page: Any) -> None:
    page.locator('.saving[data-state="saved"]').wait_for(timeout=60_000)


def test_fifty_corrections_by_keyboard_are_stored_found_and_there_after_a_reload(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    before = room.versions()
    index = SearchIndex(room.settings.home / "search")
    index.search("第1步")  # the dictionaries of this process are read now, not while the clock runs
    assert page.locator(".lines mark.low").count() == COUNT
    for number in range(50):
        fix(page)
        assert page.locator(".lines textarea").nth(number).evaluate("area => area.matches(':focus')"), number
    page.keyboard.press("Enter")
    saved(page)
    seconds = wait_for(lambda: bool(index.search("第50步先把膀胱推开")))
    print(f"re-indexed {seconds:.2f} s after the last correction was acknowledged")
    assert seconds <= 2
    wanted = [fixed(n) if n < 50 else said(n) for n in range(COUNT)]
    assert room.texts() == wanted

    page.reload()
    page.locator(".lines textarea").nth(COUNT - 1).wait_for()
    assert values(page) == wanted
    wait_for(lambda: len(room.edits()) == 50, 40)
    assert room.edits() == ["膀胱"] * 50
    assert 1 <= room.versions() - before <= 4, "not a version for every edit"


def test_a_portal_that_is_killed_in_the_middle_loses_nothing(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    for _ in range(10):
        fix(page)
    page.keyboard.press("Enter")
    saved(page)
    for _ in range(10):
        fix(page)
    shijiao = room.portal.shijiao
    shijiao.started[-1].kill()
    shijiao.started[-1].wait()
    assert room.texts()[:10] == [fixed(n) for n in range(10)], "what was acknowledged is on the disk"
    for _ in range(9):
        fix(page)
    page.keyboard.press("Enter")
    page.keyboard.type("写到一半")  # not even left yet
    page.locator('.saving[data-state="offline"]').wait_for()
    assert page.locator(".saving").inner_text().startswith("连接中断")
    shijiao.start("portal", "--port", room.portal.address.rsplit(":", 1)[1])
    wait_for(lambda: answers(room.portal.address), 60)
    page.reload()  # the queue outlives the page, too
    ready_again = page.locator(".lines textarea").nth(COUNT - 1)
    ready_again.wait_for()
    saved(page)
    assert values(page)[:29] == [fixed(n) for n in range(29)]
    assert values(page)[29] == "写到一半" + said(29)
    wait_for(lambda: room.texts()[:29] == [fixed(n) for n in range(29)])
    page.keyboard.press("Enter")
    wait_for(lambda: len(room.edits()) >= 30, 40)
    assert sorted(room.edits()) == sorted(["膀胱"] * 29 + ["写到一半第"]), "none twice"


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_stcore/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_what_two_people_write_into_one_sentence_is_told_and_merged(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    seen = [correcting.Correction(0.0, SECONDS - 0.2, said(0), said(0) + "。")]
    correcting.correct(room.catalogue, room.ocfl, room.recording, "zh", seen, author="李医生")
    fix(page)
    page.keyboard.press("Enter")
    conflict = page.locator(".conflict")
    conflict.wait_for()
    assert said(0) + "。" in conflict.inner_text()
    assert room.texts()[0] == said(0) + "。", "theirs is not written over"
    page.reload()
    conflict.wait_for()  # and mine is not forgotten
    page.get_by_role("button", name=f"合并为“{fixed(0)}。”").click()
    saved(page)
    conflict.wait_for(state="detached")
    assert room.texts()[0] == fixed(0) + "。"


def test_replacing_by_sound_undoing_and_going_back(room: Room, visit: Any) -> None:
    visitor = visit(room.address)
    page = ready(visitor)
    page.keyboard.press("Alt+r")
    page.get_by_label("查找", exact=True).fill("输尿管")
    page.get_by_label("替换为").fill("输尿管")
    page.get_by_label("按读音查找").check()
    page.keyboard.press("Enter")
    places = page.locator(".places input")
    page.get_by_text(f"找到 {COUNT} 处").wait_for()
    places.nth(1).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name=f"替换所选 {COUNT - 1} 处").press("Enter")
    page.keyboard.press("Escape")
    saved(page)
    wanted = [said(n).replace("书尿管", "输尿管") if n != 1 else said(n) for n in range(COUNT)]
    assert room.texts() == wanted

    fix(page)
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Alt+z")
    wait_for(lambda: room.texts() == wanted)
    wait_for(lambda: len(room.edits()) == COUNT + 1, 40)
    page.keyboard.press("Alt+v")
    page.locator(".versions li").nth(1).wait_for()
    page.locator(".versions button").last.press("Enter")
    wait_for(lambda: room.texts() == [said(n) for n in range(COUNT)])
    page.get_by_role("dialog").get_by_text("已完成").wait_for()
    page.keyboard.press("Escape")
    wait_for(lambda: values(page) == [said(n) for n in range(COUNT)])


def test_a_fix_goes_into_the_glossary_of_the_hospital(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    fix(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+g")
    assert page.get_by_label("正确写法").input_value() == "膀胱"
    assert page.get_by_label("常见误写").input_value() == "旁光"
    page.get_by_label("正确写法").fill("🫀")
    page.keyboard.press("Enter")
    page.get_by_text("这不能作为术语").wait_for()  # it is not the glossary that is wrong
    page.get_by_label("正确写法").fill("举宫杯")
    page.get_by_label("常见误写").fill("巨公杯")
    page.keyboard.press("Enter")
    page.get_by_text("“举宫杯”已加入本院术语库").wait_for()
    known = glossary.load(own=room.settings.glossary_dir).by_spelling["举宫杯"]
    assert (known.specialty, known.misheard) == ("own", ("巨公杯",))


def test_a_sentence_plays_again_and_again_and_keys_are_explained(room: Room, visit: Any) -> None:
    visitor = visit(room.address)
    page = ready(visitor)
    visitor.until("video.readyState >= 2")
    for _ in range(3):
        page.keyboard.press("Enter")
    begin, end = 3 * SECONDS, 4 * SECONDS
    visitor.until(f"!video.paused && video.currentTime > {begin} && video.currentTime < {end}")
    visitor.until(f"video.paused && video.currentTime < {end + 0.5}")
    page.keyboard.press("Alt+l")
    page.keyboard.press("Alt+j")
    page.locator("video").evaluate(
        "video => { video.times = 0; video.addEventListener('seeked', () => video.times++) }"
    )
    visitor.until("video.times >= 2 && !video.paused")
    page.keyboard.press("Alt+k")
    visitor.until("video.paused")
    page.keyboard.press("Alt+/")
    assert page.get_by_role("dialog", name="快捷键").locator("dt").count() > 10
    page.keyboard.press("Escape")
    assert page.locator(".lines textarea").nth(3).evaluate("area => area.matches(':focus')")


def test_only_who_may_edit_comes_to_the_desk_and_only_from_our_page(room: Room, visit: Any) -> None:
    page = visit(room.address, role=Role.VIEWER, expected=".notice").page
    assert page.locator(".desk").count() == 0
    base = f"{room.portal.address}/gate/desk/{room.recording}"
    told = {"language": "zh", "edits": [{"id": "1", "start": 0, "end": SECONDS - 0.2, "before": said(0), "after": "x"}]}
    ours = {"X-Shijiao": "1"}
    viewer = {COOKIE: room.portal.cookie(Role.VIEWER)}
    trainer = {COOKIE: room.portal.cookie()}
    for cookies, headers, status in [({}, ours, 401), (viewer, ours, 403), (trainer, {}, 403)]:
        answer = httpx.post(f"{base}/edits", json=told, cookies=cookies, headers=headers)
        assert answer.status_code == status
    assert httpx.get(f"{base}/sheet?language=zh", cookies=viewer, timeout=20).status_code == 403
    for body in ({}, {"language": "zh", "edits": [{"id": 1, "start": "nan", "end": 1, "before": "", "after": ""}]}):
        assert httpx.post(f"{base}/edits", json=body, cookies=trainer, headers=ours, timeout=20).status_code == 400
    assert room.texts()[0] == said(0)
