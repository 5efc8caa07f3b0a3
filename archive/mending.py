"""Databases whose files are damaged: found, and put out of the way, so that they can be made anew.

Only those that lie under HOME as SQLite files. Nothing is thrown away: what the store does not hold (members, courses,
private notes) may still be had from a damaged file by tools for that.
"""

import contextlib
import fcntl
import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa

from archive.errors import JobFailed
from archive.objects.embedded import Places, open_lock, try_lock
from archive.settings import Settings
from archive.tables import now

_LETTING_GO = 6.0  # seconds in which a store that nobody uses any more ends


def put_aside(settings: Settings) -> dict[Path, Path]:
    """Move the damaged ones out of the way, each with what SQLite keeps beside it; returns where they were and are.

    Raises:
        JobFailed: somebody is at work on them.
    """
    urls = [sa.make_url(url) for url in (settings.catalogue_url, settings.engine_url)]
    files = [Path(url.database or "") for url in urls if url.get_backend_name() == "sqlite"]
    damaged = [file for file in files if file.exists() and _is_damaged(file)]
    if damaged:
        _nobody_is_at_work(settings)
    return {file: _move(file) for file in damaged}


def _is_damaged(file: Path) -> bool:
    """Read it whole: its first page may be sound, and one behind it not."""
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection:
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
        except sqlite3.DatabaseError as error:
            # What else is wrong, such as that there is no room, is said by whoever opens it next.
            return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _nobody_is_at_work(settings: Settings) -> None:
    """A damaged catalogue cannot say who works on it; but whoever does uses the store."""
    places = Places(settings.home.resolve())
    places.make()
    end = time.monotonic() + _LETTING_GO
    with open_lock(places.users) as users:
        while not try_lock(users, fcntl.LOCK_EX):
            if time.monotonic() > end:
                raise JobFailed("Shijiao is running.", "Stop `shijiao up`, all workers and portals, then rebuild.")
            time.sleep(0.1)


def _move(file: Path) -> Path:
    aside = file.with_name(f"{file.name}.damaged-{now():%Y%m%d-%H%M%S}")
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            file.with_name(file.name + ending).replace(aside.with_name(aside.name + ending))
    return aside
