"""What a doctor on a weak link chooses, and what the time line shows, on the real stack."""

import re
from typing import Any

import pytest

SCENES = ["scene-1.jpg", "scene-2.jpg", "scene-3.jpg"]


@pytest.fixture
def watching(stocked: Any, visit: Any) -> Any:
    visitor = visit(f"{stocked.address}&t=8", expected=".sentence")
    first = visitor.page.locator(".view video").first
    visitor.page.wait_for_function("video => video.readyState >= 3", arg=first.element_handle())
    return visitor


def media(visitor: Any, since: int = 0) -> list[str]:
    """The renditions that were fetched from."""
    return [url.split("/")[-2] for url in visitor.asked[since:] if "/gate/" in url and ".mp4" in url]


def test_sound_and_stills_fetch_no_picture_at_all(watching: Any, stocked: Any) -> None:
    page = watching.page
    page.get_by_role("button", name="清晰度与流量").click()
    page.get_by_role("radio", name="声音＋图片").click()
    page.locator(".still:visible").wait_for()
    page.reload()  # what was chosen is remembered
    watching.asked.clear()
    page.goto(f"{stocked.address}&t=10")
    still = page.locator(".still:visible")
    still.wait_for()
    assert still.get_attribute("src").endswith("scene-1.jpg")
    page.keyboard.press("k")
    page.locator(".still[src$='scene-2.jpg']").wait_for()  # at 12 s
    page.wait_for_timeout(1500)
    fetched = media(watching)
    assert set(fetched) == {"audio-low"}
    stills = [url.rsplit("/", 1)[1] for url in watching.asked if url.endswith(".jpg") and "scene" in url]
    assert sorted(set(stills)) == SCENES  # the one shown, and the next, no more
    assert still.evaluate("image => image.naturalWidth") == 320
    assert not any(".m3u8" in url and "sound" not in url and "audio-low" not in url for url in watching.asked)


def test_each_choice_says_what_it_costs_and_a_fixed_rung_is_kept_to(watching: Any, stocked: Any) -> None:
    page = watching.page
    rows = {(row.source_id, row.name): row.size for row in stocked.catalogue.renditions(stocked.operation.id)}
    first, room = stocked.endoscope.id, stocked.room.id
    page.get_by_role("button", name="清晰度与流量").click()
    texts = page.get_by_role("radio").all_inner_texts()
    assert [text.split("\n")[0].split(" ·")[0] for text in texts[:4]] == ["自动", "480p", "240p", "声音＋图片"]
    cost = rows[first, "480p"] + rows[room, "240p"] + rows[first, "audio"]
    assert re.search(r"480p\s+([\d.]+) MB", texts[1]).group(1) == (  # type: ignore[union-attr]
        f"{cost / 1e6:.0f}" if cost >= 1e7 else f"{cost / 1e6:.1f}"
    )
    page.get_by_role("radio", name=re.compile("^480p")).click()
    page.wait_for_timeout(500)
    since = len(watching.asked)
    page.keyboard.press("k")
    page.keyboard.press("l")
    page.keyboard.press("l")
    page.wait_for_timeout(2500)
    pictures = [
        url.split("/")[-2]
        for url in watching.asked[since:]
        if f"/{first}/" in url and ".mp4" in url and "audio" not in url
    ]
    assert set(pictures) == {"480p"}


def test_a_picture_that_stands_still_is_made_sharper_at_once(watching: Any) -> None:
    page = watching.page
    first = page.locator(".view video").first.element_handle()
    for name, height in (("240p", 240), ("480p", 480)):
        page.get_by_role("button", name="清晰度与流量").click()
        page.get_by_role("radio", name=re.compile(f"^{name}")).click()
        page.wait_for_function(
            f"video => video.videoHeight === {height} && video.readyState >= 2 && !video.seeking", arg=first
        )
    assert first.evaluate("video => video.paused && Math.abs(video.currentTime - 8) < 0.1")


def test_the_storyboard_shows_the_tile_of_the_hovered_second(watching: Any) -> None:
    page = watching.page
    rail = page.locator(".rail").bounding_box()

    def hover(second: float) -> None:
        page.mouse.move(rail["x"] + rail["width"] * second / 46, rail["y"] + 2)

    hover(30)
    assert page.locator(".tip").inner_text().startswith("0:3")
    assert not any("storyboard" in url for url in watching.asked)  # nothing for it before playing
    page.keyboard.press("k")
    page.wait_for_timeout(400)
    hover(29)
    tile = page.locator(".tile")
    tile.wait_for()
    for second in (1, 13, 29, 39):
        hover(second + 0.3)
        number = second // 2
        style = tile.evaluate("tile => [tile.style.backgroundImage, tile.style.backgroundPosition]")
        assert f"sheet-{number // 6 + 1:03}.jpg" in style[0], second
        assert style[1] == f"{-(number % 3) * 96}px {-(number % 6 // 3) * 54}px".replace("-0px", "0px"), second
        assert page.locator(".tip span").first.inner_text() == f"0:{second:02}"
    hover(21)
    page.locator(".lack", has_text="画面缺失 0:20–0:24").wait_for()


