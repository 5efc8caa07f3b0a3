"""A hospital's own glossary, changed a term at a time; whoever reads it meanwhile sees it as it was or as it is."""

import contextlib
import fcntl
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from archive import disk
from archive.errors import GlossaryError, NotFound
from archive.glossary.model import Term
from archive.glossary.table import COLUMNS, SUFFIX, Faulty, lines_of, own_files, parse, read

_SPECIALTY = re.compile(r"[\w-]{1,60}")


def put(folder: Path, term: Term) -> Term:
    """Add a term to the file of its specialty, or write it anew where the file has it; return it as it is read back.

    Every other line, headings too, stays as it is. `folder` and file are made where they are missing.

    Raises:
        GlossaryError: the term cannot be written so, another file of the hospital's has it, or the file needs mending;
            nothing is changed.
    """
    row = _row(term)
    if not _SPECIALTY.fullmatch(term.specialty):
        advice = "A specialty becomes a file's name: letters, digits, - and _, at most 60."
        raise GlossaryError(f"“{term.specialty[:80]}” is no name of a specialty.", advice)
    try:
        known = parse(row, term.specialty)
    except Faulty as fault:
        raise GlossaryError(f"“{term.text[:40]}” cannot be taken: it {fault.what}.", fault.advice, why="term") from None

    def written(lines: list[str]) -> list[str]:
        _free(folder, known)
        at = _line(lines, known.text)
        return [*lines, row] if at is None else [*lines[:at], row, *lines[at + 1 :]]

    _rewrite(folder, term.specialty, written)
    return known


def remove(folder: Path, text: str, specialty: str) -> None:
    """Take a term out of the file of its specialty.

    Raises:
        NotFound: it is not in there.
        GlossaryError: the file needs mending; nothing is changed.
    """

    def written(lines: list[str]) -> list[str]:
        at = _line(lines, text)
        if at is None:
            advice = "`shijiao glossary` lists the files; one of Shijiao's own terms cannot be taken out."
            raise NotFound(f"“{text}” is not in the hospital's glossary {specialty}{SUFFIX}.", advice, name=text)
        return lines[:at] + lines[at + 1 :]

    _rewrite(folder, specialty, written)


def _row(term: Term) -> str:
    readings = ";".join(" ".join(reading) for reading in term.readings)
    cells = [term.text, readings, term.english, ";".join(term.synonyms), ";".join(term.misheard)]
    if any(unwanted in cell for cell in cells for unwanted in "\t\r\n") or term.text.startswith("#"):
        raise GlossaryError(
            f"“{term.text[:40]}” holds a tab, a new line or a #.", "Write each word by itself.", why="term"
        )
    return "\t".join(cells).rstrip("\t")


def _free(folder: Path, term: Term) -> None:
    """See that no other file of the hospital's has one of its spellings: only the first would count."""
    for file in own_files(folder):
        for other in read(file):
            shared = set(term.spellings) & set(other.spellings)
            if shared and (other.specialty, other.text) != (term.specialty, term.text):
                spelling = min(shared)
                advice = f"Change it there: it belongs to “{other.text}”."
                raise GlossaryError(f"“{spelling}” is in {file.name} already.", advice, file=file.name, why="taken")


def _line(lines: list[str], text: str) -> int | None:
    """Return where a term stands below the line that names the columns."""
    return next((at for at, line in enumerate(lines) if at and line.split("\t")[0].strip() == text), None)


def _rewrite(folder: Path, specialty: str, change: Callable[[list[str]], list[str]]) -> None:
    with disk.told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{specialty}{SUFFIX}"
    with _alone(folder):
        if file.exists():
            list(read(file))  # or what is wrong with it would be blamed on the term
        lines = lines_of(file) if file.exists() else ["\t".join(COLUMNS)]
        lines[0] = "\t".join(COLUMNS)
        text = "\n".join(change(lines)) + "\n"
        with disk.told(folder):
            _replace(file, text)


def _replace(file: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".new", encoding="utf-8", delete=False) as new:
        beside = Path(new.name)
        try:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
            beside.chmod(0o644)
            beside.replace(file)
        except OSError:
            beside.unlink()
            raise


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one at a time change the folder's files: two people may press the button at once."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
