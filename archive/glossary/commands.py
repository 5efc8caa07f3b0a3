"""`shijiao glossary`: what terms there are, and a hospital's own, as files."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from archive.errors import GlossaryError, InputError
from archive.glossary.model import Term
from archive.glossary.own import put, remove
from archive.glossary.table import SUFFIX, load, own_files, read
from archive.output import console, notes, print_json, table
from archive.settings import load_settings

app = typer.Typer(help="The terms that transcripts are checked against.", invoke_without_command=True)


@app.callback()
def list_(context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List how many terms there are of each specialty, the hospital's own first."""
    if context.invoked_subcommand:
        return
    folder = load_settings().glossary_dir
    glossary = load(own=folder)
    hospital = {term.text for file in own_files(folder) for term in read(file)}
    counts = Counter((term.text in hospital, term.specialty) for term in glossary.terms)
    if as_json:
        own = {name: count for (mine, name), count in counts.items() if mine}
        ours = {name: count for (mine, name), count in counts.items() if not mine}
        print_json({"folder": str(folder), "own": own, "terms": ours, "digest": glossary.digest})
        return
    rows = table("specialty", "terms", "from")
    for (mine, name), count in counts.items():
        rows.add_row(name, str(count), str(folder / f"{name}{SUFFIX}") if mine else "Shijiao")
    console.print(rows)
    console.print(f"{len(glossary.terms)} terms, digest {glossary.digest[:16]}…")


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A table of terms.", show_default=False)]) -> None:
    """Check a file of terms, line by line; nothing is changed."""
    terms = _terms(file)
    known = load().by_spelling
    both = [term for term in terms if term.text in known]
    notes.print(f"{file.name} is in order: {len(terms)} terms, {len(terms) - len(both)} of them new.")
    _warn(terms)


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="A table of terms; its name is their specialty.", show_default=False)],
) -> None:
    """Take a file into the hospital's own glossary, in place of one of the same name. It must be in order."""
    terms = _terms(file)
    folder = load_settings().glossary_dir
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    if target.exists() and target.samefile(file):
        raise InputError(f"{file} is in the glossary already.", "It is read from there; nothing needs to be done.")
    beside = target.with_suffix(".new")  # a worker reads the folder at any time: it sees the old file or the new one
    shutil.copyfile(file, beside)
    beside.replace(target)
    notes.print(f"{len(terms)} terms of {file.name} are in the glossary. New recordings are checked against them;")
    notes.print("those that are here already with: shijiao transcribe --glossary")
    _warn(terms)


@app.command()
def term(
    text: Annotated[str, typer.Argument(help="The word as it should be written.", show_default=False)],
    specialty: Annotated[str, typer.Option(help="The file of the hospital's glossary that it belongs to.")] = "own",
    pinyin: Annotated[str, typer.Option(help="Its reading, where the characters leave a doubt.")] = "",
    english: Annotated[str, typer.Option(help="What it is called in English.")] = "",
    synonym: Annotated[list[str] | None, typer.Option(help="Another right spelling; may be repeated.")] = None,
    misheard: Annotated[list[str] | None, typer.Option(help="A wrong one that is often written.")] = None,
    gone: Annotated[bool, typer.Option("--remove", help="Take it out.")] = False,
) -> None:
    """Put one term into the hospital's own glossary, or change the one that is there."""
    folder = load_settings().glossary_dir
    if gone:
        remove(folder, text, specialty)
        notes.print(f"“{text}” is no longer in {specialty}{SUFFIX}.")
        return
    readings = (tuple(pinyin.split()),) if pinyin else ()
    put(folder, Term(text, specialty, readings, english, tuple(synonym or ()), tuple(misheard or ())))
    notes.print(f"“{text}” is in {specialty}{SUFFIX}. New recordings are checked against it;")
    notes.print("those that are here already with: shijiao transcribe --glossary")


def _warn(terms: list[Term]) -> None:
    """Name what is in order and will do little good: a single character sounds like too much else."""
    short = [word for term in terms for word in (term.text, *term.synonyms, *term.misheard) if len(word) == 1]
    if short:
        words = ", ".join(f"“{word}”" for word in dict.fromkeys(short))
        notes.print(f"Of one character only: {words}. Too much else sounds so; write the whole word.", style="yellow")


def _terms(file: Path) -> list[Term]:
    if not file.is_file():
        raise InputError(f"There is no file {file}.", "Name a table of terms.")
    if file.suffix != SUFFIX:
        raise GlossaryError(
            f"{file.name} is not named as a glossary is.",
            f"Its name is its specialty and ends in {SUFFIX}: a table with tabs between the columns, in UTF-8.",
        )
    terms = list(read(file))
    if not terms:
        raise GlossaryError(f"The glossary {file.name} holds no term.", "Write one on each line after the first.")
    return terms
