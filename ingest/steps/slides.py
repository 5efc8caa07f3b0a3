"""What the slides of an angle say: text that was read off the stills (OCR), with its time and its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import ReadingError
from ingest.ocr import Line, Reader
from ingest.outline import slides as outline
from ingest.outline.slides import Blocks, Place, Shown
from ingest.watch import Watch


@dataclass(frozen=True)
class Recipe:
    """`slides` is what `shown` returns; `engine` names what reads them, with its version."""

    slides: list[dict[str, Any]]
    engine: str
    version: int = 2


def shown(scenes: list[dict[str, Any]], duration: float) -> list[dict[str, Any]]:
    """Return the slides among the scenes that `stills` found: {"picture", "time", "end", "build"}, in seconds.

    A slide ends with the next scene that is not its build, or with the recording.
    """
    found = []
    for at, scene in enumerate(scenes):
        if scene["kind"] == "slide":
            end = next((later["time"] for later in scenes[at + 1 :] if not later["build"]), duration)
            found.append({"picture": scene["large"], "time": scene["time"], "end": end, "build": scene["build"]})
    return found


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch, *, threads: int = 2) -> dict[str, Any]:  # noqa: ARG001
    """Read the pictures of the slides: `inputs` by their names. Nothing is written to `out`.

    A slide that is built up is read once, when it is complete; each line counts from the picture on that first shows
    it. A slide that comes again is not read again.

    Returns {"slides": [{"time", "end", "heading", "lines": [{"text", "confidence", "box", "time", "running"}],
    "stages": [{"time", "text", "confidence"}]}], "read": slides that were read, "unread": errors}. `box` is left, top,
    right and bottom as parts of the picture's sides; `running` lines (footers, page numbers) are in no stage.

    Raises:
        ReadingMissing: nothing here can read.
        Cancelled: the watch said so.
    """
    watch.progress(0.0)
    reader = Reader(threads=threads)
    slides = _slides(recipe.slides)
    known: list[tuple[Blocks, list[Line]]] = []
    unread, found = [], []
    for number, slide in enumerate(slides):
        watch.progress(number / len(slides))
        try:
            found.append(_read(reader, [(inputs[part["picture"]], part["time"]) for part in slide], known))
        except ReadingError as error:
            unread.append(error.record() | {"time": slide[0]["time"]})
            found.append([])
    found = outline.without_running(found)
    watch.progress(1.0)
    logos = outline.logos(found)
    facts = [_facts(slide, lines, logos) for slide, lines in zip(slides, found, strict=True)]
    return {"slides": facts, "read": len(known), "unread": unread}


def _slides(pictures: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Put the pictures of one slide together: itself, and its builds."""
    slides: list[list[dict[str, Any]]] = []
    for picture in pictures:
        if picture["build"] and slides:
            slides[-1].append(picture)
        else:
            slides.append([picture])
    return slides


def _read(reader: Reader, pictures: list[tuple[Path, float]], known: list[tuple[Blocks, list[Line]]]) -> list[Shown]:
    """Return the lines of a slide, of which there may be several pictures, each shown from its time on."""
    last = reader.pixels(pictures[-1][0])
    complete = outline.blocks(last)
    lines = next((lines for before, lines in known if outline.same(before, complete)), None)
    if lines is None:
        lines = [line for line in reader.lines(last) if outline.said(line)]
        known.append((complete, lines))
    stages = [(outline.blocks(reader.pixels(path)), time) for path, time in pictures[:-1]]
    return [
        Shown(
            line,
            next((time for picture, time in stages if outline.same(picture, complete, line.box)), pictures[-1][1]),
        )
        for line in lines
    ]


def _facts(slide: list[dict[str, Any]], shown: list[Shown], logos: set[Place]) -> dict[str, Any]:
    return {
        "time": slide[0]["time"],
        "end": slide[-1]["end"],
        "heading": outline.heading([one.line for one in shown if not one.running], logos),
        "lines": [
            {
                "text": outline.said(one.line),
                "confidence": one.line.confidence,
                "box": list(one.line.box),
                "time": one.time,
                "running": one.running,
            }
            for one in shown
        ],
        "stages": [_stage(lines) for lines in outline.stages(shown)],
    }


def _stage(shown: list[Shown]) -> dict[str, Any]:
    mean = sum(one.line.confidence for one in shown) / len(shown)
    return {
        "time": shown[0].time,
        "text": "\n".join(outline.said(one.line) for one in shown),
        "confidence": round(mean, 3),
    }
