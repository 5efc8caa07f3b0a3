"""Every sample file through the real pipeline, then played in a real browser; prints a table.

`python tests/bench/samples.py [--samples FOLDER] [--only TEXT]… [--no-speech]`: one home, one `shijiao up`, one file
after the other. Without a speech model a recording stays in processing, with all else done. Ends with 1 where a file
was neither played nor refused with a sentence.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, sync_playwright
from portal_first_frame import signed_in

from archive.people import COOKIE
from archive.tables import Role

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("odd", "lecture", "surgery")
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = ("--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--no-first-run")
AT = 0.8  # of the length: where it is played from
PATIENCE = 20.0  # seconds for the player to be there, to seek, to move on
PER_FILE = 600.0  # seconds that a file may take through the pipeline

# What the page's video elements say; the playing one is the first with anything in it.
STATE = """() => {
    const found = [];
    const look = (root) => {
        for (const element of root.querySelectorAll("*")) {
            if (element instanceof HTMLMediaElement) found.push(element);
            if (element.shadowRoot) look(element.shadowRoot);
        }
    };
    look(document);
    const media = found.find((one) => one.readyState > 0) ?? found[0];
    if (!media) return null;
    window.played = media;
    return {
        at: media.currentTime, length: media.duration || 0, ready: media.readyState, ended: media.ended,
        paused: media.paused, width: media.videoWidth || 0, height: media.videoHeight || 0,
        frames: media.getVideoPlaybackQuality?.().totalVideoFrames ?? 0,
        heard: media.webkitAudioDecodedByteCount ?? 0, error: media.error?.message ?? "",
    };
}"""


@dataclass
class Outcome:
    """A row of the table."""

    file: str
    taken: str
    holds: str = ""
    plays: str = ""
    good: bool = False


class House:
    """A home of its own, with everything running in it."""

    def __init__(self, folder: Path, models: Path | None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.home, self.server = folder / "home", ("127.0.0.1", port)
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "up.log"
        self.environment = os.environ | {
            "SHIJIAO_HOME": str(self.home),
            "SHIJIAO_PORTAL_PORT": str(port),
            "SHIJIAO_PORTAL_HOST": "127.0.0.1",
            "OMP_WAIT_POLICY": "passive",
        }
        if models:
            self.environment["SHIJIAO_MODELS"] = str(models)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self._command("up"), env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "archive.cli", *arguments]

    def wait(self) -> None:
        """Wait until the portal answers."""
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:  # noqa: S310 -- ours
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.3)
        sys.exit(f"The portal did not start:\n{self.log.read_text()}")

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of ours to its end."""
        return subprocess.run(
            self._command(*arguments),
            env=self.environment,
            check=False,  # how it ends is what is asked
            capture_output=True,
            text=True,
            timeout=PER_FILE,
            stdin=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """End it, and all that it started."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def take_in(house: House, file: Path) -> tuple[dict[str, Any] | None, str]:
    """Return the recording, or None and the sentence with which it was refused."""
    try:
        done = house.run("add", str(file), "--wait", "--json")
    except subprocess.TimeoutExpired:
        return None, f"HANGS: not through after {PER_FILE:.0f} s"
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    said = " ".join(line.removeprefix("shijiao: ") for line in done.stderr.splitlines() if line.strip())
    if done.returncode != 0 or not lines:
        crashed = "Traceback" in done.stderr or done.returncode < 0 or not said
        return None, f"CRASHED ({done.returncode}): {done.stderr[-300:]}" if crashed else said
    found = json.loads(lines[-1])
    return dict(json.loads(house.run("show", found["id"], "--json").stdout)), ""


def play(page: Page, address: str, recording: dict[str, Any]) -> tuple[str, bool]:
    """Open the recording at 80 % in the portal and play it; say what came of it."""
    picture = any(row["media"] == "video" for row in recording["renditions"])
    sound = any(row["media"] == "audio" for row in recording["renditions"])
    length = max((row["duration"] for row in recording["renditions"]), default=0.0)
    start = AT * length
    page.goto(f"{address}/?r={recording['id']}&t={start:.3f}")
    try:
        before = until(page, lambda state: state["ready"] >= 2 and abs(state["at"] - start) < 1)
        page.evaluate("() => window.played.play().catch((error) => { window.refused = String(error) })")
        rest = max(0.05, min(0.5, (before["length"] - before["at"]) / 2))
        after = until(page, lambda state: state["at"] >= before["at"] + rest or state["ended"])
    except NotReached as error:
        return f"NO: {error}", False
    if picture and not (after["width"] and after["frames"]):
        return f"NO: no picture ({after['width']} × {after['height']}, {after['frames']} frames)", False
    if sound and not picture and not after["heard"]:
        return "NO: no sound was decoded", False
    shape = f"{after['width']} × {after['height']}" if picture else "sound"
    return f"yes: {shape}, {before['at']:.2f} → {after['at']:.2f} of {after['length']:.2f} s", True


class NotReached(Exception):
    """The player did not get there in time."""


def until(page: Page, reached: Any) -> dict[str, Any]:
    """Wait for a state of the player."""
    end, state = time.monotonic() + PATIENCE, None
    while time.monotonic() < end:
        state = page.evaluate(STATE)
        if state and reached(state):
            return dict(state)
        page.wait_for_timeout(50)
    shown = page.locator("[role=alert], .notice").all_inner_texts()
    raise NotReached(f"{state or 'no player'} {' '.join(text for text in shown if text.strip())}".strip())


def holds(recording: dict[str, Any]) -> str:
    """Say which renditions it has."""
    rows = recording["renditions"]
    pictures = [f"{row['name']} {row['width']}×{row['height']}" for row in rows if row["media"] == "video"]
    sounds = [row["name"] for row in rows if row["media"] == "audio"]
    missing = [gap for source in recording["sources"] for gap in (source.get("media") or {}).get("missing", [])]
    lost = [f"{gap['what']} missing {gap['from']:.1f}–{gap['to']:.1f} s" for gap in missing]
    return "; ".join(filter(None, (", ".join(pictures), ", ".join(sounds), ", ".join(lost))))


def browser_path() -> str:
    """Return a Chromium, as the browser tests do."""
    for name in (os.environ.get("SHIJIAO_CHROMIUM", ""), *BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    sys.exit("No Chromium: install one, or name one in SHIJIAO_CHROMIUM.")


def outcome(house: House, page: Page, file: Path, name: str) -> Outcome:
    """Take one file all the way."""
    began = time.monotonic()
    recording, refusal = take_in(house, file)
    if recording is None:
        return Outcome(name, f"refused: {refusal}", good=not refusal.startswith(("CRASHED", "HANGS")))
    taken = f"{recording['state']}, {time.monotonic() - began:.0f} s"
    try:
        plays, good = play(page, house.address, recording)
    except BrowserError as error:
        plays, good = f"NO: {str(error).splitlines()[0]}", False
    return Outcome(name, taken, holds(recording), plays, good)


def main() -> int:
    """Print the table; return how the script ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, default=ROOT.parent / "shared" / "samples")
    parser.add_argument("--only", action="append", default=[], help="only files with this in their name")
    parser.add_argument("--no-speech", action="store_true", help="work without a speech model: sooner done")
    chosen = parser.parse_args()
    names = sorted(file for folder in FOLDERS for file in (chosen.samples / folder).glob("*") if file.is_file())
    files = [file for file in names if not chosen.only or any(text in file.name for text in chosen.only)]
    if not files:
        sys.exit(f"No samples under {chosen.samples}.")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        models = Path(os.environ.get("SHIJIAO_MODELS", ROOT / "var" / "models"))
        house = House(Path(folder), Path(folder) / "none" if chosen.no_speech else models)
        browser = playwright.chromium.launch(executable_path=browser_path(), args=[*FLAGS, *root])
        try:
            house.wait()
            windows = browser.new_context()
            cookie = signed_in(house.home, house.server, Role.TRAINER)  # what is in review is theirs to see
            windows.add_cookies([{"name": COOKIE, "value": cookie, "url": house.address}])
            for file in files:
                page = windows.new_page()
                rows.append(outcome(house, page, file, str(file.relative_to(chosen.samples))))
                page.close()
                row = rows[-1]
                print(f"{'' if row.good else 'BAD '}{row.file}: {row.taken} · {row.plays}", file=sys.stderr, flush=True)
        finally:
            browser.close()
            house.stop()
    print("| file | taken | pictures and sound | plays |\n|---|---|---|---|")
    for row in rows:
        cells = (row.file, row.taken, row.holds, row.plays)
        print("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    print(f"\n{sum(row.good for row in rows)} of {len(rows)} play, or are refused with a sentence.")
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
