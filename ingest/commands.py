"""Ingest's commands: take files in, work on them, fetch speech models, show all of it with a real lecture."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from archive import commands as archive_commands
from archive import views
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError, JobFailed, MediaToolError, ModelMissing, ShijiaoError, shown
from archive.jobs import Jobs, Status
from archive.output import Bar, console, notes, print_json, progress_bars
from archive.processes import ended_by_sigterm
from archive.settings import Settings, load_settings
from archive.tables import JobState, Kind, SourceRole
from ingest.intake import Description, Intake, Taken
from ingest.waiting import wait_for

models_app = typer.Typer(help="Speech models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add ingest's commands."""
    for command in (add, worker, demo):
        app.command()(command)
    app.add_typer(models_app, name="models")


def add(
    files: Annotated[list[Path], typer.Argument(help="Recordings, each of them one file.", show_default=False)],
    title: Annotated[str, typer.Option(help="Title; the file's name where none is given.")] = "",
    kind: Annotated[Kind, typer.Option(help="What was recorded.")] = Kind.LECTURE,
    speaker: Annotated[list[str] | None, typer.Option(help="Who speaks; may be given several times.")] = None,
    specialty: Annotated[str, typer.Option(help="For example 产科.")] = "",
    procedure: Annotated[str, typer.Option(help="The operation, where it is one.")] = "",
    language: Annotated[str, typer.Option(help="Language spoken: zh, en, … or auto.")] = "zh",
    recorded_at: Annotated[datetime | None, typer.Option(help="When it was recorded.")] = None,
    role: Annotated[SourceRole, typer.Option(help="What the file shows.")] = SourceRole.ROOM,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is ready; starts a worker if none runs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each recording as one line of JSON.")] = False,
) -> None:
    """Take recordings in."""
    description = Description(title, kind, language, specialty, procedure, speaker or [], recorded_at, role)
    settings = load_settings()
    failures = []
    with ended_by_sigterm():
        for path in files:
            try:
                _add_one(settings, path, description, wait=wait, as_json=as_json)
            except ShijiaoError as error:
                failures.append(error)
                notes.print(f"shijiao: {error}")
    if failures:
        raise typer.Exit(failures[0].exit_code)


def _add_one(settings: Settings, path: Path, description: Description, *, wait: bool, as_json: bool) -> None:
    database = connect(settings)
    catalogue, jobs = Catalogue(database), Jobs(database)
    try:
        with progress_bars() as bars:
            taken = _take(settings, catalogue, jobs, path, description, bars)
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
    elif taken.known:
        notes.print(f"“{shown(path.name)}” is in the archive already.")
    if not as_json:
        archive_commands.print_recording(catalogue, jobs, recording)
    if wait:
        _must_have_succeeded(status)
    elif status is not None and not status.ended and not jobs.workers(timeout=settings.worker_timeout):
        notes.print("It waits for a worker: `shijiao up` or `shijiao worker` runs one.")


def _take(
    settings: Settings, catalogue: Catalogue, jobs: Jobs, path: Path, description: Description, bars: Progress
) -> Taken:
    from archive.objects import open_store

    intake = Intake(settings, catalogue, jobs, open_store)
    return intake.take(
        path, description, hashed=Bar(bars, f"compare {shown(path.name)}"), sent=Bar(bars, f"store {shown(path.name)}")
    )


def _wait(settings: Settings, jobs: Jobs, status: Status, bars: Progress) -> Status:
    from archive.objects import open_store

    with open_store(settings):  # the worker uses it too; held here so that it stays up between two workers
        return wait_for(settings, jobs, status.job.id, bars)


def _must_have_succeeded(status: Status | None) -> None:
    if status is None or status.job.state == JobState.SUCCEEDED:
        return
    error = status.job.error
    if status.job.state == JobState.WAITING:
        notes.print(f"It can be watched; the transcript waits. {error.get('message', '')} {error.get('advice', '')}")
        return
    raise JobFailed(
        error.get("message") or f"The job ended as {status.job.state}.",
        error.get("advice") or "`shijiao retry` takes it up again.",
    )


def worker() -> None:
    """Work on queued recordings until Ctrl-C."""
    from ingest.worker import work

    work(load_settings())


@models_app.command("pull")
def pull(
    name: Annotated[str, typer.Argument(help="The model: base, small, …")] = "base",
    path: Annotated[
        Path | None, typer.Option(help="Weights that you have: a .pt file or a CTranslate2 folder.")
    ] = None,
) -> None:
    """Fetch a speech model, check it and make it ready for both engines."""
    settings = load_settings()
    _pull(settings, name, path)
    resumed = Jobs(connect(settings)).retry_waiting()
    if resumed:
        notes.print(f"{resumed} recordings waited for it and are queued again.")


def _pull(settings: Settings, name: str, path: Path | None = None) -> None:
    from ingest.speech import weights

    with progress_bars() as bars:
        bar = Bar(bars, f"speech model {name}")
        found = weights.pull(
            name,
            settings.models_dir,
            given=path,
            progress=lambda fraction: bar(fraction, 1.0),
            report=notes.print,
        )
    for file in found:
        notes.print(f"  {file}")


@models_app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the speech models on this machine."""
    from ingest.speech import weights

    settings = load_settings()
    found = weights.installed(settings.models_dir)
    if as_json:
        print_json(found)
    elif not found:
        notes.print("None yet. `shijiao models pull base` fetches one.")
    for model, engines in found.items() if not as_json else []:
        console.print(f"{model}: {', '.join(engines)}")


SAMPLE = Path("samples") / "lecture_fetal_monitoring.mp4"


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the pipeline.")] = False,
) -> None:
    """Take a real Mandarin lecture all the way, then serve the portal."""
    from archive.objects import open_store

    settings = load_settings()
    lecture = Path(__file__).resolve().parent.parent / SAMPLE
    if not lecture.exists():
        raise InputError(f"The sample lecture {SAMPLE} is not here.", "Run the demo in a checkout of the project.")
    with ended_by_sigterm(), open_store(settings):
        try:
            _pull(settings, settings.speech_model)
        except ModelMissing as error:
            notes.print(f"shijiao: {error}")
        described = Description(title="电子胎心监护与母体并发症的识别", specialty="产科", speakers=["示例讲者"])
        _add_one(settings, lecture, described, wait=True, as_json=False)
        if not no_serve:
            console.print("Search 脐带脱垂 there, and click the sentence.")
            archive_commands.serve(settings)
