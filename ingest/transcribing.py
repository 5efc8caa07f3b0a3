"""`shijiao transcribe`: what was said written down once more, by another model, in another language, with new terms."""

from typing import Annotated

import typer

from archive import commands as archive_commands
from archive import deposit
from archive.absent import must_be_there
from archive.catalogue import Catalogue
from archive.database import connect, one_writer
from archive.errors import InputError, JobFailed, shown
from archive.glossary import load
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.output import notes
from archive.settings import Settings, load_settings
from archive.tables import Recording, State
from ingest import spoken


def transcribe(
    recording_id: Annotated[
        str, typer.Argument(help="The recording, or the beginning of its id. With --glossary alone: all.")
    ] = "",
    model: Annotated[str, typer.Option(help="The speech model: base, small, …; from now on for this recording.")] = "",
    language: Annotated[
        str,
        typer.Option(help="The language that is spoken, such as zh or en, not to be doubted; auto: as it is heard."),
    ] = "",
    glossary: Annotated[
        bool, typer.Option("--glossary", help="Only check it against the glossary again, where that has changed.")
    ] = False,
) -> None:
    """Write down again what was said: without options as the settings and the recording say.

    What people edited is put into the new transcript.
    """
    from archive.objects import open_store

    settings = load_settings()
    database = connect(settings)
    catalogue, jobs = Catalogue(database), Jobs(database)
    if glossary and (model or language):
        raise InputError("--glossary writes nothing down anew.", "Leave out --model and --language.")
    if glossary and not recording_id:
        _check_all(settings, catalogue, jobs)
        return
    if not recording_id:
        raise InputError("No recording is named.", "`shijiao list` shows their ids, of which the beginning will do.")
    if language:
        spoken.checked(language)
    missing = bool(model) and not _is_here(settings, model)
    recording = catalogue.recording(recording_id)
    _may_begin(jobs, recording)
    if not glossary:
        with open_store(settings) as store:
            _ask(catalogue, store, recording, model, language)
    jobs.submit(recording.id)
    if missing:
        notes.print(
            f"The model {model} is not on this machine: the transcript waits for `shijiao models pull {model}`."
        )
    archive_commands.print_recording(catalogue, jobs, catalogue.recording(recording.id))


def _check_all(settings: Settings, catalogue: Catalogue, jobs: Jobs) -> None:
    """Queue every recording that was checked against another glossary than there is now."""
    digest = load(own=settings.glossary_dir).digest
    queued = 0
    for recording in catalogue.recordings():
        known = [row.facts.get("glossary") for row in catalogue.transcripts(recording.id) if row.origin == "corrected"]
        if any(checked and checked["digest"] != digest for checked in known):
            jobs.submit(recording.id)
            queued += 1
    notes.print(f"{queued} recordings are checked against the glossary again." if queued else "All are up to date.")


def _may_begin(jobs: Jobs, recording: Recording) -> None:
    status = jobs.latest(recording.id)
    if status is not None and not status.ended:
        raise JobFailed(f"“{shown(recording.title)}” is being processed.", "Transcribe it when that has ended.")


def _is_here(settings: Settings, model: str) -> bool:
    """Return whether a model's weights are on this machine.

    Raises:
        InputError: there is no such model: its weights will never come.
    """
    from ingest.speech import weights

    here = weights.installed(settings.models_dir)
    if model not in here and model not in weights.NAMES:
        raise InputError(
            f"There is no speech model “{shown(model)}”.",
            f"There are: {', '.join(dict.fromkeys([*here, *weights.NAMES]))}. One of your own is taken by "
            "`shijiao models pull NAME --path PATH`.",
            model=model,
        )
    return model in here


def _ask(catalogue: Catalogue, store: ObjectStore, recording: Recording, model: str, language: str) -> None:
    """Note how this recording is to be transcribed, in its object too: a person decided it."""
    ocfl = OcflRoot(store)
    if not ocfl.exists(deposit.object_id(recording.id)):
        if recording.state is not State.RECEIVING:
            must_be_there(recording)
        raise InputError(f"“{shown(recording.title)}” is not kept yet.", f"`shijiao show {recording.id}` says why.")
    asked = {name: value for name, value in {"model": model, "language": language}.items() if value}
    recording = catalogue.change(recording.id, speech=recording.speech | asked if asked else {})
    with one_writer(catalogue.engine, recording.id):
        deposit.keep_description(ocfl, recording, catalogue.sources(recording.id))
