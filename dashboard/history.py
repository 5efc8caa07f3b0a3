"""What a member watched, day by day, and as a file for a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from archive.access import Action, may
from archive.cuts import Ranges, length, without
from archive.cuts.ranges import within
from archive.errors import NotFound
from archive.learning import spans
from archive.learning.tables import Sitting
from archive.tables import Member, Recording
from dashboard import spreadsheet, wording
from dashboard.house import House
from dashboard.texts import Language, Texts


@dataclass
class Row:
    """One recording on one day: seconds really played, with what was played again, and what of it was seen."""

    day: str
    recording: Recording
    seconds: float
    covered: float
    cut: Ranges = ()

    @property
    def length(self) -> float | None:
        """How many seconds of the recording there are to watch."""
        duration = self.recording.duration
        return None if duration is None else duration - within(self.cut, duration)

    @property
    def share(self) -> float:
        return spans.share(self.covered, self.length)


def rows(here: House, member: Member) -> list[Row]:
    """Return what a member watched, the latest day first; what they may not find any more is left out."""
    found: dict[tuple[str, str], list[Sitting]] = {}
    for sitting in here.watching.sittings(member.id):
        found.setdefault((wording.date(sitting.begun_at), sitting.recording_id), []).append(sitting)
    known: dict[str, Recording | None] = {}
    cut = here.cuts.of_many({name for _, name in found})
    listed = []
    for (day, name), sittings in found.items():
        if name not in known:
            known[name] = _findable(here, member, name)
        if (recording := known[name]) is None:
            continue
        covered = spans.merged([span for sitting in sittings for span in sitting.spans])
        gone = cut.get(name, ())
        seconds = sum(each.seconds for each in sittings)
        listed.append(Row(day, recording, seconds, length(without(covered, gone)), gone))
    return listed


def _findable(here: House, member: Member, recording_id: str) -> Recording | None:
    try:
        recording = here.catalogue.recording(recording_id)
    except NotFound:
        return None
    return recording if may(member, Action.FIND, recording) else None


def file(here: House, member: Member, language: Language) -> Response:
    """Return the history as a file for a spreadsheet."""
    t = Texts(language)
    names = ("day", "title", "kind", "speakers", "specialty", "length", "seconds", "share")
    return spreadsheet.file("shijiao-history.csv", [t(f"csv.{name}") for name in names], _cells(here, member, t))


def _cells(here: House, member: Member, t: Texts) -> Iterator[tuple[Any, ...]]:
    for row in rows(here, member):
        recording = row.recording
        yield (
            row.day,
            recording.title,
            t.of("kind", recording.kind.value),
            ", ".join(recording.speakers),
            recording.specialty,
            wording.length(row.length),
            round(row.seconds),
            f"{row.share:.0%}",
        )
