"""The real object store, in a home of its own, for the whole run; afterwards nothing of it is left running."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.settings import Settings


def _processes(home: Path) -> list[int]:
    """The processes that were started with this home: supervisors and servers."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        words = command.split(b"\0")
        if any(str(home).encode() in word for word in words) and (
            b"mini" in words or b"archive.objects.supervisor" in words
        ):
            found.append(int(entry.name))
    return found


@pytest.fixture(scope="session")
def store_processes() -> Callable[[Path], list[int]]:
    return _processes


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        _env_file=None, home=tmp_path_factory.mktemp("home"), database_url="", s3_endpoint="", s3_public_endpoint=""
    )


@pytest.fixture(scope="session")
def store(settings: Settings) -> Iterator[ObjectStore]:
    with open_store(settings) as opened:
        yield opened
    deadline = time.monotonic() + 15
    while _processes(settings.home) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _processes(settings.home), "the store went on after its last user"
