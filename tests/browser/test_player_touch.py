"""The player under a finger on a phone, and three angles at once, on the real stack."""

from typing import Any

import pytest

FINGER = 44  # CSS pixels that a finger needs


@pytest.fixture
def phone(stocked: Any, visit: Any) -> Any:
    visitor = visit(f"{stocked.address}&t=8", width=390, expected=".sentence", has_touch=True, is_mobile=True)
    first = visitor.page.locator(".view video").first
    visitor.page.wait_for_function("video => video.readyState >= 3", arg=first.element_handle())
    return visitor


class Finger:
    """One finger on the glass, as the browser itself reports it."""

    def __init__(self, visitor: Any) -> None:
        self.session = visitor.context.new_cdp_session(visitor.page)

    def _send(self, kind: str, points: list[dict[str, float]]) -> None:
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, x: float, y: float, to: float, down: float = 0) -> None:
        """Press, and move to another place in ten steps, without letting go."""
        self._send("touchStart", [{"x": x, "y": y}])
        for step in range(1, 11):
            self._send("touchMove", [{"x": x + (to - x) * step / 10, "y": y + down * step / 10}])

    def lift(self) -> None:
        self._send("touchEnd", [])


def playing(page: Any) -> bool:
    return bool(page.locator(".view.large video").evaluate("video => !video.paused"))


def test_a_finger_drags_the_time_line_and_the_page_stays(phone: Any) -> None:
    page = phone.page
    page.locator(".scrubber").scroll_into_view_if_needed()
    rail = page.locator(".rail").bounding_box()
    main = page.locator('[data-testid="stMain"]')
    scrolled = main.evaluate("main => main.scrollTop")
    finger = Finger(phone)
    x, y = rail["x"] + rail["width"] * 8 / 46, rail["y"] + 2
    finger.drag(x, y, rail["x"] + rail["width"] * 30.4 / 46, down=30)  # a finger never moves straight
    page.locator(".tip p", has_text="0:30").wait_for()
    assert page.locator(".time span").first.inner_text() == "0:08"  # sought when it is lifted, not before
    finger.lift()
    page.locator(".time", has_text="0:30").wait_for()
    assert not page.locator(".tip").is_visible()
    assert main.evaluate("main => main.scrollTop") == scrolled
    page.wait_for_function(
        "video => !video.seeking && Math.abs(video.currentTime - 30.4) < 0.5",
        arg=page.locator(".view video").first.element_handle(),
    )


def test_whatever_a_finger_presses_is_large_enough_and_none_lies_over_another(phone: Any) -> None:
    page = phone.page
    page.get_by_role("button", name="清晰度与流量").tap()
    pressed = page.locator(".scrubber, .bar button:visible, .swap:visible, .sentence, .copy, .top input")
    sizes = pressed.evaluate_all(
        """all => all.map(each => [each.className || each.textContent, each.offsetWidth, each.offsetHeight])"""
    )
    shown = [each for each in sizes if each[1]]
    assert len(shown) > 10
    assert [each for each in shown if min(each[1:]) < FINGER] == []
    bar = page.locator(".scrubber, .bar .control:visible").evaluate_all(
        """all => all.map(each => {
          const box = each.getBoundingClientRect();
          const root = each.getRootNode();
          return [2, box.height / 2, box.height - 2].every(
            down => each.contains(root.elementFromPoint(box.x + box.width / 2, box.y + down)));
        })"""
    )
    assert all(bar), bar


def test_two_quick_taps_do_no_harm_and_in_full_screen_a_tap_shows_the_controls(phone: Any) -> None:
    page = phone.page
    picture = page.locator(".view.large")
    page.locator(".begin").tap()
    assert playing(page)
    box = picture.bounding_box()
    for _ in range(2):
        page.touchscreen.tap(box["x"] + 60, box["y"] + box["height"] / 2)
    page.wait_for_timeout(400)
    assert playing(page)
    assert page.evaluate("visualViewport.scale") == 1  # not taken for a wish to zoom
    assert page.get_by_role("button", name="暂停", exact=True).is_visible()

    page.get_by_role("button", name="全屏", exact=True).tap()
    cinema = page.locator(".cinema")
    page.locator(".cinema.idle").wait_for()
    assert not page.locator(".bar").is_visible()
    for shown in (True, False, True):
        cinema.locator(".view.large").tap()
        assert page.locator(".bar").is_visible() is shown
        assert playing(page)


def test_three_angles_stand_beside_one_another_in_step(trio: str, visit: Any) -> None:
    visitor = visit(f"{trio}&t=6", expected=".views")
    page = visitor.page
    page.wait_for_function(
        "views => [...views.querySelectorAll('video')].filter(video => video.readyState >= 3).length === 3",
        arg=page.locator(".views").element_handle(),
    )
    page.get_by_role("button", name="画面布局").click()
    page.get_by_role("radio", name="并排").click()
    views = page.locator(".view")
    large, second, third = [view.bounding_box() for view in views.all()]
    for box in (large, second, third):
        assert box["width"] / box["height"] == pytest.approx(16 / 9, rel=0.02)
    assert second["x"] == third["x"] > large["x"] + large["width"]
    assert third["y"] > second["y"] + second["height"]
    assert third["y"] + third["height"] == pytest.approx(large["y"] + large["height"], abs=1)
    visitor.shoot("three-side-1280")

    page.keyboard.press("k")
    page.wait_for_function("video => video.currentTime > 8", arg=page.locator("video").first.element_handle())
    page.get_by_role("button", name="把“监护仪”放大").click()
    assert page.locator(".view.large .tag").inner_text().startswith("监护仪")
    visitor.together([0, 2, 4])
    assert [video.evaluate("video => video.paused") for video in page.locator(".view video").all()] == [False] * 3


def test_three_angles_on_a_phone_are_one_and_a_choice(trio: str, visit: Any) -> None:
    visitor = visit(f"{trio}&t=6", width=390, expected=".views", has_touch=True, is_mobile=True)
    page = visitor.page
    for layout in ("画中画", "并排"):
        page.get_by_role("button", name="画面布局").tap()
        page.get_by_role("radio", name=layout).tap()
        large, second, third = [view.bounding_box() for view in page.locator(".view").all()]
        assert large["width"] == pytest.approx(second["width"] + third["width"] + 2, abs=1)
        assert second["y"] == third["y"] >= large["y"] + large["height"]
        assert second["width"] > 3 * FINGER
    visitor.shoot("three-390")
    page.locator(".view").nth(2).tap()
    assert page.locator(".view.large .tag").inner_text().startswith("监护仪")
    assert not playing(page)
