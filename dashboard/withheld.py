"""What those who only watch do not get of a recording, as its page and its player are told."""

from dataclasses import dataclass
from typing import Any

from archive.cuts import Ranges
from archive.cuts.effect import Effect, effect
from archive.tables import Recording
from dashboard import wording
from dashboard.house import House
from dashboard.texts import Texts


@dataclass(frozen=True)
class Withheld:
    """The cuts of a recording as they were asked for, and what they come to in whole segments."""

    asked: Ranges
    effect: Effect

    def told(self, t: Texts) -> list[dict[str, Any]]:
        """Return the widened cuts as the player takes them: {"from", "to" (seconds), "text"}."""
        return [
            {
                "from": round(start, 3),
                "to": round(end, 3),
                "text": t("cuts_gap", begin=wording.length(start), end=wording.length(end)),
            }
            for start, end in self.effect.ranges
        ]


def of(here: House, recording: Recording) -> Withheld:
    """Return what is cut from a recording at this moment.

    Raises:
        StoreUnavailable: the object store does not answer.
    """
    asked = here.cuts.ranges(recording.id)
    if not asked:
        return Withheld((), Effect((), {}, {}))
    starts = {source.id: source.start for source in here.catalogue.sources(recording.id)}
    return Withheld(asked, effect(here.store, here.catalogue.renditions(recording.id), starts, asked))
