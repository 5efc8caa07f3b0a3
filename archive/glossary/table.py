"""Reading the glossary's files; what is wrong in one is told with its name and line."""

import re
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from archive.errors import GlossaryError, NotFound, TranscriptFormatError
from archive.glossary.model import Glossary, Term
from archive.transcripts.decoding import decode

SUFFIX = ".tsv"
COLUMNS = ("term", "pinyin", "english", "synonyms", "misheard")
_SEPARATOR = re.compile("[;；]")
_SYLLABLE = re.compile("[a-z]{1,6}")
_SPELLING = re.compile(r"[\u3400-\u9fffA-Za-z0-9α-ωΑ-Ω.+/ -]{1,30}")
_LARGEST = 4 << 20  # bytes of one file


def specialties() -> tuple[str, ...]:
    """The names of the glossaries that come with Shijiao, each a file."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in _ours().iterdir() if path.name.endswith(SUFFIX)))


def load(*wanted: str, own: Path | None = None) -> Glossary:
    """Return our terms of the specialties that are wanted, all of them if none is named, after the hospital's.

    `own` is a folder of the hospital's own files; its terms come first, so that they decide where both know a word. It
    may be missing. A spelling that was there before is left out.

    Raises:
        NotFound: there is no glossary for a specialty.
        GlossaryError: a file is not as it should be; the message names it and the line.
    """
    known = specialties()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise NotFound(f"There is no glossary “{unknown[0]}”.", f"There are: {', '.join(known)}.", name=unknown[0])
    files: list[Traversable] = [*own_files(own), *(_ours() / f"{name}{SUFFIX}" for name in wanted or known)]
    return Glossary(tuple(_without_repetition(term for file in files for term in read(file))))


def own_files(folder: Path | None) -> list[Path]:
    """Return the files of a hospital's own glossary, in their order; none where there is no such folder."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder is not None and folder.is_dir() else []


def _ours() -> Traversable:
    return resources.files("archive.glossary") / "terms"


def _without_repetition(terms: Iterable[Term]) -> Iterator[Term]:
    seen: set[str] = set()
    for term in terms:
        if term.text not in seen:
            synonyms = tuple(spelling for spelling in term.synonyms if spelling not in seen)
            seen.update(term.spellings)
            yield Term(term.text, term.specialty, term.readings, term.english, synonyms, term.misheard)


def read(file: Traversable) -> Iterator[Term]:
    """Yield the terms of one file; its name without the ending is their specialty.

    Raises:
        GlossaryError: the file is not as it should be; the message names it and the line.
    """
    lines = lines_of(file)
    if not lines or tuple(lines[0].rstrip().split("\t")) != COLUMNS[: len(lines[0].rstrip().split("\t"))]:
        advice = f"It must begin with the columns, tabs between them: {', '.join(COLUMNS)}."
        raise _wrong(file, 1, "does not name the columns", advice)
    for number, line in enumerate(lines[1:], 2):
        if line.strip() and not line.startswith("#"):
            try:
                yield parse(line, file.name.removesuffix(SUFFIX))
            except Faulty as fault:
                raise _wrong(file, number, fault.what, fault.advice) from None


def lines_of(file: Traversable) -> list[str]:
    """Return the lines of a file, in whatever encoding a spreadsheet wrote it: UTF-8, UTF-16 or GBK.

    Raises:
        GlossaryError: it is too large, or not text.
    """
    raw = file.read_bytes()
    if len(raw) > _LARGEST:
        raise GlossaryError(
            f"The glossary {file.name} is larger than {_LARGEST >> 20} MiB.", "Split it.", file=file.name
        )
    try:
        return decode(raw)[0].splitlines()
    except TranscriptFormatError as error:
        line = int(error.facts.get("line", 1))
        raise _wrong(file, line, "holds bytes that are no text in UTF-8 or GBK", "Save the file as UTF-8.") from error


class Faulty(Exception):
    """A row that holds no term: what is wrong with it, and what to do about it."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what, self.advice = what, advice


def parse(line: str, specialty: str) -> Term:
    """Return the term of one row.

    Raises:
        Faulty: there is none in it.
    """
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > len(COLUMNS):
        raise Faulty(f"has {len(cells)} columns", f"There are {len(COLUMNS)}: {', '.join(COLUMNS)}.")
    cells += [""] * (len(COLUMNS) - len(cells))
    text, pinyin, english, synonyms, misheard = cells
    if not text:
        raise Faulty("has no term", "The first column is the word as it should be written.")
    others, wrong = _several(synonyms), _several(misheard)
    for spelling in (text, *others, *wrong):
        if not _SPELLING.fullmatch(spelling):
            advice = "A term is at most 30 characters: Chinese, letters, digits; several stand between semicolons."
            raise Faulty(f"has “{spelling[:40]}”, which is not a term", advice)
    readings = tuple(tuple(reading.lower().replace("ü", "v").split()) for reading in _several(pinyin))
    for reading in readings:
        if len(reading) != len(text) or not all(_SYLLABLE.fullmatch(syllable) for syllable in reading):
            advice = f"“{text}” needs {len(text)} syllables of letters without tones, blanks between them."
            raise Faulty(f"has the pinyin “{' '.join(reading)}”", advice)
    return Term(text, specialty, readings, english, others, wrong)


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEPARATOR.split(cell) if part.strip()))


def _wrong(file: Traversable, line: int, what: str, advice: str) -> GlossaryError:
    return GlossaryError(f"Line {line} of the glossary {file.name} {what}.", advice, file=file.name, line=line)
