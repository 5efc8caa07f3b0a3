"""Every page at a desk and on a phone, by day and by night: written to tests/artefacts/."""

from typing import Any

import pytest


@pytest.fixture
def portals(portal: Any, bare: Any) -> tuple[Any, Any]:
    return portal, bare


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("zh", "dark"), ("en", "light")])
@pytest.mark.parametrize("width", [1280, 390])
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
    visitor = visit(portal.address, width=width, scheme=scheme)
    page = visitor.page
    for name, (address, path, expected) in pages.items():
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
