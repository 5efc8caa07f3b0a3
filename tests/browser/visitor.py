"""A browser window that notes what goes wrong in it, whom it asks, and where its films stand."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from browser import portals
from playwright.sync_api import Browser, BrowserContext, Page

from archive.people import COOKIE
from archive.tables import Role

SHOTS = Path(__file__).resolve().parent.parent / "artefacts"

# Where several angles stand against the first, looked at by the page itself: a busy machine is slow to ask. First until
# all go on and have gathered (of the last ten looks half are near), at most 12 seconds; then for a second, again where
# they were not near for half of it, at most five times: what is steadily apart is so every time.
APART = """async ([views, starts, near]) => {
  const videos = [...views.querySelectorAll("video")];
  const times = () => videos.map((video) => video.currentTime);
  const look = async () => {
    await new Promise((done) => setTimeout(done, 50));
    const at = times();
    const seconds = Math.max(...at.map((time, n) => Math.abs(time + starts[n] - at[0] - starts[0])));
    return { at, apart: Math.round(1000 * seconds) };
  };
  const middle = (looks) => looks.map(({ apart }) => apart).sort((a, b) => a - b)[looks.length >> 1];
  const gathered = (looks) => looks.length === 10 && middle(looks) <= near
    && looks[9].at.every((time, n) => time > looks[0].at[n] + 0.2);
  const before = [];
  let looks = [];
  do before.push(await look()); while (!gathered(before.slice(-10)) && before.length < 240);
  for (let turn = 0; turn < 5 && !(looks.length && middle(looks) <= near); turn += 1) {
    looks = [];
    while (looks.length < 20) looks.push(await look());
  }
  const went = looks[19].at.map((time, n) => time - looks[0].at[n]);
  const told = (all) => all.map(({ apart }) => apart);
  return { middle: middle(looks), went, looks: told(looks), before: told(before) };
}"""


@dataclass
class Visitor:
    """A browser window that notes what goes wrong in it and whom it asks."""

    page: Page
    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def sign_in(self, address: str, role: Role) -> None:
        """Be signed in at the portal that an address belongs to. Cookies know hosts, not ports: at one at a time."""
        cookie = portals.of(address).cookie(role)
        self.context.add_cookies([{"name": COOKIE, "value": cookie, "url": portals.origin(address)}])

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

    def together(self, starts: list[float], near: float = 60) -> None:
        """The angles, which begin at `starts` (seconds), go on, and half of a second they are `near` (ms) or nearer."""
        views = self.page.locator(".views").element_handle()
        found = self.page.evaluate(APART, [views, starts, near])
        assert found["middle"] <= near, found
        assert all(seconds > 0.3 for seconds in found["went"]), found

    def shoot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")


# What a page may leave in a browser. The scripts that it fetched stay: so none is fetched and compiled for each test.
LEFT = "cookies,local_storage,indexeddb,cache_storage,service_workers,file_systems"


class Windows:
    """A browser's windows, each used by one test after the other, as if the one before had never been."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[str, list[BrowserContext]] = defaultdict(list)
        self._kinds: dict[BrowserContext, str] = {}

    def open(self, width: int, height: int, scheme: str, **more: Any) -> Visitor:
        """Open an empty window; `more` is as Playwright's contexts take it."""
        kind = repr(sorted(more.items()))
        size = {"width": width, "height": height}
        context = self._idle[kind].pop() if self._idle[kind] else self._browser.new_context(locale="zh-CN", **more)
        self._kinds[context] = kind
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        return Visitor(page, context)

    def put_back(self, visitor: Visitor) -> None:
        """Close a window's pages, and forget what they left."""
        context, sweeper = visitor.context, visitor.context.new_page()
        for page in context.pages:
            if page is not sweeper:
                page.close()
        session = context.new_cdp_session(sweeper)
        for origin in {portals.origin(url) for url in visitor.asked if url.startswith("http")}:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": LEFT})
        context.clear_cookies()
        context.set_offline(False)
        sweeper.close()
        self._idle[self._kinds.pop(context)].append(context)
