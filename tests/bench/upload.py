"""Send one large file through a real Chromium, a real portal and a real store, and kill what can be killed.

    python tests/bench/upload.py [GIGABYTES]     (5 by default)

At about 20 % the portal is killed (kill -9), at 40 % the store, at 60 % the tab is closed, at 80 % the portal is killed
again. In the end the SHA-512 in the catalogue must be the file's. Printed: the figures, and how many parts went again.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from sending import Parts, Sender, answers, kill, large  # noqa: E402 -- shared with the browser's tests

from archive.catalogue import Catalogue  # noqa: E402
from archive.database import connect  # noqa: E402
from archive.settings import Settings  # noqa: E402

PORT = 8691


def shijiao(home: Path, *arguments: str) -> list[str]:
    os.environ |= {"SHIJIAO_HOME": str(home), "SHIJIAO_PORTAL_PORT": str(PORT)}
    return [sys.executable, "-m", "archive.cli", *arguments]


def portal(home: Path) -> "subprocess.Popen[str]":
    log = (home.parent / "portal.log").open("a")
    process = subprocess.Popen(shijiao(home, "portal"), cwd=ROOT, stdout=log, stderr=log, text=True)
    end = time.monotonic() + 90
    while not answers(ADDRESS):
        assert time.monotonic() < end, (home.parent / "portal.log").read_text()[-2000:]
        time.sleep(0.2)
    return process


def store_of(home: Path) -> int:
    """The process of the store that serves this home."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(b"weed" in word for word in command[:1]) and any(str(home).encode() in word for word in command):
            return int(folder.name)
    raise RuntimeError("no store runs")


ADDRESS = f"http://127.0.0.1:{PORT}"


class Course:
    """The upload from beginning to end, with what befalls it."""

    def __init__(self, folder: Path, browser: Browser, size: int) -> None:
        self.home, self.browser, self.size = folder / "home", browser, size
        self.path = folder / "large.mp4"
        lecture = ROOT / "samples" / "lecture_fetal_monitoring.mp4"
        self.sha512 = large(self.path, lecture, size)
        self.home.mkdir()
        self.portal = portal(self.home)
        added = subprocess.run(
            shijiao(self.home, "members", "add", "bench", "--role", "trainer", "--json"),
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        link = urlsplit(added.stdout.split('"link": "')[1].split('"')[0]).path
        self.cookie = httpx.post(ADDRESS + link).cookies["shijiao"]
        self.events: list[tuple[str, int, int]] = []
        self.parts = Parts([], [], [])

    def window(self) -> Page:
        context = self.browser.new_context(locale="zh-CN")
        context.add_cookies([{"name": "shijiao", "value": self.cookie, "url": ADDRESS}])
        page = context.new_page()
        self.parts.watch(page)
        return page

    def befalls(self, what: str, act: Callable[[], Any]) -> None:
        before = self.parts.taken_twice(), self.parts.cut_off()
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)
        act()
        self.events.append((what, *before))

    def run(self) -> None:
        sender = Sender(self.window(), ADDRESS, self.path)
        sender.open()
        self.began = time.monotonic()
        sender.choose()
        sender.page.get_by_role("button", name="开始上传").click(timeout=60_000)
        sender.until(lambda: sender.share() >= 0.2, 1200)
        self.befalls("kill -9 of the portal", self.kill_portal)
        sender.until(lambda: sender.share() >= 0.4, 1200)
        self.befalls("kill -9 of the store", lambda: os.kill(store_of(self.home), 9))
        sender.until(lambda: sender.share() >= 0.6, 1200)
        self.befalls("the tab is closed", sender.page.close)
        sender = Sender(self.window(), ADDRESS, self.path)
        sender.open()
        sender.page.locator(".coming-in").wait_for()
        sender.choose()
        sender.until(lambda: sender.share() >= 0.8, 1200)
        self.befalls("kill -9 of the portal", self.kill_portal)
        sender.until(lambda: "checking" in sender.page.locator(".coming-in").get_attribute("class"), 1200)
        sent = time.monotonic() - self.began
        sender.page.get_by_text("已收到并核对无误").wait_for(timeout=1_200_000)
        self.told(sent, time.monotonic() - self.began)

    def kill_portal(self) -> None:
        kill(self.portal)
        self.portal = portal(self.home)

    def told(self, sent: float, whole: float) -> None:
        catalogue = Catalogue(connect(Settings(home=self.home, _env_file=None)))
        (recording,) = catalogue.recordings()
        (source,) = catalogue.sources(recording.id)
        right = (source.size, source.sha512) == (self.size, self.sha512)
        count = len(set(self.parts.begun))
        print(f"size {self.size:,} bytes in {count} parts; SHA-512 {'right' if right else 'WRONG'}")
        print(f"sent in {sent:.0f} s ({self.size / sent / 1e6:.0f} MB/s, deaths included), checked after {whole:.0f} s")
        print(f"parts that had arrived and were sent again: {self.parts.taken_twice()}")
        print(f"parts on the line when something died, begun again: {self.parts.cut_off()}")
        ends = [*self.events[1:], ("end", self.parts.taken_twice(), self.parts.cut_off())]
        for (what, twice, cut), (_, twice_after, cut_after) in zip(self.events, ends, strict=True):
            print(f"  {what}: {twice_after - twice} arrived parts again, {cut_after - cut} cut off and begun again")


def main() -> None:
    size = round(float(sys.argv[1] if len(sys.argv) > 1 else 5) * 1e9)
    with tempfile.TemporaryDirectory(prefix="upload-") as folder, sync_playwright() as playwright:
        found = os.environ.get("SHIJIAO_CHROMIUM") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if not os.geteuid() else [])
        course = Course(Path(folder), browser, size)
        try:
            course.run()
        finally:
            browser.close()
            course.portal.terminate()
            course.portal.wait(30)


if __name__ == "__main__":
    main()
