"""What was said: speech found first, then written down cut by cut, with times on the recording's timeline."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive.transcripts import Segment, Transcript
from ingest.speech import voice
from ingest.speech.engine import SpeechEngine, chosen, engine_for
from ingest.speech.guards import Removal, guard
from ingest.speech.tidy import tidy
from ingest.watch import Watch

FILE = "transcript.json"


@dataclass(frozen=True)
class Recipe:
    """`language` is ISO 639-1 or "auto"; `engine` as in the settings.

    `prompt` is what the engine believes was said before. Measured on Mandarin, a general one gains nothing and makes
    the engine loop, so there is none.
    """

    engine: str = "auto"
    model: str = "base"
    language: str = "zh"
    beam: int = 5
    prompt: str = ""
    version: int = 2


def run(
    inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, models: Path, threads: int = 2
) -> dict[str, Any]:
    """Write `transcript.json` from `inputs["audio"]`, a 16 kHz file of `audio`; `models` is the folder of weights.

    What the guards took out stands in its settings, under "removals".

    Returns {"language", "engine", "model", "segments": how many}. Where nobody speaks the transcript is empty; where
    there is no sound ("audio" is not among the inputs) it is so without any weights.

    Raises:
        ModelMissing: the weights are not here; nothing is written.
        Cancelled: the watch said so; nothing is written.
    """
    watch.progress(0.0)
    language = None if recipe.language == "auto" else recipe.language
    segments: list[Segment] = []
    removals: list[Removal] = []
    if "audio" in inputs:
        engine = engine_for(recipe.engine, recipe.model, models, threads=threads, beam=recipe.beam)
        language, segments, removals = _written_down(inputs["audio"], engine, language, recipe, watch)
    transcript = Transcript(
        language or "und",
        tuple(segments),
        engine=chosen(recipe.engine),
        model=recipe.model,
        settings=asdict(recipe) | {"removals": [removal.record() for removal in removals]},
    )
    (out / FILE).write_text(transcript.to_json(), encoding="utf-8")
    watch.progress(1.0)
    return {
        "language": transcript.language,
        "engine": transcript.engine,
        "model": transcript.model,
        "segments": len(segments),
    }


def _written_down(
    audio: Path, engine: SpeechEngine, language: str | None, recipe: Recipe, watch: Watch
) -> tuple[str | None, list[Segment], list[Removal]]:
    """Return the language, heard in the first cut where it is not given, what was said, and what nobody said."""
    total = _seconds(audio)
    segments: list[Segment] = []
    spans: list[tuple[float, float]] = []
    for cut in voice.cuts(voice.read(audio)):
        watch.progress(cut.start / total if total else 0.0)
        language = language or engine.detect(cut.samples)
        found = engine.transcribe(cut.samples, language=language, prompt=recipe.prompt or None)
        segments += tidy(found, language=language, start=cut.start, end=cut.end)
        spans.append((cut.start, cut.end))
    return language, *guard(segments, spans)


def _seconds(path: Path) -> float:
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        return (stream.duration or 0) * float(stream.time_base or 0)
