"""A recording taken along through the portal's page, then opened from the disk without portal and network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from archive.tables import Role

BAR = "[role=slider]"


@pytest.fixture(scope="module")
def lecture(portal: Any) -> str:
    """The lecture, which may be taken along."""
    name = portal.recording()["id"]
    done = portal.shijiao.run("take-away", name)
    assert done.returncode == 0, done.stdout + done.stderr
    return f"{portal.address}/?r={name}"


def take(visit: Any, address: str, folder: Path, label: str, **more: Any) -> Path:
    """Download a form through the page, and close it."""
    visitor = visit(address, expected=".take", role=Role.VIEWER, accept_downloads=True, **more)
    page = visitor.page
    page.locator(".take summary").click()
    link = page.locator(".take a", has_text=label)
    link.wait_for()
    announced = link.locator("span").inner_text()
    page.locator(".take").scroll_into_view_if_needed()
    visitor.shoot(f"take-{more.get('width', 1280)}")
    with page.expect_download() as coming:
        link.click()
    saved = folder / coming.value.suggested_filename
    coming.value.save_as(saved)
    size = saved.stat().st_size
    assert announced == f"{size / 1e6:.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"
    visitor.page.close()
    return saved


@pytest.fixture
def opened(browser: Browser) -> Iterator[Any]:
    """Open a file in a window of its own that has no network; nothing may be asked for or go wrong."""
    contexts = []

    def open_file(path: Path, *, width: int = 1280, scheme: str = "light", **more: Any) -> Page:
        size = {"width": width, "height": 860 if width > 500 else 844}
        context = browser.new_context(viewport=size, color_scheme=scheme, **more)
        context.set_offline(True)
        page = context.new_page()
        page.asked, page.wrong = [], []  # type: ignore[attr-defined]
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda said: page.wrong.append(said.text) if said.type == "error" else None)
        page.goto(path.as_uri())
        page.locator("video").wait_for(state="attached")
        contexts.append((context, page, path))
        return page

    yield open_file
    for context, page, path in contexts:
        context.close()
        assert page.wrong == []
        fetched = {url for url in page.asked if not url.startswith(("data:", "blob:"))}
        assert fetched == {path.as_uri()}


def until(page: Page, what: str, seconds: float = 20) -> None:
    video = page.locator("video").element_handle()
    page.wait_for_function(f"video => {what}", arg=video, timeout=seconds * 1000)


def test_the_smallest_picture_plays_from_the_disk(visit: Any, lecture: str, opened: Any, tmp_path: Path) -> None:
    saved = take(visit, lecture, tmp_path, "240p")
    page = opened(saved)
    expect(page.locator("#opening")).to_have_count(0)
    until(page, "video.readyState >= 2 && video.videoHeight === 240")
    page.keyboard.press("k")
    until(page, "!video.paused && video.currentTime > 1.5")
    assert page.locator("video").evaluate("video => video.webkitAudioDecodedByteCount") > 0  # it is heard too
    page.locator(".sentence").nth(4).click()  # to another second
    until(page, "!video.paused && video.currentTime > 8")
    expect(page.locator(".captions p").first).not_to_be_empty()
    box = page.locator(BAR).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    until(page, "video.currentTime > 0.55 * video.duration && video.readyState >= 3")
    page.get_by_role("tab", name="章节").click()
    expect(page.locator(".goto").first).to_be_visible()
    page.get_by_role("tab", name="关于").click()
    page.screenshot(path=Path(__file__).parent.parent / "artefacts" / "pack-1280.png")
    page.reload()
    page.get_by_text("已从上次的").wait_for()
    until(page, "video.readyState >= 2 && video.currentTime > 0.5 * video.duration")


def test_sound_and_stills_play_from_the_disk(visit: Any, lecture: str, opened: Any, tmp_path: Path) -> None:
    english = f"{lecture}&lang=en"
    saved = take(visit, english, tmp_path, "Sound + stills", width=390, scheme="dark")
    page = opened(saved, width=390, scheme="dark")
    until(page, "video.readyState >= 1 && video.duration > 30")
    page.keyboard.press("k")
    until(page, "!video.paused && video.currentTime > 1.5")
    still = page.locator(".still")
    expect(still).to_be_visible()
    assert still.evaluate("image => image.naturalWidth") > 100
    first = still.get_attribute("src")
    page.get_by_role("tab", name="Chapters").click()
    page.locator(".goto").last.click()
    until(page, "!video.paused && video.currentTime > 20")
    assert still.get_attribute("src") != first
    page.screenshot(path=Path(__file__).parent.parent / "artefacts" / "pack-stills-390-dark.png")


def test_of_two_angles_the_picture_of_the_first_goes_along(
    visit: Any, stocked: Any, opened: Any, tmp_path: Path
) -> None:
    stocked.portal.shijiao.run("take-away", stocked.operation.id)
    saved = take(visit, stocked.address, tmp_path, "240p")
    page = opened(saved, width=390)
    assert page.locator("video").count() == 1
    page.keyboard.press("k")
    until(page, "!video.paused && video.currentTime > 1")
    assert stocked.portal.shijiao.json("taken", stocked.operation.id)[0]["member_name"] == "viewer 测试"


def test_a_file_that_broke_off_says_so(visit: Any, lecture: str, browser: Browser, tmp_path: Path) -> None:
    saved = take(visit, lecture, tmp_path, "240p")
    whole = saved.read_bytes()
    saved.write_bytes(whole[: len(whole) * 2 // 3])
    page = browser.new_page()
    page.goto(saved.as_uri())
    expect(page.locator("#opening")).to_contain_text("文件可能没有下载完整")
    page.close()


def test_who_keeps_it_allows_and_refuses(visit: Any, lecture: str) -> None:
    doctor = visit(lecture, expected=".take", role=Role.VIEWER, width=390)
    doctor.page.locator(".take summary").click()
    link = doctor.page.locator(".take a").first
    link.wait_for()
    trainer = visit(lecture, expected=".take")
    trainer.page.locator(".take summary").click()
    box = trainer.page.get_by_label("允许学员带走这份录像")
    box.uncheck()
    trainer.page.get_by_text("这份录像的授权不允许带走").wait_for()
    trainer.shoot("take-refused-1280")
    link.click()  # offered a moment ago
    doctor.page.get_by_text("这份录像的授权不允许带走").wait_for()
    trainer.page.get_by_label("允许学员带走这份录像").check()
    trainer.page.locator(".take a").first.wait_for()
