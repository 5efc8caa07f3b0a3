"""The player where the network goes, and where a recording ends, on the real stack."""

from pathlib import Path
from typing import Any

import pytest

from archive.tables import Source, SourceRole

GONE = "网络连接中断。恢复后会自动从这里继续。"

# Where the range that is being played ends.
READY = "video => Math.max(...[...Array(video.buffered.length).keys()].map(n => video.buffered.end(n)))"


@pytest.fixture(scope="module")
def short(stocked: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of one second of picture, with a little more sound, both in two qualities."""
    angle = Source(role=SourceRole.ROOM)
    reordered = ("-c:v", "libx264", "-preset", "veryfast", "-bf", 3, "-pix_fmt", "yuv420p", "-profile:v", "main")
    exact = ("-avoid_negative_ts", "disabled", "-hls_segment_options", "movflags=+negative_cts_offsets+frag_discont")
    coded = (*reordered, *exact)

    def picture(shelf: Any, height: int, rate: int, sound: str) -> Any:
        facts = {"media": "video", "codecs": "avc1.4d401e", "width": height * 4 // 3, "height": height}
        graph = f"testsrc2=s={height * 4 // 3}x{height}:r={rate}"
        return shelf.rendition(angle, f"{height}p", graph, *coded, sound=sound, frame_rate=rate, seconds=1.0, **facts)

    def fill(shelf: Any) -> list[Any]:
        pictures = [picture(shelf, 240, 15, "low"), picture(shelf, 480, 30, "full")]
        return [*pictures, shelf.sound(angle, "audio", 440), shelf.sound(angle, "audio-low", 440, "low")]

    folder: Path = tmp_path_factory.mktemp("short")
    return str(stocked.add(folder, "一秒钟", 1.13, [angle], fill))


@pytest.mark.parametrize("start", [0.9, 1.1])  # the last one is where there is but sound
def test_a_start_within_the_last_pictures_plays_to_the_end(short: str, visit: Any, start: float) -> None:
    visitor = visit(f"{short}&t={start}", expected="video")
    visitor.until("video.readyState >= 2 && !video.seeking && video.currentTime > 0.85")
    visitor.page.keyboard.press("k")
    visitor.until("video.ended")
    assert visitor.video("getVideoPlaybackQuality().totalVideoFrames") > 0


def test_what_is_ready_plays_on_without_the_network_and_the_rest_when_it_is_back(stocked: Any, visit: Any) -> None:
    visitor = visit(f"{stocked.address}&t=0", expected=".sentence")
    page = visitor.page
    first = page.locator(".view video").first
    page.wait_for_function(f"video => video.buffered.length && ({READY})(video) > 2", arg=first.element_handle())
    away = page.locator(".away")
    visitor.context.set_offline(True)
    ready = first.evaluate(READY)
    assert 2 < ready < 20  # not all of it: the rest has to come over the network
    page.get_by_role("button", name="播放速度").click()
    page.get_by_role("radio", name="2×").click()
    page.keyboard.press("k")
    away.wait_for()
    assert away.inner_text() == GONE
    assert first.evaluate("video => video.currentTime") > ready - 0.5  # it played all that there was
    assert not page.get_by_role("alert").is_visible()
    visitor.context.set_offline(False)
    away.wait_for(state="hidden")
    page.wait_for_function(f"video => video.currentTime > {ready + 1}", arg=first.element_handle())


def test_a_portal_that_does_not_answer_is_asked_again(stocked: Any, visit: Any) -> None:
    visitor = visit(stocked.portal.address)
    page = visitor.page
    page.route("**/gate/*/*/master.m3u8*", lambda route: route.abort("connectionrefused"))
    page.goto(f"{stocked.address}&t=8&lang=en")
    page.locator(".away").wait_for()
    assert page.locator(".away").inner_text().startswith("The connection is lost.")
    page.unroute_all()
    page.locator(".away").wait_for(state="hidden")
    page.wait_for_function(
        "video => video.readyState >= 2 && Math.abs(video.currentTime - 8) < 0.1",
        arg=page.locator(".view video").first.element_handle(),
    )
