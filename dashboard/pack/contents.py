"""What a file to take along holds: its media, pictures and playlists, and what its player is told."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.cuts import showing
from archive.learning.marks import may_read
from archive.learning.tables import MarkKind
from archive.tables import Recording, Rendition
from dashboard import hls, pictures
from dashboard.pack import playlist
from dashboard.pack.forms import Form, Load
from dashboard.pack.pieces import Coded
from dashboard.views import angles, chapters, watch, words
from dashboard.visit import Visit
from dashboard.withheld import Withheld

BASE = "pack://recording/"
"""What addresses inside the file begin with; they lead nowhere else."""

_PIECE = 3 << 18  # bytes of media in one element: a few segments, quickly decoded


@dataclass(frozen=True)
class Part:
    """Some bytes that the player finds by `name`, and where they lie: at `first` of what has this name."""

    name: str
    first: int
    coded: Coded


def parts(visit: Visit, loads: Sequence[Load], form: Form, kept: Withheld) -> Iterator[Part]:
    """Yield the media and the pictures of a form, in the order in which they are played."""
    store = visit.house.store
    for number, load in enumerate(loads):
        for name in _pictures(load, form):
            key = f"{load.stills.prefix}{name}" if load.stills else ""
            yield Part(f"{number}/{name}", 0, Coded(store, key, 0, store.head(key).size))
        for row in load.rows:
            named = playlist.spans(_playlist(visit, row, kept))
            for first, last in playlist.cut(named, _PIECE):
                coded = Coded(store, row.prefix + row.file, first, last)
                yield Part(f"{number}/{row.name}/{row.file}", first, coded)


def _pictures(load: Load, form: Form) -> list[str]:
    """The pictures that go along: those of the scenes, or the poster where there are none."""
    if load.stills is None:
        return []
    scenes = [scene["file"] for scene in pictures.scenes(load.stills)] if form is Form.STILLS else []
    poster = pictures.poster(load.stills)
    return list(dict.fromkeys(scenes or ([poster] if poster else [])))


def _playlist(visit: Visit, row: Rendition, kept: Withheld) -> str:
    """The playlist as the gateway hands it out to those who only watch."""
    text = visit.house.store.get(row.prefix + row.playlist).decode()
    return hls.media(text, row.file, closed=kept.effect.closed.get(row.id))


def told(visit: Visit, recording: Recording, loads: Sequence[Load], form: Form, kept: Withheld) -> dict[str, Any]:
    """Return what the file's own player is told: as `dashboard.player.given` makes it, but nothing of it is fetched."""
    t, catalogue = visit.t, visit.house.catalogue
    written = next(iter(catalogue.transcripts(recording.id)), None)
    said = words.of(visit, recording, written)
    return {
        "form": form.value,
        "playlists": dict(_playlists(visit, recording, loads, kept)),
        "recording": recording.id,
        "base": BASE,
        "angles": _angles(visit, recording, loads, form, kept),
        "missing": angles.missing(visit, recording),
        "cuts": kept.told(t),
        "captions": _captions(visit, recording, kept),
        "chapters": chapters.of(visit, recording, kept.asked),
        "points": _points(visit, recording, kept),
        "changes": "",
        "editable": False,
        "about": watch.facts(visit, recording, [], written, kept),
        "texts": t.group("player") | t.group("packed") | {"none": said["none"], "playFrom": t("beside.playFrom")},
    }


def _playlists(visit: Visit, recording: Recording, loads: Sequence[Load], kept: Withheld) -> Iterator[tuple[str, str]]:
    for number, load in enumerate(loads):
        base = f"{BASE}{number}/"
        yield f"{base}master.m3u8", hls.master(load.rows, language=recording.language)
        yield f"{base}picture.m3u8", hls.picture(load.rows)
        yield f"{base}sound.m3u8", hls.sound(load.rows)
        for row in load.rows:
            yield f"{base}{row.name}/{row.playlist}", _playlist(visit, row, kept)


def _angles(
    visit: Visit, recording: Recording, loads: Sequence[Load], form: Form, kept: Withheld
) -> list[dict[str, Any]]:
    known = {angle["id"]: angle for angle in angles.of(visit, recording, kept)}
    found = []
    for number, load in enumerate(loads):
        facts, picture, sound = known[load.angle.id], load.picture, load.sound
        rungs = [rung for rung in facts["rungs"] if picture and rung["name"] == picture.name]
        if form is Form.STILLS and load.seen:
            rungs = [{"name": "stills", "label": "", "height": 0, "size": 0, "sound": "low"}]
        tracks = [track | {"name": sound.name} for track in facts["tracks"][:1] if sound]
        scenes = pictures.scenes(load.stills) if load.stills and form is Form.STILLS else []
        stills = {"poster": "", "storyboard": "", "scenes": bool(scenes), "size": 0}
        if names := _pictures(load, form):
            stills["poster"] = names[0]
        here = {"id": str(number), "version": "", "rungs": rungs, "tracks": tracks, "stills": stills}
        found.append(facts | here | {"scenes": scenes})
    return found


def _captions(visit: Visit, recording: Recording, kept: Withheld) -> list[dict[str, str]]:
    found = []
    for track in words.tracks(visit, recording):
        said = visit.house.catalogue.transcript(recording.id, track["language"])
        if said is not None:
            shown = showing.sentences(said.segments, kept.asked)
            text = b64encode(replace(said, segments=shown).to_vtt().encode()).decode()
            address = f"data:text/vtt;charset=utf-8;base64,{text}"
            found.append({"language": track["language"], "about": track["about"], "address": address})
    return found


def _points(visit: Visit, recording: Recording, kept: Withheld) -> list[dict[str, Any]]:
    return [
        {
            "start": mark.start,
            "text": mark.text,
            "author": mark.author_name,
            "institution": mark.author_institution,
        }
        for mark in may_read("", visit.house.marks.public(recording.id), kept.asked)
        if mark.kind is MarkKind.TEACHING_POINT
    ]
