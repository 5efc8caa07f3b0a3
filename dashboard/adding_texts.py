"""What the scripts of adding and of work in progress are given to say."""

from itertools import groupby
from typing import Any

from archive import case
from dashboard.texts import Texts
from dashboard.visit import Visit

_CODES = (
    "error",
    "input",
    "not_found",
    "not_allowed",
    "not_signed_in",
    "store",
    "store_unavailable",
    "disk_full",
    "not_media",
)


def errors(t: Texts) -> dict[str, str]:
    """Return a sentence or two for each error that a route may answer with, by its code."""
    gap = "" if t.language == "zh" else " "
    return {code: gap.join(t.failure(code)) for code in _CODES} | {
        "description": t("add.bad_date"),
        "job_failed": t("work.still_running"),
        "unreadable": t("add.unreadable"),
    }


def groups(t: Texts) -> list[dict[str, Any]]:
    """Return what is asked about a case, under its headings."""
    return [
        {"name": name, "label": t(f"case_group.{name}"), "items": [_item(t, item) for item in items]}
        for name, items in groupby(case.ITEMS, key=lambda item: item.group)
    ]


def _item(t: Texts, item: case.Item) -> dict[str, Any]:
    choices = {value: t(f"case_{item.name}.{value}") for value in item.choices}
    told = {"name": item.name, "form": item.form, "label": t(f"case.{item.name}"), "choices": choices}
    hint = t.group("case_hint").get(item.name)
    return told | {"hint": hint} if hint else told


def recording(visit: Visit) -> str:
    """Return the address of a recording's page but for its id, which comes last."""
    before = visit.link().removeprefix("?")
    return f"?{before}&r=" if before else "?r="
