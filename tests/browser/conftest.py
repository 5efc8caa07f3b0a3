"""A real Chromium before the real portal, which has taken in the real lecture."""

import functools
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from archive.catalogue import Catalogue
from archive.database import connect
from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.people import COOKIE
from archive.settings import Settings
from archive.tables import Alignment, Kind, Recording, Rendition, Role, Source, SourceRole, State, Stills
from archive.transcripts import Segment, Transcript

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

    def cookie(self, role: Role = Role.TRAINER) -> str:
        """The cookie of a session of a member in this role, signed in as a browser would be."""
        if role not in self._cookies:
            link = self.shijiao.json("members", "add", f"{role.value} 测试", "--role", role.value)["link"]
            entered = httpx.post(self.address + urlsplit(link).path, timeout=20)
            self._cookies[role] = entered.cookies[COOKIE]
        return self._cookies[role]

    @functools.cached_property
    def _cookies(self) -> dict[Role, str]:
        return {}

    @functools.cached_property
    def _listed(self) -> dict[str, Any]:
        return dict(self.shijiao.json("list")[0])

    def recording(self) -> dict[str, Any]:
        """The lecture, as `shijiao list --json` gave it once: most tests want no more than its id."""
        return self._listed


PORTALS: dict[str, Portal] = {}
"""The portals that run, by the address that they answer at."""


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
    PORTALS[address] = Portal(address, shijiao, log)
    return PORTALS[address]


@pytest.fixture(scope="session")
def by_hand() -> tuple[Callable[[Any], Portal], type["Shelf"]]:
    """What starts a portal of a home, and what puts a recording together, for tests that want their own."""
    return serve, Shelf


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


SECONDS = 40  # of each angle
LATER = 6.0  # seconds after the first at which the second angle begins
SCENES = [0.0, 12.0, 27.0]
COLOURS = ["0x8a2b2b", "0x2b8a3a", "0x2b4a8a"]
TILE = (96, 54)


def ffmpeg(*arguments: object) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=120)


@dataclass
class Shelf:
    """A recording put together by hand: what the steps would make of it, made by plain ffmpeg."""

    folder: Path
    store: ObjectStore
    recording: Recording
    seconds: float = SECONDS

    def rendition(self, source: Source, name: str, given: str, *coded: object, **facts: Any) -> Rendition:
        """Encode `given` (a lavfi graph) to single-file HLS, and put it into the store."""
        out = self.folder / source.id
        out.mkdir(exist_ok=True)
        hls = ("-f", "hls", "-hls_time", 2, "-hls_segment_type", "fmp4", "-hls_flags", "single_file")
        made = ("-hls_playlist_type", "vod", "-hls_segment_filename", out / f"{name}.mp4", out / f"{name}.m3u8")
        seconds = facts.pop("seconds", self.seconds)
        ffmpeg("-f", "lavfi", "-i", given, "-t", seconds, *coded, *hls, *made)
        prefix = f"derived/{self.recording.id}/{source.id}{name}/"
        for kind in ("m3u8", "mp4"):
            self.store.upload(f"{prefix}{name}.{kind}", out / f"{name}.{kind}")
        size = (out / f"{name}.mp4").stat().st_size
        named = {"playlist": f"{name}.m3u8", "file": f"{name}.mp4", "prefix": prefix, "duration": seconds}
        where = {"recording_id": self.recording.id, "source_id": source.id, "name": name, "size": size}
        return Rendition(**where, **named, bandwidth=round(size * 16 / seconds), **facts)

    def picture(self, source: Source, height: int, sound: str, pattern: str = "testsrc2") -> Rendition:
        width = height * 16 // 9 // 2 * 2
        coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", 50, "-pix_fmt", "yuv420p", "-profile:v", "baseline")
        facts = {"media": "video", "codecs": "avc1.42c01e", "width": width, "height": height, "frame_rate": 25.0}
        graph = f"{pattern}=s={width}x{height}:r=25"
        return self.rendition(source, f"{height}p", graph, *coded, sound=sound, **facts)

    def sound(self, source: Source, name: str, hertz: int, group: str = "full", **facts: Any) -> Rendition:
        coded = ("-c:a", "aac", "-b:a", "32k" if group == "low" else "96k", "-ar", 48000)
        told = {"media": "audio", "codecs": "mp4a.40.2", "sound": group}
        return self.rendition(source, name, f"sine=f={hertz}:r=48000", *coded, **told, **facts)

    def stills(self, source: Source) -> Stills:
        """A poster, a storyboard of one tile for each two seconds (six on a sheet), three scenes in three colours."""
        prefix = f"derived/{self.recording.id}/{source.id}stills/"
        out = self.folder / f"{source.id}-stills"
        out.mkdir()
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360", "-frames:v", 1, out / "poster.jpg")
        scenes = []
        for number, (time, colour) in enumerate(zip(SCENES, COLOURS, strict=True), 1):
            file = f"scene-{number}.jpg"
            ffmpeg("-f", "lavfi", "-i", f"color={colour}:s=320x180", "-frames:v", 1, out / file)
            size = (out / file).stat().st_size
            scenes.append({"time": time, "file": file, "large": file, "kind": "slide", "size": size})
        tiles = ("-vf", f"fps=1/2,scale={TILE[0]}:{TILE[1]},tile=3x2", out / "sheet-%03d.jpg")
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=5", "-t", SECONDS, *tiles)
        cues = [
            f"00:00:{at:02}.000 --> 00:00:{at + 2:02}.000\n"
            f"sheet-{n // 6 + 1:03}.jpg#xywh={n % 3 * TILE[0]},{n % 6 // 3 * TILE[1]},{TILE[0]},{TILE[1]}\n"
            for n, at in enumerate(range(0, SECONDS, 2))
        ]
        (out / "storyboard.vtt").write_text("WEBVTT\n\n" + "\n".join(cues))
        for path in out.iterdir():
            self.store.upload(prefix + path.name, path)
        sheets = sorted(path.name for path in out.glob("sheet-*.jpg"))
        facts: dict[str, Any] = {"poster": {"file": "poster.jpg", "time": 3.0, "width": 640, "height": 360}}
        facts["storyboard"] = {"vtt": "storyboard.vtt", "sheets": sheets, "seconds": 2, "tile": list(TILE)}
        facts["scenes"] = scenes
        return Stills(source_id=source.id, recording_id=self.recording.id, prefix=prefix, facts=facts)


