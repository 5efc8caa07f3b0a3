"""What is new to a member: questions that wait for them, and answers to theirs. To have seen the list is to know."""

from typing import Any

from archive.access import Action
from archive.errors import NotFound
from archive.learning.marks import News, may_read
from archive.learning.tables import MarkKind
from archive.tables import Recording
from dashboard import front, wording
from dashboard.visit import Visit

_SHOWN = 50


def unread(visit: Visit) -> int:
    """Return how many notices a member has not seen yet."""
    return sum(news.unread for news, _ in _found(visit))


def show(visit: Visit) -> None:
    """Show the notices, the latest first."""
    t, found = visit.t, _found(visit)
    if not found:
        home = {"label": t("back"), "href": visit.link()}
        front.draw("notice", key="none", title=t("notices_none"), text=t("notices_none_advice"), link=home)
        return
    told = [_notice(visit, news, recording) for news, recording in found[:_SHOWN]]
    front.draw("notices", key="notices", title=t("page.notices"), notices=told)
    if any(news.unread for news, _ in found):
        visit.house.marks.notice(visit.member.id)


def _found(visit: Visit) -> list[tuple[News, Recording]]:
    """What is new, of recordings that the member may watch; questions for those who may answer them there."""
    found = []
    known: dict[str, Recording | None] = {}
    for news in visit.house.marks.news(visit.member, answers=visit.may(Action.ANSWER)):
        name = news.mark.recording_id
        if name not in known:
            try:
                known[name] = visit.house.catalogue.recording(name)
            except NotFound:
                known[name] = None
        recording = known[name]
        if recording is None or not visit.may(Action.WATCH, recording):
            continue
        if not _readable(visit, news, recording):
            continue
        if news.mark.kind is MarkKind.ANSWER or visit.may(Action.ANSWER, recording):
            found.append((news, recording))
    return found


def _readable(visit: Visit, news: News, recording: Recording) -> bool:
    if visit.may(Action.ANSWER, recording):
        return True
    both = [news.question, news.mark]
    return news.mark in may_read(visit.member.id, both, visit.house.cuts.ranges(recording.id))


def _notice(visit: Visit, news: News, recording: Recording) -> dict[str, Any]:
    t, mark = visit.t, news.mark
    asks = mark.kind is MarkKind.QUESTION
    state = t("notice.new") if news.unread else t("notice.open") if asks and not news.answered else ""
    return {
        "href": visit.link(r=recording.id, t=f"{mark.start:.1f}", tab="mine"),
        "who": t(f"notice.{mark.kind.value}", name=mark.author_name),
        "text": mark.text,
        "asked": "" if asks else news.question.text,
        "where": f"{recording.title} · {wording.length(mark.start)}",
        "day": wording.date(mark.created_at),
        "state": state,
        "unread": news.unread,
    }
