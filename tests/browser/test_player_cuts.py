"""What a trainer cuts, no viewer sees: the editor, the leap over it in every view, the time line."""

import io
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import av
import httpx
import pytest
from sqlmodel import col, delete

from archive import tokens
from archive.cuts import Cut, Cuts
from archive.database import transaction
from archive.keys import load_keys
from archive.objects import open_store
from archive.ocfl import OcflRoot
from archive.people import COOKIE
from archive.search.index import SearchIndex
from archive.tables import Rendition, Role, Source, SourceRole
from archive.transcripts import Segment, Transcript

SECONDS = 30.0
LATER = 4.0  # seconds after the first at which the second view begins

# The moments of the recording that were shown or that a video stood at while it played, for each view, and the longest
# time (ms) for which the first of them stood still although it should have played.
WATCH = """([views, starts]) => {
  const videos = [...views.querySelectorAll("video")];
  const told = window.told = { seen: videos.map(() => []), still: 0 };
  videos.forEach((video, n) => {
    const frame = (_now, { mediaTime }) => {
      told.seen[n].push(mediaTime + starts[n]);
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
  });
  let [last, since] = [-1, performance.now()];
  setInterval(() => {
    const { currentTime, paused } = videos[0];
    if (currentTime !== last || paused) [last, since] = [currentTime, performance.now()];
    else told.still = Math.max(told.still, performance.now() - since);
  }, 20);
}"""


