"""What the player is told of a recording's angles: what can be played of each, and what is missing."""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from archive.cuts.effect import Effect
from archive.cuts.ranges import shifted
from archive.tables import Alignment, Angle, Recording, Rendition, Stills
from dashboard import pictures, wording
from dashboard.texts import Texts
from dashboard.visit import Visit
from dashboard.withheld import Withheld


def of(visit: Visit, recording: Recording, kept: Withheld | None = None) -> list[dict[str, Any]]:
    """Return the angles that have something to play, in their order, as the player takes them; without what is `kept`.

    Times are seconds; `start` is on the recording's timeline, everything else on the angle's own.
    """
    kept = kept or Withheld((), Effect((), {}, {}))
    catalogue = visit.house.catalogue
    angles = catalogue.angles(recording.id)
    starts = {angle.id: angle.first.start for angle in angles}
    stills = {
        name: pictures.shown(row, shifted(kept.asked, -starts.get(name, 0.0)))
        for name, row in catalogue.stills(recording.id).items()
    }
    rows: dict[str, list[Rendition]] = {}
    for row in catalogue.renditions(recording.id):
        rows.setdefault(row.source_id, []).append(row)
    labels = names(visit.t, angles)
    chosen = stills.get(recording.poster.get("angle", ""))
    poster = {"poster": pictures.poster(chosen, recording.poster), "of": chosen.source_id} if chosen else {}
    return [
        _angle(visit.t, angle, labels[angle.id], rows[angle.id], stills.get(angle.id), poster, kept)
        for angle in angles
        if angle.id in rows and kept.effect.ends.get(angle.id, 1.0) > 0
    ]


def names(t: Texts, angles: Sequence[Angle]) -> dict[str, str]:
    """Name each angle by what it shows; of several that show the same, the later ones have a number."""
    seen: Counter[str] = Counter()
    found = {}
    for angle in angles:
        role = angle.first.role.value
        seen[role] += 1
        found[angle.id] = t.of("role", role) + (f" {seen[role]}" if seen[role] > 1 else "")
    return found


def missing(visit: Visit, recording: Recording) -> list[dict[str, Any]]:
    """Return what is missing, in the order of the recording's timeline: {"from", "to", "what", "text"}."""
    t = visit.t
    angles = visit.house.catalogue.angles(recording.id)
    labels = names(t, angles)
    found = []
    for angle in angles:
        for gap in angle.first.media.get("missing") or []:
            begin, end = angle.first.start + float(gap["from"]), angle.first.start + float(gap["to"])
            time = t("missing.range", begin=wording.length(begin), end=wording.length(math.ceil(end)))
            what = t.of("missing", str(gap["what"]), time=time)
            if gap.get("open"):
                what = t("missing.open", time=wording.length(begin))
            text = t("missing.of", angle=labels[angle.id], text=what) if len(angles) > 1 else what
            found.append({"from": begin, "to": end, "what": str(gap["what"]), "text": text})
    return sorted(found, key=lambda gap: (gap["from"], gap["to"]))


def _angle(
    t: Texts,
    angle: Angle,
    label: str,
    rows: list[Rendition],
    stills: Stills | None,
    poster: dict[str, Any],
    kept: Withheld,
) -> dict[str, Any]:
    first = angle.first
    longest = max(row.duration for row in rows)
    sounds = sorted((row for row in rows if row.media == "audio"), key=lambda row: (not row.preferred, row.name))
    low = next((row for row in sounds if row.sound == "low"), None)
    full = [row for row in sounds if row.sound == "full"]
    cut = [str(each) for each in kept.asked]
    return {
        "id": angle.id,
        "label": label,
        "start": first.start,
        "duration": min(float(first.media.get("duration") or longest), kept.effect.ends.get(angle.id, math.inf)),
        "note": t("unaligned") if first.alignment == Alignment.UNKNOWN and first.position > 0 else "",
        "version": hashlib.sha256("".join([*sorted(row.id for row in rows), *cut]).encode()).hexdigest()[:8],
        "rungs": [_rung(t, row) for row in rows if row.media == "video"],
        "tracks": [_track(t, row, number) for number, row in enumerate(full or sounds[:1], 1)],
        "low": low.size if low else full[0].size if full else 0,
        "stills": _stills(stills) | poster if stills else None,
    }


def _rung(t: Texts, row: Rendition) -> dict[str, Any]:
    label = t("rung.source" if row.name == "source" else "rung", height=row.height)
    return {"name": row.name, "label": label, "height": row.height, "size": row.size, "sound": row.sound}


def _track(t: Texts, row: Rendition, number: int) -> dict[str, Any]:
    spoken = t.of("spoken", row.language) if row.language and row.language != "und" else ""
    label = " · ".join(part for part in (row.title, spoken) if part) or t("track", number=number)
    return {"name": row.name, "label": label, "size": row.size, "language": row.language}


def _stills(stills: Stills) -> dict[str, Any]:
    return {
        "poster": pictures.poster(stills),
        "of": stills.source_id,
        "storyboard": pictures.storyboard(stills),
        "scenes": bool(pictures.scenes(stills)),
        "size": pictures.scenes_size(stills),
    }
