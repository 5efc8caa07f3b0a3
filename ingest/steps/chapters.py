"""Chapters suggested from slide changes, pauses and words such as 接下来 or “finally”; a person has the last word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.transcripts import Transcript
from ingest.outline.sentences import sentences
from ingest.outline.suggest import Slide, suggest
from ingest.watch import Watch

_CHINESE = ("zh", "auto", "und")  # languages of titles in Chinese: where none is known, it is the house's


@dataclass(frozen=True)
class Recipe:
    """`duration` is the recording's, `scenes` are those of `stills`, all on the recording's timeline in seconds.

    `language` is that of the titles where nothing was said.
    """

    duration: float
    scenes: list[dict[str, Any]] = field(default_factory=list)
    language: str = "zh"
    version: int = 2


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:  # noqa: ARG001
    """Return {"chapters": [{"start", "end", "title", "reason", "why"}]} in order; none for a clip of a few seconds.

    `inputs["transcript"]`, in the format `shijiao.transcript/1`, may be missing. `reason` is start, slide, cue or
    pause; `why` holds all that speaks for a chapter. Nothing is written to `out`.

    Raises:
        TranscriptFormatError: the transcript is none.
        Cancelled: the watch said so.
    """
    watch.progress(0.0)
    said, language = [], recipe.language
    if "transcript" in inputs:
        transcript = Transcript.from_json(inputs["transcript"].read_text(encoding="utf-8"))
        said = sentences(transcript.segments)
        language = transcript.language if said else language
    titled = "zh" if language in _CHINESE else "en"
    found = suggest(said, _slides(recipe), duration=recipe.duration, language=titled)
    watch.progress(1.0)
    return {"chapters": found}


def _slides(recipe: Recipe) -> list[Slide]:
    """Return the slides, each until the next. What adds to a slide is the same one; a camera's picture is none."""
    scenes = [scene for scene in recipe.scenes if not scene.get("build")]
    times = [*(scene["time"] for scene in scenes), recipe.duration]
    shown = [
        (times[at], times[at + 1], scene.get("heading", ""))
        for at, scene in enumerate(scenes)
        if scene["kind"] == "slide"
    ]
    return [Slide(number, *slide) for number, slide in enumerate(shown, 1)]
