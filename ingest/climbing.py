"""The rungs of the ladder, made by one run or in chunks by every worker that has time, and joined."""

from typing import Any, NamedTuple

from archive import derivatives
from archive.derivatives import Derived
from archive.errors import InputError, MediaToolError
from ingest import chunks
from ingest.film import Film, make, shown
from ingest.media import entering
from ingest.media.encoders import nvenc_works
from ingest.run import Run, Stored
from ingest.steps import join as join_step
from ingest.steps import ladder as ladder_step
from ingest.steps import probe as probe_step
from ingest.steps import splice as splice_step


class Entry(NamedTuple):
    """A file that chunks are made of, each by whoever takes it, and what `probe` found in it."""

    source: Stored
    media: dict[str, Any]


def plan(run: Run, film: Film, *, copied: bool) -> ladder_step.Plan:
    """Return the rungs that the settings and this machine allow, the weakest apart."""
    settings = run.place.settings
    card = settings.video_gpu == "auto" and nvenc_works()
    return ladder_step.plan(film.media, copied=copied, av1=settings.video_av1, nvenc=card)


def climb(run: Run, film: Film, name: str, rungs: tuple[ladder_step.Rung, ...]) -> Derived | None:
    """Make rungs and let the portal play them; None where there are none to make."""
    if not rungs:
        run.skip(film.called(name), "there is no picture that it would make smaller")
        return None
    spliced = _in_chunks(film, rungs)
    made = None if spliced is None else run.made_before(splice_step, spliced, _identity(film))
    if made is None:
        entry = None if spliced is None else _entry(run, film)
        if spliced is None or entry is None:
            recipe = ladder_step.Recipe(media=film.media, rungs=rungs)
            made = make(run, film, name, ladder_step, recipe, threads=run.threads)
        else:
            made = _by_all(run, film, name, spliced, entry)
    return shown(run, film, made)


def _by_all(run: Run, film: Film, name: str, spliced: splice_step.Recipe, entry: Entry) -> Derived:
    """Have pieces made by every worker that has time, and join them."""
    pieces = chunks.spread(run, film.called(name), entry.source, _pieces(spliced, entry))
    inputs = {
        f"{number}/{rung}": piece.stored(file)
        for number, piece in enumerate(pieces)
        for rung, file in piece.facts["pieces"].items()
    }
    complaints = sum(piece.facts["complaints"] for piece in pieces)
    made = run.derive(splice_step, spliced, inputs, identity=_identity(film), mark=film.called("splice"))
    made = derivatives.note(run.place.store, made, complaints=complaints)
    for piece in pieces:
        derivatives.discard(run.place.store, piece)
    return made


def offer(run: Run, film: Film, name: str, rungs: tuple[ladder_step.Rung, ...]) -> None:
    """Where rungs are to be made in chunks later, let workers with a hand free begin."""
    spliced = _in_chunks(film, rungs)
    if spliced is None or run.made_before(splice_step, spliced, _identity(film)) is not None:
        return
    entry = _entry(run, film)
    if entry is not None:
        chunks.offer(run, film.called(name), entry.source, _pieces(spliced, entry))


def _entry(run: Run, film: Film) -> Entry | None:
    """Return what chunks are made of: the source, or a copy of it that has an index; None where that is not the same.

    The copy lies in the store, for every worker, until the ladder is there.
    """
    if entering.is_indexed(film.media):
        return Entry(film.source, film.media)
    try:
        copy = run.derive(join_step, _copying(film), {"0": film.source}, mark=film.called("join"))
        stored = copy.stored(copy.facts["file"])
        found = run.derive(
            probe_step, probe_step.Recipe(), {"source": stored}, mark=film.called("probe"), name=film.name
        )
    except (InputError, MediaToolError) as error:
        run.skip(film.called("join"), f"one worker encodes it: {error}")
        return None
    if not entering.is_same(found.facts, film.media):
        run.note(film.called("join"), {"message": "one worker encodes it: a copy of it would not be the same"})
        return None
    return Entry(stored, found.facts)


def forget_copy(run: Run, film: Film) -> None:
    """Remove the copy that `_entry` had made: the ladder is there."""
    copy = run.made_before(join_step, _copying(film), {"0": film.source[1]})
    if copy is not None and not entering.is_indexed(film.media):
        derivatives.discard(run.place.store, copy)


def _copying(film: Film) -> join_step.Recipe:
    return join_step.Recipe(medias=[film.media])


def _in_chunks(film: Film, rungs: tuple[ladder_step.Rung, ...]) -> splice_step.Recipe | None:
    """Return how rungs are made in chunks; None where one run makes them."""
    ranges = ladder_step.chunks(film.media, rungs)
    return splice_step.Recipe(media=film.media, rungs=rungs, chunks=ranges) if ranges else None


def _pieces(spliced: splice_step.Recipe, entry: Entry) -> list[ladder_step.Recipe]:
    return [ladder_step.Recipe(entry.media, spliced.rungs, frames=frames) for frames in spliced.chunks]


def _identity(film: Film) -> dict[str, str]:
    return {"source": film.source[1]}
