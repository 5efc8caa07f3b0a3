"""Portals that run, each with a home of its own, and how one is signed in at them."""

import contextlib
import functools
import socket
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from archive.people import COOKIE
from archive.tables import Role


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

    def forget(self) -> None:
        """Forget what anybody watched."""
        with contextlib.closing(sqlite3.connect(self.home / "catalogue.sqlite", timeout=20)) as database:
            database.executescript("DELETE FROM sitting; DELETE FROM progress;")

    @functools.cached_property
    def _cookies(self) -> dict[Role, str]:
        return {}

    @functools.cached_property
    def _listed(self) -> dict[str, Any]:
        return dict(self.shijiao.json("list")[0])

    def recording(self) -> dict[str, Any]:
        """The lecture, as `shijiao list --json` gave it once: most tests want no more than its id."""
        return self._listed


PORTALS: dict[str, Portal] = {}  # those that run, by the address that they answer at


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


def of(address: str) -> Portal:
    """Return the portal that an address belongs to."""
    return PORTALS[origin(address)]


def origin(address: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(address))