@pytest.fixture(scope="module")
def address(stocked: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An operation seen from two sides, with two rungs, each with sound of its own, stills and a transcript."""
    angles = [Source(role=SourceRole.ENDOSCOPE), Source(role=SourceRole.ROOM, start=LATER)]

    def fill(shelf: Any) -> list[Rendition]:
        stocked.catalogue.put_stills(shelf.stills(angles[0]))
        first = [shelf.picture(angles[0], 240, "low"), shelf.picture(angles[0], 480, "full")]
        sounds = [shelf.sound(angles[0], "audio", 440), shelf.sound(angles[0], "audio-low", 440, "low")]
        return [*first, *sounds, shelf.picture(angles[1], 240, "full", "smptehdbars")]

    made = str(stocked.add(tmp_path_factory.mktemp("cuts"), "剪辑：患者面部不外传", SECONDS, angles, fill))
    said = [
        Segment(3.0 * n, 3.0 * n + 2.5, f"第 {n + 1} 句，{'患者姓名' if n == 4 else '看清走行'}。") for n in range(10)
    ]
    stocked.catalogue.put_transcript(named(made), Transcript("zh", tuple(said)), path="t.json")
    stocked.catalogue.change(named(made), duration=SECONDS + LATER)
    return made


def named(address: str) -> str:
    return parse_qs(urlsplit(address).query)["r"][0]


@pytest.fixture
def uncut(stocked: Any, address: str) -> Iterator[Callable[..., None]]:
    """Cut ranges as a trainer would; afterwards nothing is cut."""
    recording = named(address)
    cuts = Cuts(stocked.catalogue.engine)

    def cut(*ranges: tuple[float, float]) -> None:
        made = [Cut(recording_id=recording, start=start, end=end, reason="患者面部") for start, end in ranges]
        with open_store(stocked.settings) as store:
            cuts.put(OcflRoot(store), recording, made, instead_of=[row.id for row in cuts.of(recording)])

    yield cut
    with transaction(stocked.catalogue.engine) as session:
        session.exec(delete(Cut).where(col(Cut.recording_id) == recording))


@pytest.fixture
def sign(stocked: Any) -> Callable[[str], str]:
    """Make the token with which the viewer opens a recording."""
    stocked.portal.cookie(Role.VIEWER)
    key = load_keys(stocked.settings).signing
    member = next(str(one["id"]) for one in stocked.portal.shijiao.json("members", "list") if one["role"] == "viewer")
    return lambda recording: tokens.sign(key, tokens.Pass(member, recording))


def editor(address: str) -> str:
    return address.replace("?r=", "?p=cuts&r=")


def told(visitor: Any) -> dict[str, Any]:
    return dict(visitor.page.evaluate("window.told"))


def watched(visitor: Any, start: float, until: float) -> dict[str, Any]:
    """Play from a second until another one; what was shown meanwhile."""
    page = visitor.page
    page.locator(".scrubber").wait_for()
    views = page.locator(".views").element_handle()
    page.wait_for_function("views => [...views.querySelectorAll('video')].every((v) => v.readyState >= 2)", arg=views)
    page.evaluate(WATCH, [views, [0.0, LATER]])
    page.locator(".control").first.click()
    wanted = "([views, until]) => views.querySelector('video').currentTime > until"
    page.wait_for_function(wanted, arg=[views, until], timeout=30_000)
    found = told(visitor)
    assert min(found["seen"][0]) < start + 1.5
    return found


def test_a_viewer_leaps_over_what_is_cut_in_every_view(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None]
) -> None:
    uncut((12.5, 15.0))
    visitor = visit(f"{address}&t=9", role=Role.VIEWER)
    found = watched(visitor, 9.0, 17.5)
    for seen in found["seen"]:
        assert not [moment for moment in seen if 12.45 < moment < 15.05]
        assert [moment for moment in seen if moment > 16.1]  # both go on behind it
    assert found["still"] < 1500  # a leap is no wait: it takes some tens of milliseconds
    gap = visitor.page.locator(".rail .cuts i")
    box, rail = gap.bounding_box(), visitor.page.locator(".rail").bounding_box()
    from_, to = ((box["x"] - rail["x"] + part * box["width"]) / rail["width"] * (SECONDS + LATER) for part in (0, 1))
    assert 9.0 < from_ <= 12.5
    assert 15.0 <= to < 18.5
    assert "已剪去" in gap.get_attribute("title")
    assert visitor.page.locator(".transcript li").count() == 9
    assert "患者姓名" not in visitor.page.locator(".transcript").inner_text()
    visitor.shoot("cuts-viewer")
    print(f"stood still for {found['still']:.0f} ms at most")


@pytest.mark.parametrize(("opened", "first"), [(12.0, 18.0), (3.0, 3.0)])
def test_it_plays_where_sound_and_picture_end_a_packet_apart(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None], opened: float, first: float
) -> None:
    """A link into what is cut, and one before it: the second view begins in what is cut. Nothing is at hand yet."""
    uncut((5.0, 16.0))
    visitor = visit(f"{address}&t={opened}", role=Role.VIEWER, has_touch=False)  # a window of its own
    for seen in watched(visitor, first, 19.0)["seen"]:
        assert not [moment for moment in seen if 4.05 < moment < 17.95]
        assert [moment for moment in seen if moment > 18]
    visitor.together([0.0, LATER])


def test_of_a_clip_that_is_cut_out_that_is_said_and_a_list_goes_on(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None], stocked: Any
) -> None:
    uncut((5.0, 16.0))
    visitor = visit(f"{address}&t=6&to=15", role=Role.VIEWER, expected=".range:visible")
    page = visitor.page
    assert "片段 0:06–0:15 已剪去" in page.locator(".range").inner_text()
    with httpx.Client(base_url=stocked.portal.address, timeout=20, headers={"X-Shijiao": "1"}) as client:
        client.cookies.set(COOKIE, stocked.portal.cookie(Role.VIEWER))
        for start, end in ((6, 15), (20, 21)):
            clip = {"start": start, "end": end, "name": f"从 {start} 秒", "collection": "剪过的"}
            assert client.post(f"/gate/mine/{named(address)}/clips", json=clip).status_code == 200
    page.goto(urljoin(address, "/?p=clips&list=剪过的"))
    page.get_by_text("已全部播放").wait_for()
    assert 20.9 < page.locator(".views video").first.evaluate("video => video.currentTime") < 22
    assert page.locator(".views video").first.evaluate("video => video.paused")


def test_where_all_is_cut_out_that_is_said_and_nothing_is_offered(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None], stocked: Any
) -> None:
    uncut((0.0, SECONDS + LATER))
    page = visit(address, role=Role.VIEWER, expected=".notice").page
    page.get_by_text("这份录像的内容都已剪去").wait_for()
    page.locator(".facts .back").wait_for()  # stands below all else
    assert page.locator(".take").count() == 0
    told = page.request.get(urljoin(address, f"/gate/play/{named(address)}.json?lang=zh")).json()["told"]
    assert told == "这份录像的内容都已剪去。"


def test_a_recording_begins_and_ends_where_it_was_trimmed(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None]
) -> None:
    uncut((0.0, 5.0), (22.5, SECONDS + LATER))
    visitor = visit(f"{address}&t=0", role=Role.VIEWER, width=390)
    page = visitor.page
    found = watched(visitor, 6.0, 7.0)
    assert min(found["seen"][0]) >= 5.0
    page.locator(".scrubber").press("End")
    page.wait_for_function("window.told.seen[0].at(-1) > 21")
    page.wait_for_timeout(1500)
    assert all(5.0 <= moment < 22.5 for seen in told(visitor)["seen"] for moment in seen)
    assert page.locator(".time .length").inner_text() in ("0:21", "0:22")  # a whole number of segments
    visitor.shoot("cuts-trimmed-narrow")


def test_of_all_that_the_gateway_gives_out_nothing_shows_what_is_cut(
    address: str, uncut: Callable[..., None], stocked: Any, sign: Callable[[str], str]
) -> None:
    """Everything that can be fetched of each rendition, put together and decoded, as somebody would who wanted it."""
    uncut((0.3, 1.2), (12.5, 15.0), (33.0, 34.0))
    asked = ((0.3, 1.2), (12.5, 15.0), (33.0, 34.0))
    starts = {source.id: source.start for source in stocked.catalogue.sources(named(address))}
    with httpx.Client(base_url=stocked.portal.address, timeout=20) as client:
        client.cookies.set(COOKIE, stocked.portal.cookie(Role.VIEWER))
        for row in stocked.catalogue.renditions(named(address)):
            base = f"/gate/{sign(named(address))}/{row.source_id}/{row.name}/"
            lines = client.get(base + row.playlist).text.splitlines()
            media = base + next(line for line in lines if line and not line.startswith("#"))
            for form in ({}, {"Range": "bytes=0-"}, {"Range": f"bytes=-{row.size}"}, {"Range": "bytes=0-99,5-9999999"}):
                assert client.get(media, headers=form).status_code == 403
            spans = [tuple(map(int, found)) for found in re.findall(r"BYTERANGE:(\d+)@(\d+)", "\n".join(lines))]
            head = int(re.findall(r'BYTERANGE="(\d+)@0"', "\n".join(lines))[0])
            got = [client.get(media, headers={"Range": f"bytes=0-{head - 1}"}).content]
            for length, first in spans:
                answer = client.get(media, headers={"Range": f"bytes={first}-{first + length - 1}"})
                assert answer.status_code in (206, 403)
                got.append(answer.content if answer.status_code == 206 else b"")
            with av.open(io.BytesIO(b"".join(got))) as opened:
                times = [float(frame.time) + starts[row.source_id] for frame in opened.decode(opened.streams[0])]
            assert not [time for time in times if any(start <= time < end for start, end in asked)], row.name
            beside = [time for time in times if 5 < time < 11.5 or 17 < time < 32]
            assert len(beside) > 12 * (20 if row.media == "video" else 40), row.name  # all else is there


def test_a_trainer_cuts_plays_across_undoes_and_goes_on(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None], stocked: Any
) -> None:
    uncut()
    cuts, recording = Cuts(stocked.catalogue.engine), named(address)
    visitor = visit(f"{editor(address)}&t=12.5", role=Role.TRAINER, expected=".draft")
    page = visitor.page
    views = page.locator(".views").element_handle()
    page.wait_for_function("views => [...views.querySelectorAll('video')].every((v) => v.readyState >= 2)", arg=views)
    page.locator(".cutting .empty:visible").wait_for()
    visitor.shoot("cuts-editor-empty")
    page.locator(".picture").hover()
    page.keyboard.press("i")
    assert page.locator(".moment").first.input_value() == "0:12.5"
    assert page.locator(".draft .keep").is_disabled()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("views => views.querySelector('video').currentTime > 17", arg=views)
    page.keyboard.press("o")
    page.locator(".moment").nth(1).fill("0:15")
    page.locator(".reason").fill("患者面部")
    page.locator(".moment").first.fill("10:00")
    assert "录像结束之后" in page.locator(".draft .problem").inner_text()
    assert page.locator(".draft .keep").is_disabled()
    page.locator(".moment").first.fill("0:12.5")
    page.reload()  # what is being marked outlives it
    page.locator(".draft .keep:enabled").wait_for()
    assert page.locator(".moment").nth(1).input_value() == "0:15"
    member = next(one["id"] for one in stocked.portal.shijiao.json("members", "list") if one["role"] == "trainer")
    assert page.evaluate("Object.keys(sessionStorage)") == [f"shijiao.cutting.{member}.{recording}"]
    page.locator(".reason").press("Enter")
    page.locator('.kept .state[data-state="saved"]').wait_for()
    page.locator(".cutting li").wait_for()
    assert cuts.ranges(recording) == ((12.5, 15.0),)
    assert "患者面部" in page.locator(".cutting li").inner_text()
    assert page.locator(".rail .cuts i").count() == 1
    assert page.locator(".transcript li").count() == 10  # who edits reads all of it
    views = page.locator(".views").element_handle()
    page.evaluate(WATCH, [views, [0.0, LATER]])
    page.locator('[data-act="across"]').click()
    assert not page.locator(".shows input").is_checked()
    page.wait_for_function("views => views.querySelector('video').currentTime > 17.5", arg=views, timeout=30_000)
    for seen in told(visitor)["seen"]:
        assert not [moment for moment in seen if 12.55 < moment < 15.0]
    page.keyboard.press("k")
    visitor.shoot("cuts-editor")
    page.locator(".shows").click()  # all of it again
    page.wait_for_function("views => [...views.querySelectorAll('video')].every((v) => v.readyState >= 2)", arg=views)
    page.evaluate("window.told.seen = window.told.seen.map(() => [])")
    page.locator('[data-act="seek"]').click()
    page.wait_for_function("window.told.seen[0].some((moment) => moment > 12.3 && moment < 13)")
    page.locator('[data-act="remove"]').click()
    page.locator(".cutting .empty:visible").wait_for()
    assert cuts.of(recording) == []
    page.locator(".undo").click()
    page.locator(".cutting li").wait_for()
    assert cuts.ranges(recording) == ((12.5, 15.0),)
    page.locator(".undo").click()
    page.locator(".cutting .empty:visible").wait_for()
    assert page.locator(".undo").is_hidden()
    assert cuts.of(recording) == []


def test_search_forgets_what_is_cut_within_two_seconds(address: str, uncut: Callable[..., None], stocked: Any) -> None:
    uncut()
    index = SearchIndex(stocked.settings.home / "search")

    def found() -> bool:
        hits = index.search("患者姓名")  # the title answers, too, in part
        return any("患者姓名" in moment.text for hit in hits for moment in hit.moments)

    def seconds_until(wanted: bool) -> float:
        begin = time.monotonic()
        while found() is not wanted:
            assert time.monotonic() < begin + 20, "waited in vain"
            time.sleep(0.02)
        return time.monotonic() - begin

    seconds_until(True)
    recording = named(address)
    with httpx.Client(base_url=stocked.portal.address, timeout=20, headers={"X-Shijiao": "1"}) as client:
        client.cookies.set(COOKIE, stocked.portal.cookie(Role.TRAINER))
        wish = {"instead_of": [], "cuts": [{"start": 12.5, "end": 15.0}]}
        told = client.post(f"/gate/cuts/{recording}", json=wish).json()
        gone = seconds_until(False)
        client.post(f"/gate/cuts/{recording}", json={"instead_of": [told["cuts"][0]["id"]], "cuts": []})
        again = seconds_until(True)
    print(f"search forgot it {gone:.2f} s after it was cut, and found it {again:.2f} s after it was put back")
    assert max(gone, again) <= 2


def test_what_a_colleague_did_meanwhile_is_told_and_not_undone(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None], stocked: Any
) -> None:
    uncut((2.0, 3.0))
    visitor = visit(editor(address), role=Role.TRAINER, expected=".cutting li", width=390)
    uncut((2.0, 3.0), (8.0, 9.0))
    page = visitor.page
    page.locator('[data-act="remove"]').click()
    page.locator('.kept .state[data-state="conflict"]').wait_for()
    assert page.locator(".cutting li").count() == 2
    assert Cuts(stocked.catalogue.engine).ranges(named(address)) == ((2.0, 3.0), (8.0, 9.0))
    visitor.shoot("cuts-editor-narrow")


def test_a_viewer_finds_no_editor(visit: Callable[..., Any], address: str, uncut: Callable[..., None]) -> None:
    uncut((2.0, 3.0))
    visitor = visit(editor(address), role=Role.VIEWER, expected=".header")
    assert visitor.page.locator(".draft").count() == 0
    answer = visitor.page.request.get(urljoin(address, f"/gate/cuts/{named(address)}"))
    assert answer.status == 403


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1280, "dark", "en"), (390, "dark", "en"), (390, "light", "zh")]
)
def test_it_looks_as_it_should(
    visit: Callable[..., Any], address: str, uncut: Callable[..., None], width: int, scheme: str, language: str
) -> None:
    uncut((0.0, 4.2), (12.5, 15.0))
    visitor = visit(
        f"{editor(address)}&lang={language}", role=Role.TRAINER, expected=".cutting li", width=width, scheme=scheme
    )
    page = visitor.page
    page.locator(".moment").first.fill("0:20")
    page.locator(".moment").nth(1).fill("0:18")
    assert page.locator(".draft .problem").is_visible()
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.shoot(f"cuts-looks-{width}-{scheme}-{language}")
    if width < 500:
        page.locator(".cutting li").last.scroll_into_view_if_needed()
        visitor.shoot(f"cuts-looks-{width}-{scheme}-{language}-list")
        for control in page.locator(".cutting button:visible").all():
            assert (control.bounding_box() or {"height": 0})["height"] >= 40
