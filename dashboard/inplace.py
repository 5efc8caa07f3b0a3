"""What plays a recording outside its own page, as the script `front/inplace.js` takes it."""

from typing import Any

from archive.access import Action
from archive.errors import NotFound
from dashboard import player, scripts, withheld
from dashboard.views import angles, chapters, words
from dashboard.visit import Visit


class AllCut(NotFound):
    """All of a recording was cut out: there is nothing to play, now or later."""


def told(visit: Visit, recording_id: str) -> dict[str, Any]:
    """Return what the player is handed, with a token of this moment, and the address of its style sheet.

    Raises:
        AllCut: all of it was cut out.
        NotFound: there is no such recording, or nothing of it can be played yet.
        NotAllowed: this member may not watch it.
    """
    recording = visit.house.catalogue.recording(recording_id)
    visit.require(Action.WATCH, recording)
    kept = withheld.of(visit.house, recording)
    seen = angles.of(visit, recording, kept)
    if not seen and kept.asked and visit.house.catalogue.renditions(recording.id):
        raise AllCut(f"All of the recording {recording.id} was cut out.", "Ask the trainer who keeps it.")
    if not seen:
        raise NotFound(f"The recording {recording.id} cannot be played yet.", "Wait until it is processed.")
    written = next(iter(visit.house.catalogue.transcripts(recording.id)), None)
    given = player.given(
        recording_id=recording.id,
        token=visit.house.token(visit.member, recording.id),
        angles=seen,
        missing=angles.missing(visit, recording),
        cuts=kept.told(visit.t),
        captions=words.tracks(visit, recording),
        chapters=chapters.of(visit, recording, kept.asked),
        words=words.of(visit, recording, written) | {"changes": "", "editable": False},  # its own page offers these
        about=[],  # stands on its own page
        start=0.0,
        resumed=0.0,
        until=0.0,
        tab="",
        turn=0,
        beside=visit.t.group("beside"),
        texts=visit.t.group("player"),
    )
    return given | {"style": scripts.style_address()}
