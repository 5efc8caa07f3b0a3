"""The chapters of a recording as the player takes them."""

from typing import Any

from archive import outline, procedures
from archive.cuts import Ranges, showing
from archive.errors import ProcedureError
from archive.tables import Recording
from dashboard.visit import Visit


def of(visit: Visit, recording: Recording, cut: Ranges = ()) -> list[dict[str, Any]]:
    """Return {"start" (seconds), "title", "suggested", "standard"} in their order, without what is `cut`.

    Nobody has accepted one that is `suggested`; a `standard` step whose title nobody changed is told in the viewer's
    language.
    """
    rows = list(showing.chapters(visit.house.catalogue.chapters(recording.id), cut, recording.duration))
    titles = _standard(visit) if any(row.step for row in rows) else {}
    return [
        {
            "start": row.start,
            "title": titles.get(row.step, {}).get(row.title, row.title),
            "suggested": outline.is_suggested(row),
            "standard": bool(row.step),
        }
        for row in rows
    ]


def _standard(visit: Visit) -> dict[str, dict[str, str]]:
    """Return, by the step, what each of its titles reads in the viewer's language."""
    try:
        known = procedures.load(visit.house.settings.procedures_dir)
    except ProcedureError:  # told where somebody edits
        known = procedures.load()
    return {
        f"{each.name}/{step.name}": dict.fromkeys(
            (step.chinese, step.english), step.chinese if visit.t.language == "zh" else step.english
        )
        for each in known
        for step in each.steps
    }
