"""A trainer puts a course together and sees who is where; a doctor takes it. And how recordings are used."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from archive.courses import Courses
from archive.courses.tables import CourseItem
from archive.database import connect
from archive.learning import Watching
from archive.learning.watching import Report
from archive.people import COOKIE
from archive.settings import Settings
from archive.tables import Role


@pytest.fixture(scope="module")
def watched(portal: Any) -> None:
    """The viewer has played ten seconds of the lecture, and five of them again."""
    from archive.catalogue import Catalogue

    portal.cookie(Role.VIEWER)
    viewer = next(one["id"] for one in portal.shijiao.json("members", "list") if one["role"] == "viewer")
    engine = connect(Settings(home=portal.home, _env_file=None))
    recording = Catalogue(engine).recording(portal.recording()["id"])
    watching = Watching(engine)
    watching.report(viewer, recording, Report("first-sitting-of-it", [[10.0, 20.0]], 10.0, 20.0))
    watching.report(viewer, recording, Report("second-sitting-of-it", [[12.0, 17.0]], 5.0, 17.0))
    engine.dispose()


def test_a_course_from_its_name_to_who_is_where(portal: Any, visit: Any, watched: None) -> None:
    visitor = visit(f"{portal.address}/?p=courses", expected=".shelf", watched=True)
    page = visitor.page
    page.get_by_label("课程名称").fill("胎心监护入门")
    page.locator(".shelf .entry").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    page.get_by_label("说明").fill("先看晚期减速，再看变异减速。")
    page.get_by_role("button", name="保存").click()
    page.get_by_label("选择录像").fill(f"{portal.address}/?r={portal.recording()['id']}&t=10&to=30")
    page.get_by_role("button", name="加入").click()
    page.locator(".items li").first.wait_for()
    page.get_by_label("选择录像").fill(portal.recording()["title"])
    page.get_by_role("button", name="加入").click()
    page.locator(".items li").nth(1).wait_for()
    page.get_by_label("选择录像").fill("没有这份")
    page.get_by_role("button", name="加入").click()
    page.get_by_text("没有找到这份录像").wait_for()
    assert page.get_by_label("选择录像").input_value() == "没有这份"  # to be corrected
    assert "0:10–0:30" in page.locator(".items li").first.inner_text()
    page.get_by_role("button", name="上移").nth(1).click()
    page.locator(".items li").nth(1).get_by_text("0:10–0:30").wait_for()

    assert page.get_by_role("button", name="布置").is_disabled()
    page.get_by_label("学员或单位").select_option(label="viewer 测试")
    page.get_by_label("完成日期").fill("2099-12-31")
    page.get_by_role("button", name="布置").click()
    page.locator(".learners").get_by_text("viewer 测试").wait_for()
    assert page.locator(".learners").get_by_text("26%").is_visible()  # 10 s of the lecture and 10 of the clip's 20
    visitor.shoot("course-trainer-1280")
    page.get_by_text("提醒名单").click()
    assert page.get_by_text("viewer 测试，请学习《胎心监护入门》").is_visible()
    page.reload()
    page.locator(".items li").nth(1).wait_for()
    assert page.get_by_label("说明").input_value() == "先看晚期减速，再看变异减速。"

    address = page.url
    doctor = visit(portal.address, role=Role.VIEWER, width=390, expected=".card.course", watched=True)
    doctor.page.get_by_role("heading", name="老师布置给我的").wait_for()
    doctor.shoot("home-assigned-390")
    doctor.page.goto(f"{portal.address}/?p=courses")
    doctor.page.get_by_text("2099-12-31 前完成").wait_for()
    assert doctor.page.get_by_role("button", name="新建课程").count() == 0
    doctor.page.locator(".card.course").click()
    doctor.page.locator(".items li").nth(1).wait_for()
    doctor.shoot("course-viewer-390")
    assert doctor.page.get_by_label("选择录像").count() == 0
    doctor.page.locator(".items a").nth(1).click()
    doctor.page.locator("video").wait_for()
    doctor.until("video.readyState >= 2 && Math.abs(video.currentTime - 10) <= 1")

    page.get_by_role("button", name="取消布置").click()
    page.get_by_text("还没有布置给任何人").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="收起课程").click()
    page.get_by_text("还没有课程").wait_for()  # a double press began no second one
    page.goto(address)
    page.get_by_text("没有这门课程").wait_for()


@pytest.fixture
def course(portal: Any) -> Iterator[str]:
    """A course of three ranges of the lecture, which is put away afterwards."""
    portal.cookie()
    engine = connect(Settings(home=portal.home, _env_file=None))
    courses = Courses(engine)
    trainer = next(one["id"] for one in portal.shijiao.json("members", "list") if one["role"] == "trainer")
    made = courses.begin("未定的名称", trainer)
    lecture = portal.recording()["id"]
    courses.put_items(made.id, [CourseItem(recording_id=lecture, start=at, end=at + 5) for at in (5.0, 15.0, 25.0)])
    courses.assign(made.id, members=[trainer], due=date(2020, 1, 2), assigned_by=trainer)
    yield made.id
    courses.archive(made.id)
    engine.dispose()


def test_what_is_typed_of_a_course_is_kept_and_said_to_be_saved_once_it_is(
    portal: Any, visit: Any, course: str
) -> None:
    address = f"{portal.address}/?p=course&c={course}"
    page = visit(address, expected=".course.head", watched=True).page
    text, title = page.locator(".course.head textarea"), page.locator(".course.head input")
    text.fill("写了很久的说明")
    page.get_by_text("English", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).wait_for()
    assert text.input_value() == "写了很久的说明"
    page.locator(".brand").click()
    page.locator(".card").first.wait_for()
    page.goto(f"{address}&lang=en")
    text.wait_for()
    assert text.input_value() == "写了很久的说明"
    title.fill("  ")
    save = page.get_by_role("button", name="Save", exact=True)
    save.click()
    assert title.evaluate("field => field.validationMessage") == "A course needs a name"
    assert save.is_visible()
    title.fill("定下的名称")
    save.click()
    page.get_by_role("button", name="Saved", exact=True).wait_for()
    page.reload()
    save.wait_for()
    assert (title.input_value(), text.input_value()) == ("定下的名称", "写了很久的说明")
    assert save.is_disabled()

    assert page.get_by_text("Overdue since 2020-01-02").is_visible()
    day = page.get_by_label("Due day")
    day.fill("2020-01-02")
    assert day.evaluate("field => field.validity.rangeUnderflow")
    page.get_by_text("Whom to remind").click()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as without TLS
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()


def test_two_tabs_with_one_course_undo_nothing_of_each_other(portal: Any, visit: Any, course: str) -> None:
    address = f"{portal.address}/?p=course&c={course}"
    one, other = (visit(address, expected=".items li", watched=True).page for _ in range(2))
    one.get_by_role("button", name="移除").first.click()
    one.locator(".items li").nth(2).wait_for(state="detached")
    other.get_by_role("button", name="上移").nth(2).click()
    other.locator(".items li").nth(2).wait_for(state="detached")
    first, second = other.locator(".items a").all_inner_texts()
    assert "0:25–0:30" in first
    assert "0:15–0:20" in second


def test_how_a_recording_is_used(portal: Any, visit: Any, watched: None) -> None:
    visitor = visit(f"{portal.address}/?p=usage&lang=en", expected=".usage table", scheme="dark", watched=True)
    page = visitor.page
    visitor.shoot("usage-dark-1280")
    page.get_by_role("link", name=portal.recording()["title"]).click()
    page.locator(".plot").wait_for()
    visitor.shoot("usage-one-dark-1280")
    seen = page.locator(".plot a").evaluate_all(
        "all => all.map((one) => [...one.querySelectorAll('span')].map((bar) => parseFloat(bar.style.height)))"
    )
    assert len(seen) == 100
    fifteenth = seen[int(15 / portal.recording()["duration"] * 100)]
    assert fifteenth[0] == 100
    assert fifteenth[1] == 100  # they saw it again
    assert seen[0][0] == 0

    told = httpx.get(f"{portal.address}/gate/usage.csv?lang=zh", cookies={COOKIE: portal.cookie()})
    rows = list(csv.DictReader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert [rows[0][head] for head in ("类型", "人数", "次数", "总秒数")] == ["讲座", "1", "2", "15"]
    refused = httpx.get(f"{portal.address}/gate/usage.csv", cookies={COOKIE: portal.cookie(Role.VIEWER)})
    assert refused.status_code == 403
    page = visit(f"{portal.address}/?p=usage", role=Role.VIEWER, expected=".notice", watched=True).page
    assert page.get_by_text("没有权限").is_visible()
