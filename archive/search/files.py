"""The index on disk: opening, checking, throwing away.

It is only ever a copy of the catalogue, so nothing is repaired: a new one is made beside it, in a folder of its own,
and takes its place when it is whole.
"""

import contextlib
import json
import os
import secrets
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tantivy

from archive.search.document import prepare, schema

FORMAT = "shijiao.search/3 tantivy/0.27 pypinyin/0.55"
"""Changes with the schema, with the analyser's answers and with tantivy's file format."""

_CURRENT = "CURRENT"
_MARK = "FORMAT"
_FOOTER_MAGIC = 1337
_BLOCK = 1 << 20


class Damaged(Exception):
    """The files of the index cannot be read, or not written."""


@contextlib.contextmanager
def or_damaged() -> Iterator[None]:
    """Turn whatever tantivy says of files that it cannot read or write into `Damaged`."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise Damaged(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's; its class cannot be imported
            raise
        raise Damaged(str(error)) from error


def open_index(root: Path, *, check: bool) -> tantivy.Index | None:
    """Open what lies there; None when it is missing, of another format, or not what was once written.

    With `check` every byte is read, about a second for a gigabyte: enough once in a process's life.
    """
    directory = current(root)
    if directory is None:
        return None
    with contextlib.suppress(Damaged), or_damaged():
        if (directory / _MARK).read_text(encoding="utf-8") == FORMAT and (not check or _intact(directory)):
            return prepare(tantivy.Index.open(str(directory)))
    return None


def create_index(root: Path) -> tuple[tantivy.Index, Path]:
    """Begin an empty index beside what lies there, which still answers until `install`.

    Raises:
        Damaged: it cannot be written.
    """
    directory = root / secrets.token_hex(6)
    with or_damaged():
        directory.mkdir(parents=True)
        index = prepare(tantivy.Index(schema(), path=str(directory), reuse=False))
        (directory / _MARK).write_text(FORMAT, encoding="utf-8")
    return index, directory


def install(root: Path, directory: Path) -> None:
    """Make a new index the one that answers, and throw away all others; whoever has one of them open may go on."""
    beside = root / f"{_CURRENT}.new"
    with or_damaged():
        beside.write_text(directory.name, encoding="utf-8")
        beside.replace(root / _CURRENT)
    clear(root)


def clear(root: Path) -> None:
    """Remove everything but the index that answers: what came before it, and what a crash left."""
    kept = current(root)
    for path in root.iterdir():
        if path.is_dir() and path != kept:
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file() and path.name != _CURRENT:
            path.unlink(missing_ok=True)  # an index of before lay here without a folder of its own


def sweep(root: Path) -> None:
    """Remove what a killed writer left: the next one would want to write a file of the same name. Asks for the lock."""
    directory = current(root)
    if directory is None:
        return
    committed = set(_committed(directory))
    for path in directory.glob("*.del"):
        if path not in committed:
            path.unlink(missing_ok=True)


def current(root: Path) -> Path | None:
    """Return where the index that answers lies; None when there is none."""
    try:
        name = (root / _CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return None
    return root / name if name.isalnum() else None


def generation(root: Path) -> tuple[str, int, int, int] | None:
    """Return what differs after every commit of any process; None when there is no index."""
    directory = current(root)
    try:
        facts = (directory / "meta.json").stat() if directory else None
    except OSError:
        return None
    return (directory.name, facts.st_ino, facts.st_mtime_ns, facts.st_size) if directory and facts else None


def _intact(directory: Path) -> bool:
    """Whether every file of the last commit still has the check sum that tantivy wrote at its end."""
    try:
        return all(_has_its_check_sum(path) for path in _committed(directory))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _committed(directory: Path) -> Iterator[Path]:
    """Yield the files of the last commit, not what a crash left beside them."""
    meta = json.loads((directory / "meta.json").read_text(encoding="utf-8"))
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        for path in directory.glob(f"{name}.*"):
            if path.suffix != ".del":
                yield path
        if segment["deletes"] is not None:
            yield directory / f"{name}.{segment['deletes']['opstamp']}.del"


def _has_its_check_sum(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if size < 8:
            return False
        file.seek(size - 8)
        length, magic = struct.unpack("<II", file.read(8))
        left = size - 8 - length
        if magic != _FOOTER_MAGIC or left < 0:
            return False
        file.seek(left)
        footer: dict[str, Any] = json.loads(file.read(length))
        file.seek(0)
        found = 0
        while left:
            block = file.read(min(left, _BLOCK))
            found, left = zlib.crc32(block, found), left - len(block)
        return bool(found == footer["crc"])
