"""The way of a recording, from top to bottom."""

from collections.abc import Callable

from archive.derivatives import Derived
from ingest import engine, stages
from ingest.run import Run
from ingest.stages import Film

ORDER = (
    "receive", "join", "probe", "remux", "weak", "sound", "audio", "align", "transcribe", "index", "ladder", "splice",
    "check", "mend", "stills",
)  # fmt: skip
"""Every step in its order; those that not every recording needs appear in a job when they are come to."""

ALWAYS = ("receive", "probe", "remux", "weak", "sound", "audio", "transcribe", "index", "ladder", "check", "stills")


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
        engine.step("align", stages.align, run, films)
        words = engine.step("transcribe", stages.transcribe, run, films)
        engine.step("index", stages.index, run, films, words)  # findable from here on
        each("ladder", stages.ladder)
        each("check", stages.check)
        each("mend", stages.mend)
        each("stills", stages.stills)
        if words is not None:
            engine.step("finish", stages.finish, run, films, words)
