"""What the workflow does at each stage: choose the recipe, run the pure step on the angle's file, enter what it made.

A stage may be run again at any time: what its step made before is found by its digest.
"""

from typing import Any

from archive import deposit, derivatives
from archive.derivatives import Derived
from archive.errors import ReadingMissing
from archive.tables import Alignment, ChapterOrigin, Source, State, Stills
from ingest import climbing, ocr
from ingest.film import Film, make, shown
from ingest.media import missing
from ingest.run import Run
from ingest.steps import align as align_step
from ingest.steps import audio as audio_step
from ingest.steps import chapters as chapters_step
from ingest.steps import check as check_step
from ingest.steps import join as join_step
from ingest.steps import probe as probe_step
from ingest.steps import remux as remux_step
from ingest.steps import slides as slides_step
from ingest.steps import sound as sound_step
from ingest.steps import stills as stills_step


def receive(run: Run) -> list[Film]:
    """Make the recording's first OCFL version: from here on its bytes are kept for good."""
    with run.marked("receive"):
        deposit.receive(run.place.ocfl, run.recording, run.sources)
        run.place.catalogue.advance(run.recording_id, State.PROCESSING)
    angles = run.place.catalogue.angles(run.recording_id)
    return [
        Film(angle.id, number, [(part.name, (part.key, part.sha512)) for part in angle.parts])
        for number, angle in enumerate(angles)
    ]


def join(run: Run, film: Film) -> Derived | None:
    """Make one file of those that a camera split its recording into."""
    if len(film.parts) == 1:
        return None
    probed = [
        run.derive(probe_step, probe_step.Recipe(), {"source": stored}, mark=film.called("probe"), name=name)
        for name, stored in film.parts
    ]
    recipe = join_step.Recipe(medias=[found.facts for found in probed])
    inputs = {str(number): stored for number, (_, stored) in enumerate(film.parts)}
    return run.derive(join_step, recipe, inputs, mark=film.called("join"))


def probe(run: Run, film: Film) -> Derived:
    """Look at what is in it."""
    made = make(run, film, "probe", probe_step, probe_step.Recipe(), name=film.name)
    run.place.catalogue.change_source(film.id, media=made.facts)
    return made


def remux(run: Run, film: Film) -> Derived:
    """Copy what browsers play as it is: the first thing to watch."""
    made = shown(run, film, make(run, film, "remux", remux_step, remux_step.Recipe(media=film.media)))
    run.place.catalogue.measure(run.recording_id)
    return made


def weak(run: Run, film: Film) -> Derived | None:
    """Encode the smallest picture, so that it can be watched on a weak link soon."""
    plan = climbing.plan(run, film, copied=film.copied)
    made = climbing.climb(run, film, "weak", () if plan.weak is None else (plan.weak,))
    climbing.offer(run, film, "ladder", plan.rest)
    return made


def sound(run: Run, film: Film) -> Derived:
    """Bring the sound to one loudness, every track of it, and make it small for weak links."""
    recipe = sound_step.Recipe(media=film.media)
    return shown(run, film, make(run, film, "sound", sound_step, recipe))


def audio(run: Run, film: Film) -> Derived:
    """Take out the speech."""
    recipe = audio_step.Recipe(media=film.media, track=film.facts("sound")["track"])
    return make(run, film, "audio", audio_step, recipe)


def align(run: Run, films: list[Film]) -> None:
    """Put the angles whose start nobody gave on one timeline, by their sound."""
    unknown = {angle.id for angle in run.place.catalogue.angles(run.recording_id) if not _is_placed(angle.first)}
    heard = {film.id: made.stored(made.facts["file"]) for film in films if (made := film.made["audio"]) and film.heard}
    first = films[0].id
    if first not in heard or not unknown & set(heard):
        return
    made = run.derive(align_step, align_step.Recipe(first=first), heard)
    starts = {source.id: source.start for source in run.sources if source.part == 0}
    for film_id, found in made.facts["offsets"].items():
        if film_id in unknown and found["certain"]:
            starts[film_id] = starts[first] + found["start"]
            run.place.catalogue.change_source(film_id, alignment=Alignment.SOUND)
    earliest = min(starts.values())
    for film_id, start in starts.items():
        run.place.catalogue.change_source(film_id, start=start - earliest)
    run.place.catalogue.measure(run.recording_id)


def ladder(run: Run, film: Film) -> Derived | None:
    """Encode the other rungs; what is long, in chunks over the workers."""
    made = climbing.climb(run, film, "ladder", climbing.plan(run, film, copied=film.copied).rest)
    climbing.forget_copy(run, film)
    return made


def check(run: Run, film: Film) -> Derived | None:
    """Where anything pointed to damage, find out from when to when something is missing, and say so."""
    if not film.complaints and not film.media["missing"]:
        run.skip(film.called("check"), "nothing pointed to damage")
        return None
    made = make(run, film, "check", check_step, check_step.Recipe(media=film.media), threads=run.threads)
    run.place.catalogue.change_source(film.id, media=film.media | {"missing": made.facts["missing"]})
    return made


def mend(run: Run, film: Film) -> Derived | None:
    """Browsers stumble over a copied picture that is damaged inside: encode it, which bridges the damage."""
    if not _dropped(film):
        return None
    there = {rendition["name"] for rendition in film.renditions("weak", "ladder")}
    plan = climbing.plan(run, film, copied=False)
    made = climbing.climb(run, film, "mend", tuple(rung for rung in plan.rest if rung.name not in there))
    run.place.catalogue.drop_rendition(run.recording_id, film.id, "source")
    return made


