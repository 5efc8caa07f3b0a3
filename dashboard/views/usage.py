"""What trainers see of how recordings are used: plays, people, and where one of them is left and watched again."""

from typing import Any

import streamlit as st

from archive.access import Action
from archive.errors import NotFound
from archive.learning import usage
from archive.learning.usage import Use
from archive.tables import Recording
from dashboard import front, wording
from dashboard.visit import Visit


def show(now: Visit) -> None:
    """Show all recordings that were played, or the one that the address names."""
    if "of" in st.query_params:
        _one(now, now.house.catalogue.recording(st.query_params["of"]))
    else:
        _all(now)


def _all(now: Visit) -> None:
    t = now.t
    rows = [row for use in usage.uses(now.house.catalogue.engine) if (row := _row(now, use))]
    front.draw(
        "usage",
        key="usage",
        title=t("page.usage"),
        rows=rows,
        empty=t("usage_empty"),
        heads=[t(f"usage_head.{name}") for name in ("title", "people", "sittings", "time")],
        export={"label": t("usage_export"), "href": f"gate/usage.csv?lang={t.language}"} if rows else None,
    )


def _row(now: Visit, use: Use) -> dict[str, Any] | None:
    try:
        recording = now.house.catalogue.recording(use.recording_id)
    except NotFound:
        return None
    if not now.may(Action.MANAGE, recording):
        return None
    return {
        "href": now.link(p="usage", of=recording.id),
        "title": recording.title,
        "values": [str(use.people), str(use.sittings), wording.length(use.seconds)],
    }


def _one(now: Visit, recording: Recording) -> None:
    now.require(Action.MANAGE, recording)
    t = now.t
    sittings = now.house.watching.of_recording(recording.id)
    duration = recording.duration or 0.0
    found = usage.moments(sittings, duration) if duration else []
    front.draw(
        "timeline",
        key="timeline",
        title=recording.title,
        facts=[
            t.count("usage_people", len({sitting.member_id for sitting in sittings})),
            t.count("usage_sittings", len(sittings)),
            t("usage_time", time=wording.length(sum(sitting.seconds for sitting in sittings))),
        ],
        moments=[
            {
                "href": now.link(r=recording.id, t=round(moment.start, 1)),
                "time": wording.length(moment.start),
                "people": moment.people,
                "again": moment.again,
                "left": moment.left,
                "label": t("usage_moment", **{name: getattr(moment, name) for name in ("people", "again", "left")}),
            }
            for moment in found
        ],
        empty="" if sittings else t("usage_empty_one"),
        legend={name: t(f"usage_legend.{name}") for name in ("people", "again", "left")},
        end=wording.length(duration),
        watch={"label": t("usage_watch"), "href": now.link(r=recording.id)},
        back={"label": t("usage_back"), "href": now.link(p="usage")},
    )
