"""The courses: a trainer's all of them, a doctor's those that were assigned."""

from collections.abc import Mapping
from typing import Any

from archive.access import Action
from archive.courses import Outline
from dashboard import front, visit
from dashboard.views.course import DONE, progress, shown, until
from dashboard.visit import Visit

_LONGEST_TITLE = 120


def show(now: Visit) -> None:
    """Show the courses that concern whoever looks."""
    t = now.t
    teaches = now.may(Action.TEACH)
    given = now.house.courses.of(now.member.id)
    due = {outline.course.id: day for outline, day in given}
    outlines = now.house.courses.all() if teaches else [outline for outline, _ in given]
    front.draw(
        "courses",
        key="courses",
        title=t("page.courses"),
        cards=[_card(now, outline, due.get(outline.course.id), mine=outline.course.id in due) for outline in outlines],
        empty=t("courses_empty_trainer" if teaches else "courses_empty"),
        begin={"label": t("course_begin"), "hint": t("course_title_hint"), "most": _LONGEST_TITLE} if teaches else None,
        on_act=lambda done: _begin(now, done),
    )


def assigned(now: Visit, most: int) -> None:
    """Show, on another page, the courses that whoever looks is to take and has not finished; nothing without any."""
    cards = [_card(now, outline, due, mine=True) for outline, due in now.house.courses.of(now.member.id)]
    undone = [card for card in cards if card["progress"] < DONE][:most]
    if undone:
        front.draw("courses", key="assigned", title=now.t("courses_assigned"), cards=undone, empty="", begin=None)


def _card(now: Visit, outline: Outline, due: Any, *, mine: bool) -> dict[str, Any]:
    items = shown(now, outline)
    learners = len(now.house.courses.learners(outline.course.id)) if now.may(Action.TEACH) else 0
    share = progress(now, items) if mine else None
    return {
        "href": now.link(p="course", c=outline.course.id),
        "title": outline.course.title,
        "text": outline.course.text,
        "facts": [
            now.t.count("course_items", len(items)),
            now.t.count("course_learners", learners) if learners else "",
            until(now, due, share),
        ],
        "progress": share,
        "progressLabel": "" if share is None else now.t("course_watched", share=f"{share:.0%}"),
    }


def _begin(now: Visit, done: Mapping[str, Any]) -> None:
    now.require(Action.TEACH)
    title = str(done.get("title", "")).strip()[:_LONGEST_TITLE]
    if done.get("what") == "begin" and title:
        course = now.house.courses.begin(title, now.member.id)
        visit.go(now.link(p="course", c=course.id))
