"""The way of a recording, from top to bottom."""

from collections.abc import Callable

from archive.derivatives import Derived
from ingest import dictation, engine, stages
from ingest.film import Film
from ingest.run import Run

ORDER = (
    "receive", "join", "probe", "remux", "weak", "sound", "audio", "align", "transcribe", "glossary", "index", "ladder",
    "splice", "check", "mend", "stills", "slides", "chapters",
)  # fmt: skip
"""Every step in its order; those that not every recording needs appear in a job when they are come to."""

ALWAYS = (
    "receive", "probe", "remux", "weak", "sound", "audio", "transcribe", "glossary", "index", "ladder", "check",
    "stills", "slides", "chapters",
)  # fmt: skip


@engine.workflow
def take_in(job_id: str, attempt: int, recording_id: str) -> None:
    """Take one recording all the way: each line is a step that is never run again once it is done."""
    run = Run(job_id, attempt, recording_id, order=ORDER)
    with run.lifetime(ALWAYS):
        films: list[Film] = engine.step("receive", stages.receive, run)

        def each(name: str, stage: Callable[[Run, Film], Derived | None]) -> None:
            for film in films:
                film.made[name] = engine.step(film.called(name), stage, run, film)

        each("join", stages.join)
        each("probe", stages.probe)
        each("remux", stages.remux)  # watchable from here on
        each("weak", stages.weak)  # on a weak link too
        each("sound", stages.sound)
        each("audio", stages.audio)
        each("stills", stages.first_stills)
        engine.step("align", stages.align, run, films)
        words = engine.step("transcribe", dictation.transcribe, run, films)
        terms = engine.step("glossary", dictation.glossary, run, films, words)
        engine.step("index", dictation.index, run, films, words, terms)  # findable from here on
        each("ladder", stages.ladder)
        each("check", stages.check)
        each("mend", stages.mend)
        each("stills", stages.stills)
        each("slides", stages.slides)
        outline = engine.step("chapters", stages.chapters, run, films)
        if words is not None:
            engine.step("finish", stages.finish, run, films, [made for made in (words, terms, outline) if made])
