"""My learning: how long one really watched, how far one has come, one's clips in their lists, and day by day."""

from datetime import timedelta
from typing import Any

from archive.learning.shelf import Standing
from archive.tables import now
from dashboard import front, history, wording
from dashboard.views import cards, clips
from dashboard.visit import Visit

_CARDS = 12
_DAYS = 200  # lines of the history that the page shows; the file has all


def show(visit: Visit) -> None:
    """Show what a member watched and kept."""
    t = visit.t
    watched = visit.house.shelf.watched(visit.member)
    kept = clips.of(visit)
    if not watched and not kept:
        home = {"label": t("back"), "href": visit.link()}
        front.draw("notice", key="none", title=t("learning_none"), text=t("learning_none_advice"), link=home)
        return
    rows = history.rows(visit.house, visit.member)
    week = wording.date(now() - timedelta(days=6))
    finished = sum(entry.standing is Standing.WATCHED for entry in watched)
    sums = [
        (t("learning_sum"), wording.length(sum(row.seconds for row in rows))),
        (t("learning_week"), wording.length(sum(row.seconds for row in rows if row.day >= week))),
        (t("learning_recordings"), str(len(watched))),
        (t("learning_finished"), str(finished)),
    ]
    export = {"href": f"gate/mine/history.csv?lang={t.language}", "label": t("learning_export")}
    front.draw("sums", key="sums", title=t("page.learning"), sums=sums, text=t("learning_sum_advice"), export=export)
    if watched:
        shown = cards.of(visit, watched[:_CARDS])
        front.draw("shelf", key="mine", title=t("learning_progress"), count="", cards=shown, row=True)
    if kept:
        lists = [clips.boxed(visit, name, listed) for name, listed in kept.items()]
        front.draw("lists", key="clips", title=t("learning_clips"), lists=lists)
    if rows:
        front.draw("days", key="days", title=t("learning_days"), days=_days(visit, rows))


def _days(visit: Visit, rows: list[history.Row]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, str]]] = {}
    for row in rows[:_DAYS]:
        days.setdefault(row.day, []).append(
            {
                "href": visit.link(r=row.recording.id),
                "title": row.recording.title,
                "played": visit.t("played", time=wording.length(row.seconds)),
                "share": visit.t("of_whole", share=f"{row.share:.0%}"),
            }
        )
    return [{"day": day, "rows": listed} for day, listed in days.items()]
