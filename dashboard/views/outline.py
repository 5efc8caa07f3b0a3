"""The chapters of a recording: all that happens on the page happens in the browser and in the gateway."""

import streamlit as st

from dashboard import front, scripts
from dashboard import visit as visits
from dashboard.views import editing
from dashboard.visit import Visit


def show(visit: Visit) -> None:
    """Show the chapters of the recording that the address names, beside its player."""
    t = visit.t
    recording = editing.recording(visit)
    if recording is None:
        return
    front.draw("editing", key="editing", **editing.heading(visit, recording, "outline"))
    front.draw(
        "outline",
        key=f"outline-{recording.id}",
        addresses=scripts.outline_addresses(),
        address=f"gate/outline/{recording.id}/",
        play=f"gate/play/{recording.id}.json?lang={t.language}",
        describe=f"gate/details/{recording.id}/",
        member=visit.member.id,
        recording=recording.id,
        language=t.language,
        html=t.html,
        length=recording.duration or 0,
        second=visits.second(st.query_params.get("t", "")) or 0,
        texts=t.group("outline"),
        failures=editing.failures(visit),
    )
