"""One course: for whoever takes it its items in order, for a trainer also what it consists of and who is where."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import streamlit as st

from archive.access import Action
from archive.courses import Outline
from archive.courses.tables import CourseItem
from archive.cuts import length, without
from archive.errors import NotAllowed, NotFound
from archive.learning.spans import within
from archive.tables import Member, Recording
from dashboard import front, visit, wording
from dashboard.visit import Visit

_LONGEST = {"title": 120, "text": 2000}
DONE = 0.9
"""Of an item's or a course's seconds, from which on it counts as watched."""
_OFFERED = 500  # recordings to choose from

Item = tuple[CourseItem, Recording]


def show(now: Visit) -> None:
    """Show the course that the address names."""
    courses = now.house.courses
    course_id = st.query_params.get("c", "")
    mine = {outline.course.id: due for outline, due in courses.of(now.member.id)}
    if course_id not in mine and not now.may(Action.TEACH):
        raise NotAllowed("This course was not assigned to you.", "Ask your trainer.", course=course_id)
    try:
        outline = courses.outline(course_id)
    except NotFound:
        t, back = now.t, {"label": now.t("courses_back"), "href": now.link(p="courses")}
        front.draw("notice", key="no-course", title=t("course_not_here"), text=t("course_not_here_advice"), link=back)
        return
    if now.may(Action.TEACH):
        _head(now, outline)
        _items(now, outline)
        _people(now, outline)
    else:
        _taken(now, outline, mine[course_id])


def shown(now: Visit, outline: Outline) -> list[Item]:
    """Return the items that whoever looks may find."""
    return [(item, recording) for item, recording in outline.items if now.may(Action.FIND, recording)]


def progress(now: Visit, items: Sequence[Item], member: Member | None = None) -> float:
    """Return what share of all items' seconds a member (who looks, where none is given) really watched."""
    names = {recording.id for _, recording in items}
    watched, cut = now.house.watching.of((member or now.member).id, names), now.house.cuts.of_many(names)
    whole = seen = 0.0
    for item, recording in items:
        start, end = _span(item, recording)
        gone = cut.get(recording.id, ())
        whole += length(without([(start, end)], gone))
        if recording.id in watched:
            seen += within(without(watched[recording.id].spans, gone), start, end)
    return min(1.0, seen / whole) if whole else 0.0


def until(now: Visit, due: date | None, share: float | None) -> str:
    """Say until which day a course is to be taken, or since when somebody who has watched this share is late."""
    if due is None:
        return ""
    late = share is not None and share < DONE and due < today()
    return now.t("course_overdue" if late else "course_due", day=due.isoformat())


def today() -> date:
    """Return the day that it is where the portal runs."""
    return datetime.now(UTC).astimezone().date()


def _span(item: CourseItem, recording: Recording) -> tuple[float, float]:
    return item.start or 0.0, item.end if item.end is not None else recording.duration or 0.0


def _row(now: Visit, item: CourseItem, recording: Recording) -> dict[str, Any]:
    start, end = _span(item, recording)
    part = item.start is not None or item.end is not None
    share = progress(now, [(item, recording)])
    return {
        "id": item.id,
        "href": now.link(r=recording.id, t=item.start, to=item.end),
        "title": item.title or recording.title,
        "of": recording.title if item.title and item.title != recording.title else "",
        "length": wording.length(length(without([(start, end)], now.house.cuts.ranges(recording.id)))),
        "range": f"{wording.length(start)}–{wording.length(end)}" if part else "",
        "progress": share,
        "label": now.t("course_done") if share >= DONE else now.t("course_watched", share=f"{share:.0%}"),
        "done": share >= DONE,
    }


# -- for whoever takes it


def _taken(now: Visit, outline: Outline, due: date | None) -> None:
    items = shown(now, outline)
    share = progress(now, items)
    front.draw(
        "course",
        key="course",
        title=outline.course.title,
        text=outline.course.text,
        due=until(now, due, share),
        progress=share,
        progressLabel=now.t("course_watched", share=f"{share:.0%}"),
        items=[_row(now, *each) for each in items],
        back={"label": now.t("courses_back"), "href": now.link(p="courses")},
    )


# -- for a trainer


def _head(now: Visit, outline: Outline) -> None:
    t = now.t
    front.draw(
        "courseHead",
        key=f"head-{outline.course.id}",
        course=outline.course.id,
        member=now.member.id,
        values={"title": outline.course.title, "text": outline.course.text},
        most=_LONGEST,
        texts=t.group("course_head"),
        back={"label": t("courses_back"), "href": now.link(p="courses")},
        on_act=lambda done: _describe(now, outline, done),
    )


def _describe(now: Visit, outline: Outline, done: Mapping[str, Any]) -> None:
    now.require(Action.TEACH)
    if done.get("what") == "away":
        now.house.courses.archive(outline.course.id)
        visit.go(now.link(p="courses"))
        return
    title, text = (str(done.get(name, "")).strip()[:most] for name, most in _LONGEST.items())
    if done.get("what") == "save" and title:
        now.house.courses.describe(outline.course.id, title=title, text=text)


