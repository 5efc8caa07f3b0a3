"""The way of a recording, from top to bottom."""

from typing import Any

from archive import deposit, derivatives
from archive.derivatives import Derived
from archive.errors import ModelMissing
from archive.tables import State
from archive.transcripts import Transcript
from ingest import engine
from ingest.run import Run
from ingest.speech.engine import chosen
from ingest.steps import audio, probe, remux, transcode, transcribe

STEPS = ["receive", "probe", "remux", "audio", "transcribe", "index", "transcode"]


@engine.workflow
def take_in(job_id: str, attempt: int, recording_id: str) -> None:
    """Take one recording all the way: each line is a step that is never run again once it is done."""
    run = Run(job_id, attempt, recording_id)
    with run.lifetime(STEPS):
        source = engine.step("receive", receive, run)
        media = engine.step("probe", make, run, probe, probe.Recipe(), source=source, name=source["name"])
        copied = engine.step("remux", make, run, remux, remux.Recipe(media=media.facts), source=source)
        engine.step("show", show, run, copied)  # watchable from here on

        speech = engine.step("audio", make, run, audio, audio.Recipe(media=media.facts), source=source)
        words = engine.step("transcribe", write_down, run, speech)
        engine.step("index", index, run, words)  # findable from here on

        smaller = engine.step("transcode", shrink, run, media, source)
        engine.step("show smaller", show, run, smaller)
        if words is not None:
            engine.step("finish", finish, run, [media, copied, speech, words, smaller])


def receive(run: Run) -> dict[str, Any]:
    """Make the recording's first OCFL version: from here on its bytes are kept for good."""
    with run.marked("receive"):
        deposit.receive(run.place.ocfl, run.recording, run.sources)
        run.place.catalogue.advance(run.recording_id, State.PROCESSING)
    first = run.sources[0]
    return {"id": first.id, "key": first.key, "sha512": first.sha512, "name": first.name}


def make(run: Run, step: Any, recipe: Any, *, source: dict[str, Any], **resources: Any) -> Derived:
    """Run a step on the source itself."""
    made = run.derive(step, recipe, {"source": (source["key"], source["sha512"])}, **resources)
    if step is probe:
        run.place.catalogue.change_source(source["id"], media=made.facts)
        run.place.catalogue.change(run.recording_id, duration=made.facts["duration"])
    return made


def show(run: Run, made: Derived) -> None:
    """Let the portal play what a step made."""
    renditions = derivatives.renditions(run.recording_id, run.sources[0].id, made)
    run.place.catalogue.put_renditions(run.recording_id, renditions)


def write_down(run: Run, speech: Derived) -> Derived | None:
    """Transcribe the speech; None where that waits for the model, which stops nothing else."""
    settings = run.place.settings
    recipe = transcribe.Recipe(
        engine=chosen(settings.speech_engine), model=settings.speech_model, language=run.recording.language
    )
    file = speech.facts["file"]
    inputs = {"audio": (speech.key(file), speech.files[file])} if file else {}
    try:
        return run.derive(transcribe, recipe, inputs, models=settings.models_dir, threads=settings.worker_threads)
    except ModelMissing:
        return None


def shrink(run: Run, media: Derived, source: dict[str, Any]) -> Derived:
    """Make the smaller picture for weak links."""
    recipe = transcode.Recipe(media=media.facts)
    return make(run, transcode, recipe, source=source, threads=run.place.settings.worker_threads)


def index(run: Run, words: Derived | None) -> None:
    """Keep the transcript as a version of the recording's object; the search of every portal follows the catalogue."""
    if words is None:
        return
    with run.marked("index"):
        transcript = Transcript.from_json(run.place.store.get(words.key("transcript.json")).decode())
        path = deposit.keep_transcript(run.place.ocfl, run.recording_id, transcript)
        run.place.catalogue.put_transcript(run.recording_id, transcript, path=path)


def finish(run: Run, made: list[Derived]) -> None:
    """Say that the recording is ready, and which derivatives are in force."""
    names = [derived.digest for derived in made]
    duration = made[0].facts["duration"]
    derivatives.mark_ready(
        run.place.store, run.recording_id, source_id=run.sources[0].id, duration=duration, made=names
    )
    run.place.catalogue.advance(run.recording_id, State.IN_REVIEW)
