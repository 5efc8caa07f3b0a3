"""A folder whose files are taken in by themselves.

It looks every few seconds instead of asking the kernel for news: network shares, where recorders write, send none. A
file is taken when its size and time have stood still for a while and nobody here has it open for writing. What was
done with it is remembered by its inode, size and time in HOME/watch/, so that a restart does not read terabytes again;
that memory may be lost at any time: then the archive knows the bytes.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import OperationalError

from archive.errors import InputError, MediaToolError, ShijiaoError, shown
from archive.output import Bar, console, notes, progress_bars
from archive.settings import Settings
from archive.tables import SourceRole
from ingest import splits
from ingest.angles import Given
from ingest.intake import Description, Intake, Taken

_UNFINISHED = (
    ".part", ".partial", ".crdownload", ".download", ".filepart", ".opdownload", ".tmp", ".temp", ".swp", ".aria2", "~",
)  # fmt: skip
_OTHER = (
    *(".txt", ".log", ".md", ".csv", ".tsv", ".json", ".xml", ".html", ".htm", ".ini", ".rtf", ".pdf"),
    *(".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps", ".odt", ".ods", ".odp"),
    *(".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".thm"),
    *(".zip", ".rar", ".7z", ".gz", ".exe", ".dll", ".lnk", ".url", ".srt", ".vtt", ".ass", ".db"),
)
"""How the names of files end that lie beside recordings and are none: nobody is told of each that it was refused."""
_NAMED = 5  # files that are named in one line
_PATIENCE = 10  # times the settling time that a full file of a series waits for the next one


@dataclass(frozen=True)
class Seen:
    """A file as it stands. `key` changes with its bytes, as far as can be told without reading them."""

    path: Path
    size: int
    modified: int
    key: str


class Memory:
    """What was done with which file: key -> "taken", "refused" or "skipped"; kept over restarts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: dict[str, str] = {}
        with contextlib.suppress(FileNotFoundError, ValueError):
            self._done = dict(json.loads(path.read_text(encoding="utf-8")))

    def __contains__(self, seen: Seen) -> bool:
        return seen.key in self._done

    def note(self, files: Sequence[Seen], outcome: str) -> None:
        """Remember an outcome."""
        self._done |= {seen.key: outcome for seen in files}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._done), encoding="utf-8")
        fresh.replace(self._path)

    def keep_only(self, there: Sequence[Seen]) -> None:
        """Forget files that are gone; written down with the next note."""
        keys = {seen.key for seen in there}
        self._done = {key: outcome for key, outcome in self._done.items() if key in keys}


