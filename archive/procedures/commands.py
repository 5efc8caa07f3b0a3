"""`shijiao procedures`: which operations have standard steps, and how a hospital adds its own."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from archive.errors import InputError
from archive.output import console, notes, print_json, table
from archive.procedures.table import SUFFIX, Procedure, load, match, own_files, read
from archive.settings import load_settings

app = typer.Typer(help="The standard steps of operations.", invoke_without_command=True)


@app.callback()
def list_(context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the operations, the hospital's own first."""
    if context.invoked_subcommand:
        return
    folder = load_settings().procedures_dir
    own = {file.name.removesuffix(SUFFIX): str(file) for file in own_files(folder)}
    found = load(folder)
    if as_json:
        print_json([_plain(each) | {"own": each.name in own} for each in found])
        return
    rows = table("procedure", "", "steps", "from")
    for each in found:
        rows.add_row(each.chinese, each.english, str(len(each.steps)), own.get(each.name, "Shijiao"))
    console.print(rows)
    notes.print(f"The hospital's own lie in {folder}.")


@app.command()
def show(procedure: Annotated[str, typer.Argument(help="An operation, however it is called.")]) -> None:
    """Print the steps of an operation as the table that they are, to be changed and added."""
    known = load(load_settings().procedures_dir)
    found = next((each for each in known if each.name == procedure), None) or match(known, procedure)
    if found is None:
        raise InputError(f"There are no steps for “{procedure}”.", "`shijiao procedures` lists what there is.")
    print("name\tchinese\tenglish\tsynonyms")
    print(f"procedure\t{found.chinese}\t{found.english}\t{';'.join(found.synonyms)}")
    for step in found.steps:
        print(f"{step.name}\t{step.chinese}\t{step.english}\t{';'.join(step.synonyms)}")


@app.command()
def add(file: Annotated[Path, typer.Argument(help="A table of steps; see `show`.", show_default=False)]) -> None:
    """Take an operation of the hospital's own, in place of one of the same file name. It must be in order."""
    if not file.is_file() or file.suffix != SUFFIX:
        raise InputError(f"{file} is no file that ends in {SUFFIX}.", "Name a table of steps, as `show` prints one.")
    found = read(file)
    folder = load_settings().procedures_dir
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    if target.exists() and target.samefile(file):
        raise InputError(f"{file} is there already.", "It is read from there; nothing needs to be done.")
    beside = target.with_suffix(".new")  # a portal reads the folder at any time: the old file or the new one
    shutil.copyfile(file, beside)
    beside.replace(target)
    notes.print(f"{found.chinese}: its {len(found.steps)} steps stand ready when its recordings are edited.")


def _plain(each: Procedure) -> dict[str, object]:
    steps = [{"name": step.name, "chinese": step.chinese, "english": step.english} for step in each.steps]
    named = {"name": each.name, "chinese": each.chinese, "english": each.english, "synonyms": each.synonyms}
    return named | {"steps": steps}
