"""`shijiao align`: the angles of a recording put in their places by hand."""

from pathlib import Path
from typing import Annotated

import typer

from archive import commands as archive_commands
from archive import deposit
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError, JobFailed, shown
from archive.jobs import Jobs
from archive.ocfl import OcflRoot
from archive.settings import load_settings
from archive.tables import Alignment, Angle
from ingest.angles import Given, moved, places


def align(
    recording_id: Annotated[str, typer.Argument(help="The recording, or the beginning of its id.", show_default=False)],
    offset: Annotated[
        list[str],
        typer.Option(
            metavar="ROLE=TIME",
            help="By how many seconds (or m:ss) an angle begins after the first one, or before it (-3). The second of "
            "two rooms is room:2.",
        ),
    ],
) -> None:
    """Put the angles of a recording in their places, where their sound did not tell."""
    from archive.objects import open_store

    settings = load_settings()
    database = connect(settings)
    catalogue, jobs = Catalogue(database), Jobs(database)
    recording = catalogue.recording(recording_id)
    status = jobs.latest(recording.id)
    if status is not None and not status.ended:
        raise JobFailed(f"“{shown(recording.title)}” is being processed.", "Align it when that has ended.")
    angles = catalogue.angles(recording.id)
    if len(angles) < 2:
        raise InputError(f"“{shown(recording.title)}” has one angle: there is nothing to align.")
    placed = places(moved([_given(angle, angles[0]) for angle in angles], offset))
    for angle, place in zip(angles, placed, strict=True):
        catalogue.change_source(angle.id, start=place.start, alignment=place.alignment)
    with open_store(settings) as store:
        deposit.keep_description(OcflRoot(store), recording, catalogue.sources(recording.id))
    jobs.submit(recording.id)  # the transcript moves with its angle; all else is found made
    archive_commands.print_recording(catalogue, jobs, catalogue.recording(recording.id))


def _given(angle: Angle, first: Angle) -> Given:
    """An angle as it stands now, by its offset from the first one."""
    known = angle.first.alignment is not Alignment.UNKNOWN
    offset = angle.first.start - first.first.start if known else None
    return Given(angle.first.role, tuple(Path(part.name) for part in angle.parts), offset)
