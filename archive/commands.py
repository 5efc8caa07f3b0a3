"""The archive's own commands: look, search, check, rebuild, export, and run everything under one parent."""

import contextlib
import math
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from archive import commands_captions, commands_search, commands_takings, mending, views
from archive.absent import ABSENT, must_be_there
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import FixityError, JobFailed, NotFound, ShijiaoError, StoreUnavailable, shown
from archive.glossary import commands as glossary_commands
from archive.jobs import Jobs
from archive.outline import is_suggested
from archive.output import Bar, console, cut, day, length, notes, print_json, progress_bars, table
from archive.people import commands as people_commands
from archive.procedures import commands as procedures_commands
from archive.processes import Child, ended_by_sigterm
from archive.settings import Settings, load_settings
from archive.tables import Alignment, Angle, JobState, Recording, Rendition, State

Id = Annotated[str, typer.Argument(help="The recording's id; its first characters will do.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Also what was refused or has not arrived; --json has it always.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(StrEnum):
    """What a transcript can be printed as."""

    TXT = "txt"
    VTT = "vtt"
    SRT = "srt"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the archive's commands."""
    for command in (show, transcript, status, retry, cancel, verify, rebuild, export, up):
        app.command()(command)
    app.command("list")(list_)
    app.add_typer(glossary_commands.app, name="glossary")
    app.add_typer(procedures_commands.app, name="procedures")
    app.add_typer(people_commands.app, name="members")
    app.command("settings")(settings_)
    commands_captions.register(app)
    commands_search.register(app)
    commands_takings.register(app)


def _open() -> tuple[Settings, Catalogue, Jobs]:
    settings = load_settings()
    database = connect(settings, reading=True)
    return settings, Catalogue(database), Jobs(database)


def list_(
    state: Annotated[list[State] | None, typer.Option(help="Only recordings in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest first.")] = 200,
    everything: All = False,
    as_json: Json = False,
) -> None:
    """List the recordings."""
    _, catalogue, jobs = _open()
    present = None if everything or as_json else [each for each in State if each not in ABSENT]
    recordings = catalogue.recordings(states=state or present, limit=limit)
    if as_json:
        print_json([views.summary(recording) for recording in recordings])
        return
    if recordings:
        console.print(_listed(recordings, jobs.newest(row.id for row in recordings)))
    else:
        notes.print("Nothing here yet. `shijiao add FILE` takes a recording in.")
    if present and not state and (absent := len(catalogue.recordings(states=ABSENT))):
        notes.print(f"{absent} more were refused or have not arrived in full: --all lists them too.")


def _listed(recordings: Sequence[Recording], jobs: Mapping[str, JobState]) -> Table:
    rows = table("id", "title", "kind", "length", "state", "taken in")
    for row in recordings:
        job = jobs.get(row.id, JobState.SUCCEEDED)
        told = (
            row.state.value if job is JobState.SUCCEEDED or row.state in ABSENT else f"{row.state.value}, {job.value}"
        )
        rows.add_row(row.id, cut(shown(row.title)), row.kind, length(row.duration), told, day(row.created_at))
    return rows


def show(recording_id: Id, as_json: Json = False) -> None:
    """Show one recording: sources, renditions, transcripts, chapters, job."""
    _, catalogue, jobs = _open()
    recording = catalogue.recording(recording_id)
    if as_json:
        print_json(views.full(catalogue, jobs, recording))
    else:
        print_recording(catalogue, jobs, recording)


def print_recording(catalogue: Catalogue, jobs: Jobs, recording: Recording) -> None:
    """Print a recording for a person."""
    console.print(f"{shown(recording.title)}  {recording.id}", style="bold")
    speakers = shown(", ".join(recording.speakers))
    console.print(f"{recording.kind}  {length(recording.duration)}  {speakers}  {recording.state}")
    renditions = catalogue.renditions(recording.id)
    for angle in catalogue.angles(recording.id):
        _print_angle(angle, [made for made in renditions if made.source_id == angle.id])
    for written in catalogue.transcripts(recording.id):
        console.print(
            f"  transcript  {written.language} {written.origin}  {written.engine} {written.model}  {written.path}"
        )
    for chapter in catalogue.chapters(recording.id):
        suggested = f"  (suggested: {chapter.reason})" if is_suggested(chapter) else ""
        console.print(f"  chapter     {length(chapter.start):<9}{shown(chapter.title)}{suggested}")
    if found := jobs.latest(recording.id):
        console.print(f"  job         {found.job.id}  {found.job.state}")
        for step in found.steps:
            console.print(f"              {step.name:<11}{step.state}  {step.note.get('message', '')}".rstrip())
        if found.job.error:
            console.print(f"  {found.job.error.get('message', '')} {found.job.error.get('advice', '')}".rstrip())


def _print_angle(angle: Angle, renditions: list[Rendition]) -> None:
    placed = " (its place is not known)" if angle.first.alignment is Alignment.UNKNOWN else ""
    console.print(f"  angle       {angle.first.role}  from {length(angle.first.start)}{placed}")
    for source in angle.parts:
        bytes_ = f"{source.size:,} bytes  sha512 {source.sha512[:16]}…" if source.sha512 else "not here"
        console.print(f"  source      {shown(source.name)}  {bytes_}")
    for lost in angle.first.media.get("missing", []):
        begin, end = length(math.floor(lost["from"])), length(math.ceil(lost["to"]))
        told = f"{lost['what']} from {begin} to {end}"
        if lost.get("open"):
            told = f"breaks off at {begin}; how long it was cannot be known"
        console.print(f"  missing     {told}", style="yellow")
    for made in renditions:
        picture = f"{made.width}x{made.height}" if made.height else "sound"
        console.print(f"  rendition   {made.name}  {picture}  {made.bandwidth // 1000} kbit/s  {made.size:,} bytes")


def transcript(
    recording_id: Id,
    form: Annotated[Format, typer.Option("--format", help="As what to print it.")] = Format.TXT,
    language: Annotated[str, typer.Option(help="In which language; the one that is spoken where not given.")] = "",
) -> None:
    """Print what was said."""
    _, catalogue, _ = _open()
    recording = catalogue.recording(recording_id)
    said = catalogue.transcript(recording.id, language)
    if said is None:
        where = f" in “{language}”" if language else ""
        raise NotFound(
            f"“{shown(recording.title)}” has no transcript{where} yet.",
            f"`shijiao show {recording.id}` says why.",
            id=recording.id,
        )
    forms = {Format.TXT: said.to_text, Format.VTT: said.to_vtt, Format.SRT: said.to_srt, Format.JSON: said.to_json}
    if not said.segments:
        notes.print(f"In “{shown(recording.title)}” nobody was heard speaking.")
    if said.segments or form is not Format.TXT:
        print(forms[form]().rstrip("\n"))


def status(
    recording_id: Annotated[str, typer.Argument(help="Only this recording's latest job.")] = "",
    everything: All = False,
    as_json: Json = False,
) -> None:
    """Show workers and jobs."""
    settings, catalogue, jobs = _open()
    if recording_id:
        latest = jobs.latest(catalogue.recording(recording_id).id)
        found = [latest] if latest else []
    else:
        found = jobs.all(limit=50, refused=everything or as_json)
    workers = jobs.workers(timeout=settings.worker_timeout)
    if as_json:
        alive = [worker.model_dump(mode="json", exclude={"alive"}) for worker in workers]
        print_json({"workers": alive, "jobs": [item.as_dict() for item in found]})
        return
    notes.print("Workers: " + (", ".join(f"{worker.id} (pid {worker.pid})" for worker in workers) or "none running"))
    rows = table("job", "recording", "state", "step", "why")
    for item in found:
        at = next((step for step in item.steps if step.state == "running"), None)
        doing = f"{at.name} {at.progress:.0%}" if at else ""
        rows.add_row(item.job.id, item.job.recording_id, item.job.state, doing, item.job.error.get("message", ""))
    console.print(rows)


def retry(recording_id: Id, as_json: Json = False) -> None:
    """Put a recording's latest job back into the queue; what is done is not done again."""
    _, catalogue, jobs = _open()
    recording = catalogue.recording(recording_id)
    latest = jobs.latest(recording.id)
    must_be_there(recording)
    found = jobs.status(jobs.submit(recording.id).id) if latest is None else jobs.retry(latest.job.id)
    if as_json:
        print_json(found.as_dict())
    else:
        notes.print(f"Queued. `shijiao up` or `shijiao worker` takes it on; `shijiao status {recording.id}` shows it.")


def cancel(recording_id: Id, as_json: Json = False) -> None:
    """Stop a recording's job; of a recording that has not arrived, throw away what came."""
    settings, catalogue, jobs = _open()
    recording = catalogue.recording(recording_id)
    latest = jobs.latest(recording.id)
    if recording.state is State.RECEIVING:
        _discard(settings, catalogue, recording)
        if as_json:
            print_json({"recording": recording.id, "discarded": True})
        return
    if latest is None:
        raise NotFound(f"“{shown(recording.title)}” has no job.", recording=recording.id)
    found = jobs.cancel(latest.job.id)
    if as_json:
        print_json(found.as_dict())
    elif latest.ended:
        notes.print(f"The job had ended already: {found.job.state}.")
    else:
        notes.print("Stopping it." if found.job.cancel_requested else "Cancelled before it began.")


def _discard(settings: Settings, catalogue: Catalogue, recording: Recording) -> None:
    from archive.arrivals import removing
    from archive.objects import open_store

    with open_store(settings) as store:
        removing.discard(catalogue, store, recording.id)
    notes.print(f"What had come of “{shown(recording.title)}” is thrown away; the file itself stays where it is.")


def verify(
    recording_ids: Annotated[list[str] | None, typer.Argument(help="Only these recordings.")] = None,
    as_json: Json = False,
) -> None:
    """Read every stored byte again and compare it with its digest."""
    from archive.objects import open_store
    from archive.verify import verify as check

    settings, catalogue, _ = _open()
    named = [catalogue.recording(begin) for begin in recording_ids or []]
    for recording in named:
        must_be_there(recording)
    only = [recording.id for recording in named] if recording_ids else None
    with open_store(settings, attempts=2) as store, notes.status("Reading the store…") as reading:
        findings = list(check(store, begun=lambda key: reading.update(f"Reading {key}"), recordings=only))
    if as_json:
        print_json([{"key": item.key, "message": item.message, "repairable": item.repairable} for item in findings])
    for item in findings if not as_json else []:
        console.print(f"{item.key}: {item.message}{' (can be made again)' if item.repairable else ''}")
    if findings:
        lost = sum(not item.repairable for item in findings)
        raise FixityError(
            f"{len(findings)} stored files are not as they were written, {lost} of them kept nowhere else.",
            "`shijiao add` with the intact file, also from an export, puts a source back; `shijiao retry` makes again "
            "what was made of it.",
        )
    notes.print("Every byte is as it was written.")


def rebuild(as_json: Json = False) -> None:
    """Restore the catalogue and the search index from the store alone; a damaged database is put aside."""
    from archive.objects import open_store
    from archive.rebuild import rebuild as restore
    from archive.search.index import SearchIndex

    settings = load_settings()
    for file, aside in mending.put_aside(settings).items():
        notes.print(f"{file} is damaged and begun anew; as it was it is kept as {aside.name}.")
    database = connect(settings)
    catalogue, jobs = Catalogue(database), Jobs(database)
    if workers := jobs.workers(timeout=settings.worker_timeout):
        names = ", ".join(worker.id for worker in workers)
        raise JobFailed(f"Workers are running: {names}.", "Stop `shijiao up` and all workers, then rebuild.")
    with open_store(settings) as store, notes.status("Reading the store…") as shown:
        restored = dict(restore(catalogue, jobs, store, begun=lambda found: shown.update(f"Restoring {found}")))
        shown.update("Indexing…")
        SearchIndex(settings.home / "search").follow(catalogue)
    damaged = {found: str(outcome) for found, outcome in restored.items() if isinstance(outcome, ShijiaoError)}
    queued = [found for found, outcome in restored.items() if outcome is False]
    if as_json:
        print_json({"restored": [found for found in restored if found not in damaged], "queued": queued})
    else:
        whole = len(restored) - len(damaged)
        notes.print(f"{whole} recordings restored; {len(queued)} of them go on being processed.")
    if damaged:
        reasons = "; ".join(f"{found}: {why}" for found, why in damaged.items())
        raise FixityError(f"{len(damaged)} recordings could not be read back: {reasons}", "`shijiao verify` says more.")


def export(
    directory: Annotated[Path, typer.Argument(help="An empty folder, or an earlier export.")], as_json: Json = False
) -> None:
    """Write everything kept to plain folders (OCFL 1.1) that anyone can read without Shijiao."""
    from archive.objects import open_store
    from archive.ocfl import OcflRoot

    settings, _, _ = _open()
    with open_store(settings, attempts=2) as store, progress_bars() as bars:
        count = OcflRoot(store).export(directory, Bar(bars, f"write to {directory}"))
    if as_json:
        print_json({"directory": str(directory), "objects": count})
    else:
        notes.print(f"{count} recordings are in {directory}.")


def settings_(as_json: Json = False) -> None:
    """List every setting, its value in force and what it is for."""
    settings = load_settings()
    shown = settings.model_dump() | {"database_url": settings.shown_database_url}
    named = {
        f"SHIJIAO_{name.upper()}": (shown[name], field.description or "")
        for name, field in Settings.model_fields.items()
    }
    if as_json:
        print_json({name: str(value) for name, (value, _) in named.items()})
        return
    rows = table("setting", "value", "what it is for")
    for name, (value, meaning) in named.items():
        rows.add_row(name, str(value), meaning)
    console.print(rows)


def up() -> None:
    """Run store, worker and portal under one parent, until Ctrl-C."""
    from archive.objects import open_store

    settings = load_settings()
    connect(settings)
    with ended_by_sigterm(), open_store(settings):
        serve(settings)


def serve(settings: Settings) -> None:
    """Keep a worker and a portal running until Ctrl-C; each is started again when it dies, and so is the store.

    Without a portal there is nothing to keep up. Without a worker there is: what was taken in can be found and watched.
    """
    from archive.objects import embedded

    worker = Child("worker", log=settings.home / "logs" / "worker.log", patient=True)
    portal = Child("portal")
    try:
        while True:
            portal.keep()
            if pause := worker.keep():
                notes.print(f"The worker ended; it is started again in {pause:.0f} s. Its log is {worker.log}.")
            if not settings.s3_endpoint:
                # The supervisor mends the store; this mends the supervisor.
                with contextlib.suppress(StoreUnavailable), embedded.use(settings, seconds=5):
                    pass
            if worker.hopeless:
                raise JobFailed("The worker does not start: a setting is wrong.", f"Its log is {worker.log}.")
            if portal.hopeless:
                raise JobFailed("The portal ends again and again.", "What it said stands above.")
            time.sleep(0.5)
    except KeyboardInterrupt:
        notes.print("Stopping…")
    finally:
        for child in (worker, portal):
            child.stop()
