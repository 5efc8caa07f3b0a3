"""Search: the recordings that answer, each with the moments where it is said."""

from typing import Any

from archive import misses
from archive.access import findable
from archive.search import Asked, Hit, Moment
from dashboard import front, wording
from dashboard.visit import Visit

_MOST = 50  # recordings
_NOTES = {"sound": "by_sound", "meaning": "by_meaning"}


def show(visit: Visit, query: str) -> None:
    """Show what answers a query."""
    t = visit.t
    allowed = findable(visit.member, visit.house.catalogue)
    answer = visit.house.index.ask(Asked(query, allowed, limit=_MOST, facets=False))
    misses.note(visit.house.catalogue.engine, query, answer)
    hits = answer.hits
    if not hits:
        home = {"label": t("back"), "href": visit.link()}
        front.draw("notice", key="none", title=t("hits_none", query=query), text=t("hits_none_advice"), link=home)
        return
    title = t.count("hits_count", len(hits), query=query)
    front.draw("hits", key="hits", title=title, groups=[_group(visit, hit) for hit in hits])


def _group(visit: Visit, hit: Hit) -> dict[str, Any]:
    return {
        "href": visit.link(r=hit.recording_id),
        "title": hit.title,
        "marks": hit.highlights,
        "kind": hit.kind,
        "kindName": visit.t.of("kind", hit.kind),
        "note": "" if hit.moments else visit.t("hits_title_only"),
        "moments": [_moment(visit, hit.recording_id, moment) for moment in hit.moments],
    }


def _moment(visit: Visit, recording_id: str, moment: Moment) -> dict[str, Any]:
    time = wording.length(moment.start)
    return {
        "href": visit.link(r=recording_id, t=f"{moment.start:.2f}".rstrip("0").rstrip(".")),
        "time": time,
        "label": visit.t("play_from", time=time),
        "text": moment.text,
        "marks": moment.highlights,
        "note": visit.t(_NOTES[moment.by]) if moment.by in _NOTES else "",
    }