@dataclass
class Stocked:
    """A portal, and in it an operation seen from two sides, a part of one missing."""

    portal: Portal
    settings: Settings
    catalogue: Catalogue
    operation: Recording
    endoscope: Source
    room: Source

    @property
    def address(self) -> str:
        return f"{self.portal.address}/?r={self.operation.id}"

    def add(self, folder: Path, title: str, seconds: float, angles: list[Source], fill: Callable[[Shelf], Any]) -> str:
        """Put another recording in; `fill` gives its renditions. Returns its address."""
        made = Recording(title=title, kind=Kind.OPERATION, state=State.PUBLISHED, duration=seconds)
        for position, angle in enumerate(angles):
            angle.recording_id, angle.position, angle.name = made.id, position, f"{position}.mp4"
            angle.media = {"duration": seconds, "missing": []}
        self.catalogue.add(made, angles)
        with open_store(self.settings) as store:
            self.catalogue.put_renditions(made.id, fill(Shelf(folder, store, made, seconds)))
        return f"{self.portal.address}/?r={made.id}"


@pytest.fixture(scope="session")
def stocked(at_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    """A portal with an operation of two angles, as the steps would leave it."""
    shijiao = at_home(tmp_path_factory.mktemp("stocked") / "home")
    portal = serve(shijiao)
    settings = Settings(home=portal.home, _env_file=None)  # type: ignore[call-arg]
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
def trio(stocked: Stocked, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an operation seen from three sides, which begin two seconds after one another."""
    roles = (SourceRole.ENDOSCOPE, SourceRole.ROOM, SourceRole.MONITOR)
    angles = [Source(role=role, start=2.0 * number) for number, role in enumerate(roles)]

    def fill(shelf: Shelf) -> list[Rendition]:
        patterns = ("testsrc2", "smptehdbars", "testsrc")
        pictures = [shelf.picture(angle, 240, "full", pattern) for angle, pattern in zip(angles, patterns, strict=True)]
        return [*pictures, shelf.sound(angles[0], "audio", 440)]

    return stocked.add(tmp_path_factory.mktemp("trio"), "三路画面", 20.0, angles, fill)


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
        where = "{0.scheme}://{0.netloc}".format(urlsplit(address))
        self.context.add_cookies([{"name": COOKIE, "value": PORTALS[where].cookie(role), "url": where}])

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


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a window at an address; afterwards nothing may have gone wrong in it, and nobody else been asked."""
    visitors: list[Visitor] = []

    def open_window(
        address: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        expected: str = ".header",
        role: Role | None = Role.TRAINER,
        **more: Any,
    ) -> Visitor:
        size = {"width": width, "height": 860 if width > 500 else 844}
        context = browser.new_context(viewport=size, color_scheme=scheme, locale="zh-CN", **more)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        visitor = Visitor(context.new_page(), context)
        visitors.append(visitor)
        if role is not None:
            visitor.sign_in(address, role)
        visitor.listen()
        visitor.page.goto(address)
        visitor.page.locator(expected).first.wait_for()
        return visitor

    yield open_window
    for visitor in visitors:
        visitor.context.close()
        assert visitor.wrong == []
        assert visitor.elsewhere() == set()
