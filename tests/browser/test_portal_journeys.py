"""What a doctor does in the portal, in a real browser on the real stack."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from archive.people import COOKIE

TERM = "脐带脱垂"

# Whether all of a sentence can be seen in the list that glides to it.
INSIDE = """item => {
    const [own, list] = [item, item.closest("ol")].map((one) => one.getBoundingClientRect());
    return list.top <= own.top && own.bottom <= list.bottom + 1;
}"""


@pytest.fixture
def moment(portal: Any) -> dict[str, Any]:
    """The sentence with the term, as `shijiao search --json` finds it."""
    hits = portal.shijiao.json("search", TERM)
    assert hits, f"the transcript that the demo wrote does not answer {TERM}"
    hit = hits[0]
    return {"recording": hit["recording_id"], **hit["moments"][0]}


def test_search_a_term_click_the_sentence_and_stand_at_that_second(portal: Any, visit: Any, moment: Any) -> None:
    visitor = visit(portal.address)
    page = visitor.page
    page.evaluate("window.sameSession = true")
    page.get_by_role("combobox", name="搜索").fill(TERM)
    page.keyboard.press("Enter")
    sentence = page.locator(".moment", has_text=moment["text"]).first
    sentence.wait_for()
    said = "".join(moment["text"][start:end] for start, end in moment["highlights"])
    assert "".join(sentence.locator("mark").all_inner_texts()) == said
    assert said == TERM or sentence.get_by_text("按读音匹配").is_visible()  # the engine may have heard a homophone
    assert parse_qs(urlsplit(page.url).query)["q"] == [TERM]

    page.locator(".group li", has=sentence).get_by_role("link").first.click()
    page.locator("video").wait_for()
    visitor.until(f"video.readyState >= 2 && Math.abs(video.currentTime - {moment['start']}) <= 1")
    assert visitor.video("videoWidth") > 0
    assert parse_qs(urlsplit(page.url).query)["r"] == [moment["recording"]]
    assert page.evaluate("window.sameSession") is True  # the page was turned, not loaded anew

    visitor.video("play()")
    visitor.until(f"!video.paused && video.currentTime > {moment['start']} + 1.5")
    assert visitor.video("getVideoPlaybackQuality().totalVideoFrames") > 5

    page.go_back()
    sentence.wait_for()


def test_a_link_opens_at_its_second_even_when_the_media_come_late(portal: Any, visit: Any) -> None:
    recording = portal.recording()["id"]
    visitor = visit(portal.address)

    def late(route: Any) -> None:
        visitor.page.wait_for_timeout(1500)
        route.continue_()

    visitor.page.route("**/gate/*/*/master.m3u8*", late)
    visitor.page.goto(f"{portal.address}/?r={recording}&t=41.5")
    visitor.page.locator("video").wait_for()
    visitor.until("video.readyState >= 2 && Math.abs(video.currentTime - 41.5) <= 1")
    assert visitor.video("paused")
    current = visitor.page.locator(".transcript li[aria-current]")
    current.wait_for()
    assert current.count() == 1


def test_the_weakest_picture_is_fetched_first(portal: Any, visit: Any) -> None:
    recording = portal.recording()["id"]
    visitor = visit(f"{portal.address}/?r={recording}", expected="video")
    visitor.until("video.readyState >= 2")
    master = next(url for url in visitor.asked if "/master.m3u8?v=" in url)
    variants = [
        line
        for line in httpx.get(master, cookies={COOKIE: portal.cookie()}).text.splitlines()
        if not line.startswith("#")
    ]
    weakest = variants[0].split("/")[0]
    fetched = [url.split("/")[-2] for url in visitor.asked if "/gate/" in url and ".mp4?" in url]
    assert next(name for name in fetched if not name.startswith("audio")) == weakest


def test_a_link_with_a_strange_second_opens_all_the_same(portal: Any, visit: Any) -> None:
    address = f"{portal.address}/?r={portal.recording()['id']}&t="
    visitor = visit(f"{address}abc", expected="video")
    for second in ("abc", "-5", "nan", "1e99", ""):
        visitor.page.goto(address + second)
        visitor.page.locator("video").wait_for()
        visitor.until("video.readyState >= 1 && video.currentTime <= video.duration")


def test_the_transcript_seeks_and_follows_within_its_own_box(portal: Any, visit: Any) -> None:
    visitor = visit(f"{portal.address}/?r={portal.recording()['id']}", expected=".sentence")
    page = visitor.page
    visitor.until("video.readyState >= 1")
    sentences = page.locator(".sentence")
    last = sentences.count() - 1
    assert last >= 5

    page.evaluate("scrollTo(0, 0)")
    third = page.locator(".sentence .seek").nth(3)
    third.focus()
    page.keyboard.press("Enter")
    visitor.until("!video.paused")
    visitor.video("pause()")
    page.locator(".transcript li").nth(3).locator("xpath=self::*[@aria-current]").wait_for()

    begun = float(visitor.video(f"textTracks[0].cues[{last}].startTime"))
    visitor.page.locator("video").evaluate("(video, second) => { video.currentTime = second }", begun + 0.2)
    said = str(visitor.video(f"textTracks[0].cues[{last}].text"))
    current = page.locator(".transcript li[aria-current]", has_text=said)
    current.wait_for()
    page.wait_for_function(INSIDE, arg=current.element_handle())  # the list glides
    assert page.locator('[data-testid="stMain"]').evaluate("main => main.scrollTop") == 0


def test_captions_are_loaded_and_on(portal: Any, visit: Any) -> None:
    recording = portal.recording()["id"]
    said = json.loads(portal.shijiao.run("transcript", recording, "--format", "json").stdout)
    visitor = visit(f"{portal.address}/?r={recording}&t=25", expected=".sentence")
    assert visitor.video("textTracks[0].cues.length") == len(said["segments"])
    told = next(each["text"] for each in said["segments"] if each["start"] <= 25 < each["end"])
    caption = visitor.page.locator(".captions p", has_text=told)
    caption.wait_for()
    visitor.page.keyboard.press("c")
    caption.wait_for(state="hidden")
    assert visitor.page.locator(".sentence span").first.inner_text() == said["segments"][0]["text"]


def test_the_transcript_is_sifted_and_a_sentence_has_a_link(portal: Any, visit: Any) -> None:
    visitor = visit(
        f"{portal.address}/?r={portal.recording()['id']}", expected=".sentence", permissions=["clipboard-read"]
    )
    page = visitor.page
    field = page.get_by_placeholder("在文字稿中查找")
    field.fill("胎")
    shown = page.locator(".sentence:visible")
    assert 0 < shown.count() < page.locator(".sentence").count()
    field.fill("量子")
    assert page.get_by_text("文字稿中没有这个词").is_visible()
    field.fill("")
    page.locator(".transcript li").nth(4).hover()
    page.locator(".copy").nth(4).click()
    page.get_by_text("链接已复制").wait_for()
    link = urlsplit(page.evaluate("navigator.clipboard.readText()"))
    query = parse_qs(link.query)
    assert query["r"] == [portal.recording()["id"]]
    assert abs(float(query["t"][0]) - float(visitor.video("textTracks[0].cues[4].startTime"))) < 0.2


def test_english_and_back_without_building_the_player_anew(portal: Any, visit: Any) -> None:
    visitor = visit(f"{portal.address}/?r={portal.recording()['id']}&t=20", expected=".sentence")
    page = visitor.page
    visitor.until("video.readyState >= 2")
    page.locator("video").evaluate("video => { video.mine = true; video.currentTime = 33 }")
    asked = len([url for url in visitor.asked if "/master.m3u8?v=" in url])

    page.get_by_text("English", exact=True).click()
    page.get_by_role("tab", name="Transcript").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert visitor.video("mine") is True
    assert abs(float(visitor.video("currentTime")) - 33) < 0.5
    assert len([url for url in visitor.asked if "/master.m3u8?v=" in url]) == asked

    page.locator(".brand").click()
    page.get_by_role("heading", name="Library").wait_for()
    assert "lang=en" in page.url
    page.get_by_text("中文", exact=True).click()
    page.get_by_role("heading", name="资料库").wait_for()


def test_nothing_found_says_what_to_try(portal: Any, visit: Any) -> None:
    page = visit(f"{portal.address}/?q=量子力学", expected=".notice").page
    assert page.get_by_text("没有找到“量子力学”").is_visible()
    page.get_by_text("返回资料库").click()
    page.locator(".card").first.wait_for()


def test_pinyin_finds_it_and_says_so(portal: Any, visit: Any) -> None:
    page = visit(f"{portal.address}/?q=taipan", expected=".moment").page
    assert page.get_by_text("按读音匹配").first.is_visible()


def test_a_link_to_nothing_is_told_in_words(portal: Any, visit: Any) -> None:
    page = visit(f"{portal.address}/?r=zzzzzzzzzzzz", expected=".notice").page
    assert page.get_by_text("没有这份录像").is_visible()
    assert page.locator("video").count() == 0


def test_media_that_are_refused_are_told_in_words_and_can_be_loaded_again(portal: Any, visit: Any) -> None:
    visitor = visit(portal.address)
    page = visitor.page
    page.route("**/gate/*/**", lambda route: route.fulfill(status=403, body="This link has expired."))
    page.goto(f"{portal.address}/?r={portal.recording()['id']}&t=30")
    page.get_by_text("观看链接已过期").wait_for()
    page.unroute("**/gate/*/**")
    page.get_by_role("button", name="重新加载").click()
    visitor.until("video.readyState >= 2 && Math.abs(video.currentTime - 30) <= 1")
    assert page.get_by_text("观看链接已过期").is_hidden()
    page.locator(".sentence").first.wait_for()


def test_a_token_that_runs_out_while_watching_is_renewed_without_a_word(portal: Any, visit: Any) -> None:
    visitor = visit(f"{portal.address}/?r={portal.recording()['id']}&t=10", expected="video")
    page = visitor.page
    visitor.until("video.readyState >= 2")
    old = next(url for url in visitor.asked if "/master.m3u8?v=" in url).split("/")[-3]
    page.route(f"**/gate/{old}/**", lambda route: route.fulfill(status=403, body="This link has expired."))
    page.wait_for_timeout(1100)  # tokens are told apart by the second
    page.locator("video").evaluate("video => { video.playbackRate = 1 }")
    # Ask for something that is not loaded yet.
    page.locator("video").evaluate("video => { video.currentTime = 56 }")
    visitor.until("video.readyState >= 2 && Math.abs(video.currentTime - 56) <= 1.2", seconds=40)
    assert page.locator("[role=alert]:visible").count() == 0