def first_stills(run: Run, film: Film) -> Derived | None:
    """Take the stills before the ladder where that changes nothing about them, so that others may climb meanwhile.

    A picture that is copied is the largest one there is; one that may be damaged has its damage looked for first.
    """
    sound = not film.media["missing"] and not film.complaints
    return stills(run, film) if film.copied and film.made["weak"] is not None and sound else None


def stills(run: Run, film: Film) -> Derived | None:
    """Take poster, storyboard and scenes from what was encoded."""
    pictures = [
        (row, made)
        for step in ("remux", "weak", "ladder", "mend")
        if (made := film.made.get(step)) is not None
        for row in made.facts["renditions"]
        if row["media"] == "video" and row["name"] not in _dropped(film)
    ]
    if not pictures:
        run.skip(film.called("stills"), "there is no picture")
        return None
    pictures.sort(key=lambda picture: picture[0]["width"] * picture[0]["height"])
    (small, of_small), (large, of_large) = pictures[0], pictures[-1]
    recipe = stills_step.Recipe(
        duration=small["duration"],  # of the picture: the sound may be longer
        width=large["width"],
        height=large["height"],
        missing=_missing(film),
    )
    inputs = {"small": of_small.stored(small["file"]), "large": of_large.stored(large["file"])}
    found = run.derive(stills_step, recipe, inputs, mark=film.called("stills"), threads=run.threads)
    rows = Stills(source_id=film.id, recording_id=run.recording_id, prefix=found.prefix, facts=found.facts)
    run.place.catalogue.put_stills(rows)
    return found


def slides(run: Run, film: Film) -> Derived | None:
    """Read what the slides say; None where that waits for what reads it, which stops nothing else."""
    pictures, mark = film.made["stills"], film.called("slides")
    shown = slides_step.shown(film.facts("stills").get("scenes", []), film.media["duration"])
    if pictures is None or not shown:
        run.skip(mark, "no slides are shown")
        return None
    inputs = {slide["picture"]: pictures.stored(slide["picture"]) for slide in shown}
    recipe = slides_step.Recipe(slides=shown, engine=ocr.engine())
    try:
        made = run.derive(slides_step, recipe, inputs, mark=mark, threads=run.threads)
    except ReadingMissing:
        return None
    if unread := made.facts["unread"]:
        run.note(mark, unread[0])
    start = next(source.start for source in run.sources if source.id == film.id)
    run.place.catalogue.put_slides(
        run.recording_id, film.id, derivatives.slides(run.recording_id, film.id, start, made)
    )
    return made


def chapters(run: Run, films: list[Film]) -> Derived:
    """Suggest chapters from the slides of the angle that shows most of them, and from what is kept of what was said."""
    place, recording = run.place, run.recording
    starts = {source.id: source.start for source in run.sources}
    shown = {film.id: _shown_by(film, starts[film.id]) for film in films}
    scenes = max(shown.values(), key=lambda scenes: sum(_is_slide(scene) for scene in scenes))
    fields = ("time", "kind", "build", "heading")
    recipe = chapters_step.Recipe(
        duration=recording.duration or 0.0,
        scenes=[{name: scene[name] for name in fields} for scene in scenes],
        language=recording.language,
    )
    written = next(iter(place.catalogue.transcripts(run.recording_id)), None)
    inputs = {"transcript": deposit.stored(place.ocfl, run.recording_id, written.path)} if written else {}
    made = run.derive(chapters_step, recipe, inputs)
    rows = derivatives.chapters(run.recording_id, made)
    place.catalogue.put_chapters(run.recording_id, rows, origin=ChapterOrigin.SUGGESTED)
    return made


def finish(run: Run, films: list[Film], made: list[Derived]) -> None:
    """Say that the recording is ready, and which derivatives are in force."""
    sources = {source.id: source for source in run.sources}
    angles = {
        film.id: derivatives.InForce(
            made=[one.digest for one in film.made.values() if one is not None],
            start=sources[film.id].start,
            alignment=sources[film.id].alignment.value,
            dropped=_dropped(film),
        )
        for film in films
    }
    ready = derivatives.Ready(run.recording.duration or 0.0, angles, [one.digest for one in made])
    derivatives.mark_ready(run.place.store, run.recording_id, ready)
    run.place.catalogue.advance(run.recording_id, State.IN_REVIEW)


def _is_placed(source: Source) -> bool:
    return source.alignment is not Alignment.UNKNOWN


def _shown_by(film: Film, start: float) -> list[dict[str, Any]]:
    """The scenes of an angle on the recording's timeline, slides with their headings as far as these could be read."""
    headings = {slide["time"]: slide["heading"] for slide in film.facts("slides").get("slides", [])}
    return [
        scene | {"time": scene["time"] + start, "heading": headings.get(scene["time"], "")}
        for scene in film.facts("stills").get("scenes", [])
    ]


def _is_slide(scene: dict[str, Any]) -> bool:
    return scene["kind"] == "slide" and not scene["build"]


def _missing(film: Film) -> list[dict[str, Any]]:
    """What is missing of it, as far as is known by now."""
    found: list[dict[str, Any]] = film.facts("check").get("missing", film.media["missing"])
    return found


def _dropped(film: Film) -> list[str]:
    """The renditions that are not shown after all: a copied picture that decoding found damaged before its end."""
    lost = [one for one in _missing(film) if one["what"] != "sound"]
    return ["source"] if film.copied and missing.inside(lost, film.media["duration"]) else []
