"""Several angles of one operation, played in step, on the real stack."""

from typing import Any

import pytest

LATER = 6.0  # as the fixture puts the second angle

# Where every angle stands against the first, in milliseconds, all read in one turn of the browser.
APART = f"""views => views.map(view => view.querySelector("video"))
  .map((video, n, all) => (video.currentTime + n * {LATER:f} - all[0].currentTime) * 1000)"""


@pytest.fixture
def watching(stocked: Any, visit: Any) -> Any:
    visitor = visit(f"{stocked.address}&t=8", expected=".sentence")
    ready(visitor)
    return visitor


def ready(visitor: Any) -> None:
    visitor.page.locator(".view video").first.wait_for()
    visitor.page.wait_for_function(
        "views => [...views.querySelectorAll('video')].every(video => video.readyState >= 2)",
        arg=visitor.page.locator(".views").element_handle(),
    )


def apart(visitor: Any) -> float:
    return max(abs(ms) for ms in visitor.page.locator(".view").evaluate_all(APART))


def times(visitor: Any) -> list[float]:
    return list(visitor.page.locator(".view video").evaluate_all("all => all.map(video => video.currentTime)"))


def stays_together(visitor: Any) -> None:
    visitor.together([0, LATER])


def test_two_angles_stay_together_after_play_seek_another_speed_and_a_stall(watching: Any) -> None:
    page = watching.page
    page.locator(".bar").get_by_role("button", name="播放", exact=True).click()
    stays_together(watching)

    page.keyboard.press("ArrowRight")
    stays_together(watching)

    page.get_by_role("button", name="播放速度").click()
    page.get_by_role("radio", name="1.5×").click()
    stays_together(watching)
    rate = page.locator(".view.large video").evaluate("video => video.playbackRate")
    assert rate == 1.5

    # The second angle falls behind: it catches up.
    page.locator(".view video").nth(1).evaluate("video => { video.currentTime -= 0.4 }")
    stays_together(watching)

    page.keyboard.press("k")
    page.wait_for_timeout(600)
    standing = times(watching)
    page.wait_for_timeout(300)
    assert times(watching) == standing  # paused, both
    assert apart(watching) <= 80


def test_a_dry_angle_holds_the_other_and_both_go_on(stocked: Any, visit: Any) -> None:
    visitor = visit(stocked.portal.address)
    page = visitor.page
    held: list[Any] = []
    blocked = True

    def hold(route: Any) -> None:
        if blocked:
            held.append(route)
        else:
            route.continue_()

    page.route(f"**/{stocked.room.id}/240p/240p.mp4*", hold)
    page.goto(f"{stocked.address}&t=10")
    page.locator(".sentence").first.wait_for()
    visitor.page.wait_for_function(
        "video => video.readyState >= 3", arg=page.locator(".view video").first.element_handle()
    )
    page.keyboard.press("k")
    page.wait_for_timeout(1500)
    assert abs(times(visitor)[0] - 10) < 0.5  # it waits for the one whose bytes do not come
    assert page.locator(".busy").is_visible()
    blocked = False
    for route in held:
        route.continue_()
    page.wait_for_function("video => video.currentTime > 11", arg=page.locator(".view video").first.element_handle())
    stays_together(visitor)


def test_the_angle_that_has_not_begun_waits_in_the_dark(stocked: Any, visit: Any) -> None:
    visitor = visit(stocked.address, expected=".sentence")
    page = visitor.page
    ready(visitor)
    assert page.get_by_text("还没有开始").is_visible()
    page.keyboard.press("k")
    page.wait_for_timeout(700)
    assert times(visitor)[1] == 0
    page.locator(".scrubber").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("还没有开始").wait_for(state="hidden")
    stays_together(visitor)
    page.keyboard.press("End")  # the first angle has ended, the second goes on to the recording's end
    page.locator(".view.large").get_by_text("已经结束").wait_for()
    assert page.locator(".scrubber").get_attribute("aria-valuemax") == "46"


def test_the_clock_is_the_recordings_whichever_angle_is_large(watching: Any) -> None:
    page = watching.page
    assert page.get_by_text("可能与其他画面不同步").is_visible()
    assert page.locator(".time").inner_text().split() == ["0:08", "0:46"]
    page.get_by_role("button", name="把“手术室”放大").click()
    assert page.locator(".view.large .tag").inner_text().startswith("手术室")
    assert page.locator(".time").inner_text().split() == ["0:08", "0:46"]
    page.locator(".sentence").nth(4).click()  # 18 s
    page.wait_for_function("video => video.currentTime > 18.2", arg=page.locator("video").first.element_handle())
    page.locator(".captions p", has_text="第 5 步").wait_for()
    assert 12 < times(watching)[1] < 16


def test_side_by_side_picture_in_picture_or_one_is_remembered(watching: Any, stocked: Any) -> None:
    page = watching.page

    def boxes() -> list[Any]:
        return [view.bounding_box() for view in page.locator(".view").all()]

    large, small = boxes()
    assert small["width"] < large["width"] / 3
    assert large["x"] < small["x"] < large["x"] + large["width"]

    def choose(way: str) -> None:
        page.get_by_role("button", name="画面布局").click()
        page.get_by_role("radio", name=way).click()

    choose("并排")
    left, right = boxes()
    assert left["width"] == pytest.approx(right["width"], abs=1)
    assert left["y"] == right["y"]
    choose("单画面")
    assert boxes()[1] is None
    page.reload()
    page.locator(".sentence").first.wait_for()
    page.wait_for_timeout(500)
    assert boxes()[1] is None
    assert not page.locator("video").nth(1).evaluate("video => Boolean(video.src)")  # nothing is fetched for it
    choose("画中画")
    ready(watching)


def test_another_track_can_be_chosen(watching: Any, stocked: Any) -> None:
    page = watching.page
    page.keyboard.press("k")
    page.get_by_role("button", name="清晰度与流量").click()
    with page.expect_request(lambda request: f"{stocked.endoscope.id}/audio-2/" in request.url):
        page.get_by_role("radio", name="腔镜 · 同传").click()
    stays_together(watching)
    page.get_by_role("button", name="清晰度与流量").click()
    assert page.get_by_role("radio", name="腔镜 · 同传").get_attribute("aria-checked") == "true"
    page.get_by_role("radio", name="手术室").click()  # the room's own sound: it leads now
    page.wait_for_timeout(1500)
    assert page.locator("video").evaluate_all("all => all.map(video => video.muted)") == [True, False]
    stays_together(watching)
