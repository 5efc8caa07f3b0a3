"""A real Chromium before the real portal, which has taken in the real lecture."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import portals
from browser.furnished import Furnished, furnish
from browser.portals import Portal, serve
from browser.shelf import LATER, SECONDS, Shelf, Stocked
from browser.visitor import Visitor, Windows
from playwright.sync_api import Browser, Playwright, sync_playwright

from archive.catalogue import Catalogue
from archive.database import connect
from archive.objects import open_store
from archive.settings import Settings
from archive.tables import Alignment, Kind, Recording, Rendition, Role, Source, SourceRole, State
from archive.transcripts import Segment, Transcript

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = ["disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and keep together what shares the demo: two workers would make it twice."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            asked = getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.xdist_group("demo" if "portal" in asked else item.path.stem))


def find_chromium(playwright: Playwright) -> str | None:
    """The one that is named, the system's, or Playwright's own."""
    named = [os.environ.get("SHIJIAO_CHROMIUM", ""), *NAMES, playwright.chromium.executable_path]
    return next((found for name in named if name and (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            remedy = "install chromium, or name one in SHIJIAO_CHROMIUM"
            if os.environ.get("CI") == "true":
                pytest.fail(f"No Chromium on CI: {remedy}.")
            pytest.skip(f"no Chromium: {remedy}")
        root = ["no-sandbox"] if os.geteuid() == 0 else []
        made = playwright.chromium.launch(executable_path=path, args=[f"--{flag}" for flag in FLAGS + root])
        yield made
        made.close()


@pytest.fixture(scope="session")
def serving() -> Callable[[Any], Portal]:
    """What starts a portal of a home, for tests that want one of their own."""
    return serve


@pytest.fixture(scope="session")
def shelved() -> type[Shelf]:
    """What puts a recording together by hand, likewise."""
    return Shelf


@pytest.fixture(scope="session")
def portal(at_home: Any, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal of a home where `shijiao demo` has run."""
    shijiao = at_home(tmp_path_factory.mktemp("portal") / "home", {"SHIJIAO_MODELS": str(models)})
    done = shijiao.run("demo", "--no-serve")
    assert done.returncode == 0, done.stdout + done.stderr
    yield serve(shijiao)
    shijiao.stop()


@pytest.fixture(scope="session")
def bare(at_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal of an empty home."""
    shijiao = at_home(tmp_path_factory.mktemp("bare") / "home")
    yield serve(shijiao)
    shijiao.stop()


@pytest.fixture(scope="session")
def stocked(at_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    """A portal with an operation of two angles, as the steps would leave it."""
    shijiao = at_home(tmp_path_factory.mktemp("stocked") / "home")
    portal = serve(shijiao)
    settings = Settings(home=portal.home, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    made = Recording(title="腹腔镜下全子宫切除术：输尿管的识别", kind=Kind.OPERATION, state=State.PUBLISHED)
    made.duration, made.speakers = LATER + SECONDS, ["王医生", "李医生"]
    gaps = [{"from": 20.0, "to": 24.0, "what": "picture"}, {"from": 30.0, "to": 31.5, "what": "sound"}]
    media = {"duration": float(SECONDS), "missing": gaps}
    first = Source(recording_id=made.id, name="a.mp4", role=SourceRole.ENDOSCOPE, media=media)
    second = Source(recording_id=made.id, name="b.mp4", position=1, start=LATER, alignment=Alignment.UNKNOWN)
    second.media = {"duration": float(SECONDS), "missing": []}
    catalogue.add(made, [first, second])
    with open_store(settings) as store:
        shelf = Shelf(tmp_path_factory.mktemp("shelf"), store, made)
        rows = [shelf.picture(first, 240, "low"), shelf.picture(first, 480, "full")]
        rows += [shelf.picture(second, 240, "full", "smptehdbars"), shelf.sound(second, "audio", 300)]
        rows += [shelf.sound(first, "audio", 440, title="主刀", language="zh")]
        rows += [shelf.sound(first, "audio-2", 660, title="同传", language="en", preferred=False)]
        rows += [shelf.sound(first, "audio-low", 440, "low")]
        catalogue.put_renditions(made.id, rows)
        catalogue.put_stills(shelf.stills(first))
    said = [Segment(2.0 + 4 * n, 5.5 + 4 * n, f"第 {n + 1} 步，先看清输尿管的走行。") for n in range(10)]
    catalogue.put_transcript(made.id, Transcript("zh", tuple(said)), path="t.json")
    yield Stocked(portal, settings, catalogue, made, first, second)
    shijiao.stop()
    engine.dispose()


@pytest.fixture(scope="session")
def furnished(at_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The portal of a home in which people have worked: no page of it is empty."""
    shijiao = at_home(tmp_path_factory.mktemp("furnished") / "home")
    yield furnish(serve(shijiao), tmp_path_factory.mktemp("furniture"))
    shijiao.stop()


@pytest.fixture(scope="session")
def trio(stocked: Stocked, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an operation seen from three sides, which begin two seconds after one another."""
    roles = (SourceRole.ENDOSCOPE, SourceRole.ROOM, SourceRole.MONITOR)
    angles = [Source(role=role, start=2.0 * number) for number, role in enumerate(roles)]

    def fill(shelf: Shelf) -> list[Rendition]:
        patterns = ("testsrc2", "smptehdbars", "testsrc")
        pictures = [shelf.picture(angle, 240, "full", pattern) for angle, pattern in zip(angles, patterns, strict=True)]
        return [*pictures, shelf.sound(angles[0], "audio", 440)]

    return stocked.add(tmp_path_factory.mktemp("trio"), "三路画面", 20.0, angles, fill)


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def visit(windows: Windows) -> Iterator[Callable[..., Visitor]]:
    """Open a window at an address; afterwards nothing may have gone wrong in it, and nobody else been asked."""
    visitors: list[Visitor] = []

    def open_window(
        address: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        expected: str = ".header",
        role: Role | None = Role.TRAINER,
        watched: bool = False,
        **more: Any,
    ) -> Visitor:
        if not watched:  # by whoever was here before: recordings then begin at their beginning
            portals.of(address).forget()
        visitor = windows.open(width, 860 if width > 500 else 844, scheme, **more)
        visitors.append(visitor)
        if role is not None:
            visitor.sign_in(address, role)
        visitor.listen()
        visitor.page.goto(address)
        visitor.page.locator(expected).first.wait_for()
        return visitor

    yield open_window
    for visitor in visitors:
        windows.put_back(visitor)
    for visitor in visitors:
        assert visitor.wrong == []
        assert visitor.elsewhere() == set()
