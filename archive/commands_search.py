"""`shijiao search`: the same search as the portal's, for people and for programs."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from archive import misses
from archive.access import LOCAL, findable
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import DiskFull, InputError, ShijiaoError, shown
from archive.output import console, cut, day, length, notes, print_json, table
from archive.search import FACETS, Answer, Asked, Hit, SearchIndex, open_vectors
from archive.search.filters import ALLOWED, is_possible
from archive.settings import load_settings

_BY = {"text": "", "same": "  (said otherwise)", "sound": "  (by sound)", "meaning": "  (by meaning)"}
_MEANING_SECONDS = 20.0  # that a command waits for vectors; a portal makes all of them
_Values = Annotated[list[str] | None, typer.Option(help="Only these; may be given several times.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)


def search(
    query: Annotated[
        str, typer.Argument(help='Words that were said, or of a title; "a phrase", -without, speaker:王.')
    ] = "",
    kind: _Values = None,
    specialty: _Values = None,
    procedure: _Values = None,
    speaker: _Values = None,
    institution: _Values = None,
    year: _Values = None,
    length_: Annotated[
        list[str] | None, typer.Option("--length", help="Minutes: 0-10, 10-30, 30-60, 60-120, 120-.")
    ] = None,
    language: _Values = None,
    limit: Annotated[int, typer.Option(min=1, max=misses.MOST, help="At most so many recordings.")] = 10,
    offset: Annotated[int, typer.Option(min=0, max=1_000_000, help="Leave out so many of the best ones.")] = 0,
    moments: Annotated[int, typer.Option(min=0, max=1000, help="At most so many moments of each.")] = 5,
    counts: Annotated[
        bool, typer.Option("--counts", help="Count by all filters; with --json print the whole answer.")
    ] = False,
    missed: Annotated[
        bool, typer.Option("--missed", help="List what people looked for and did not find instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search everything that was said, shown or written about a recording."""
    values = (kind, specialty, procedure, speaker, institution, year, length_, language)
    filters = {name: chosen for name, chosen in zip(FACETS, values, strict=True) if chosen}
    _check(filters)
    settings = load_settings()
    engine = connect(settings, reading=True)
    if missed:
        _print_missed(misses.most(engine, limit), as_json=as_json)
        return
    catalogue = Catalogue(engine)
    vectors = open_vectors(settings)
    index = SearchIndex(settings.home / "search", catalogue=catalogue, glossary=settings.glossary_dir, vectors=vectors)
    try:
        index.follow(catalogue)
    except ShijiaoError as error:  # on a full disk what was indexed before, or the catalogue itself, still answers
        notes.print(f"What changed of late may not be found: {error}", style="yellow")
    if vectors is not None:
        until = time.monotonic() + _MEANING_SECONDS
        vectors.follow(catalogue, stop=lambda: time.monotonic() > until)
    asked = Asked(query, findable(LOCAL, catalogue), filters, limit, offset, moments, counts)
    answer = index.ask(asked)
    if not filters:  # else it may be there, and only not among these
        with contextlib.suppress(DiskFull):
            misses.note(engine, query, answer)
    if as_json:
        print_json(asdict(answer) if counts else [asdict(hit) for hit in answer.hits])
    else:
        _print(query, answer)


def _check(filters: Mapping[str, Sequence[str]]) -> None:
    """Refuse a value that no recording could have: nothing would be found, which says nothing about the query."""
    for name, values in filters.items():
        for value in values:
            if not is_possible(name, value):
                raise InputError(f"“{cut(shown(value))}” is no {name}.", f"It must be {ALLOWED[name]}.")


def _print(query: str, answer: Answer) -> None:
    if answer.rebuilding:
        notes.print("The search index is being made anew: for now only what is written exactly so is found.")
    if not answer.hits:
        notes.print(f"Nothing was found for “{cut(shown(query))}”.")
    if answer.instead:
        notes.print(f"Did you mean: {', '.join(answer.instead)}?")
    if answer.also:
        notes.print(f"Also searched: {', '.join(answer.also)}.")
    for hit in answer.hits:
        _print_hit(hit)
    if answer.total > len(answer.hits) > 0:
        notes.print(f"{answer.total} recordings in all.")
    for name, found in answer.facets.items():
        if found:
            console.print(f"{name:<12} {', '.join(f'{each.value} ({each.count})' for each in found)}")


def _print_hit(hit: Hit) -> None:
    console.print(f"{shown(hit.title)}  {hit.recording_id}", style="bold")
    for moment in hit.moments:
        where = "" if moment.kind == "segment" else f"  [{moment.kind}]"
        console.print(f"  {length(moment.start):>7}  {moment.text}{where}{_BY[moment.by]}")
    if hit.found > len(hit.moments) > 0:
        console.print(f"           and {hit.found - len(hit.moments)} more")


def _print_missed(found: list[misses.Missed], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in found])
        return
    if not found:
        notes.print("Whatever was looked for was found.")
        return
    rows = table("looked for", "times", "last")
    for each in found:
        rows.add_row(cut(each.query), str(each.count), day(each.last_at))
    console.print(rows)
