"""Ingest's commands: take files in, work on them, fetch speech models, show all of it with a real lecture."""

from pathlib import Path
from typing import Annotated

import typer

from archive import commands as archive_commands
from archive.database import connect
from archive.errors import InputError, ModelMissing
from archive.jobs import Jobs
from archive.output import Bar, console, notes, print_json, progress_bars
from archive.people import Members
from archive.people.commands import link
from archive.processes import ended_by_sigterm
from archive.settings import Settings, load_settings
from archive.tables import Role, SourceRole
from ingest.adding import add, add_one, watch
from ingest.aligning import align
from ingest.angles import Given
from ingest.intake import Description
from ingest.transcribing import transcribe

models_app = typer.Typer(help="Speech models.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add ingest's commands."""
    for command in (add, align, transcribe, watch, worker, demo):
        app.command()(command)
    app.add_typer(models_app, name="models")


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
        add_one(settings, [Given(SourceRole.ROOM, (lecture,))], described, wait=True, as_json=False)
        _print_links(settings)
        if not no_serve:
            console.print("Search 脐带脱垂 there, and click the sentence.")
            archive_commands.serve(settings)


def _print_links(settings: Settings) -> None:
    """Print a one-time link for a doctor and one for a trainer, entering both with the first run."""
    members = Members(connect(settings))
    known = {person.member.name: person.member for person in members.all()}
    for name, role in (("示例学员", Role.VIEWER), ("示例带教", Role.TRAINER)):
        member = known.get(name) or members.add(name, role, institution="示例县妇幼保健院", specialty="产科")
        console.print(f"Sign in once as a {role.value}: {link(settings, members, member)}", soft_wrap=True)
