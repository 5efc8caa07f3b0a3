"""What a doctor keeps of what they watch: where they stopped, notes, questions, clips, history; on the real stack."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from archive.database import connect
from archive.learning import Marks, Watching
from archive.people import COOKIE
from archive.settings import Settings
from archive.tables import Role

OURS = {"X-Shijiao": "1"}


@pytest.fixture
def lecture(portal: Any) -> str:
    return f"{portal.address}/?r={portal.recording()['id']}"


def progress(portal: Any) -> dict[str, Any]:
    """How far the viewer has come, by recording, as the database has it."""
    engine = connect(Settings(home=portal.home, _env_file=None))
    try:
        (viewer,) = [row["id"] for row in portal.shijiao.json("members", "list") if row["name"].startswith("viewer")]
        return dict(Watching(engine).of(viewer))
    finally:
        engine.dispose()


def watch(visitor: Any, begin: float, seconds: float) -> float:
    """Play so long from a second on, and pause; returns where it stands."""
    visitor.until("video.readyState >= 2")
    with visitor.page.expect_response(lambda answer: answer.url.endswith("/progress"), timeout=30_000):
        visitor.page.keyboard.press("k")
        visitor.until(f"video.currentTime >= {begin + seconds}", seconds=40)
        visitor.page.keyboard.press("k")
    visitor.until("video.paused")
    visitor.page.wait_for_timeout(500)
    return float(visitor.video("currentTime"))


def test_one_goes_on_where_one_stopped_and_may_begin_again(portal: Any, lecture: str, visit: Any) -> None:
    visitor = visit(f"{lecture}&t=5", expected="video", role=Role.VIEWER)
    stopped = watch(visitor, 5, 8)
    page = visitor.page
    page.locator(".brand").click()
    card = page.locator(".cards.row .card").first
    card.wait_for()
    (row,) = progress(portal).values()
    assert abs(row.position - stopped) < 0.5
    assert f"从 0:{int(row.position):02} 继续" in card.inner_text()
    card.click()
    page.get_by_text("已从上次的").wait_for()
    visitor.until(f"video.readyState >= 1 && Math.abs(video.currentTime - {stopped}) < 1.2")
    page.get_by_role("button", name="从头播放").click()
    visitor.until("!video.paused && video.currentTime < 5")
    assert page.locator(".range").is_hidden()


def test_the_bar_that_is_dragged_is_not_watched(portal: Any, lecture: str, visit: Any) -> None:
    visitor = visit(f"{lecture}&t=2", expected="video", role=Role.VIEWER)
    watch(visitor, 2, 4)
    for _ in range(4):  # forty seconds on, ten at a time
        visitor.page.keyboard.press("l")
        visitor.page.wait_for_timeout(200)
    watch(visitor, float(visitor.video("currentTime")), 2)
    visitor.page.goto("about:blank")
    (row,) = progress(portal).values()
    assert 5 <= row.watched <= 14, row.spans
    assert len(row.spans) == 2
    assert row.position > 40


def test_notes_are_written_by_keyboard_outlive_the_page_and_are_ones_own(portal: Any, lecture: str, visit: Any) -> None:
    visitor = visit(f"{lecture}&t=20", expected=".sentence", role=Role.VIEWER)
    page = visitor.page
    visitor.until("video.readyState >= 2")
    page.keyboard.press("b")
    page.keyboard.press("n")
    field = page.locator(".composer textarea")
    field.wait_for()
    page.wait_for_function("() => true")
    field.fill("先看基线")
    page.get_by_text("English", exact=True).click()
    page.get_by_role("tab", name="Notes, Q&A").wait_for()
    assert field.input_value() == "先看基线"  # a run of the page loses no draft
    page.reload()
    page.get_by_role("tab", name="Notes, Q&A").click()
    field.wait_for()
    assert field.input_value() == "先看基线"  # nor does loading it anew
    page.get_by_role("button", name="Save", exact=True).click()
    note = page.locator(".of-note", has_text="先看基线")
    note.wait_for()
    page.locator(".of-bookmark").wait_for()
    note.get_by_role("button", name="Edit").click()
    field.fill("先看基线，再看变异")
    page.keyboard.press("Control+Enter")
    changed = page.locator(".of-note", has_text="再看变异")
    changed.wait_for()
    visitor.video("pause()")
    page.locator("video").evaluate("video => { video.currentTime = 50 }")
    changed.get_by_role("button", name="Play from 0:20").click()
    visitor.until("Math.abs(video.currentTime - 20) < 3")

    other = visit(f"{lecture}&tab=mine", expected=".composer").page
    other.wait_for_timeout(800)
    assert other.locator(".of-note, .of-bookmark").count() == 0

    for kind in (".of-note", ".of-bookmark"):
        page.locator(kind).get_by_role("button", name="Delete").click()
        page.locator(kind).get_by_role("button", name="Delete it?").click()
        page.locator(kind).wait_for(state="detached")


@pytest.fixture
def written(portal: Any) -> Iterator[dict[str, str]]:
    """What the trainer wrote about the lecture, by its text; it is gone afterwards, with what was answered to it."""
    address = f"{portal.address}/gate/mine/{portal.recording()['id']}/marks"
    with httpx.Client(headers=OURS, cookies={COOKIE: portal.cookie()}) as trainer:
        marks = [("note", 10, "旧的笔记"), ("question", 14, "第一个问题"), ("question", 16, "第二个问题")]
        wishes = [{"kind": kind, "start": start, "text": text} for kind, start, text in marks]
        yield {wish["text"]: trainer.post(address, json=wish).json()["id"] for wish in wishes}
        for mark in trainer.get(address).json()["marks"]:
            trainer.delete(f"{address}/{mark['id']}")


def test_nothing_that_is_typed_is_lost_or_shown_to_another(
    portal: Any, lecture: str, visit: Any, written: dict[str, str]
) -> None:
    visitor = visit(f"{lecture}&t=20&tab=mine", expected=".of-note")
    page = visitor.page
    visitor.until("video.readyState >= 2")
    form, field = page.locator(".composer form"), page.locator(".composer textarea")
    page.keyboard.press("n")
    page.locator(".where", has_text="在 0:20").wait_for()
    page.locator("video").evaluate("video => { video.currentTime = 30 }")
    visitor.until("!video.seeking && video.readyState >= 2 && video.currentTime >= 29.9")
    field.blur()
    page.keyboard.press("n")
    page.locator(".where", has_text="在 0:30").wait_for()  # nothing was written for 0:20

    page.get_by_role("radio", name="提问").click()
    field.fill("写了很久的问题")
    field.dispatch_event("keydown", {"key": "Escape", "isComposing": True})
    assert form.is_visible()
    page.keyboard.press("Escape")
    form.wait_for(state="hidden")
    page.get_by_role("radio", name="提问").click()
    assert field.input_value() == "写了很久的问题"
    page.locator(".of-note").get_by_role("button", name="修改").click()
    assert field.input_value() == "旧的笔记"
    assert page.get_by_role("radio", name="提问").is_disabled()
    page.get_by_role("radio", name="笔记").click()
    field.fill("改过的笔记")
    page.get_by_role("button", name="保存").click()
    page.locator(".of-note", has_text="改过的笔记").wait_for()
    assert page.locator(".of-note").count() == 1
    assert field.input_value() == "写了很久的问题"  # what was being written before

    answers = {question: page.locator(".of-question", has_text=question) for question in ("第一个问题", "第二个问题")}
    for question, item in answers.items():
        item.get_by_role("button", name="回答").click()
        item.locator("textarea").fill(f"{question}的回答")
    with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.request.method == "GET"):
        page.get_by_role("button", name="加书签").evaluate("button => { button.click(); button.click(); }")
    page.locator(".of-bookmark").wait_for()
    assert page.locator(".of-bookmark").count() == 1
    for question, item in answers.items():
        assert item.locator("textarea").input_value() == f"{question}的回答"

    visitor.sign_in(portal.address, Role.VIEWER)
    page.reload()
    page.locator(".of-question").first.wait_for()
    assert form.is_hidden()
    assert field.input_value() == ""
    visitor.sign_in(portal.address, Role.TRAINER)
    page.reload()
    field.wait_for()
    assert field.input_value() == "写了很久的问题"
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    for question, item in answers.items():
        assert item.locator("textarea").input_value() == f"{question}的回答"
        item.locator("form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
        item.locator(".answer", has_text=f"{question}的回答").wait_for()
    assert len([url for url in posted if url.endswith("/marks")]) == 2

    erase = page.locator(".of-bookmark").get_by_role("button")
    erase.last.evaluate("button => { button.click(); button.click(); }")  # the question, and no yes yet
    assert erase.last.inner_text() == "确认删除？"
    erase.last.click()
    page.locator(".of-bookmark").wait_for(state="detached")
    visitor.context.clear_cookies()
    page.get_by_role("button", name="保存").click()
    page.locator(".composer .problem", has_text="请重新登录").wait_for()
    assert field.input_value() == "写了很久的问题"


def test_a_question_is_answered_and_both_are_told(portal: Any, lecture: str, visit: Any) -> None:
    doctor = visit(f"{lecture}&t=24", expected=".sentence", role=Role.VIEWER).page
    doctor.get_by_role("tab", name="笔记与问答").click()
    doctor.get_by_role("radio", name="提问").click()
    doctor.keyboard.type("为什么先排除脐带脱垂？")
    doctor.get_by_role("button", name="保存").click()
    doctor.get_by_text("等待专家回答").wait_for()
    assert doctor.get_by_role("button", name="回答").count() == 0

    trainer = visit(portal.address, expected=".bell b").page
    trainer.locator(".bell").click()
    trainer.locator(".told", has_text="为什么先排除脐带脱垂？").click()
    question = trainer.locator(".of-question", has_text="脐带脱垂")
    question.get_by_role("button", name="回答").click()
    trainer.keyboard.type("几分钟内就会缺氧。")
    question.locator("form .keep").click()
    question.locator(".answer", has_text="几分钟内就会缺氧。").wait_for()
    trainer.locator(".brand").click()
    trainer.locator(".card").first.wait_for()
    assert trainer.locator(".bell b").count() == 0

    doctor.locator(".brand").click()
    doctor.locator(".bell b", has_text="1").wait_for()
    doctor.locator(".bell").click()
    doctor.locator(".told.unread", has_text="几分钟内就会缺氧。").click()
    doctor.locator(".answer", has_text="几分钟内就会缺氧。").wait_for()
    assert parse_qs(urlsplit(doctor.url).query)["t"][0].startswith("24")
    doctor.locator(".brand").click()
    doctor.locator(".card").first.wait_for()
    assert doctor.locator(".bell b").count() == 0
    engine = connect(Settings(home=portal.home, _env_file=None))
    assert [mark.text for mark in Marks(engine).public(portal.recording()["id"])][-2:] == [
        "为什么先排除脐带脱垂？",
        "几分钟内就会缺氧。",
    ]
    engine.dispose()


def test_a_clip_is_kept_in_a_list_and_plays_just_its_range(portal: Any, lecture: str, visit: Any) -> None:
    visitor = visit(f"{lecture}&t=12&tab=mine", expected=".composer .kinds", role=Role.VIEWER)
    page = visitor.page
    visitor.until("video.readyState >= 2")
    page.get_by_role("radio", name="片段").click()
    page.keyboard.type("基线变异")
    page.locator(".composer input").fill("今晚手术前")
    page.locator("video").evaluate("video => { video.currentTime = 15 }")
    page.wait_for_timeout(600)
    page.get_by_role("button", name="到这里结束").click()
    page.get_by_role("button", name="保存").click()
    page.locator(".of-clip", has_text="基线变异").wait_for()
    end = portal.recording()["duration"]
    page.locator("video").evaluate("(video, second) => { video.currentTime = second }", end - 5)
    visitor.until(f"!video.seeking && video.readyState >= 2 && video.currentTime >= {end - 5.1}")
    page.get_by_role("radio", name="片段").click()
    assert page.locator(".where").inner_text() == f"0:{int(end - 5)}–0:{int(end)}"  # no further than the film
    page.get_by_role("button", name="取消").click()

    page.goto(f"{portal.address}/?p=learning")
    page.locator(".lists h3", has_text="今晚手术前").wait_for()
    page.locator(".lists .line", has_text="基线变异").click()
    page.get_by_text("片段 0:12–0:15").wait_for()
    visitor.until("video.readyState >= 2 && Math.abs(video.currentTime - 12) < 1")
    page.keyboard.press("k")
    again = page.get_by_role("button", name="再看一遍")
    again.wait_for()
    assert 14.8 <= float(visitor.video("currentTime")) <= 16.5
    assert visitor.video("paused")
    again.click()
    visitor.until("!video.paused && video.currentTime < 14")


def test_a_list_of_clips_plays_in_one_go(portal: Any, lecture: str, visit: Any) -> None:
    visitor = visit(lecture, expected="video", role=Role.VIEWER)
    page = visitor.page
    for name, start, end in (("基线", 5, 7.5), ("减速", 20, 22.5), ("结尾", 54.5, 60)):
        clip = {"start": start, "end": end, "name": name, "collection": "明早手术前"}
        page.request.post(f"{portal.address}/gate/mine/{portal.recording()['id']}/clips", data=clip, headers=OURS)
    page.goto(f"{portal.address}/?p=learning")
    page.locator(".box", has_text="明早手术前").get_by_role("link", name="全部播放").click()
    page.get_by_text("第 1 段，共 3 段").wait_for()
    visitor.until("!video.paused && video.currentTime > 5.2 && video.currentTime < 8")
    visitor.shoot("reel-1280")
    page.get_by_text("第 2 段，共 3 段").wait_for()
    visitor.until("video.currentTime > 20.2 && video.currentTime < 23")
    page.get_by_text("第 3 段，共 3 段").wait_for()
    visitor.until("video.currentTime > 54.4")
    page.get_by_role("button", name="从头播放").wait_for()
    assert page.get_by_text("已全部播放").is_visible()
    page.wait_for_timeout(1200)
    assert visitor.video("paused")
    assert visitor.video("currentTime") > 54
    page.get_by_role("button", name="上一段").click()
    page.get_by_text("第 2 段，共 3 段").wait_for()
    visitor.until("!video.paused && video.currentTime > 20 && video.currentTime < 23")
    page.get_by_role("button", name="下一段").click()
    page.get_by_text("第 3 段，共 3 段").wait_for()
    assert parse_qs(urlsplit(page.url).query)["list"] == ["明早手术前"]
    nobody = visit(page.url, expected=".notice", width=390).page  # lists are one's own
    assert nobody.get_by_text("这个清单里没有片段").is_visible()


def test_a_teaching_point_is_written_shown_and_found(portal: Any, lecture: str, visit: Any) -> None:
    trainer = visit(f"{lecture}&t=21&tab=mine", expected=".composer .kinds")
    page = trainer.page
    trainer.until("video.readyState >= 2")
    page.get_by_role("radio", name="教学要点").click()
    page.locator(".composer textarea").fill("此处先左侧卧位，别急着签字")
    page.get_by_role("button", name="保存").click()
    point = page.locator(".of-teaching_point", has_text="左侧卧位")
    point.get_by_role("button", name="修改").click()
    page.locator(".composer textarea").fill("此处先左侧卧位，别急着签字，再看变异")
    page.keyboard.press("Control+Enter")
    page.locator(".of-teaching_point", has_text="再看变异").wait_for()
    trainer.shoot("points-1280")

    doctor = visit(f"{portal.address}/?q=急着签字", expected=".moment", role=Role.VIEWER, width=390, scheme="dark").page
    moment = doctor.locator(".moment", has_text="左侧卧位")
    assert "要点与问答" in moment.inner_text()
    doctor.goto(f"{lecture}&tab=mine&lang=en")
    seen = doctor.locator(".of-teaching_point", has_text="左侧卧位")
    seen.wait_for()
    assert "trainer 测试" in seen.inner_text()
    assert seen.get_by_role("button", name="Delete").count() == 0
    assert doctor.get_by_role("radio", name="Teaching point").count() == 0
    assert doctor.locator(".points i").count() == 1
    point = page.locator(".of-teaching_point")
    point.get_by_role("button", name="删除").click()
    point.get_by_role("button", name="确认删除？").click()
    point.wait_for(state="detached")
    assert page.locator(".points i").count() == 0


def test_the_library_is_sifted_by_its_address(portal: Any, visit: Any) -> None:
    page = visit(portal.address, expected=".filters", role=Role.VIEWER).page
    page.get_by_label("类型").select_option(label="手术")
    page.get_by_text("没有符合条件的录像").wait_for()
    assert parse_qs(urlsplit(page.url).query)["kind"] == ["operation"]
    page.get_by_text("清除筛选").click()
    page.locator(".card").first.wait_for()
    page.goto(f"{portal.address}/?mine=unseen&sort=title&page=99&kind=nonsense")
    page.locator(".card").first.wait_for()


def test_what_was_learnt_is_told_by_day_and_exported(portal: Any, lecture: str, visit: Any) -> None:
    visitor = visit(f"{lecture}&t=30", expected="video", role=Role.VIEWER)
    portal.forget()  # the last word of the window before may have come since
    watch(visitor, 30, 5)
    page = visitor.page
    page.goto(f"{portal.address}/?p=learning")
    page.locator(".days .line", has_text="播放 0:0").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出表格（CSV）").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("日期,录像,")
    assert portal.recording()["title"] in lines[1]
    assert 4 <= int(lines[1].split(",")[-2]) <= 9


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "zh")])
def test_screenshots(portal: Any, lecture: str, visit: Any, width: int, scheme: str, language: str) -> None:
    visitor = visit(f"{lecture}&t=5&lang={language}", width=width, scheme=scheme, expected="video", role=Role.VIEWER)
    watch(visitor, 5, 6)
    page = visitor.page
    pages = {"home": ("?", ".card"), "learning": ("?p=learning", ".days"), "notices": ("?p=notices", ".front section")}
    pages |= {"mine": (f"?r={portal.recording()['id']}&tab=mine", ".composer"), "resumed": ("", ".range")}
    for name, (path, expected) in pages.items():
        page.goto(f"{portal.address}/{path or '?r=' + portal.recording()['id']}&lang={language}")
        page.locator(expected).first.wait_for()
        page.wait_for_timeout(700)
        visitor.shoot(f"{name}-{language}-{scheme}-{width}")
        main = page.locator('[data-testid="stMain"]')
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), f"{name} is wider than {width} px"
