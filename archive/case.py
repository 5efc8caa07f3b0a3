"""The case behind a recorded operation: what LAP-VEGaS asks of a surgical video, in our words, and how much is told.

LAP-VEGaS: Celentano V, Smart N, McGrath J, et al. LAP-VEGaS practice guidelines for reporting of educational videos in
laparoscopic surgery: a joint trainers and trainees consensus statement. Ann Surg 2018;268:920-926.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["line", "text", "check", "choice"]
MOST_CHARACTERS = 5000


@dataclass(frozen=True)
class Item:
    """One thing that is asked. `group` is the heading it stands under; of a choice, `choices` are the values."""

    name: str
    group: str
    form: Form = "line"
    choices: tuple[str, ...] = ()


ITEMS = (
    Item("authors", "who"),
    Item("conflicts", "who"),
    Item("experience", "who"),
    Item("age", "patient", "choice", ("child", "young", "middle", "old", "very_old")),
    Item("sex", "patient", "choice", ("female", "male", "other")),
    Item("indication", "patient"),
    Item("risk", "patient"),
    Item("history", "patient"),
    Item("workup", "patient", "text"),
    Item("anaesthesia", "operation"),
    Item("position", "operation"),
    Item("ports", "operation"),
    Item("instruments", "operation"),
    Item("steps", "operation", "text"),
    Item("anatomy", "operation", "text"),
    Item("findings", "operation", "text"),
    Item("deviations", "operation"),
    Item("figures", "operation"),
    Item("complications", "after"),
    Item("outcome", "after"),
    Item("histology", "after"),
    Item("followup", "after"),
    Item("points", "teaching", "text"),
    Item("pitfalls", "teaching", "text"),
    Item("consent", "consent", "check"),
    Item("anonymous", "consent", "check"),
    Item("approval", "consent"),
)
"""Everything that is asked, in the order of the form; the texts `case.<name>` name them."""

_BY_NAME = {item.name: item for item in ITEMS}
_INSTITUTION = "institution"


@dataclass(frozen=True)
class Score:
    """How much of a case is told: `told` of `asked`, and the names of what is missing, in the form's order."""

    told: int
    asked: int
    missing: tuple[str, ...]


def score(case: Mapping[str, Any]) -> Score:
    """Return how much of a case is told."""
    missing = tuple(item.name for item in ITEMS if not case.get(item.name))
    return Score(len(ITEMS) - len(missing), len(ITEMS), missing)


def cleaned(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case of what somebody said: known items that are filled in, each in its form; the rest is left out.

    `institution`, where it was recorded, stands in it too, for recordings of every kind.
    """
    found: dict[str, Any] = {}
    for name, value in said.items():
        item = _BY_NAME.get(name)
        if item and item.form == "check":
            kept: Any = value is True
        elif item and item.form == "choice":
            kept = value if value in item.choices else ""
        elif item or name == _INSTITUTION:
            kept = str(value or "").strip()[:MOST_CHARACTERS]
        else:
            continue
        if kept:
            found[name] = kept
    return found
