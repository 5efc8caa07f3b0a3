"""In which forms a recording can be taken along, and what of it each holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from archive.catalogue import Catalogue
from archive.cuts.ranges import shifted
from archive.tables import Angle, Recording, Rendition, Stills
from dashboard import pictures
from dashboard.withheld import Withheld


class Form(StrEnum):
    """The smallest picture with its sound, or the smallest sound with a still for every scene."""

    PICTURE = "picture"
    STILLS = "stills"


@dataclass(frozen=True)
class Load:
    """What of one angle goes along: at most one picture and one sound, and of the one that is `seen` its stills."""

    angle: Angle
    seen: bool
    picture: Rendition | None
    sound: Rendition | None
    stills: Stills | None

    @property
    def rows(self) -> list[Rendition]:
        return [row for row in (self.picture, self.sound) if row]


def of(catalogue: Catalogue, recording: Recording, kept: Withheld) -> dict[Form, list[Load]]:
    """Return the forms that there are, each with the angle that is seen, and beside it the one that is heard.

    Of several angles the first with a picture is seen; where it has no sound, the first that has is heard with it.
    Nothing goes along of what is `kept` from those who only watch.
    """
    angles = [each for each in catalogue.angles(recording.id) if kept.effect.ends.get(each.id, 1.0) > 0]
    stills = catalogue.stills(recording.id)
    rows: dict[str, list[Rendition]] = {angle.id: [] for angle in angles}
    for row in catalogue.renditions(recording.id):
        rows.get(row.source_id, []).append(row)
    seen = next((angle for angle in angles if _picture(rows[angle.id])), None)
    heard = next((angle for angle in (seen, *angles) if angle and _sound(rows[angle.id])), None)
    film = [
        Load(
            angle,
            angle is seen,
            _picture(rows[angle.id]) if angle is seen else None,
            _sound(rows[angle.id]) if angle is heard else None,
            _stills(stills.get(angle.id), angle, kept) if angle is seen else None,
        )
        for angle in angles
        if angle in (seen, heard)
    ]
    found = {}
    if seen:
        found[Form.PICTURE] = film
    if heard:
        found[Form.STILLS] = [replace(load, picture=None) for load in film]
    return found


def _stills(stills: Stills | None, angle: Angle, kept: Withheld) -> Stills | None:
    return stills and pictures.shown(stills, shifted(kept.asked, -angle.first.start))


def _picture(rows: Sequence[Rendition]) -> Rendition | None:
    """The smallest picture that every browser plays."""
    pictures = [row for row in rows if row.media == "video"]
    common = [row for row in pictures if row.codecs.startswith("avc1")] or pictures
    return min(common, key=lambda row: row.size, default=None)


def _sound(rows: Sequence[Rendition]) -> Rendition | None:
    """The smallest form of the sound that is heard unless another is chosen."""
    sounds = [row for row in rows if row.media == "audio"]
    return min(sounds, key=lambda row: (not row.preferred, row.sound != "low", row.name), default=None)
