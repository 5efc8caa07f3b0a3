"""One recording: the player with its transcript, what is known about it, and how far its processing has come."""

import math

import streamlit as st

from archive.access import Action
from archive.errors import NotFound
from archive.tables import Recording, Rendition, State, Transcript
from dashboard import front, player, wording
from dashboard import visit as visits
from dashboard.views import processing
from dashboard.visit import Visit

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
    renditions = visit.house.catalogue.renditions(recording.id)
    written = next(iter(visit.house.catalogue.transcripts(recording.id)), None)
    if renditions:
        _player(visit, recording, renditions, written, _second(second))
    front.draw(
        "title",
        key="title",
        kind=recording.kind.value,
        kindName=t.of("kind", recording.kind.value),
        title=recording.title,
        by=visit.names(recording.speakers),
    )
    processing.show(visit, recording)
    _about(visit, recording, renditions, written)


def _second(asked: str) -> float:
    try:
        second = float(asked or 0)
    except ValueError:
        return 0.0
    return max(0.0, second) if math.isfinite(second) else 0.0


def _player(
    visit: Visit, recording: Recording, renditions: list[Rendition], written: Transcript | None, second: float
) -> None:
    t = visit.t
    watched = (recording.id, visits.turns())

    def renew() -> None:
        st.session_state["token"] = (watched, visit.house.token(visit.member, recording.id))

    # One token for one sitting, so that a rerun changes nothing.
    if st.session_state.get("token", (None,))[0] != watched:
        renew()
    player.show(
        key=f"player-{recording.id}",
        recording_id=recording.id,
        token=st.session_state["token"][1],
        captions=written.language if written else "",
        start=second,
        turn=visits.turns(),
        sound_only=all(row.media == "audio" for row in renditions),
        texts={
            "player": t("player"),
            "transcript": t("transcript"),
            "filter": t("transcript_filter"),
            "none": t("transcript_none"),
            "noMatch": t("transcript_no_match"),
            "copy": t("copy_link"),
            "copied": t("copied"),
            "captions": t("captions"),
            "reload": t("reload"),
            "expired": t("media_expired"),
            "offline": t("media_offline"),
            "failed": t("media_failed"),
            "unsupported": t("media_unsupported"),
        },
        renew=renew,
    )


def _about(visit: Visit, recording: Recording, renditions: list[Rendition], written: Transcript | None) -> None:
    t = visit.t
    transcript = t.of("transcript", written.origin, model=written.model) if written else ""
    facts = [
        (t("fact.length"), wording.length(recording.duration)),
        (t("fact.recorded"), wording.date(recording.recorded_at)),
        (t("fact.added"), wording.date(recording.created_at)),
        (t("fact.specialty"), recording.specialty),
        (t("fact.procedure"), recording.procedure),
        (t("fact.state"), "" if recording.state in _UNDER_WAY else t.of("state", recording.state.value)),
        (t("fact.renditions"), "\n".join(_quality(visit, row) for row in renditions)),
        (t("fact.transcript"), transcript),
    ]
    front.draw(
        "facts",
        key="about",
        label=t("about"),
        facts=[(name, value) for name, value in facts if value],
        back={"label": t("back"), "href": visit.link()},
    )


def _quality(visit: Visit, row: Rendition) -> str:
    if row.media == "audio":
        return visit.t("rendition.sound", size=wording.size(row.size))
    return visit.t("rendition.picture", height=row.height, size=wording.size(row.size))
