"""One recording: the player with its transcript, what is known about it, and how far its processing has come."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from archive import case
from archive.access import Action
from archive.cuts.ranges import visible_end
from archive.errors import NotFound
from archive.learning.watching import resume_at
from archive.tables import Recording, Rendition, State, Transcript
from dashboard import front, player, withheld, wording
from dashboard import visit as visits
from dashboard.texts import Texts
from dashboard.views import angles, chapters, editing, processing, take, words
from dashboard.visit import Visit
from dashboard.withheld import Withheld

_GAPS_TOLD = 12  # of a file with more holes than this, the number says enough
_UNDER_WAY = (State.RECEIVED, State.PROCESSING)  # what the page says of these in more words


def show(visit: Visit, recording_id: str, second: str) -> None:
    """Show a recording, the player standing at `second`."""
    t = visit.t
    home = {"label": t("back"), "href": visit.link()}
    try:
        recording = visit.house.catalogue.recording(recording_id)
    except NotFound:
        front.draw("notice", key="missing", title=t("not_here"), text=t("not_here_advice"), link=home)
        return
    if not visit.may(Action.WATCH, recording):
        front.draw("notice", key="closed", title=t("not_allowed"), text=t("not_allowed_advice"), link=home)
        return
    visit.entitle(recording.title)
    renditions = visit.house.catalogue.renditions(recording.id)
    kept = withheld.of(visit.house, recording)
    written = next(iter(visit.house.catalogue.transcripts(recording.id)), None)
    missing = angles.missing(visit, recording)
    seen = bool(renditions) and bool(angles.of(visit, recording, kept))
    if renditions:
        known = facts(visit, recording, renditions, written, kept)
        if seen:
            _player(visit, recording, missing, written, _asked(visit, recording, second, kept), known, kept)
        else:
            front.draw("notice", key="cut", title=t("cuts_all"), text=t("cuts_all_advice"), link=home)
    front.draw(
        "title",
        key="title",
        kind=recording.kind.value,
        kindName=t.of("kind", recording.kind.value),
        title=recording.title,
        by=visit.names(recording.speakers),
    )
    if visit.may(Action.EDIT, recording):
        front.draw("editing", key="editing", **editing.ways(visit, recording))
    if seen:
        take.show(visit, recording)
    if missing and (seen or not renditions):  # where all of it was cut out, nobody asks what else is missing
        _banner(visit, missing)
    processing.show(visit, recording)
    _about(visit, [] if renditions else facts(visit, recording, renditions, written, kept))


@dataclass(frozen=True)
class _Asked:
    """Where the player is to stand: at `start`, where the viewer left off if it is `resumed`; `until` 0: to the end."""

    start: float
    resumed: float = 0.0
    until: float = 0.0


def _asked(visit: Visit, recording: Recording, second: str, kept: Withheld) -> _Asked:
    """Read what the address asks for; without a second, go on where the viewer left off, the same in all of a turn."""
    if second:
        return _Asked(visits.second(second) or 0.0, until=visits.second(st.query_params.get("to", "")) or 0.0)
    turn = (recording.id, visits.turns())
    if st.session_state.get("resumed", (None,))[0] != turn:
        progress = visit.house.watching.progress(visit.member.id, recording.id)
        st.session_state["resumed"] = (turn, resume_at(progress, visible_end(kept.effect.ranges, recording.duration)))
    resumed = st.session_state["resumed"][1]
    return _Asked(resumed, resumed)


def _player(
    visit: Visit,
    recording: Recording,
    missing: list[dict[str, Any]],
    written: Transcript | None,
    asked: _Asked,
    known: list[tuple[str, str]],
    kept: Withheld,
) -> None:
    watched = (recording.id, visits.turns())

    def renew() -> None:
        st.session_state["token"] = (watched, visit.house.token(visit.member, recording.id))

    # One token for one sitting, so that a rerun changes nothing; the card's, whose poster is here already.
    if st.session_state.get("token", (None,))[0] != watched:
        st.session_state["token"] = (watched, visit.token(recording))
    player.show(
        key=f"player-{recording.id}",
        recording_id=recording.id,
        token=st.session_state["token"][1],
        angles=angles.of(visit, recording, kept),
        missing=missing,
        cuts=kept.told(visit.t),
        captions=words.tracks(visit, recording),
        chapters=chapters.of(visit, recording, kept.asked),
        words=words.of(visit, recording, written),
        about=known,
        start=asked.start,
        resumed=asked.resumed,
        until=asked.until,
        tab=st.query_params.get("tab", ""),
        turn=visits.turns(),
        beside=visit.t.group("beside"),
        texts=visit.t.group("player"),
        renew=renew,
        undo=lambda asked: words.take_back(visit, recording, asked),
    )


def _banner(visit: Visit, missing: list[dict[str, Any]]) -> None:
    """Say from when to when something is missing: nobody may take half an operation for the whole of it."""
    told = [gap["text"] for gap in missing[:_GAPS_TOLD]]
    if len(missing) > _GAPS_TOLD:
        told.append(visit.t("missing.more", count=len(missing) - _GAPS_TOLD))
    front.draw("gaps", key="gaps", title=visit.t("missing"), text=visit.t("missing_advice"), gaps=told)


def facts(
    visit: Visit,
    recording: Recording,
    renditions: list[Rendition],
    written: Transcript | None,
    kept: Withheld | None = None,
) -> list[tuple[str, str]]:
    """What is known of a recording: who and where, the case, and what there is of it."""
    t = visit.t
    facts = [
        (t("fact.kind"), t.of("kind", recording.kind.value)),
        (t("fact.speakers"), visit.names(recording.speakers)),
        (t("fact.institution"), visit.house.members.institution(recording.institution_id)),
        (t("fact.length"), _length(t, recording, kept or withheld.of(visit.house, recording))),
        (t("fact.recorded"), wording.date(recording.recorded_at)),
        (t("fact.added"), wording.date(recording.created_at)),
        (t("fact.specialty"), recording.specialty),
        (t("fact.procedure"), recording.procedure),
        (t("fact.state"), "" if recording.state in _UNDER_WAY else t.of("state", recording.state.value)),
        (t("fact.angles"), _angles(visit, recording)),
        (t("fact.renditions"), _qualities(visit, renditions)),
        (t("fact.transcript"), words.about(t, written) if written else ""),
    ]
    told = [(t.of("case", item.name), _told(t, item, recording.case.get(item.name))) for item in case.ITEMS]
    return [(name, value) for name, value in [*facts, *told] if value]


def _told(t: Texts, item: case.Item, value: object) -> str:
    """Return what is told of the case in words: a choice as it was chosen, what was confirmed as a yes."""
    if item.form == "check":
        return t("yes") if value is True else ""
    return t.of(f"case_{item.name}", value) if item.form == "choice" and isinstance(value, str) else str(value or "")


def _length(t: Texts, recording: Recording, kept: Withheld) -> str:
    """How long it is, and how much of that is shown where something is cut."""
    whole = wording.length(recording.duration)
    return (
        t("cuts_shown", shown=wording.length(kept.effect.left(recording.duration)), whole=whole)
        if kept.asked
        else whole
    )


def _about(visit: Visit, facts: list[tuple[str, str]]) -> None:
    """What is known stands here where there is no player beside which it could stand."""
    back = {"label": visit.t("back"), "href": visit.link()}
    front.draw("facts", key="about", label=visit.t("about"), facts=facts, back=back)


def _angles(visit: Visit, recording: Recording) -> str:
    """Name the angles where there are several."""
    named = angles.names(visit.t, visit.house.catalogue.angles(recording.id))
    return visit.names(list(named.values())) if len(named) > 1 else ""


def _qualities(visit: Visit, renditions: list[Rendition]) -> str:
    """One line for each quality with the size of all angles together, the best first."""
    heights: dict[int, int] = {}
    for row in renditions:
        if row.height:
            heights[row.height] = heights.get(row.height, 0) + row.size
    sound = [row.size for row in renditions if row.media == "audio"]
    lines = [visit.t("rendition.picture", height=h, size=wording.size(heights[h])) for h in sorted(heights)[::-1]]
    return "\n".join([*lines, visit.t("rendition.sound", size=wording.size(sum(sound)))] if sound else lines)
