"""What the page says of a transcript: how it came to be, and what a trainer may take back of it."""

import logging
import math
from collections.abc import Mapping
from typing import Any

from archive import versions
from archive.access import Action, require
from archive.errors import NotFound, StoreError
from archive.ocfl import OcflRoot
from archive.tables import Recording, Transcript
from dashboard.texts import Texts
from dashboard.visit import Visit

log = logging.getLogger(__name__)


def about(t: Texts, row: Transcript) -> str:
    """Return how a transcript came to be, and that another language was heard than was set, where it was."""
    facts = row.facts
    if "silent" in facts:
        return t.of("silent", str(facts["silent"]))
    imported = row.origin == "edited" and facts.get("base") == "imported"
    told = t.of(
        "transcript",
        "edited_imported" if imported else row.origin,
        model=row.model or row.engine or "Whisper",
        terms=facts.get("glossary", {}).get("terms", 0),
        changes=facts.get("changes", 0),
        edits=facts.get("edits", 0),
    )
    if "set" not in facts:
        return told
    heard, given = t.of("spoken", row.language), t.of("spoken", str(facts["set"]))
    return told + t("transcript.heard", heard=heard, given=given)


def tracks(visit: Visit, recording: Recording) -> list[dict[str, str]]:
    """Return what there is to read, the spoken language first: its language, version, and how it came to be."""
    return [
        {"language": row.language, "version": row.id, "about": about(visit.t, row)}
        for row in visit.house.catalogue.tracks(recording.id)
    ]


def of(visit: Visit, recording: Recording, row: Transcript | None) -> dict[str, Any]:
    """Return what the player is told of the transcript that is shown; `changes` is the version to ask for, if any."""
    if row is None:
        return {"none": visit.t("player.none"), "changes": "", "editable": False}
    return {
        "none": about(visit.t, row) if "silent" in row.facts else visit.t("player.none"),
        "changes": row.id if row.facts.get("changes") else "",
        "editable": visit.may(Action.EDIT, recording),
    }


def take_back(visit: Visit, recording: Recording, asked: Mapping[str, Any]) -> None:
    """Undo a change of the glossary that the player names by its text and second."""
    require(visit.member, Action.EDIT, recording)
    start = asked.get("start")
    if not isinstance(start, int | float) or not math.isfinite(start):
        return
    ocfl = OcflRoot(visit.house.store)
    before, after = str(asked.get("before", "")), str(asked.get("after", ""))
    try:
        versions.undo(visit.house.catalogue, ocfl, recording.id, before, after, start=start, author=visit.member.name)
    except NotFound:  # somebody else was quicker; the page shows it as it is now
        return
    except StoreError:  # the player waits for a new version, and says that none came
        log.exception("a change of the transcript of %s could not be undone", recording.id)
