"""Search as a doctor uses it: what is found plays where it stands, is narrowed, sent on, and suggested while typing."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlmodel import Session

from archive.catalogue import Catalogue
from archive.people import COOKIE
from archive.tables import Institution, Kind, Recording, Role, Source, State
from archive.transcripts import Segment, Transcript

TERM = "输尿管"
SPEAKERS = ("王医生", "李医生", "周医生")
KINDS = (Kind.LECTURE, Kind.WARD_ROUND, Kind.CASE_DISCUSSION)
NUMBER = 24  # recordings beside the one that can be played


def fill(catalogue: Catalogue) -> None:
    """Enter recordings that speak of one term, by three speakers, of three kinds and two hospitals."""
    with Session(catalogue.engine) as session, session.begin():
        session.add_all([Institution(id=f"i{n}", name=name) for n, name in enumerate(("省妇幼", "县医院"))])
    for number in range(NUMBER):
        made = Recording(
            title=f"第 {number + 1} 讲：盆腔解剖",
            kind=KINDS[number % 3],
            state=State.PUBLISHED,
            speakers=[SPEAKERS[number % 3]],
            specialty="妇科" if number % 2 else "泌尿外科",
            procedure="全子宫切除术" if number % 4 else "",
            institution_id=f"i{number % 2}",
            recorded_at=datetime(2021 + number % 5, 3, 1, tzinfo=UTC),
            duration=300.0 + 700 * (number % 6),
        )
        catalogue.add(made, [Source(recording_id=made.id, name="a.mp4")])
        said = [Segment(10.0 + n, 14.0 + n, f"这里要看清{TERM}，再处理韧带。") for n in range(number % 8 + 1)]
        catalogue.put_transcript(made.id, Transcript("zh", tuple(said)), path="t.json")


@pytest.fixture(scope="module")
def found(stocked: Any) -> str:
    """The address of the search that finds them all, once the portal has indexed them."""
    fill(stocked.catalogue)
    until_indexed(stocked, f"第 {NUMBER} 讲")
    return f"{stocked.portal.address}/?q={TERM}"


def until_indexed(stocked: Any, title: str) -> None:
    cookies = {COOKIE: stocked.portal.cookie(Role.VIEWER)}

    def indexed() -> bool:
        answer = httpx.get(f"{stocked.portal.address}/gate/suggest.json?q={title}", cookies=cookies, timeout=20)
        return bool(answer.json())

    stocked.portal.shijiao.wait(indexed, 60, "for the index")


def asked(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def heading(page: Any, count: int) -> Any:
    return page.get_by_role("heading", name=f"{count} 份录像提到")


def test_a_moment_plays_in_place_and_another_moves_it(stocked: Any, found: str, visit: Any) -> None:
    visitor = visit(f"{found}&kind=operation", expected=".moment", role=Role.VIEWER)
    page = visitor.page
    assert not any("hls.js" in url or "player.js" in url for url in visitor.asked)  # nothing of it before it is wanted
    moments = page.locator(".moment")
    page.wait_for_function("image => image.naturalWidth > 0", arg=moments.first.locator("img").element_handle())
    first = moments.first.locator("time").inner_text()
    moments.first.click()
    page.locator("video").first.wait_for()
    second = int(first.split(":")[1])
    playing = "([video, at]) => !video.paused && video.currentTime >= at && video.currentTime < at + 6"
    video = page.locator("video").first.element_handle()
    page.wait_for_function(playing, arg=[video, second], timeout=20_000)
    assert moments.first.get_attribute("aria-current") == "true"
    assert asked(page) == {"q": [TERM], "kind": ["operation"]}  # the page was not turned

    third = int(moments.nth(2).locator("time").inner_text().split(":")[1])
    moments.nth(2).click()
    page.wait_for_function(playing, arg=[video, third], timeout=20_000)  # the very same picture, elsewhere
    assert page.locator(".inplace").count() == 1
    page.keyboard.press("k")
    page.wait_for_function("video => video.paused", arg=video)
    page.keyboard.press("k")

    page.get_by_role("link", name="打开完整页面", exact=True).click()
    page.locator(".sentence").first.wait_for()
    assert asked(page)["r"] == [stocked.operation.id]
    assert third <= float(asked(page)["t"][0]) <= third + 8
    page.go_back()
    moments.first.wait_for()
    page.locator("video").first.wait_for(state="detached")


def test_closing_the_player_gives_the_keyboard_back(found: str, visit: Any) -> None:
    visitor = visit(f"{found}&kind=operation", expected=".moment", role=Role.VIEWER)
    page = visitor.page
    page.locator(".moment").first.focus()
    page.keyboard.press("Enter")
    page.locator("video").first.wait_for()
    page.get_by_role("button", name="关闭播放器").click()
    page.locator("video").first.wait_for(state="detached")
    focused = "moment => moment.getRootNode().activeElement === moment"
    assert page.locator(".moment").first.evaluate(focused)


def test_what_cannot_be_played_yet_says_so_in_its_place(found: str, visit: Any) -> None:
    page = visit(f"{found}&kind=lecture", expected=".moment", role=Role.VIEWER).page
    page.locator(".moment").first.click()
    page.locator(".inplace [role=alert]", has_text="还不能播放").wait_for()
    page.locator(".moment").last.click()
    page.locator(".inplace [role=alert]", has_text="还不能播放").wait_for()
    assert page.locator(".inplace").count() == 1


def test_filters_count_narrow_are_sent_on_and_go_back(found: str, visit: Any) -> None:
    page = visit(found, expected=".moment", role=Role.VIEWER).page
    heading(page, NUMBER + 1).wait_for()
    lectures = page.get_by_role("checkbox", name="讲座")
    assert "8" in lectures.locator("xpath=..").inner_text()
    lectures.check()
    heading(page, 8).wait_for()
    assert page.get_by_role("checkbox", name="讲座").evaluate("box => box.getRootNode().activeElement === box")
    page.get_by_role("checkbox", name="查房").check()
    heading(page, 16).wait_for()
    page.get_by_role("checkbox", name="王医生").check()
    heading(page, 8).wait_for()
    assert asked(page) == {"q": [TERM], "kind": ["lecture", "ward_round"], "speaker": ["王医生"]}

    other = visit(page.url, expected=".moment", role=Role.TRAINER).page  # a colleague opens what was sent
    heading(other, 8).wait_for()
    other.get_by_role("button", name="去掉筛选条件：讲座").click()
    other.get_by_text("所选条件下没有").wait_for()
    other.get_by_role("link", name="清除筛选").click()
    heading(other, NUMBER + 1).wait_for()
    assert asked(other) == {"q": [TERM]}

    page.go_back()
    heading(page, 16).wait_for()
    page.go_back()
    heading(page, 8).wait_for()
    page.get_by_text("English", exact=True).click()
    page.get_by_role("heading", name="8 recordings mention").wait_for()
    assert asked(page)["kind"] == ["lecture"]


def test_on_a_phone_the_filters_fold_and_stay_open_while_choosing(found: str, visit: Any) -> None:
    page = visit(found, width=390, expected=".moment", role=Role.VIEWER, has_touch=True).page
    lectures = page.get_by_role("checkbox", name="讲座")
    assert lectures.is_hidden()
    page.get_by_role("button", name="筛选").first.tap()
    lectures.locator("xpath=..").tap()
    heading(page, 8).wait_for()
    assert page.get_by_role("checkbox", name="讲座").is_visible()
    height = page.locator(".sieve label").first.bounding_box()["height"]
    assert height >= 40


def test_more_are_shown_on_request(found: str, visit: Any) -> None:
    page = visit(found, expected=".moment", role=Role.VIEWER).page
    assert page.locator(".group").count() == 20
    page.get_by_role("link", name="显示更多").click()
    page.locator(".group").nth(NUMBER).wait_for()
    assert page.locator(".group").count() == NUMBER + 1


def test_what_may_have_been_meant_is_one_press_away_and_the_filters_stay(found: str, visit: Any) -> None:
    page = visit(f"{found.replace(TERM, '书尿管')}&kind=lecture", expected=".instead", role=Role.VIEWER).page
    assert page.locator(".moment .note").first.inner_text() == "按读音匹配"
    page.locator(".instead").get_by_role("link", name=TERM, exact=True).click()
    page.locator(".instead").wait_for(state="detached")
    heading(page, 8).wait_for()
    assert asked(page) == {"q": [TERM], "kind": ["lecture"]}


def test_a_question_is_answered_by_the_terms_in_it_and_that_is_said(found: str, visit: Any) -> None:
    page = visit(found.replace(TERM, f"怎么才能不弄伤{TERM}呢？"), expected=".moment", role=Role.VIEWER).page
    page.get_by_text("没有完全符合的内容，以下是部分符合的。").wait_for()
    assert page.locator("mark").first.inner_text() == TERM
    page.get_by_text("English", exact=True).click()
    page.get_by_text("Nothing holds all of it; this comes close.").wait_for()


def test_where_a_long_list_ends_is_said(stocked: Any, found: str, visit: Any) -> None:
    for number in range(201):
        made = Recording(title=f"巡回讲座 {number}", state=State.PUBLISHED)
        stocked.catalogue.add(made, [Source(recording_id=made.id, name="a.mp4")])
    until_indexed(stocked, "巡回讲座 200")
    page = visit(f"{found.replace(TERM, '巡回讲座')}&n=180", expected=".group", role=Role.VIEWER).page
    page.locator(".group").nth(179).wait_for()
    assert page.locator(".results .end").count() == 0
    page.get_by_role("link", name="显示更多").last.click()
    page.locator(".results .end", has_text="共 201 份，这里列出最相关的 200 份").wait_for()
    assert page.locator(".group").count() == 200
    assert page.get_by_role("link", name="显示更多").count() == 0


def test_a_suggestion_is_taken_by_keyboard(found: str, visit: Any) -> None:
    visitor = visit(found.partition("?")[0], expected=".card", role=Role.VIEWER)
    page = visitor.page
    field = page.get_by_role("combobox", name="搜索")
    field.press_sequentially("shuniao", delay=30)
    options = page.get_by_role("option")
    options.first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    assert sum("suggest.json" in url for url in visitor.asked) < len("shuniao")  # not at every letter
    wanted = options.all_inner_texts().index(next(text for text in options.all_inner_texts() if TERM in text))
    for _ in range(wanted + 1):
        page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    text = chosen.get_attribute("data-text")
    page.keyboard.press("Escape")
    assert options.count() == 0 or options.first.is_hidden()
    assert field.input_value() == "shuniao"
    page.keyboard.press("ArrowDown")
    options.first.wait_for()
    for _ in range(wanted + 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".moment").first.wait_for()
    assert asked(page) == {"q": [text]}


def test_a_suggestion_is_taken_by_touch(found: str, visit: Any) -> None:
    page = visit(found.partition("?")[0], width=390, expected=".card", role=Role.VIEWER, has_touch=True).page
    page.get_by_role("combobox", name="搜索").fill("周医")
    page.locator("[role=option]", has_text="周医生").tap()
    page.locator(".group").first.wait_for()
    assert asked(page) == {"q": ["周医生"]}


def test_what_is_not_found_is_listed_for_trainers_and_for_nobody_else(stocked: Any, found: str, visit: Any) -> None:
    address = stocked.portal.address
    query = "=量子纠缠"  # which a spreadsheet would calculate
    page = visit(f"{address}/?q={query}", expected=".notice", role=Role.VIEWER).page
    page.get_by_text("这个词已经记下").wait_for()
    page.get_by_text("English", exact=True).click()  # drawn anew: not looked for again
    page.get_by_text("Nothing found").wait_for()
    page.goto(f"{address}/?q=%22")  # a stray mark is nothing that anybody misses
    page.locator(".notice").wait_for()
    assert page.get_by_text("这个词已经记下").count() == 0
    page.goto(f"{address}/?p=misses")
    page.locator(".notice.bad").wait_for()
    assert page.locator(".misses").count() == 0
    assert page.get_by_role("link", name="没搜到的").count() == 0

    trainer = visit(f"{address}/?p=misses", expected=".misses", role=Role.TRAINER).page
    assert trainer.get_by_role("row").filter(has_text='"').count() == 0
    row = trainer.get_by_role("row").filter(has_text="量子纠缠")
    assert row.locator("td").first.inner_text() == "1"
    with trainer.expect_download() as download:
        trainer.get_by_role("link", name="导出 CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["搜索词", "次数", "最近一次"]
    assert ["'=量子纠缠", "1"] in [each[:2] for each in rows]
    refused = httpx.get(f"{address}/gate/misses.csv", cookies={COOKIE: stocked.portal.cookie(Role.VIEWER)})
    assert refused.status_code == 403