class WatchFolder:
    """One folder under watch. `joins`: parts that a camera split a recording into become one."""

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        folder: Path,
        description: Description,
        *,
        role: SourceRole,
        settle: float,
        move_to: Path | None = None,
        joins: bool = False,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """`settle` is in seconds; `tell` is called after each file that was taken in.

        Raises:
            InputError: there is no such folder.
        """
        if not folder.is_dir():
            raise InputError(f"There is no folder “{shown(str(folder))}”.", "Make it, or check the name.")
        self._intake = intake
        self._folder = folder.resolve()
        self._description = description
        self._role = role
        self._settle = settle
        self._move_to = move_to.resolve() if move_to else None
        self._joins = joins
        self._tell = tell
        name = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:32]
        self._memory = Memory(settings.home / "watch" / f"{name}.json")
        self._lock = FileLock(settings.home / "locks" / f"watch-{name}.lock")
        self._since: dict[str, float] = {}
        self._trouble = ""

    def run(self, *, every: float, once: bool = False) -> int:
        """Look every so many seconds until interrupted, or `once`; return how many files were refused.

        Raises:
            InputError: another process watches it.
        """
        Path(self._lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            name = shown(str(self._folder))
            raise InputError(f"“{name}” is being watched already.", "One watch per folder is enough.") from error
        with self._lock:
            refused = self.look()
            if once:
                time.sleep(self._settle)
                return refused + self.look()
            while True:
                time.sleep(every)
                self.look()

    def look(self) -> int:
        """Take what has settled, oldest first; return how many files were refused."""
        there = list(self._there())
        if there:  # an empty folder may be a share that is not mounted just now
            self._memory.keep_only(there)
        now = time.monotonic()
        self._since = {seen.key: self._since.get(seen.key, now) for seen in there}
        self._skip([seen for seen in there if seen not in self._memory and _is_other(seen.path)])
        fresh = {seen.path: seen for seen in there if seen not in self._memory}
        refused = 0
        for paths in splits.groups(sorted(fresh, key=lambda path: (fresh[path].modified, path)), _size):
            group = [fresh[path] for path in paths]
            if not self._joins and len(group) > 1:
                notes.print(f"{_names(group)} look like one recording that the camera split; --join makes one of them.")
            for files in [group] if self._joins else [[seen] for seen in group]:
                if all(self._is_settled(seen) for seen in files) and not self._waits_for_more(files):
                    refused += self._handle(files)
                    if self._trouble:  # it would be the same with every other file
                        return refused
        return refused

    def _skip(self, files: Sequence[Seen]) -> None:
        """Say once of files that they are left where they are."""
        if files:
            few, more = files[:_NAMED], len(files) - _NAMED
            others = f" and {more} more" if more > 0 else ""
            notes.print(f"Skipped, as their names say that they are no recordings: {_names(few)}{others}.")
            self._memory.note(files, "skipped")

    def _there(self) -> Iterator[Seen]:
        """Yield the files that could be recordings."""
        for folder, below, names in os.walk(self._folder):
            here = Path(folder)
            below[:] = [name for name in below if not name.startswith(".") and here / name != self._move_to]
            for name in names:
                if name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED):
                    continue
                with contextlib.suppress(OSError):  # it went away
                    facts = (here / name).lstat()
                    if stat.S_ISREG(facts.st_mode):
                        key = f"{facts.st_ino}:{facts.st_size}:{facts.st_mtime_ns}:{facts.st_mode}"
                        yield Seen(here / name, facts.st_size, facts.st_mtime_ns, key)

    def _is_settled(self, seen: Seen) -> bool:
        still = time.monotonic() - self._since[seen.key]
        return still >= self._settle and _as_it_was(seen) and not _is_being_written(seen.path)

    def _waits_for_more(self, files: Sequence[Seen]) -> bool:
        """A file that ends where cameras begin a new one: the next may still be on its way."""
        last = files[-1]
        still = time.monotonic() - self._since[last.key]
        return (
            self._joins
            and splits.is_of_series(last.path)
            and splits.is_full(last.size)
            and still < _PATIENCE * self._settle
        )

    def _handle(self, files: Sequence[Seen]) -> int:
        """Take files in as one recording; return how many were refused."""
        try:
            taken = self._take([seen.path for seen in files])
        except (InputError, MediaToolError) as error:
            if not all(_as_it_was(seen) for seen in files):
                return 0  # it went on growing, or away: later
            self._memory.note(files, "refused")
            notes.print(f"refused: {error}")
            return len(files)
        except (ShijiaoError, OperationalError, OSError) as error:  # the store or the database is away: later
            if str(error) != self._trouble:
                self._trouble = str(error)
                notes.print(f"not now: {error}")
            return 0
        self._trouble = ""
        how = "is in the archive already" if taken.known else "was taken in"
        console.print(f"{_names(files)} {how}: {taken.recording.id}")
        self._memory.note(files, "taken")
        if self._move_to is not None:
            self._move_away(files, self._move_to)
        self._tell()
        return 0

    def _move_away(self, files: Sequence[Seen], to: Path) -> None:
        for seen in files:
            try:
                if _as_it_was(seen):
                    _move(seen.path, to / seen.path.parent.relative_to(self._folder))
            except OSError as error:
                notes.print(f"{_names([seen])} stays where it is: {error.strerror or error}.")

    def _take(self, paths: list[Path]) -> Taken:
        name = shown(paths[0].name)
        with progress_bars() as bars:
            return self._intake.take(
                [Given(self._role, tuple(paths))],
                self._description,
                hashed=Bar(bars, f"compare {name}"),
                sent=Bar(bars, f"store {name}"),
            )


def _as_it_was(seen: Seen) -> bool:
    try:
        facts = seen.path.lstat()
    except OSError:
        return False
    return (facts.st_size, facts.st_mtime_ns) == (seen.size, seen.modified)


def _is_being_written(path: Path) -> bool:
    """Whether a process of this machine that we may look into has the file open for writing."""
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() != path:
                continue
            told = (link.parent.parent / "fdinfo" / link.name).read_text()
        except OSError:
            continue
        flags = next((line.split()[1] for line in told.splitlines() if line.startswith("flags:")), "0")
        if int(flags, 8) & os.O_ACCMODE != os.O_RDONLY:
            return True
    return False


def _move(path: Path, folder: Path) -> Path:
    """Move a file into a folder under its own name; where that is taken, as “name (2)”. Nothing is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    for target in chain([folder / path.name], (folder / f"{path.stem} ({n}){path.suffix}" for n in count(2))):
        try:
            os.link(path, target)  # unlike a rename it fails where something is
        except FileExistsError:
            continue
        except OSError:  # another disk, or one that knows no links
            if os.path.lexists(target):
                continue
            shutil.move(path, target)
            return target
        path.unlink()
        return target
    raise AssertionError  # the numbers do not end


def _is_other(path: Path) -> bool:
    return path.name.lower().endswith(_OTHER)


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _names(files: Sequence[Seen]) -> str:
    return ", ".join(f"“{shown(seen.path.name)}”" for seen in files)
