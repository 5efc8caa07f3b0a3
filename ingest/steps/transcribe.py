"""What was said: speech found first, then written down cut by cut, with times on the recording's timeline."""

import contextlib
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive.transcripts import Segment, Transcript
from archive.transcripts.about import NO_SOUND, NO_SPEECH, NO_WORDS
from ingest.speech import voice
from ingest.speech.engine import SpeechEngine, chosen, engine_for
from ingest.speech.guards import Removal, Span, guard
from ingest.speech.heard import doubtful, settled, spoken
from ingest.speech.kept import Kept
from ingest.speech.tidy import tidy
from ingest.speech.voice import Cut
from ingest.watch import Watch

FILE = "transcript.json"


@dataclass(frozen=True)
class Recipe:
    """`language` is ISO 639-1 or "auto"; `engine` as in the settings.

    What lies between two pauses is written in the language that is spoken there, Chinese or English beside the
    recording's own: with "auto" whatever is heard, else where the engine is unsure of what it wrote in the one that was
    set. Unless it is `certain`, a language that is clearly not the one that is spoken gives way to that.

    `prompt` is what the engine believes was said before. Measured on Mandarin, a general one gains nothing and makes
    the engine loop, and the recording's title as one costs a tenth to a third more errors: so there is none.
    """

    engine: str = "auto"
    model: str = "base"
    language: str = "zh"
    beam: int = 5
    prompt: str = ""
    certain: bool = False
    version: int = 7


def run(
    inputs: Mapping[str, Path],
    out: Path,
    recipe: Recipe,
    watch: Watch,
    *,
    models: Path,
    threads: int = 2,
    kept: Path | None = None,
) -> dict[str, Any]:
    """Write `transcript.json` from `inputs["audio"]`, a 16 kHz file of `audio`; `models` is the folder of weights.

    `kept` is a folder of this audio and this recipe only; what an earlier life wrote down there is not done again.

    What the guards took out stands in its settings, under "removals"; under "set" the recipe's language, where another
    was heard; under "silent" why nothing was written down (see `archive.transcripts.about`).

    Returns {"language", "engine", "model", "segments": how many, "note": what a person should know, empty if nothing}.
    Where nobody speaks the transcript is empty; where there is no sound ("audio" is not among the inputs) it is so
    without any weights.

    Raises:
        ModelMissing: the weights are not here; nothing is written.
        Cancelled: the watch said so; nothing is written.
    """
    watch.progress(0.0)
    asked = None if recipe.language == "auto" else recipe.language
    language = asked
    segments: list[Segment] = []
    spans: list[Span] = []
    removals: list[Removal] = []
    if "audio" in inputs:
        engine = engine_for(recipe.engine, recipe.model, models, threads=threads, beam=recipe.beam)
        language, segments, spans = _written_down(inputs["audio"], engine, asked, recipe, watch, Kept(kept))
        segments, removals = guard(segments, spans)
    notes = _notes("audio" in inputs, spans, segments) | ({"set": asked} if asked not in (None, language) else {})
    transcript = Transcript(
        language or "und",
        tuple(segments),
        engine=chosen(recipe.engine),
        model=recipe.model,
        settings=asdict(recipe) | {"removals": [removal.record() for removal in removals]} | notes,
    )
    (out / FILE).write_text(transcript.to_json(), encoding="utf-8")
    watch.progress(1.0)
    return {
        "language": transcript.language,
        "engine": transcript.engine,
        "model": transcript.model,
        "segments": len(segments),
        "note": _told(notes, transcript.language),
    }


def _written_down(
    audio: Path, engine: SpeechEngine, language: str | None, recipe: Recipe, watch: Watch, kept: Kept
) -> tuple[str | None, list[Segment], list[Span]]:
    """Return the language that it is in, what the engine wrote, and from when to when somebody spoke."""
    total = _seconds(audio)
    mixed = language is None
    segments: list[Segment] = []
    spans: list[Span] = []
    language, cuts = settled(voice.cuts(voice.read(audio)), engine, language, certain=recipe.certain)
    main = language or "und"  # where there is a cut, there is a language

    def write(piece: Cut, language: str) -> list[Segment]:
        written = kept.find(piece, language)
        if written is None:
            found = engine.transcribe(piece.samples, language=language, prompt=recipe.prompt or None)
            written = tidy(found, language=language, start=piece.start, end=piece.end)
            kept.add(piece, language, written)
        return written

    def doubted(piece: Cut, language: str) -> list[Segment]:
        written = write(piece, language)
        if recipe.certain or not doubtful(piece, written, language):
            return written
        parts = spoken(piece, engine, language)
        if [own for _, own in parts] == [language]:
            return written
        return [segment for part, own in parts for segment in write(part, own)]

    with _threads(engine.at_once) as threads:
        begun: deque[Future[list[Segment]]] = deque()
        for cut in cuts:
            watch.progress(cut.start / total if total else 0.0)
            for part, own in spoken(cut, engine, main) if mixed else [(cut, main)]:
                task = write if mixed else doubted
                begun += [threads.submit(task, piece, own) for piece in part.divided(engine.at_once)]
                while len(begun) > engine.at_once:  # as many wait: no thread is idle when another's piece was shorter
                    segments += begun.popleft().result()
            spans.append((cut.start, cut.end))
        for piece in begun:
            segments += piece.result()
    return language, segments, spans


@contextlib.contextmanager
def _threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """So many threads, which begin nothing more once anything failed or was cancelled."""
    with ThreadPoolExecutor(number) as threads:
        try:
            yield threads
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _notes(sound: bool, spans: list[Span], segments: list[Segment]) -> dict[str, str]:
    """Say why nothing was written down, where that is so."""
    if segments:
        return {}
    return {"silent": NO_WORDS if spans else NO_SPEECH if sound else NO_SOUND}


_SILENT = {
    NO_SOUND: "The recording has no sound.",
    NO_SPEECH: "Nobody was heard speaking.",
    NO_WORDS: "What was spoken could not be made out.",
}


def _told(notes: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the notes as a job's step carries them."""
    if "silent" in notes:
        return {"code": notes["silent"], "message": _SILENT[notes["silent"]]}
    if "set" in notes:
        message = f"“{language}” is spoken, not “{notes['set']}”: it was written down in “{language}”."
        return {"code": "other_language", "message": message, "language": language, "set": notes["set"]}
    return {}


def _seconds(path: Path) -> float:
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return (stream.duration or 0) * float(stream.time_base or 0)
