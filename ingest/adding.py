"""`shijiao add` and `shijiao watch`: what a person says, taken in, and told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from archive import commands as archive_commands
from archive import recorded, views
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError, JobFailed, MediaToolError, ShijiaoError, shown
from archive.jobs import Jobs, Status
from archive.output import Bar, notes, print_json, progress_bars
from archive.processes import ended_by_sigterm
from archive.settings import Settings, load_settings
from archive.tables import JobState, Kind, Recording, SourceRole
from ingest import splits, spoken
from ingest.angles import Given, parse
from ingest.intake import Description, Intake, Taken
from ingest.unsaid import differing
from ingest.waiting import wait_for

Title = Annotated[str, typer.Option(help="Title; the file's name where none is given.")]
What = Annotated[Kind, typer.Option(help="What was recorded.")]
Speakers = Annotated[list[str] | None, typer.Option("--speaker", help="Who speaks; may be given several times.")]
Specialty = Annotated[str, typer.Option(help="For example 产科.")]
Procedure = Annotated[str, typer.Option(help="The operation, where it is one.")]
Language = Annotated[str, typer.Option(help="Language spoken: zh, en, … or auto.")]
Shows = Annotated[SourceRole, typer.Option(help="What the file shows.")]


def add(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recordings, each of them one file.", show_default=False)
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=FILE",
            help="An angle of one recording; may be given several times. ROLE+=FILE: its next part, where the camera "
            f"split it. Roles: {', '.join(SourceRole)}.",
        ),
    ] = None,
    offset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=TIME",
            help="By how many seconds (or m:ss) an angle begins after the first one, or before it (-3); found by its "
            "sound where it is not given. The second of two rooms is room:2.",
        ),
    ] = None,
    join: Annotated[
        bool | None,
        typer.Option("--join/--no-join", help="Make one recording of files that a camera split (GX010001, GX020001…)."),
    ] = None,
    title: Title = "",
    kind: What = Kind.LECTURE,
    speaker: Speakers = None,
    specialty: Specialty = "",
    procedure: Procedure = "",
    language: Language = "zh",
    recorded_at: Annotated[datetime | None, typer.Option(help="When it was recorded.")] = None,
    role: Shows = SourceRole.ROOM,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is ready; starts a worker if none runs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each recording as one line of JSON.")] = False,
) -> None:
    """Take recordings in: each file by itself, or with --source all of them as the angles of one recording."""
    recordings = _recordings(files or [], source or [], offset or [], role, join=join)
    description = _described(title, kind, language, specialty, procedure, speaker, recorded_at)
    settings = load_settings()
    failures = []
    with _interrupted("Stopped. The same command goes on from here.", code=130), ended_by_sigterm():
        for angles in recordings:
            try:
                add_one(settings, angles, description, wait=wait, as_json=as_json)
            except ShijiaoError as error:
                failures.append(error)
                notes.print(f"shijiao: {error}")
    if failures:
        raise typer.Exit(failures[0].exit_code)


def _described(
    title: str,
    kind: Kind,
    language: str,
    specialty: str,
    procedure: str,
    speakers: list[str] | None,
    recorded_at: datetime | None = None,
) -> Description:
    """Return what a person says of recordings.

    Raises:
        InputError: it cannot be so.
    """
    moment = recorded_at and recorded.checked(recorded_at)
    return Description(title, kind, spoken.checked(language), specialty, procedure, speakers or [], moment)


def _recordings(
    files: list[Path], sources: list[str], offsets: list[str], role: SourceRole, *, join: bool | None
) -> list[list[Given]]:
    """Return the recordings that are to be made, each as its angles.

    Raises:
        InputError: what was said makes no sense.
    """
    if bool(files) == bool(sources):
        raise InputError("Name either files or sources.", "`shijiao add --help` shows how.")
    if sources:
        return [parse(sources, offsets)]
    if offsets:
        raise InputError("An offset needs the angles of one recording.", "Name them by --source ROLE=FILE.")
    together = splits.groups(files, lambda path: path.stat().st_size if path.is_file() else 0)
    split = next((group for group in together if len(group) > 1), None)
    if split and join is None:
        names = ", ".join(f"“{shown(path.name)}”" for path in split)
        raise InputError(
            f"{names} look like one recording that the camera split.",
            "Add them with --join to make one of them, or with --no-join to take each by itself.",
        )
    groups = together if join else [[path] for path in files]
    return [[Given(role, tuple(group))] for group in groups]


def add_one(
    settings: Settings, angles: list[Given], description: Description, *, wait: bool, as_json: bool = False
) -> None:
    """Take one recording in and tell about it; with `wait`, when it is ready.

    Raises:
        ShijiaoError: it was not taken in, or its job failed.
    """
    database = connect(settings)
    catalogue, jobs = Catalogue(database), Jobs(database)
    name = shown(angles[0].paths[0].name)
    try:
        with progress_bars() as bars:
            taken = _take(settings, catalogue, jobs, angles, description, bars, name)
            status = jobs.latest(taken.recording.id)
            if taken.known and status is not None and status.ended and status.job.state != JobState.SUCCEEDED:
                status = jobs.retry(status.job.id)  # whoever adds it again wants it
            if status is not None and wait:
                status = _wait(settings, jobs, status, bars)
    except (InputError, MediaToolError) as error:
        if as_json and "recording" in error.facts:
            print_json(views.full(catalogue, jobs, catalogue.recording(error.facts["recording"])))
        raise
    recording = catalogue.recording(taken.recording.id)
    if as_json:
        print_json(views.full(catalogue, jobs, recording) | {"known": taken.known})
    if taken.known:
        _tell_of_known(recording, name, differing(recording, description, catalogue.angles(recording.id), angles))
    if not as_json:
        archive_commands.print_recording(catalogue, jobs, recording)
    if wait:
        _must_have_succeeded(status)
    elif status is not None and not status.ended:
        _tell_of_workers(settings, jobs)


def _tell_of_known(recording: Recording, name: str, left: list[str]) -> None:
    notes.print(f"“{name}” is in the archive already.")
    if left:
        ways = f"its page in the portal{f' and `shijiao align {recording.id}`' if 'offsets' in left else ''}"
        notes.print(f"What is there was left as it is ({', '.join(left)}): to change it, use {ways}.")


def _take(
    settings: Settings,
    catalogue: Catalogue,
    jobs: Jobs,
    angles: list[Given],
    description: Description,
    bars: Progress,
    name: str,
) -> Taken:
    from archive.objects import open_store

    intake = Intake(settings, catalogue, jobs, open_store, warn=lambda words: notes.print(words, style="yellow"))
    return intake.take(angles, description, hashed=Bar(bars, f"compare {name}"), sent=Bar(bars, f"store {name}"))


def _wait(settings: Settings, jobs: Jobs, status: Status, bars: Progress) -> Status:
    from archive.objects import open_store

    with open_store(settings):  # the worker uses it too; held here so that it stays up between two workers
        return wait_for(settings, jobs, status.job.id, bars)


def _must_have_succeeded(status: Status | None) -> None:
    if status is None or status.job.state == JobState.SUCCEEDED:
        return
    error = status.job.error
    if status.job.state == JobState.WAITING:
        notes.print(f"It can be watched. {error.get('message', '')} {error.get('advice', '')}")
        return
    raise JobFailed(
        error.get("message") or f"The job ended as {status.job.state}.",
        error.get("advice") or "`shijiao retry` takes it up again.",
    )


def _tell_of_workers(settings: Settings, jobs: Jobs) -> None:
    if not jobs.workers(timeout=settings.worker_timeout):
        notes.print("It waits for a worker: `shijiao up` or `shijiao worker` runs one.")


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder to watch, with all below it.", show_default=False)],
    move_to: Annotated[
        Path | None, typer.Option(help="Move what was taken in there; without it files stay where they are.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 5.0,
    settle: Annotated[
        float, typer.Option(min=0.0, help="Seconds for which a file must not have changed before it is taken.")
    ] = 30.0,
    join: Annotated[
        bool, typer.Option("--join", help="Make one recording of files that a camera split (GX010001, GX020001…).")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Take what is there and settled, then end.")] = False,
    kind: What = Kind.LECTURE,
    speaker: Speakers = None,
    specialty: Specialty = "",
    procedure: Procedure = "",
    language: Language = "zh",
    role: Shows = SourceRole.ROOM,
) -> None:
    """Take in what is put into a folder, until Ctrl-C."""
    from archive.objects import open_store
    from ingest.watchfolder import WatchFolder

    description = _described("", kind, language, specialty, procedure, speaker)
    settings = load_settings()
    database = connect(settings)
    catalogue, jobs = Catalogue(database), Jobs(database)
    intake = Intake(settings, catalogue, jobs, open_store, warn=lambda words: notes.print(words, style="yellow"))
    watched = WatchFolder(
        settings,
        intake,
        folder,
        description,
        role=role,
        settle=settle,
        move_to=move_to,
        joins=join,
        tell=lambda: _tell_of_workers(settings, jobs),
    )
    refused = 0
    with _interrupted("Ended. What was on its way is taken up again next time."), ended_by_sigterm():
        refused = watched.run(every=every, once=once)
    if refused:
        raise typer.Exit(InputError.exit_code)


@contextmanager
def _interrupted(words: str, *, code: int = 0) -> Iterator[None]:
    """Say what comes of a Ctrl-C, and end with `code`; 0 where it is how the command ends."""
    try:
        yield
    except KeyboardInterrupt:
        notes.print(words)
        if code:
            raise typer.Exit(code) from None
