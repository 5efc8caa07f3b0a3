"""`shijiao up`: one parent for store, worker and portal; when it goes, however it goes, everything goes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.crash, pytest.mark.store]


def processes_of(home: Path) -> dict[int, str]:
    """Every living process whose environment or command line names this home: pid -> command."""
    needle = str(home).encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if needle in (folder / "environ").read_bytes() or needle in (folder / "cmdline").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return {pid: command for pid, command in found.items() if command}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def up(shijiao: Any) -> Iterator[Any]:
    """`shijiao up`, serving, as the leader of a process group, as a shell starts it."""
    port = free_port()
    shijiao.settings["SHIJIAO_PORTAL_PORT"] = str(port)
    shijiao.url = f"http://127.0.0.1:{port}"
    log = (shijiao.home.parent / "up.log").open("w")
    shijiao.up = subprocess.Popen(
        [sys.executable, "-m", "archive.cli", "up"],
        env=shijiao.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        shijiao.wait(lambda: serves(shijiao.url), 60, "for the portal")
        shijiao.wait(lambda: shijiao.json("status")["workers"] != [], 30, "for the worker")
        yield shijiao
    finally:
        if shijiao.up.poll() is None:
            os.killpg(shijiao.up.pid, signal.SIGINT)
            shijiao.up.wait(30)


def serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/_stcore/health", timeout=2) as answer:  # noqa: S310  our own loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def all_gone(home: Path) -> bool:
    return not processes_of(home)


@pytest.mark.parametrize("how", ["ctrl-c", "sigterm", "kill -9"])
def test_whatever_ends_the_parent_ends_all(up: Any, how: str) -> None:
    names = " ".join(processes_of(up.home).values())
    assert all(part in names for part in ("weed", "worker", "portal", "supervisor")), names
    if how == "ctrl-c":
        os.killpg(up.up.pid, signal.SIGINT)
    else:
        up.up.send_signal(signal.SIGTERM if how == "sigterm" else signal.SIGKILL)
    code = up.up.wait(30)
    up.wait(lambda: all_gone(up.home), 20, f"for {processes_of(up.home)} to end")
    assert code == {"ctrl-c": 0, "sigterm": 0, "kill -9": -9}[how]


def test_a_dead_worker_and_a_dead_portal_are_started_again(up: Any) -> None:
    (worker,) = up.json("status")["workers"]
    os.kill(worker["pid"], signal.SIGKILL)
    (portal,) = (pid for pid, command in processes_of(up.home).items() if command.rstrip().endswith("portal"))
    os.kill(portal, signal.SIGKILL)
    up.wait(lambda: [w["pid"] for w in up.json("status")["workers"]] not in ([], [worker["pid"]]), 30)
    up.wait(lambda: serves(up.url), 30)


def test_a_dead_store_is_started_again(up: Any) -> None:
    def supervisors() -> list[int]:
        return [pid for pid, command in processes_of(up.home).items() if "archive.objects.supervisor" in command]

    (before,) = supervisors()
    os.kill(before, signal.SIGKILL)
    up.wait(lambda: supervisors() not in ([], [before]), 30, "for another supervisor")
    assert up.run("verify").returncode == 0
    assert serves(up.url)


def test_a_command_beside_it_uses_what_runs(up: Any, clip: Path, models: Path) -> None:
    before = set(processes_of(up.home))
    assert up.json("add", clip)["state"] == "received"
    time.sleep(0.5)
    weeds = [command for command in processes_of(up.home).values() if "weed" in command and "supervisor" not in command]
    assert len(weeds) == 1
    assert before <= set(processes_of(up.home)), "and none of it was started anew"
