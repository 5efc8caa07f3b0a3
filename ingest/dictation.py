"""What the workflow does with what was said: write it down, put its terms right, keep both."""

from dataclasses import asdict

from archive import derivatives, versions
from archive.derivatives import Derived
from archive.errors import GlossaryError, ModelMissing
from archive.glossary import load
from archive.transcripts import Transcript
from ingest.film import Film
from ingest.run import Run
from ingest.speech import weights
from ingest.speech.engine import chosen
from ingest.steps import glossary as glossary_step
from ingest.steps import transcribe as transcribe_step


def transcribe(run: Run, films: list[Film]) -> Derived | None:
    """Transcribe the speech; None where that waits for the model, which stops nothing else."""
    settings, asked = run.place.settings, run.recording.speech
    recipe = transcribe_step.Recipe(
        engine=chosen(settings.speech_engine),
        model=asked.get("model", settings.speech_model),
        language=asked.get("language", run.recording.language),
        certain="language" in asked,
    )
    film = _spoken(films)
    speech = film.made["audio"]
    inputs = {"audio": speech.stored(speech.facts["file"])} if speech and film.heard else {}
    named = derivatives.digest("transcribe", asdict(recipe), {name: digest for name, (_, digest) in inputs.items()})
    kept = run.scratch / f"cuts-{named[:16]}"
    try:
        made = run.derive(transcribe_step, recipe, inputs, models=settings.models_dir, threads=run.threads, kept=kept)
    except ModelMissing:
        return None
    if made.facts["note"]:
        run.note("transcribe", made.facts["note"])
    return made


def glossary(run: Run, films: list[Film], words: Derived | None) -> Derived | None:
    """Put the terms right by the hospital's glossary and ours; None where there is nothing to put right.

    Where the weights are here the engine listens again; where they have gone since, the text must do.
    """
    if words is None:
        return None
    if not words.facts["segments"] or words.facts["language"] not in glossary_step.LANGUAGES:
        run.skip("glossary", f"nothing was written down in {' or '.join(glossary_step.LANGUAGES)}")
        return None
    wrong: GlossaryError | None = None
    try:
        terms = load(own=run.place.settings.glossary_dir)
    except GlossaryError as error:  # ours is better than none until the hospital's is mended
        wrong, terms = error, load()
    recording = run.recording
    recipe = glossary_step.Recipe(digest=terms.digest, title=recording.title, specialty=recording.specialty)
    models = run.place.settings.models_dir
    inputs = {"transcript": words.stored(transcribe_step.FILE)}
    speech = _spoken(films).made["audio"]
    if speech is not None and words.facts["engine"] in weights.installed(models).get(words.facts["model"], []):
        inputs["audio"] = speech.stored(speech.facts["file"])
    made = run.derive(glossary_step, recipe, inputs, glossary=terms, models=models, threads=run.threads)
    if wrong is not None:
        run.hold("glossary", wrong)
    return made


def index(run: Run, films: list[Film], words: Derived | None, corrected: Derived | None) -> None:
    """Keep the transcripts in the recording's object, with people's edits; the search of every portal follows."""
    if words is None:
        return
    with run.marked("index"):
        film = _spoken(films)
        start = next(source.start for source in run.sources if source.id == film.id)
        made = [_placed(run, words, transcribe_step.FILE, film, start)]
        if corrected is not None:
            made.append(_placed(run, corrected, glossary_step.FILE, film, start))
        versions.keep(run.place.catalogue, run.place.ocfl, run.recording_id, made)


def _placed(run: Run, made: Derived, file: str, film: Film, start: float) -> Transcript:
    """Read a transcript and put it on the recording's timeline, as the angle lies on it by now."""
    transcript = Transcript.from_json(run.place.store.get(made.key(file)).decode()).shifted(start)
    return transcript.noting(heard_at={film.id: start})


def _spoken(films: list[Film]) -> Film:
    """The angle whose sound is transcribed: the one that most is said in, else the first that can be heard."""

    def worth(film: Film) -> tuple[bool, bool, float, int]:
        tracks = {track["index"]: track for track in film.facts("sound").get("tracks", [])}
        track = tracks.get(film.facts("sound").get("track"), {})
        return film.heard, not track.get("silent", True), track.get("voice") or 0.0, -film.position

    return max(films, key=worth)
