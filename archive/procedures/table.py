"""Reading the files of procedures; what is wrong in one is told with its name and line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from archive.errors import ProcedureError

SUFFIX = ".tsv"
COLUMNS = ("name", "chinese", "english", "synonyms")
ITSELF = "procedure"
_NAME = re.compile(r"[a-z0-9_-]{1,60}")
_SEPARATOR = re.compile("[;；]")
_LARGEST = 1 << 20  # bytes of one file
_LONGEST = 120  # characters of one cell's text
_IDLE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Step:
    """One step, by a name that stays while its words may change; `synonyms` are words that tell it."""

    name: str
    chinese: str
    english: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """An operation and its steps, in their order. `name` is its file's."""

    name: str
    chinese: str
    english: str
    synonyms: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def spellings(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.chinese, self.english, *self.synonyms)))


def load(own: Path | None = None) -> list[Procedure]:
    """Return all procedures, the hospital's own first: one of theirs takes the place of ours of the same file name.

    `own` is a folder of their files; it may be missing.

    Raises:
        ProcedureError: a file is not as it should be; the message names it and the line.
    """
    ours = sorted((path for path in _ours().iterdir() if path.name.endswith(SUFFIX)), key=lambda path: path.name)
    found: dict[str, Procedure] = {}
    for file in (*own_files(own), *ours):
        if (name := file.name.removesuffix(SUFFIX)) not in found:
            found[name] = read(file)
    return list(found.values())


def own_files(folder: Path | None) -> list[Path]:
    """Return a hospital's own files, in their order; none where there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder is not None and folder.is_dir() else []


def match(procedures: Iterable[Procedure], *said: str) -> Procedure | None:
    """Return the procedure that a description names, first by the first text; None where none does.

    Of several whose names stand in one text, the longest name tells: 宫腔镜子宫肌瘤切除术 is not 子宫肌瘤切除术.
    """
    known = [(folded(spelling), each) for each in procedures for spelling in each.spellings]
    for text in map(folded, said):
        named = [(len(spelling), -place) for place, (spelling, _) in enumerate(known) if spelling and spelling in text]
        if named:
            return known[-max(named)[1]][1]
    return None


def folded(text: str) -> str:
    """Return a name without what people write in one way or another: case, blanks, marks, the 下 of 腹腔镜下."""
    return _IDLE.sub("", text.casefold()).replace("镜下", "镜")


def read(file: Traversable) -> Procedure:
    """Return the procedure of one file.

    Raises:
        ProcedureError: the file is not as it should be; the message names it and the line.
    """
    name = file.name.removesuffix(SUFFIX)
    if not _NAME.fullmatch(name):
        raise _wrong(file, 1, "has a name that cannot be used", "Name it with a-z, 0-9, - and _, ending in .tsv.")
    rows = [_row(file, number, line) for number, line in _lines(file)]
    if not rows or rows[0][1].name != ITSELF:
        raise _wrong(file, 2, "does not name the operation", f"The first row is `{ITSELF}`, the others are its steps.")
    (_, head), steps = rows[0], rows[1:]
    if not steps:
        raise _wrong(file, 3, "has no step", "Write one in each row, in their order.")
    seen = {ITSELF}
    for number, step in steps:
        if step.name in seen:
            raise _wrong(file, number, f"has “{step.name}” a second time", "Give each step a name of its own.")
        seen.add(step.name)
    return Procedure(name, head.chinese, head.english, head.synonyms, tuple(step for _, step in steps))


def _ours() -> Traversable:
    return resources.files("archive.procedures") / "steps"


def _lines(file: Traversable) -> list[tuple[int, str]]:
    raw = file.read_bytes()
    if len(raw) > _LARGEST:
        raise _wrong(file, 1, "is one of far too many", "A procedure is a table of some ten or twenty steps.")
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        number = raw[: error.start].count(b"\n") + 1
        raise _wrong(file, number, "holds bytes that are not UTF-8", "Save the file as UTF-8.") from error
    if not lines or tuple(cell.strip() for cell in lines[0].rstrip().split("\t")) != COLUMNS:
        advice = f"It must begin with the columns, tabs between them: {', '.join(COLUMNS)}."
        raise _wrong(file, 1, "does not name the columns", advice)
    return [(number, line) for number, line in enumerate(lines[1:], 2) if line.strip() and not line.startswith("#")]


def _row(file: Traversable, number: int, line: str) -> tuple[int, Step]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > len(COLUMNS):
        raise _wrong(file, number, f"has {len(cells)} columns", f"There are {len(COLUMNS)}: {', '.join(COLUMNS)}.")
    name, chinese, english, synonyms = cells + [""] * (len(COLUMNS) - len(cells))
    if not _NAME.fullmatch(name):
        advice = "The first column is a short name of the step that never changes: a-z, 0-9, - and _."
        raise _wrong(file, number, f"has the name “{name[:40]}”", advice)
    if not (chinese or english) or max(len(chinese), len(english)) > _LONGEST:
        advice = f"Write what it is called in Chinese, English or both, in at most {_LONGEST} characters."
        raise _wrong(file, number, "does not say what it is called", advice)
    several = tuple(dict.fromkeys(part.strip() for part in _SEPARATOR.split(synonyms) if part.strip()))
    return number, Step(name, chinese or english, english or chinese, several)


def _wrong(file: Traversable, line: int, what: str, advice: str) -> ProcedureError:
    return ProcedureError(f"Line {line} of the procedure {file.name} {what}.", advice, file=file.name, line=line)
