"""Captions in the language and size that one reads, and chapters to go to, on the real stack."""

from collections.abc import Iterator
from typing import Any

import pytest

from archive.tables import Chapter, ChapterOrigin, Source, SourceRole
from archive.transcripts import Segment, Transcript

SECONDS = 20.0
ENGLISH = "Step {}, see where the ureter runs before you cut."
CHAPTERS = [(0.0, "输尿管的走行"), (5.0, "第二步：打开阔韧带"), (12.0, "小结：先看清，再切断")]


@pytest.fixture(scope="module")
def bilingual(stocked: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an operation with captions in two languages and three suggested chapters."""
    angle = Source(role=SourceRole.ENDOSCOPE)

    def fill(shelf: Any) -> list[Any]:
        return [shelf.picture(angle, 240, "full"), shelf.sound(angle, "audio", 440)]

    address = str(stocked.add(tmp_path_factory.mktemp("bilingual"), "双语字幕", SECONDS, [angle], fill))
    recording, catalogue = angle.recording_id, stocked.catalogue
    for language, text in (("zh", "第 {} 步，先看清输尿管的走行。"), ("en", ENGLISH)):
        said = tuple(Segment(4.0 * n, 4.0 * n + 3.5, text.format(n + 1)) for n in range(5))
        catalogue.put_transcript(recording, Transcript(language, said, "imported"), path=f"{language}.json")
    rows = [
        Chapter(recording_id=recording, position=n, start=start, title=title, reason="cue")
        for n, (start, title) in enumerate(CHAPTERS)
    ]
    catalogue.put_chapters(recording, rows, origin=ChapterOrigin.SUGGESTED)
    yield address
    catalogue.remove(recording)  # searches of other tests count what is there


def shown(page: Any) -> list[str]:
    return [text for text in page.locator(".captions p").all_inner_texts() if text]


def vtts(visitor: Any) -> list[str]:
    return [url.split("captions.")[1][:2] for url in visitor.asked if ".vtt" in url and "captions." in url]


def choose(page: Any, name: str) -> None:
    page.get_by_role("button", name="字幕").click()
    page.get_by_role("radio", name=name, exact=True).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_captions_are_chosen_by_language_and_size_and_remembered(bilingual: str, visit: Any, width: int) -> None:
    phone = {"has_touch": True, "is_mobile": True} if width == 390 else {}
    visitor = visit(f"{bilingual}&t=5", width=width, expected=".transcript .sentence", **phone)
    page = visitor.page
    page.locator(".captions p", has_text="第 2 步").wait_for()
    assert vtts(visitor) == ["zh"], "a second language is fetched by who wants it"
    choose(page, "English")
    page.locator(".captions p", has_text="Step 2").wait_for()
    page.locator(".transcript .sentence", has_text="Step 1").wait_for()
    assert shown(page) == [ENGLISH.format(2)]
    choose(page, "中文 + English")
    page.locator(".captions p", has_text="第 2 步").wait_for()
    assert shown(page) == ["第 2 步，先看清输尿管的走行。", ENGLISH.format(2)]
    page.locator(".transcript .sentence", has_text="第 1 步").wait_for()

    def letters() -> float:
        size = page.locator(".captions p").first.evaluate("line => getComputedStyle(line).fontSize")
        return float(size.removesuffix("px"))

    normal = letters()
    choose(page, "大")
    assert letters() == pytest.approx(1.4 * normal, rel=0.01)
    visitor.shoot(f"captions-{width}")
    page.goto(f"{bilingual}&t=9")
    page.locator(".captions p", has_text="Step 3").wait_for()
    assert len(shown(page)) == 2
    assert letters() == pytest.approx(1.4 * normal, rel=0.01)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_key_goes_through_the_captions(bilingual: str, visit: Any) -> None:
    page = visit(f"{bilingual}&t=5", expected=".transcript .sentence").page
    page.locator(".captions p", has_text="第 2 步").wait_for()
    button = page.get_by_role("button", name="字幕")
    told = [button.get_attribute("aria-label")]
    for _ in range(3):
        page.keyboard.press("c")
        told.append(button.get_attribute("aria-label"))
    assert told == ["字幕：中文", "字幕：English", "字幕：中文 + English", "字幕：关闭"]
    page.locator(".captions").wait_for(state="hidden")
    assert page.locator(".transcript .sentence").count() == 5, "what is not shown over the picture is read beside it"
    page.keyboard.press("c")
    page.locator(".captions p", has_text="第 2 步").wait_for()


def test_chapters_are_seen_and_gone_to(bilingual: str, visit: Any) -> None:
    visitor = visit(f"{bilingual}&t=1", expected=".transcript .sentence")
    page = visitor.page
    page.get_by_role("tab", name="章节").click()
    page.locator(".chapters .badge", has_text="自动建议").wait_for()
    rows = page.locator(".chapters .goto")
    assert rows.all_inner_texts() == [f"0:{round(start):02}\n{title}" for start, title in CHAPTERS]
    rail = page.locator(".rail").bounding_box()
    ticks = [tick.bounding_box() for tick in page.locator(".marks i").all()]
    assert [(tick["x"] + tick["width"] / 2 - rail["x"]) / rail["width"] for tick in ticks] == pytest.approx(
        [5 / 20, 12 / 20], abs=0.01
    )
    page.mouse.move(rail["x"] + rail["width"] * 0.7, rail["y"] + 2)
    page.locator(".tip .chapter", has_text=CHAPTERS[2][1]).wait_for()
    visitor.shoot("chapters-1280")
    rows.nth(2).click()
    page.locator(".chapters li[aria-current]", has_text=CHAPTERS[2][1]).wait_for()
    assert page.locator(".time span").first.inner_text() in ("0:12", "0:13")
    page.keyboard.press("k")
    rows.nth(1).focus()
    page.keyboard.press("Enter")
    page.locator(".chapters li[aria-current]", has_text=CHAPTERS[1][1]).wait_for()
    assert CHAPTERS[1][1] in page.locator(".scrubber").get_attribute("aria-valuetext")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.wait_for_timeout(500)
    assert page.locator(".view.large").bounding_box()["height"] > 600, "a single view fills the screen"
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.get_by_role("tab", name="章节").focus()
    page.keyboard.press("ArrowLeft")  # opens the tab beside it, and leaves the film alone
    rows.first.wait_for(state="hidden")
    assert page.get_by_role("tab", name="文字稿").get_attribute("aria-selected") == "true"


def test_where_there_are_no_chapters_nothing_is_said_of_them(stocked: Any, visit: Any) -> None:
    page = visit(stocked.address, expected=".transcript .sentence").page
    assert not page.locator(".chapters").is_visible()
    assert not page.get_by_role("tab", name="章节").is_visible()
    assert page.locator(".marks i").count() == 0


def test_our_own_lecture_has_the_chapters_that_a_trainer_would_set(portal: Any, visit: Any) -> None:
    shown = portal.shijiao.json("show", portal.recording()["id"])["chapters"]
    starts = [chapter["start"] for chapter in shown]
    assert starts == pytest.approx([0.0, 18.0, 36.0, 47.4], abs=1.5), shown
    assert "减速" in shown[1]["title"]
    assert {chapter["origin"] for chapter in shown} == {"suggested"}
    page = visit(f"{portal.address}/?r={portal.recording()['id']}", expected=".transcript .sentence").page
    assert page.locator(".chapters .goto").count() == 4
