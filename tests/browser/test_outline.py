"""A trainer sets chapters and standard steps, by press and by key, while links break and others write."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import rooms
from browser.rooms import wait_for

from archive import deposit, outline
from archive.outline import Change, Point
from archive.people import COOKIE
from archive.search.index import SearchIndex
from archive.tables import Chapter, ChapterOrigin, Kind, Recording, Role, State

SUGGESTED = [(0.0, "开场介绍"), (9.0, "接下来下推膀胱"), (18.0, "然后缝合阴道残端"), (31.0, "小结")]
STEPS = "laparoscopic_hysterectomy"


@dataclass
class Room(rooms.Room):
    """A portal of its own, whose process may be killed, and an operation with suggested chapters."""

    page = "outline"

    @property
    def here(self) -> dict[str, Point]:
        return outline.chapters_of(self.catalogue.engine, self.recording)

    def shown(self) -> list[tuple[float, str]]:
        return [(row.start, row.title) for row in self.catalogue.chapters(self.recording)]

    def kept(self) -> list[str]:
        """The titles as the newest version of the object has them, in their order."""
        kept = deposit.read_outline(self.ocfl, self.recording) or {}
        return [each["title"] for each in sorted(kept.values(), key=lambda each: float(each["start"]))]


@pytest.fixture(scope="module")
def home(at_home: Any, tmp_path_factory: pytest.TempPathFactory, serving: Any) -> Iterator[Any]:
    shijiao = at_home(tmp_path_factory.mktemp("outline") / "home")
    yield serving(shijiao)
    shijiao.stop()


@pytest.fixture
def room(home: Any, shelved: Any, tmp_path: Path) -> Iterator[Room]:
    """A fresh operation of 40 seconds."""
    made = Recording(title="示教手术", kind=Kind.OPERATION, state=State.PUBLISHED, procedure="腹腔镜全子宫切除术")
    made.duration = 40.0
    with rooms.opened(Room, home, shelved, tmp_path, made) as opened:
        rows = [
            Chapter(recording_id=made.id, position=place, start=start, title=title, reason="cue")
            for place, (start, title) in enumerate(SUGGESTED)
        ]
        opened.catalogue.put_chapters(made.id, rows, origin=ChapterOrigin.SUGGESTED)
        yield opened


def ready(visitor: Any) -> Any:
    """The page, its chapters there and its player standing ready."""
    page = visitor.page
    page.locator(".outline .rows input").first.wait_for()
    visitor.until("video.readyState >= 1")
    return page


def saved(page: Any) -> None:
    page.locator('.outline .saving[data-state="saved"]').wait_for(timeout=60_000)


def titles(page: Any) -> list[str]:
    return list(page.locator(".outline .rows input").evaluate_all("all => all.map((each) => each.value)"))


def stand(page: Any, second: float) -> None:
    """Let the picture stand at a second, as a press on the time line would."""
    page.locator("video").evaluate("(video, second) => { video.currentTime = second; }", second)
    wanted = f"0:{int(second):02}"
    page.wait_for_function(
        "([now, wanted]) => now.textContent === wanted",
        arg=[page.locator(".outline .now").element_handle(), wanted],
    )


def test_suggestions_are_accepted_renamed_moved_merged_removed_and_added_by_keys_alone(room: Room, visit: Any) -> None:
    visitor = visit(room.address)
    page = ready(visitor)
    index = SearchIndex(room.settings.home / "search")
    index.search("下推膀胱")  # the dictionaries of this process are read now, not while the clock runs
    assert titles(page) == [title for _, title in SUGGESTED]
    page.locator(".outline .rows input").first.focus()
    page.keyboard.press("Alt+a")  # accepted, and on to the next
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("圆韧带的处理")
    page.keyboard.press("Enter")
    stand(page, 21)
    page.keyboard.press("Alt+h")  # moved
    stand(page, 25)
    page.keyboard.press("Alt+Enter")  # a new one, its title selected
    page.keyboard.press("Alt+Enter")  # pressed twice it is the same one, its title selected still
    page.locator(".outline .said", has_text="已有一章").wait_for()
    page.keyboard.insert_text("检查止血")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+m")  # the last one goes into the one before it
    saved(page)
    seconds = wait_for(lambda: bool(index.search("圆韧带的处理")))
    print(f"found {seconds:.2f} s after it was acknowledged")
    assert seconds <= 2
    wanted = [(0.0, "开场介绍"), (9.0, "圆韧带的处理"), (21.0, "然后缝合阴道残端"), (25.0, "检查止血")]
    assert [(int(start), title) for start, title in room.shown()] == wanted
    page.keyboard.press("Alt+Delete")
    assert len(titles(page)) == 3
    page.keyboard.press("Alt+z")  # back again
    page.keyboard.press("Alt+z")  # and the one that was merged
    wait_for(lambda: len(titles(page)) == 5)
    page.keyboard.press("Alt+y")
    wait_for(lambda: len(titles(page)) == 4)
    saved(page)
    page.reload()
    ready(visitor)
    assert titles(page) == [title for _, title in wanted]
    wait_for(lambda: room.kept() == [title for _, title in wanted], 40)

    watch = visit(f"{room.portal.address}/?r={room.recording}", role=Role.VIEWER)
    watch.page.get_by_role("tab", name="章节").click()
    said = watch.page.locator(".chapters .goto").all_inner_texts()
    assert ["圆韧带的处理" in text for text in said] == [False, True, False, False]
    assert watch.page.locator(".scrubber .marks i").count() == 3

    done = room.portal.shijiao.run("rebuild")
    assert done.returncode == 0, done.stderr
    assert [(int(start), title) for start, title in room.shown()] == wanted


def test_standard_steps_stand_ready_are_set_where_the_picture_stands_and_what_is_missing_is_said(
    room: Room, visit: Any
) -> None:
    visitor = visit(room.address)
    page = ready(visitor)
    steps = page.locator(".outline .standard")
    steps.get_by_text("已标 0 / 15").wait_for()
    stand(page, 5)
    steps.get_by_role("button", name="标在此处 · 放置举宫器").click()
    stand(page, 7)
    page.keyboard.press("Alt+s")  # the one that comes after it
    saved(page)
    steps.get_by_text("已标 2 / 15").wait_for()
    assert "还缺：体位、消毒铺巾与导尿" in steps.locator(".told").inner_text()
    likely = steps.get_by_role("button", name="就是 0:09 的一章 · 打开膀胱腹膜反折，下推膀胱")
    likely.click()
    saved(page)
    set_ = {point.step.removeprefix(f"{STEPS}/"): round(point.start) for point in room.here.values() if point.step}
    assert set_ == {"manipulator": 5, "access": 7, "bladder": 9}
    assert room.shown()[3][1] == "打开膀胱腹膜反折，下推膀胱"
    page.locator(".outline .standard select").select_option("caesarean_section")
    steps.get_by_text("已标 0 / 12").wait_for()

    watch = visit(f"{room.portal.address}/?r={room.recording}&lang=en", role=Role.VIEWER)
    watch.page.get_by_role("tab", name="Chapters").click()
    rows = watch.page.locator(".chapters .goto")
    assert "Placing the uterine manipulator" in rows.nth(1).inner_text(), "in the viewer's language"
    assert watch.page.locator(".chapters .badge.standard").count() == 3
    visitor.shoot("outline-steps")
    watch.shoot("outline-watch")


def test_a_hospitals_own_steps_stand_ready_and_a_file_that_is_wrong_is_told(room: Room, visit: Any) -> None:
    folder = room.settings.procedures_dir
    folder.mkdir(exist_ok=True)
    file = folder / "tlh.tsv"
    try:
        head = "name\tchinese\tenglish\tsynonyms\n"
        file.write_text(head + "procedure\t本院全子宫切除\t\t腹腔镜全子宫切除术\nfirst\t本院第一步\n", encoding="utf-8")
        page = ready(visit(room.address))
        page.locator(".outline .standard").get_by_text("本院第一步").first.wait_for()
        file.write_text("name\tchinese\n", encoding="utf-8")
        page.reload()
        wrong = page.locator(".outline .standard .wrong")
        wrong.wait_for()
        assert "tlh.tsv" in wrong.inner_text()
        assert page.locator(".outline .standard li").count() == 15, "ours, meanwhile"
    finally:
        file.unlink()


def test_a_portal_that_is_killed_and_a_reload_lose_nothing(room: Room, visit: Any) -> None:
    visitor = visit(room.address)
    page = ready(visitor)
    first = page.locator(".outline .rows input").first
    first.fill("已保存的标题")
    saved(page)
    shijiao = room.portal.shijiao
    shijiao.started[-1].kill()
    shijiao.started[-1].wait()
    assert room.shown()[0] == (0.0, "已保存的标题"), "what was acknowledged is on the disk"
    first.fill("断网时写的标题")
    page.locator('.outline .saving[data-state="offline"]').wait_for()
    assert page.locator(".outline .saving").inner_text().startswith("连接中断")
    shijiao.start("portal", "--port", room.portal.address.rsplit(":", 1)[1])
    wait_for(lambda: answers(room.portal.address), 60)
    page.reload()
    ready(visitor)
    saved(page)
    assert titles(page)[0] == "断网时写的标题"
    assert room.shown()[0] == (0.0, "断网时写的标题")


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_stcore/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_a_rerun_of_the_page_leaves_what_is_typed_and_the_player_alone(room: Room, visit: Any) -> None:
    visitor = visit(room.address)
    page = ready(visitor)
    field = page.locator(".outline .rows input").nth(1)
    field.fill("写到一半")
    page.locator("video").evaluate("video => { video.ours = true; }")
    page.locator(".editing nav a", has_text="章节与步骤").click()  # the same page: a run of it
    page.wait_for_timeout(1500)
    assert titles(page)[1] == "写到一半"
    assert visitor.video("ours") is True


def test_what_two_people_change_is_told_and_their_other_changes_appear(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    here = room.here
    theirs = [
        Change("s900", here["s900"], Point(9.0, "李的标题")),
        Change("s3100", here["s3100"], Point(31.0, "李的小结")),
    ]
    outline.change(room.catalogue.engine, room.recording, theirs, author="李医生")
    page.locator(".outline .rows input").nth(1).fill("王的标题")
    conflict = page.locator(".outline .conflicts section")
    conflict.wait_for()
    assert "李的标题" in conflict.inner_text()
    assert "王的标题" in conflict.inner_text()
    assert room.shown()[1][1] == "李的标题", "theirs is not written over"
    assert titles(page)[3] == "李的小结"
    page.reload()
    conflict.wait_for()  # mine is not forgotten
    page.get_by_role("button", name="用我的").click()
    conflict.wait_for(state="detached")
    saved(page)
    assert room.shown()[1][1] == "王的标题"


def test_an_earlier_version_comes_back_and_that_can_be_undone(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    page.locator(".outline .rows input").first.fill("第一版")
    saved(page)
    outline.fold(room.catalogue.engine, room.ocfl, room.recording)
    page.locator(".outline .rows input").first.fill("第二版")
    saved(page)
    outline.fold(room.catalogue.engine, room.ocfl, room.recording)
    page.get_by_text("以前的版本").click()
    page.get_by_role("button", name="回到这一版").last.click()
    wait_for(lambda: titles(page)[0] == "第一版")
    wait_for(lambda: room.shown()[0][1] == "第一版")
    page.get_by_role("button", name="撤销").click()
    wait_for(lambda: room.shown()[0][1] == "第二版")


def test_the_poster_is_the_still_nearest_to_the_second(room: Room, visit: Any) -> None:
    page = ready(visit(room.address))
    stand(page, 26)
    page.get_by_role("button", name="用作封面").click()
    page.get_by_text("封面已换成 0:26 附近的画面").wait_for()
    assert room.catalogue.recording(room.recording).poster["time"] == pytest.approx(26, abs=1)
    library = visit(room.portal.address).page
    library.locator('img[src*="scene-3.jpg"]').first.wait_for()


def test_only_who_may_edit_sets_chapters_and_only_from_our_page(room: Room, visit: Any) -> None:
    page = visit(room.address, role=Role.VIEWER, expected=".notice").page
    assert page.locator(".outline").count() == 0
    watch = visit(f"{room.portal.address}/?r={room.recording}", role=Role.VIEWER).page
    watch.locator(".player").wait_for()
    assert watch.locator(".editing").count() == 0
    base = f"{room.portal.address}/gate/outline/{room.recording}"
    before = room.here["s0"].plain()
    told = {"changes": [{"id": "s0", "before": before, "after": before | {"title": "x"}}]}
    ours = {"X-Shijiao": "1"}
    viewer = {COOKIE: room.portal.cookie(Role.VIEWER)}
    trainer = {COOKIE: room.portal.cookie()}
    for cookies, headers, status in [({}, ours, 401), (viewer, ours, 403), (trainer, {}, 403)]:
        assert httpx.post(f"{base}/changes", json=told, cookies=cookies, headers=headers).status_code == status
    for name in ("sheet", "steps", "versions"):
        assert httpx.get(f"{base}/{name}", cookies=viewer, timeout=20).status_code == 403
    bad: list[dict[str, Any]] = [
        {},
        {"changes": [{"id": "../", "before": None, "after": None}]},
        {"changes": [{"id": "a", "before": None, "after": {"start": "nan", "title": "x"}}]},
        {"changes": [{"id": "a", "before": None, "after": {"start": 41, "title": "太晚"}}]},
    ]
    for body in bad:
        assert httpx.post(f"{base}/changes", json=body, cookies=trainer, headers=ours, timeout=20).status_code == 400
    assert room.shown() == SUGGESTED


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "zh"), (1280, "dark", "en"), (390, "light", "en"), (390, "dark", "zh")],
)
def test_the_page_in_both_widths_themes_and_languages(
    room: Room, visit: Any, width: int, scheme: str, language: str
) -> None:
    visitor = visit(f"{room.address}&lang={language}", width=width, scheme=scheme)
    page = ready(visitor)
    page.locator(".outline .rows .at").nth(1).click()
    visitor.until("video.currentTime > 10")
    page.locator("video").evaluate("video => video.pause()")
    page.wait_for_timeout(600)
    assert not any("/progress" in url for url in visitor.asked), "who works on it does not watch it"
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), "nothing stands out at the side"
    visitor.shoot(f"outline-{width}-{scheme}-{language}")
