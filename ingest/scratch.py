"""Folders that several threads and processes of one host work in, and that go when the last of them has left.

A lock of the kernel's on the folder itself says who is there: it ends with its process, however that ended.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a folder, made where it is not there, from being removed for as long as the context lasts."""
    handle = _hold(folder)
    while not _is_still(folder, handle):  # it was removed between the two calls
        os.close(handle)
        handle = _hold(folder)
    try:
        yield
    finally:
        os.close(handle)


def remove(folder: Path) -> None:
    """Remove a folder unless somebody holds it. One that is not there is no error."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)


def _hold(folder: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_SH)
            return handle


def _is_still(folder: Path, handle: int) -> bool:
    try:
        return os.path.samestat(folder.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