def _items(now: Visit, outline: Outline) -> None:
    offered = [one for one in now.house.catalogue.recordings(limit=_OFFERED) if now.may(Action.FIND, one)]
    front.draw(
        "courseItems",
        key=f"items-{outline.course.id}",
        items=[_row(now, *each) for each in shown(now, outline)],
        offered=[f"{one.title} · {one.id}" for one in offered],
        wrong=st.session_state.pop("course_wrong", None),
        texts=now.t.group("course_items_edit"),
        on_act=lambda done: _arrange(now, outline, done),
    )


def _arrange(now: Visit, outline: Outline, done: Mapping[str, Any]) -> None:
    """Carry out what was done with the items: add, remove, up, down. Others may have changed them since."""
    now.require(Action.TEACH)
    made, asked = None, str(done.get("asked", ""))
    if done.get("what") == "add":
        made = _asked(now, outline.course.id, asked)
        if made is None:
            st.session_state["course_wrong"] = {"text": now.t("course_add_wrong"), "asked": asked}
            return
    now.house.courses.arrange(outline.course.id, lambda items: _arranged(items, done, made))


def _arranged(items: list[CourseItem], done: Mapping[str, Any], made: CourseItem | None) -> list[CourseItem]:
    what, at = done.get("what"), next((n for n, item in enumerate(items) if item.id == done.get("id")), None)
    if made is not None:
        return [*items, made]
    if at is not None and what == "remove":
        return [*items[:at], *items[at + 1 :]]
    if at is not None and what in ("up", "down"):
        other = at + (1 if what == "down" else -1)
        if 0 <= other < len(items):
            items[at], items[other] = items[other], items[at]
    return items


def _asked(now: Visit, course_id: str, asked: str) -> CourseItem | None:
    """Return the item that somebody named: by a link to a recording or a clip, by an id, or by a whole title."""
    query = {name: values[-1] for name, values in parse_qs(urlsplit(asked.strip()).query).items()}
    wanted = query.get("r") or asked.rpartition("·")[2].strip()
    try:
        recording = now.house.catalogue.recording(wanted)
    except NotFound:
        same = [one for one in now.house.catalogue.recordings() if one.title == asked.strip()]
        if len(same) != 1:
            return None
        recording = same[0]
    if not now.may(Action.FIND, recording):
        return None
    start, end = visit.second(query.get("t", "")), visit.second(query.get("to", ""))
    if start is not None and end is not None and end <= start:
        end = None
    begins = start if end is not None else None  # a link to a second alone means the whole recording
    return CourseItem(course_id=course_id, position=0, recording_id=recording.id, start=begins, end=end)


def _people(now: Visit, outline: Outline) -> None:
    t, courses = now.t, now.house.courses
    items = shown(now, outline)
    learners = [
        _learner(now, member, due, progress(now, items, member)) for member, due in courses.learners(outline.course.id)
    ]
    people = now.house.members.all()
    institutions = {person.member.institution_id: person.institution for person in people if person.institution}
    front.draw(
        "coursePeople",
        key=f"people-{outline.course.id}",
        given=[
            {"id": each.assignment.id, "name": each.name, "due": str(each.assignment.due or "")}
            for each in courses.assignments(outline.course.id)
        ],
        learners=learners,
        members=[{"id": one.member.id, "label": f"{one.member.name} {one.institution}".strip()} for one in people],
        wrong=st.session_state.pop("course_day_wrong", ""),
        today=today().isoformat(),
        institutions=[{"id": name, "label": label} for name, label in institutions.items()],
        reminder="\n".join(
            t(
                "course_reminder",
                name=one["name"],
                title=outline.course.title,
                share=one["label"],
                due=one["day"] or "–",
            )
            for one in learners
            if one["progress"] < DONE
        ),
        texts=t.group("course_people"),
        on_act=lambda done: _give(now, outline, done),
    )


def _learner(now: Visit, member: Member, due: date | None, share: float) -> dict[str, Any]:
    day = due.isoformat() if due else ""
    told = until(now, due, share)
    return {"name": member.name, "day": day, "due": told, "progress": share, "label": f"{share:.0%}"}


def _give(now: Visit, outline: Outline, done: Mapping[str, Any]) -> None:
    now.require(Action.TEACH)
    if done.get("what") == "take_back":
        now.house.courses.take_back(str(done.get("id", "")))
    elif done.get("what") == "assign":
        day = _day(str(done.get("due", "")))
        if day is not None and day < today():
            st.session_state["course_day_wrong"] = now.t("course_day_wrong")
            return
        known = now.house.members.all()
        members = {person.member.id for person in known} & {str(done.get("whom", ""))}
        institutions = {person.member.institution_id for person in known} & {str(done.get("whom", ""))}
        now.house.courses.assign(
            outline.course.id,
            members=members,
            institutions=[each for each in institutions if each],
            due=day,
            assigned_by=now.member.id,
        )


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return None
