"""The editor of cuts: the player with all of the recording in it, and beside it what viewers do not see."""

import streamlit as st

from archive.tables import Recording
from dashboard import front, player, scripts, withheld
from dashboard import visit as visits
from dashboard.views import angles, chapters, editing, words
from dashboard.visit import Visit


def show(visit: Visit) -> None:
    """Show the editor with the recording that the address names."""
    recording = editing.recording(visit)
    if recording is None:
        return
    front.draw("editing", key="editing", **editing.heading(visit, recording, "cuts"))
    seen = angles.of(visit, recording)
    if not seen:
        front.draw("notice", key="nothing", title=visit.t("cuts_none"), text=visit.t("cuts_none_advice"))
        return
    _editor(visit, recording, seen)


def _editor(visit: Visit, recording: Recording, seen: list[dict[str, object]]) -> None:
    here, t = visit.house, visit.t
    turn = (recording.id, visits.turns())

    def renew() -> None:
        both = (here.token(visit.member, recording.id, whole=True), here.token(visit.member, recording.id))
        st.session_state["cutting"] = (turn, both)

    if st.session_state.get("cutting", (None,))[0] != turn:
        renew()
    whole, plain = st.session_state["cutting"][1]
    written = next(iter(here.catalogue.transcripts(recording.id)), None)
    player.show(
        key=f"cutting-{recording.id}",
        recording_id=recording.id,
        token=whole,
        angles=seen,
        missing=angles.missing(visit, recording),
        captions=words.tracks(visit, recording),
        cuts=withheld.of(here, recording).told(t),
        chapters=chapters.of(visit, recording),
        words=words.of(visit, recording, written) | {"changes": "", "editable": False},  # its own page offers these
        about=[],
        start=visits.second(st.query_params.get("t", "")) or 0.0,
        resumed=0.0,
        until=0.0,
        tab="",
        turn=visits.turns(),
        beside=t.group("beside"),
        texts=t.group("player"),
        cutting={
            "lang": t.language,
            "member": visit.member.id,
            "address": f"gate/cuts/{recording.id}",
            "base": f"gate/{plain}/",
            "script": scripts.cutting(),
            "texts": t.group("cutting"),
            "failures": editing.failures(visit),
        },
        renew=renew,
        undo=lambda _asked: None,
    )
