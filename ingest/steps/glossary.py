"""The glossary's terms put right in a machine's transcript; each change is kept with it and can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from archive.glossary import Glossary
from archive.transcripts import Segment, Transcript
from ingest.speech.correct import correct
from ingest.speech.engine import Likelihood, SpeechEngine, engine_for
from ingest.speech.rescore import Listen, Listener
from ingest.watch import Watch

FILE = "transcript.json"
LANGUAGES = ("zh", "yue")
"""Those that terms are put right in; another is left as it is."""


@dataclass(frozen=True)
class Recipe:
    """`digest` is the glossary's; title and specialty are the recording's."""

    digest: str
    title: str = ""
    specialty: str = ""
    version: int = 4


def run(
    inputs: Mapping[str, Path],
    out: Path,
    recipe: Recipe,
    watch: Watch,
    *,
    glossary: Glossary,
    models: Path | None = None,
    threads: int = 2,
) -> dict[str, Any]:
    """Write `transcript.json` from `inputs["transcript"]`, in the format `shijiao.transcript/1`.

    With `inputs["audio"]`, the file of `audio` that the transcript was made of, and the folder `models` of weights the
    engine that wrote it listens again wherever a term may be meant, which finds more of them and fewer wrong ones.

    It is of the origin "corrected". Its settings gain "glossary", the recipe with the number of terms, and "changes", a
    list of `Change.record()`. Returns {"changes": how many}.

    Raises:
        TranscriptFormatError: the transcript is none.
        ValueError: the glossary is another than the recipe's.
        ModelMissing: there is audio to listen to, but not the weights; nothing is written.
        Cancelled: the watch said so; nothing is written.
    """
    if glossary.digest != recipe.digest:
        raise ValueError("the glossary is not the one of the recipe")
    watch.progress(0.0)
    machine = Transcript.from_json(inputs["transcript"].read_text(encoding="utf-8"))
    listen: Listen | None = None
    at_once = 1
    if "audio" in inputs and models is not None and machine.language in LANGUAGES and machine.segments:
        engine = engine_for(machine.engine, machine.model, models, threads=threads)
        listen, at_once = _listening(machine, inputs["audio"], engine, watch), engine.at_once
    made = correct(machine, glossary, title=recipe.title, specialty=recipe.specialty, listen=listen, at_once=at_once)
    changes = [change.record() for change in made.changes]
    settings = {
        **machine.settings,
        "glossary": asdict(recipe) | {"terms": len(glossary.terms)},
        "changes": changes,
    }
    corrected = replace(made.transcript, origin="corrected", settings=settings)
    (out / FILE).write_text(corrected.to_json(), encoding="utf-8")
    watch.progress(1.0)
    return {"changes": len(changes)}


def _listening(machine: Transcript, audio: Path, engine: SpeechEngine, watch: Watch) -> Listen:
    listener = Listener(audio, engine, machine.language)
    end = machine.segments[-1].end or 1.0

    def listen(segment: Segment, texts: Sequence[str]) -> list[Likelihood]:
        watch.progress(min(1.0, segment.end / end))
        return listener(segment, texts)

    return listen
