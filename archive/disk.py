"""Whether a disk is full: asked where something failed that fails on a full disk, so that it is told in plain words."""

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from archive.errors import DiskFull

_SHARE = 100  # the embedded store writes nothing more where less than this part of its disk is free
_LEAST = 64 * 1024 * 1024  # bytes; less than what a step or a part of an upload may want at once
_NOTHING = 1024 * 1024  # bytes
_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(path: Path) -> bool:
    """Whether so little is free where `path` lies that this explains why something there could not be written."""
    usage = shutil.disk_usage(_there(path))
    return usage.free < max(_LEAST, usage.total // _SHARE)


def is_used_up(path: Path) -> bool:
    """Whether next to nothing is free: what has just been written there, by whoever does not say so, is not whole."""
    return shutil.disk_usage(_there(path)).free < _NOTHING


def full(path: Path) -> DiskFull:
    """Return the error that says so."""
    free = shutil.disk_usage(_there(path)).free / 1e6
    return DiskFull(
        f"The disk of {path} is full ({free:,.1f} MB free).",
        "Make room, then try again; `shijiao retry` takes a recording up again.",
        path=str(path),
    )


def fills(error: OSError) -> bool:
    """Whether this is what a full disk, or a quota that is used up, says."""
    return error.errno in _FULL


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn a full disk's word into ours, while something is written to `path`.

    Raises:
        DiskFull: there is no room.
    """
    try:
        yield
    except OSError as error:
        if fills(error):
            raise full(path) from error
        raise


def _there(path: Path) -> Path:
    """The nearest folder that exists: what is asked about may not have been made."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())
