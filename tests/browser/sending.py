"""What the browser test and the bench of uploads share: a large file, a portal that is killed, a page that sends."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page

MIB = 1024 * 1024


def large(path: Path, lecture: Path, size: int) -> str:
    """Write a real recording and random bytes in a box that players pass over (`free`); return its SHA-512."""
    digest = hashlib.sha512()
    with path.open("wb") as file:
        head = lecture.read_bytes()
        tail = size - len(head)
        # A box of 64-bit size: 1, its type, then the size.
        head += (1).to_bytes(4, "big") + b"free" + tail.to_bytes(8, "big")
        file.write(head)
        digest.update(head)
        left = size - len(head)
        while left:
            piece = os.urandom(min(left, 4 * MIB))
            file.write(piece)
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill -9, and wait until it is gone."""
    process.send_signal(signal.SIGKILL)
    process.wait(20)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_stcore/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def slow(page: Page) -> None:
    """Let this page send a megabyte a second, and no more."""
    conditions = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)


def press_twice(card: Locator, label: str, sure: str) -> None:
    """Press what asks once more: a double click only asks, and it takes the answer a little later."""
    card.get_by_role("button", name=label).dblclick()
    card.get_by_role("button", name=sure).wait_for()
    button = card.locator("button", has_text=re.compile(f"{label}|{sure}"))
    end = time.monotonic() + 30
    while card.count():
        assert time.monotonic() < end, card.inner_text()
        button.evaluate_all("buttons => buttons[0]?.click()")
        card.page.wait_for_timeout(50)


@dataclass
class Sender:
    """A page that adds a file, and notes every part that it sends."""

    page: Page
    address: str
    path: Path

    def open(self) -> None:
        self.page.goto(f"{self.address}/?p=add")
        self.page.locator(".drop").wait_for()

    def choose(self, *paths: Path) -> None:
        self.page.locator(".drop input[type=file]").set_input_files([str(path) for path in paths or (self.path,)])

    def start(self) -> None:
        self.page.get_by_role("button", name="开始上传").click()
        self.page.locator(".coming-in").first.wait_for()

    def share(self) -> float:
        """How much has left, from 0 to 1."""
        said = self.page.locator(".coming-in .bar").first.get_attribute("aria-valuenow")
        return float(said or 0) / 100

    def until(self, what: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, self.page.locator(".adding").inner_text()
            self.page.wait_for_timeout(50)


@dataclass
class Parts:
    """The parts that browsers sent: those begun, those that nobody listened to, and those that the portal took."""

    begun: list[str]
    refused: list[str]
    taken: list[str]

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self._note(self.begun, request))
        page.on("requestfailed", lambda request: self._note(self.refused, request, "CONNECTION_REFUSED"))
        page.on("response", lambda answer: answer.ok and self._note(self.taken, answer.request))

    @staticmethod
    def _note(where: list[str], request: Any, failure: str = "") -> None:
        if request.method == "PUT" and "/gate/add/" in request.url and failure in (request.failure or ""):
            where.append(request.url.rsplit("/", 1)[-1])

    def taken_twice(self) -> int:
        """Parts that had arrived, and were sent again all the same."""
        return len(self.taken) - len(set(self.taken))

    def cut_off(self) -> int:
        """Parts that were on the line when something died, and so were begun again."""
        return len(self.begun) - len(self.refused) - len(set(self.begun))


@contextlib.contextmanager
def outside(home: Path) -> Iterator[str]:
    """An address at which a home's embedded store is reached as from outside, before the store itself has one."""

    def carry(reading: socket.socket, writing: socket.socket) -> None:
        with contextlib.suppress(OSError), reading.makefile("rb", 0) as source, writing.makefile("wb", 0) as sink:
            shutil.copyfileobj(source, sink, MIB)
            writing.shutdown(socket.SHUT_WR)

    def listen() -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                caller, _ = server.accept()
                port = int(json.loads((home / "store" / "server.json").read_text())["endpoint"].rsplit(":", 1)[1])
                store = socket.create_connection(("127.0.0.1", port))
                for ends in ((caller, store), (store, caller)):
                    threading.Thread(target=carry, args=ends, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
