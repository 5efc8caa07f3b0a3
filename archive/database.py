"""The database behind the catalogue: SQLite (WAL) by default, PostgreSQL for many machines. One code path."""

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlmodel import Session

from archive import disk
from archive.errors import CatalogueDamaged, DiskFull, SettingsError, StoreError
from archive.settings import Settings
from archive.tables import UtcDateTime, now

SCHEMA = "0014"  # the newest file in archive/migrations/versions; a test compares them
_ADVISORY_LOCK = 0x5348494A  # "SHIJ"
_URL_ADVICE = "Set it to postgresql://user:password@host/name, or leave it empty for SQLite under the home."
_LOCKS = 64  # files that the locks of all recordings share
_LOCK_SECONDS = 60
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_WANT_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)  # what a full disk looks like


def connect(settings: Settings, *, reading: bool = False) -> sa.Engine:
    """Open the catalogue's database and bring its tables up to date.

    With `reading`, a command that writes nothing opens it even where there is no room for as much as SQLite's notes.

    Raises:
        SettingsError: the database cannot be reached, or belongs to a newer Shijiao.
        CatalogueDamaged: the SQLite file cannot be read any more.
        DiskFull: there is no room to open it. What has been opened raises it too, from whatever wants to write.
    """
    with disk.told(settings.home):
        settings.home.mkdir(parents=True, exist_ok=True)
    engine = _engine(settings.catalogue_url)
    try:
        # One process of this host at a time, from its first look on: two that turn a fresh SQLite file to WAL at once
        # do not wait for each other, whatever their time-out. Across hosts there is an advisory lock.
        with disk.told(settings.home), FileLock(settings.home / "migrate.lock"):
            if _current(engine) != SCHEMA:
                _migrate(engine)
    except DiskFull:
        alone = _engine(settings.catalogue_url, alone=True)
        if not reading or _current(alone) != SCHEMA:
            raise
        return alone
    except sa.exc.OperationalError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise SettingsError(
            f"The database {shown} cannot be opened: {error.orig}.", "Check SHIJIAO_DATABASE_URL.", url=shown
        ) from error
    return engine


@contextlib.contextmanager
def transaction(engine: sa.Engine) -> Iterator[Session]:
    """Open a session for one transaction, committed where nothing goes wrong; its rows stay readable afterwards."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextlib.contextmanager
def durable(engine: sa.Engine) -> Iterator[Session]:
    """Open a session for one transaction that is on the disk once it ends, whatever ends the machine then.

    For what cannot be built again: SQLite is otherwise told to leave the rest to the store, which is the truth.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            connection.exec_driver_sql("PRAGMA synchronous = FULL")
            connection.commit()
        with Session(connection, expire_on_commit=False) as session, session.begin():
            yield session
        if sqlite:
            connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
            connection.commit()


def clock(session: Session) -> datetime:
    """The present moment by the database's clock, which all hosts that share it share too; in UTC."""
    if session.get_bind().dialect.name == "sqlite":  # one host, and SQLite's own clock knows no fractions
        return now()
    moment: datetime = session.execute(sa.select(sa.func.clock_timestamp(type_=UtcDateTime()))).scalar_one()
    return moment


def changed(session: Session, update: sa.Update) -> int:
    """Carry out an update and return how many rows it changed: the way to take something before others do."""
    return int(session.execute(update).rowcount)  # type: ignore[attr-defined]  # an UPDATE has a row count


@contextlib.contextmanager
def one_writer(engine: sa.Engine, name: str) -> Iterator[None]:
    """Be the only one, of all processes on this database, that writes to what is named; the others wait.

    Raises:
        StoreError: somebody else has been writing to it for a minute.
    """
    number = zlib.crc32(name.encode()) - (1 << 31)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:  # let go of with the connection, also by one that dies
            keys = {"space": _ADVISORY_LOCK, "key": number}
            connection.execute(sa.text("SELECT pg_advisory_lock(:space, :key)"), keys)
            try:
                yield
            finally:
                connection.execute(sa.text("SELECT pg_advisory_unlock(:space, :key)"), keys)
                connection.commit()
        return
    folder = Path(engine.url.database or "").parent / "locks"
    folder.mkdir(exist_ok=True)
    try:
        with FileLock(folder / f"writer-{number % _LOCKS}.lock", timeout=_LOCK_SECONDS):
            yield
    except Timeout as error:
        raise StoreError(f"{name} is being written to by somebody else.", "Try again in a minute.") from error


def _engine(url: str, *, alone: bool = False) -> sa.Engine:
    """Make the engine. `alone`: SQLite keeps in memory what it shares with other processes on the disk otherwise.

    Then nobody else can open it: only for a moment, where nobody else has it open.
    """
    if not url.startswith("sqlite"):
        if not url.startswith("postgresql+psycopg://"):
            raise SettingsError("SHIJIAO_DATABASE_URL is no address of a PostgreSQL database.", _URL_ADVICE)
        try:
            return sa.create_engine(url, pool_pre_ping=True)
        except (sa.exc.ArgumentError, ValueError) as error:  # a port that is no number
            raise SettingsError("SHIJIAO_DATABASE_URL cannot be read as an address.", _URL_ADVICE) from error
    shared: dict[str, Any] = {"poolclass": sa.pool.StaticPool} if alone else {}
    engine = sa.create_engine(url, connect_args={"timeout": 30}, **shared)

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA locking_mode = EXCLUSIVE" if alone else "PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")  # safe with WAL; the store is the truth
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @sa.event.listens_for(engine, "handle_error")
    def _in_our_words(context: sa.engine.ExceptionContext) -> None:
        code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF
        file = Path(engine.url.database or "")
        if code in _WANT_ROOM and disk.is_full(file.parent):
            raise disk.full(file.parent) from context.original_exception
        if code in _DAMAGED:
            raise CatalogueDamaged(
                f"The catalogue {file} is damaged ({context.original_exception}).",
                "Stop `shijiao up` and all workers, then run `shijiao rebuild`: it keeps the damaged file and makes "
                "the catalogue anew from the store.",
                path=str(file),
            ) from context.original_exception

    return engine


def _current(engine: sa.Engine) -> str | None:
    """The schema the database stands at, without paying for Alembic's import at every start."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise SettingsError(
                f"This database was written by another version of Shijiao ({error}).",
                "Install that version or a newer one, or point SHIJIAO_HOME elsewhere.",
            ) from error
