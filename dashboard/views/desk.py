"""The transcript desk: everything on it happens in the browser and in the gateway, so that a rerun disturbs nobody."""

import streamlit as st

from archive.tables import Recording, Transcript
from dashboard import front, scripts
from dashboard import visit as visits
from dashboard.views import angles, editing
from dashboard.visit import Visit


def show(visit: Visit) -> None:
    """Show the desk with the recording that the address names, in the language that it names or the spoken one."""
    query, t = st.query_params, visit.t
    recording = editing.recording(visit)
    if recording is None:
        return
    rows = list({row.language: row for row in reversed(visit.house.catalogue.transcripts(recording.id))}.values())[::-1]
    front.draw(
        "editing",
        key="editing",
        **editing.heading(visit, recording, "desk") | {"tracks": _tracks(visit, recording, rows)},
    )
    language = _language(query.get("l", ""), rows)
    if not language:
        front.draw("notice", key="nothing", title=t("desk.none"), text=t("desk.none_advice"))
        return
    front.draw(
        "desk",
        key=f"desk-{recording.id}-{language}",
        addresses=scripts.desk_addresses(),
        address=f"gate/desk/{recording.id}/",
        member=visit.member.id,
        recording=recording.id,
        track=language,
        html=t.html,
        second=visits.second(query.get("t", "")) or 0.0,
        angle=_angle(visit, recording),
        texts=t.group("desk"),
        failures=editing.failures(visit),
    )


def _tracks(visit: Visit, recording: Recording, rows: list[Transcript]) -> list[dict[str, object]]:
    if len(rows) < 2:
        return []
    here = _language(st.query_params.get("l", ""), rows)
    return [
        {
            "label": visit.t.of("spoken", row.language),
            "href": visit.link(p="desk", r=recording.id, l=row.language),
            "here": row.language == here,
        }
        for row in rows
    ]


def _language(asked: str, rows: list[Transcript]) -> str:
    languages = [row.language for row in rows]
    return asked if asked in languages else next(iter(languages), "")


def _angle(visit: Visit, recording: Recording) -> dict[str, object] | None:
    """Return the view that is heard: that with sound and a picture before one that has only either."""
    found = angles.of(visit, recording)
    best = max(found, key=lambda angle: (bool(angle["tracks"]), bool(angle["rungs"])), default=None)
    return {"id": best["id"], "start": best["start"]} if best else None
