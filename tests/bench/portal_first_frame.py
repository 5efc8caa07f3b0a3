"""How long a doctor waits: from the click on a card to the first frame, and from a seek to its frame, over weak links.

    SHIJIAO_CHROMIUM=… SHIJIAO_MODELS=… python tests/bench/portal_first_frame.py [TIMES]

A real Chromium on the real portal with the demo's lecture, through a link of 1 Mbit/s and 200 ms, and one of 20 Mbit/s
and 20 ms. Each time is a new window: nothing is cached but the page that is clicked in. The floor is what no player can
be quicker than: three round trips and the bytes of the first segments of picture and sound. Prints medians of TIMES.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from link import Link, link
from playwright.sync_api import Browser, Page, sync_playwright

from archive.people import COOKIE
from archive.tables import Role

LINKS = {"1 Mbit/s, 200 ms": (1.0, 0.2, 3.0, 2.5), "20 Mbit/s, 20 ms": (20.0, 0.02, 1.0, 0.7)}
FLAGS = ["disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run"]
FAR = 45.0  # a second of the lecture that is not buffered after its beginning
FRAME = """(video, second) => new Promise((done) => {
  const wait = (_now, facts) => (second === null || Math.abs(facts.mediaTime - second) < 1
    ? done(performance.now()) : video.requestVideoFrameCallback(wait));
  video.requestVideoFrameCallback(wait);
  if (second !== null) video.currentTime = second;
})"""
# From the click on: the video does not exist yet, and its frame may be there before anybody asks for it.
FIRST = """() => new Promise((done) => {
  const began = performance.now();
  const all = (root, found = []) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.tagName === "VIDEO") found.push(node);
      if (node.shadowRoot) all(node.shadowRoot, found);
    }
    return found;
  };
  const look = () => {
    const shown = (each) => each.readyState >= 2 && each.getVideoPlaybackQuality().totalVideoFrames > 0;
    const video = all(document).find(shown);
    if (video) done(performance.now() - began); else requestAnimationFrame(look);
  };
  let card = null;
  const seek = (root) => { for (const node of root.querySelectorAll("*")) {
    if (node.matches("a.card")) card = card ?? node;
    if (node.shadowRoot) seek(node.shadowRoot);
  } };
  seek(document);
  card.click();
  look();
})"""


def shijiao(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archive.cli", *words]
    environment = os.environ | {"SHIJIAO_HOME": str(home), "OMP_WAIT_POLICY": "passive"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def serve(home: Path) -> tuple[subprocess.Popen[bytes], tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"SHIJIAO_HOME": str(home)}
    command = [sys.executable, "-m", "archive.cli", "portal", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.2)
    return process, ("127.0.0.1", port)


def signed_in(home: Path, server: tuple[str, int], role: Role = Role.VIEWER) -> str:
    """Return the cookie of somebody who may do what this role may."""
    told = shijiao(home, "members", "add", "bench", "--role", role.value).stdout
    address = re.search(r"http\S+/gate/enter/\S+", told)
    assert address, told
    entered = httpx.post(f"http://{server[0]}:{server[1]}{urlsplit(address[0]).path}")
    return entered.cookies[COOKIE]


def window(browser: Browser, line: Link, cookie: str) -> Page:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(90_000)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": line.address}])
    page = context.new_page()
    page.goto(line.address)
    page.locator("a.card").first.wait_for()
    page.wait_for_timeout(1500)  # the posters of the page that is clicked in
    return page


def floor(page: Page, cookie: str, line: Link) -> tuple[float, int]:
    """Return the least that can be waited, in seconds, and the bytes of the first segments."""
    # What was asked for first of each file is its header, then its first segment.
    asked: dict[str, int] = page.evaluate(
        """() => { const most = {}; for (const { name, transferSize } of performance.getEntriesByType("resource"))
        if (/\\.mp4/.test(name)) most[name] = Math.max(most[name] ?? 0, transferSize); return most; }"""
    )
    size = sum(sorted(asked.values())[:2])
    return 3 * line.round_trip + size * 8 / line.rate, size


def measure(browser: Browser, server: tuple[str, int], cookie: str, name: str, times: int) -> str:
    megabits, round_trip, most_first, most_seek = LINKS[name]
    first, seek, least, weight = [], [], [], []
    for _ in range(times):
        with link(server, megabits=megabits, round_trip=round_trip) as line:
            page = window(browser, line, cookie)
            before = line.down.carried
            first.append(page.evaluate(FIRST) / 1000)
            weight.append(line.down.carried - before)
            least.append(floor(page, cookie, line))
            page.wait_for_timeout(500)
            began = page.evaluate("performance.now()")
            seek.append((page.locator("video").first.evaluate(FRAME, FAR) - began) / 1000)
            page.context.close()
    figures = f"{statistics.median(first):.2f} s (bar {most_first}) | {statistics.median(seek):.2f} s (bar {most_seek})"
    bound, size = min(least)
    carried = f"{statistics.median(weight) / 1000:.0f} kB until the first frame"
    return f"| {name} | {figures} | {bound:.2f} s, {size / 1000:.0f} kB of media | {carried} |"


def main(times: int) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        home.mkdir()
        shijiao(home, "demo", "--no-serve")
        process, server = serve(home)
        path = os.environ.get("SHIJIAO_CHROMIUM", "/usr/bin/chromium")
        root = ["no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[f"--{flag}" for flag in FLAGS + root])
        try:
            cookie = signed_in(home, server)
            print("| link | click to first frame | seek | floor | carried |\n|---|---|---|---|---|")
            for name in LINKS:
                print(measure(browser, server, cookie, name, times), flush=True)
        finally:
            browser.close()
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
