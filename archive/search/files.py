"""The index on disk: opening, checking, throwing away.

It is only ever a copy of the catalogue, so nothing is repaired.
"""

import contextlib
import json
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tantivy

FORMAT = "shijiao.search/1 tantivy/0.27"
"""Changes with the schema, with the analyser's answers and with tantivy's file format."""

_MARK = "FORMAT"
_FOOTER_MAGIC = 1337


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


def open_index(directory: Path, *, check: bool) -> tantivy.Index | None:
    """Open what lies there; None when it is missing, of another format, or not what was once written.

    With `check` every byte is read, about a second for a gigabyte: enough once in a process's life.
    """
    with contextlib.suppress(Damaged), or_damaged():
        if (directory / _MARK).read_text(encoding="utf-8") == FORMAT and (not check or _intact(directory)):
            return _ready(tantivy.Index.open(str(directory)))
    return None


def create_index(directory: Path) -> tantivy.Index:
    """Throw away what lies there and begin an empty index."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    index = _ready(tantivy.Index(_schema(), path=str(directory), reuse=False))
    (directory / _MARK).write_text(FORMAT, encoding="utf-8")  # last: without it, it is not an index
    return index


def generation(directory: Path) -> tuple[int, int, int] | None:
    """Return what differs after every commit of any process; None when there is no index."""
    try:
        facts = (directory / "meta.json").stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _intact(directory: Path) -> bool:
    """Whether every file of the last commit still has the check sum that tantivy wrote at its end."""
    try:
        return all(_has_its_check_sum(path.read_bytes()) for path in _committed(directory))
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


def _has_its_check_sum(content: bytes) -> bool:
    if len(content) < 8:
        return False
    length, magic = struct.unpack("<II", content[-8:])
    if magic != _FOOTER_MAGIC or length > len(content) - 8:
        return False
    footer: dict[str, Any] = json.loads(content[-8 - length : -8])
    return bool(zlib.crc32(memoryview(content)[: -8 - length]) == footer["crc"])


def _schema() -> tantivy.Schema:
    """One document a recording ("r") and one a sentence ("s").

    `pieces`, `pairs` and `sounds` are a sentence's words in the readings of `analyser.Lines`. `about` is the title,
    speakers, specialty and procedure of the recording, on both; `about_sounds` only on the recording.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("type", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("recording", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("pieces", "pairs", "sounds", "about", "about_sounds"):
        builder.add_text_field(name, tokenizer_name="cut")
    for name in ("text", "title", "kind"):  # kept, not searched; a text field would always be searched too
        builder.add_bytes_field(name, stored=True)
    for name in ("start", "end"):
        builder.add_float_field(name, stored=True)
    builder.add_integer_field("revision", stored=True)  # not unsigned: its writer dies of a Python int
    return builder.build()


def _ready(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer("cut", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index