def test_what_is_missing_is_told_and_marked(watching: Any) -> None:
    page = watching.page
    banner = page.get_by_role("note", name="这份录像不完整")
    assert banner.locator("li").all_inner_texts() == ["腔镜：画面缺失 0:20–0:24", "腔镜：声音缺失 0:30–0:32"]
    rail = page.locator(".rail").bounding_box()
    marks = [mark.bounding_box() for mark in page.locator(".gaps i").all()]
    assert (marks[0]["x"] - rail["x"]) / rail["width"] == pytest.approx(20 / 46, abs=0.01)
    assert marks[0]["width"] / rail["width"] == pytest.approx(4 / 46, abs=0.01)


def test_a_rung_that_comes_while_watching_is_there_without_a_break(stocked: Any, visit: Any) -> None:
    row = next(row for row in stocked.catalogue.renditions(stocked.operation.id) if row.name == "480p")
    stocked.catalogue.drop_rendition(stocked.operation.id, row.source_id, "480p")
    try:
        visitor = visit(f"{stocked.address}&t=8", expected=".sentence")
        page = visitor.page
        page.keyboard.press("k")
        first = page.locator(".view video").first
        page.wait_for_function("video => video.currentTime > 9", arg=first.element_handle())
        first.evaluate("video => { window.emptied = 0; video.addEventListener('emptied', () => window.emptied++) }")
        copy = type(row)(**row.model_dump(exclude={"id"}))
        stocked.catalogue.put_renditions(stocked.operation.id, [copy])
        page.get_by_text("English", exact=True).click()  # a later run brings the news
        page.get_by_role("button", name="Quality and data").click()
        page.get_by_role("radio", name=re.compile("^480p")).wait_for()
        assert page.evaluate("window.emptied") == 0
        page.get_by_role("radio", name=re.compile("^480p")).click()
        page.wait_for_function("video => video.videoHeight === 480", arg=first.element_handle())
    finally:
        if not any(each.name == "480p" for each in stocked.catalogue.renditions(stocked.operation.id)):
            stocked.catalogue.put_renditions(stocked.operation.id, [row])


def test_the_poster_stands_in_the_player_and_on_the_card(stocked: Any, visit: Any) -> None:
    page = visit(stocked.portal.address, expected=".card").page
    poster = page.locator(".card img").last
    poster.wait_for()
    page.wait_for_function("image => image.complete && image.naturalWidth === 640", arg=poster.element_handle())
    poster.click()
    video = page.locator(".view.large video")
    video.wait_for()
    assert video.get_attribute("poster").endswith("/stills/poster.jpg")


def test_the_keyboard_and_the_buttons(watching: Any) -> None:
    page = watching.page

    def second() -> str:
        return str(page.locator(".time span").first.inner_text())

    page.keyboard.press("l")
    assert second() == "0:18"
    page.keyboard.press("ArrowLeft")
    assert second() == "0:13"
    page.keyboard.press("j")
    assert second() == "0:03"
    page.get_by_role("combobox").first.fill("k j l")  # typing is typing
    assert second() == "0:03"
    for button in page.locator(".bar .control:visible").all():
        assert button.get_attribute("aria-label")
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 40
    page.locator(".scrubber").focus()
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")


def test_the_keys_are_told_on_a_question_mark(watching: Any) -> None:
    page = watching.page
    told = page.get_by_role("dialog", name="快捷键")
    page.keyboard.press("?")
    told.wait_for()
    assert "空格" in told.inner_text()
    assert "在此处写笔记" in told.inner_text()
    page.keyboard.press("k")  # is only told of
    watching.shoot("player-keys")
    assert page.locator(".view video").first.evaluate("video => video.paused")
    page.keyboard.press("?")
    told.wait_for(state="detached")
    page.keyboard.press("?")
    told.wait_for()
    page.keyboard.press("Escape")
    told.wait_for(state="detached")
    page.keyboard.press("k")
    page.wait_for_function("video => !video.paused", arg=page.locator(".view video").first.element_handle())


@pytest.mark.parametrize("size", [(844, 390), (640, 430)])  # a phone held sideways; 1280 pixels at 200 %
def test_where_there_is_little_height_the_picture_and_its_controls_are_seen_together(
    watching: Any, size: tuple[int, int]
) -> None:
    watching.page.set_viewport_size({"width": size[0], "height": size[1]})
    fits = "cinema => cinema.getBoundingClientRect().height <= innerHeight"
    watching.page.wait_for_function(fits, arg=watching.page.locator(".cinema").element_handle())
