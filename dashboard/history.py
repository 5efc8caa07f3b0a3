"""What a member watched, day by day, and as a file for a spreadsheet."""

import csv
import io
from dataclasses import dataclass

from archive.access import Action, may
from archive.errors import NotFound
from archive.learning import spans
from archive.learning.tables import Sitting
from archive.tables import Member, Recording
from dashboard import wording
from dashboard.house import House
from dashboard.texts import Language, Texts

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Row:
    """One recording on one day: seconds really played, with what was played again, and what of it was seen."""

    day: str
    recording: Recording
    seconds: float
    covered: float

    @property
    def share(self) -> float:
        return spans.share(self.covered, self.recording.duration)


def rows(here: House, member: Member) -> list[Row]:
    """Return what a member watched, the latest day first; what they may not find any more is left out."""
    found: dict[tuple[str, str], list[Sitting]] = {}
    for sitting in here.watching.sittings(member.id):
        found.setdefault((wording.date(sitting.begun_at), sitting.recording_id), []).append(sitting)
    known: dict[str, Recording | None] = {}
    listed = []
    for (day, name), sittings in found.items():
        if name not in known:
            known[name] = _findable(here, member, name)
        if (recording := known[name]) is None:
            continue
        covered = spans.merged([span for sitting in sittings for span in sitting.spans])
        listed.append(Row(day, recording, sum(each.seconds for each in sittings), spans.length(covered)))
    return listed


def _findable(here: House, member: Member, recording_id: str) -> Recording | None:
    try:
        recording = here.catalogue.recording(recording_id)
    except NotFound:
        return None
    return recording if may(member, Action.FIND, recording) else None


def csv_file(here: House, member: Member, language: Language) -> bytes:
    """Return the history as CSV that spreadsheets open as it is: UTF-8 with its mark, and no text that is a formula."""
    t = Texts(language)
    out = io.StringIO()
    sheet = csv.writer(out)
    names = ("day", "title", "kind", "speakers", "specialty", "length", "seconds", "share")
    sheet.writerow([t(f"csv.{name}") for name in names])
    for row in rows(here, member):
        recording = row.recording
        told = [
            row.day,
            recording.title,
            t.of("kind", recording.kind.value),
            ", ".join(recording.speakers),
            recording.specialty,
            wording.length(recording.duration),
        ]
        sheet.writerow([*map(_plain, told), round(row.seconds), f"{row.share:.0%}"])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: titles are written by people."""
    return "'" + cell if cell.startswith(_FORMULAS) else cell
