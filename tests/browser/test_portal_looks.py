"""Every page at a desk and on a phone, by day and by night: written to tests/artefacts/."""

from typing import Any

import pytest

from archive.tables import Role


@pytest.fixture
def portals(portal: Any, bare: Any) -> tuple[Any, Any]:
    return portal, bare


# Every two of them together once.
@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "zh"), (1280, "dark", "en"), (390, "light", "en"), (390, "dark", "zh")],
)
def test_screenshots(portals: tuple[Any, Any], visit: Any, width: int, scheme: str, language: str) -> None:
    portal, bare = portals
    recording = portal.recording()["id"]
    pages = {
        "library": (portal.address, "/?", ".card"),
        "search": (portal.address, "/?q=胎", ".moment"),
        "nothing": (portal.address, "/?q=量子力学", ".notice"),
        "missing": (portal.address, "/?r=zzzzzzzzzzzz", ".notice"),
        "watch": (portal.address, f"/?r={recording}&t=25", ".sentence"),
        "empty": (bare.address, "/?", ".notice"),
    }
    visitor = visit(f"{portal.address}/?lang={language}", width=width, scheme=scheme)
    page = visitor.page
    for name, (address, path, expected) in pages.items():
        if name != "library":
            visitor.sign_in(address, Role.TRAINER)
            page.goto(f"{address}{path}&lang={language}")
        page.locator(expected).first.wait_for()
        if name == "watch":
            visitor.until("video.readyState >= 4")
        page.wait_for_timeout(400)
        visitor.shoot(f"{name}-{language}-{scheme}-{width}")
        main = page.locator('[data-testid="stMain"]')
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), f"{name} is wider than {width} px"
        dark = main.evaluate("main => getComputedStyle(main.closest('.stApp')).backgroundColor")
        assert dark == ("rgb(18, 24, 22)" if scheme == "dark" else "rgb(248, 249, 246)")  # our theme, not Streamlit's
    assert page.evaluate("document.documentElement.lang") == ("zh-CN" if language == "zh" else "en")


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "dark", "en"), (390, "light", "zh")],
)
def test_screenshots_of_the_player(stocked: Any, visit: Any, width: int, scheme: str, language: str) -> None:
    zh = language == "zh"
    visitor = visit(f"{stocked.address}&t=14.6&lang={language}", width=width, scheme=scheme, expected=".sentence")
    page = visitor.page

    def shoot(name: str) -> None:
        page.wait_for_timeout(500)
        visitor.shoot(f"{name}-{language}-{scheme}-{width}")
        main = page.locator('[data-testid="stMain"]')
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), f"{name} is wider than {width} px"

    def choose(menu: str, choice: str) -> None:
        page.get_by_role("button", name=menu).click()
        page.get_by_role("radio", name=choice).click()

    layout, quality = ("画面布局", "清晰度与流量") if zh else ("Layout", "Quality and data")
    page.wait_for_timeout(1500)
    shoot("angles-pip")
    page.keyboard.press("k")
    page.wait_for_timeout(600)
    page.keyboard.press("k")
    if width > 500:
        rail = page.locator(".rail").bounding_box()
        page.mouse.move(rail["x"] + rail["width"] * 22 / 46, rail["y"] + 2)
    else:
        page.get_by_role("button", name=layout).click()
    shoot("angles-tip")
    page.mouse.move(5, 5)
    page.keyboard.press("Escape")
    choose(layout, "并排" if zh else "Side by side")
    shoot("angles-side")
    page.get_by_role("button", name=quality).click()
    shoot("angles-menu")
    page.get_by_role("radio", name="声音＋图片" if zh else "Sound + stills").click()
    page.locator(".still:visible").wait_for()
    shoot("angles-stills")
    page.goto(f"{stocked.portal.address}/?lang={language}")
    page.locator(".card img").first.wait_for()
    shoot("angles-library")
