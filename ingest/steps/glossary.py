"""The glossary's terms put right in a machine's transcript; each change is kept with it and can be undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from archive.glossary import Glossary
from archive.transcripts import Transcript
from ingest.speech.correct import correct
from ingest.watch import Watch

FILE = "transcript.json"


@dataclass(frozen=True)
class Recipe:
    """`digest` is the glossary's; title and specialty are the recording's."""

    digest: str
    title: str = ""
    specialty: str = ""
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, glossary: Glossary) -> dict[str, Any]:
    """Write `transcript.json` from `inputs["transcript"]`, in the format `shijiao.transcript/1`.

    Its settings gain "glossary", the recipe, and "changes", a list of `Change.record()`. Returns {"changes": how many}.

    Raises:
        TranscriptFormatError: the transcript is none.
        ValueError: the glossary is another than the recipe's.
        Cancelled: the watch said so; nothing is written.
    """
    if glossary.digest != recipe.digest:
        raise ValueError("the glossary is not the one of the recipe")
    watch.progress(0.0)
    machine = Transcript.from_json(inputs["transcript"].read_text(encoding="utf-8"))
    made = correct(machine, glossary, title=recipe.title, specialty=recipe.specialty)
    changes = [change.record() for change in made.changes]
    settings = {**machine.settings, "glossary": asdict(recipe), "changes": changes}
    (out / FILE).write_text(replace(made.transcript, settings=settings).to_json(), encoding="utf-8")
    watch.progress(1.0)
    return {"changes": len(changes)}
