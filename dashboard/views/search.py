"""Search: the recordings that answer, each with its best moments, and by what they can be narrowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from archive import misses
from archive.access import Action, findable
from archive.cuts import Ranges
from archive.cuts.ranges import shifted, within
from archive.pictured import first_angles
from archive.search import FACETS, Answer, Asked, Hit, Moment, possible
from archive.search.analyser import says_something
from archive.tables import Recording, Stills
from dashboard import front, pictures, scripts, wording
from dashboard import visit as visits
from dashboard.views import filters
from dashboard.visit import Visit

_AT_ONCE = 20  # recordings
_MOST = 200


@dataclass(frozen=True)
class _Found:
    """The answer, and what the page adds to it: the address it stands at, and what may be shown of each recording."""

    visit: Visit
    query: str
    chosen: Mapping[str, list[str]]
    shown: int
    answer: Answer
    recordings: Mapping[str, Recording]
    stills: Mapping[str, tuple[Stills, float]]
    cut: Mapping[str, Ranges]

    def link(self, **changed: Any) -> str:
        """Return the address of this search with something changed."""
        return self.visit.link(**{"q": self.query, **self.chosen, **changed})


def show(visit: Visit, query: str) -> None:
    """Show what answers a query within the filters that the address names."""
    t = visit.t
    shown = visits.number(st.query_params.get("n", ""), least=_AT_ONCE, most=_MOST)
    chosen = possible({name: values for name, values in visits.asked().items() if name in FACETS})
    allowed = findable(visit.member, visit.house.catalogue)
    answer = visit.house.index.ask(Asked(query, allowed, chosen, limit=shown))
    if not chosen:
        _note(visit, query, answer)
    wanted = {hit.recording_id for hit in answer.hits}
    recordings = {each.id: each for each in visit.house.catalogue.standing() if each.id in wanted}
    seen = [each.id for each in recordings.values() if visit.may(Action.WATCH, each)]
    stills = first_angles(visit.house.catalogue.engine, seen)
    cut = visit.house.cuts.of_many(wanted)
    found = _Found(visit, query, chosen, shown, answer, recordings, stills, cut)
    front.draw(
        "results",
        key="results",
        title=t.count("hits_count", answer.total, query=query) if answer.total else "",
        notes=_notes(visit, answer),
        instead=_instead(found),
        **filters.told(visit, answer.facets, chosen, found.link),
        groups=[_group(found, hit) for hit in answer.hits],
        empty=_empty(found),
        **_further(found),
        player=scripts.addresses(),
        texts=t.group("inplace"),
    )


def _note(visit: Visit, query: str, answer: Answer) -> None:
    """Remember what was missed, once for each sitting: a page is drawn anew for many reasons."""
    noted: set[str] = st.session_state.setdefault("searched", set())
    if query not in noted:
        noted.add(query)
        misses.note(visit.house.catalogue.engine, query, answer)


def _further(found: _Found) -> dict[str, Any]:
    """What stands below the last one: the way to more, or that a page ends here."""
    t, total = found.visit.t, found.answer.total
    if len(found.answer.hits) >= total:
        return {"more": None, "end": ""}
    if found.shown >= _MOST:
        return {"more": None, "end": t("hits_end", shown=found.shown, total=total)}
    return {"more": {"label": t("hits_more"), "href": found.link(n=found.shown + _AT_ONCE)}, "end": ""}


def _notes(visit: Visit, answer: Answer) -> list[str]:
    notes = []
    if answer.rebuilding and answer.total:
        notes.append(visit.t("hits_rebuilding"))
    if answer.loosened and answer.total:
        notes.append(visit.t("hits_loosened"))
    if answer.also and answer.total:
        notes.append(visit.t("hits_also", words=visit.names(list(answer.also))))
    return notes


def _instead(found: _Found) -> dict[str, Any] | None:
    """What may have been meant; the filters stay."""
    links = [{"label": each, "href": found.link(q=each)} for each in found.answer.instead]
    return {"label": found.visit.t("hits_instead"), "links": links} if links else None


def _empty(found: _Found) -> dict[str, Any] | None:
    if found.answer.hits:
        return None
    t, visit = found.visit.t, found.visit
    if found.chosen:
        way = {"label": t("filters_clear"), "href": visit.link(q=found.query)}
        return {"title": t("hits_filtered", query=found.query), "text": t("hits_filtered_advice"), "link": way}
    rebuilding = found.answer.rebuilding
    return {
        "title": t("hits_none", query=found.query),
        "text": t("hits_rebuilding" if rebuilding else "hits_none_advice"),
        "more": t("hits_noted") if says_something(found.query) and not rebuilding else "",
        "link": {"label": t("back"), "href": visit.link()},
    }


def _group(found: _Found, hit: Hit) -> dict[str, Any]:
    visit, moments = found.visit, [_moment(found, hit, moment) for moment in hit.moments]
    about = [visit.names(list(hit.speakers)), hit.institution, hit.recorded[:10], wording.length(_length(found, hit))]
    return {
        "id": hit.recording_id,
        "title": hit.title,
        "marks": hit.highlights,
        "href": visit.link(r=hit.recording_id),
        "address": f"gate/play/{hit.recording_id}.json?lang={visit.t.language}",
        "kind": hit.kind,
        "kindName": visit.t.of("kind", hit.kind),
        "about": " · ".join(each for each in about if each),
        "moments": moments or [_beginning(found, hit)],
        "further": visit.t.count("hits_further", hit.found - len(moments)) if hit.found > len(moments) > 0 else "",
    }


def _length(found: _Found, hit: Hit) -> float | None:
    """How many seconds of it there are to watch."""
    gone = found.cut.get(hit.recording_id, ())
    return hit.duration if hit.duration is None else hit.duration - within(gone, hit.duration)


def _moment(found: _Found, hit: Hit, moment: Moment) -> dict[str, Any]:
    t = found.visit.t
    how = [
        "" if moment.kind == "segment" else t.of("moment", moment.kind),
        "" if moment.by == "text" else t.of("by", moment.by),
    ]
    return _played(found, hit, moment.start) | {
        "text": moment.text,
        "marks": moment.highlights,
        "notes": [each for each in how if each],
    }


def _beginning(found: _Found, hit: Hit) -> dict[str, Any]:
    """What stands for a recording of which only the title or the people answer."""
    return _played(found, hit, 0.0) | {"text": found.visit.t("hits_title_only"), "marks": [], "notes": []}


def _played(found: _Found, hit: Hit, second: float) -> dict[str, Any]:
    visit, time = found.visit, wording.length(second)
    return {
        "second": second,
        "time": time,
        "label": visit.t("play_from", time=time),
        "open": visit.t("open_at", title=hit.title, time=time),
        "href": visit.link(r=hit.recording_id, t=f"{second:.2f}".rstrip("0").rstrip(".")),
        "picture": _picture(found, hit.recording_id, second),
    }


def _picture(found: _Found, recording_id: str, second: float) -> str:
    """Return the address of what was to be seen at a second; empty where nothing is, or not for this member."""
    if recording_id not in found.stills:
        return ""
    stills, start = found.stills[recording_id]
    stills = pictures.shown(stills, shifted(found.cut.get(recording_id, ()), -start))
    path = pictures.at(stills, second - start) if second >= start else ""
    token = found.visit.token(found.recordings[recording_id]) if path else ""
    return f"gate/{token}/{stills.source_id}/{path}" if path else ""
