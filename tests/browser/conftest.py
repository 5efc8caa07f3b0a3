"""A real Chromium before the real portal, which has taken in the real lecture."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

SHOTS = Path(__file__).resolve().parent.parent / "artefacts"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = ["disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


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


@dataclass
class Portal:
    """A portal that runs, and its home."""

    address: str
    shijiao: Any
    log: Path

    @property
    def home(self) -> Path:
        return Path(self.shijiao.home)

    def recording(self) -> dict[str, Any]:
        """The lecture, as `shijiao list --json` gives it."""
        return dict(self.shijiao.json("list")[0])


def serve(shijiao: Any) -> Portal:
    """Start `shijiao portal` and wait until it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = shijiao.start("portal", "--port", port)
    log = shijiao.home.parent / f"process-{len(shijiao.started) - 1}.log"
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            return httpx.get(f"{address}/_stcore/health", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    shijiao.wait(answers, 60, "for the portal")
    return Portal(address, shijiao, log)


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


@dataclass
class Visitor:
    """A browser window that notes what goes wrong in it and whom it asks."""

    page: Page
    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def elsewhere(self) -> set[str]:
        """Hosts that are not this machine."""
        hosts = {urlsplit(url).hostname for url in self.asked if urlsplit(url).scheme not in ("data", "blob")}
        return {host for host in hosts if host not in ("127.0.0.1", "localhost")}  # type: ignore[misc]

    def video(self, what: str) -> Any:
        """A property of the video element."""
        return self.page.locator("video").evaluate(f"video => video.{what}")

    def until(self, what: str, seconds: float = 15) -> None:
        """Wait until an expression about `video` is true."""
        handle = self.page.locator("video").element_handle()
        self.page.wait_for_function(f"video => {what}", arg=handle, timeout=seconds * 1000)

    def shoot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a window at an address; afterwards nothing may have gone wrong in it, and nobody else been asked."""
    visitors: list[Visitor] = []

    def open_window(
        address: str, *, width: int = 1280, scheme: str = "light", expected: str = ".header", **more: Any
    ) -> Visitor:
        size = {"width": width, "height": 860 if width > 500 else 844}
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="zh-CN", **more)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        visitor = Visitor(context.new_page(), context)
        visitors.append(visitor)
        visitor.listen()
        visitor.page.goto(address)
        visitor.page.locator(expected).first.wait_for()
        return visitor

    yield open_window
    for visitor in visitors:
        visitor.context.close()
        assert visitor.wrong == []
        assert visitor.elsewhere() == set()
