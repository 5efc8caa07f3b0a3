"""The library as one member looks at it: sifted, sorted, in pages, with how far they have come in each recording."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from archive.access import Action, may
from archive.catalogue import Catalogue
from archive.cuts import Cuts, Ranges, length, without
from archive.cuts.ranges import visible_end, within
from archive.learning import spans
from archive.learning.tables import Progress
from archive.learning.watching import Watching
from archive.tables import Member, Recording


class Standing(StrEnum):
    """How far a member has come in a recording."""

    UNSEEN = "unseen"
    BEGUN = "begun"
    WATCHED = "watched"


class Order(StrEnum):
    """How the library can be sorted."""

    NEWEST = "newest"
    TITLE = "title"
    SHORTEST = "shortest"
    LONGEST = "longest"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of the library; "": whatever it is."""

    kind: str = ""
    specialty: str = ""
    speaker: str = ""
    standing: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True)
class Entry:
    """A recording on the shelf, and what is `cut` from it."""

    recording: Recording
    progress: Progress | None
    cut: Ranges = ()

    @property
    def length(self) -> float | None:
        """How many seconds of it there are to watch."""
        duration = self.recording.duration
        return None if duration is None else duration - within(self.cut, duration)

    @property
    def end(self) -> float | None:
        """The last second that there is to watch."""
        return visible_end(self.cut, self.recording.duration)

    @property
    def share(self) -> float:
        return spans.share(self._watched, self.length)

    @property
    def _watched(self) -> float:
        if self.progress is None or not self.cut:
            return self.progress.watched if self.progress else 0.0
        return length(without(self.progress.spans, self.cut))

    @property
    def standing(self) -> Standing:
        if self.progress is None or self.progress.watched < 1:
            return Standing.UNSEEN
        done = spans.finished(self._watched, self.length)
        return Standing.WATCHED if done else Standing.BEGUN


@dataclass(frozen=True)
class Found:
    """What there is: all entries that are wanted, and what one can choose from."""

    entries: list[Entry]
    specialties: list[str]
    speakers: list[str]
    whole: int


_SORTED: dict[Order, Callable[[Entry], tuple[float, str]]] = {
    Order.NEWEST: lambda entry: (-entry.recording.created_at.timestamp(), ""),
    Order.TITLE: lambda entry: (0, entry.recording.title.casefold()),
    Order.SHORTEST: lambda entry: (entry.length or 0, ""),
    Order.LONGEST: lambda entry: (-(entry.length or 0), ""),
}


class Shelf:
    """The library of everyone, as each may see it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._catalogue = Catalogue(engine)
        self._watching = Watching(engine)
        self._cuts = Cuts(engine)

    def find(self, member: Member, wanted: Wanted | None = None) -> Found:
        """Return the recordings that a member may find and wants to see."""
        wanted = wanted or Wanted()
        progress = self._watching.of(member.id)
        seen = [row for row in self._catalogue.recordings() if may(member, Action.FIND, row)]
        cut = self._cuts.of_many(row.id for row in seen)
        entries = [Entry(row, progress.get(row.id), cut.get(row.id, ())) for row in seen if _fits(row, wanted)]
        entries = [entry for entry in entries if wanted.standing in ("", entry.standing)]
        entries.sort(key=_SORTED[wanted.order])
        specialties = sorted({row.specialty for row in seen if row.specialty})
        speakers = sorted({speaker for row in seen for speaker in row.speakers})
        return Found(entries, specialties, speakers, len(seen))

    def begun(self, member: Member, *, limit: int) -> list[Entry]:
        """Return what a member has begun and not finished, the latest first."""
        found = [entry for entry in self._watched(member) if entry.standing is Standing.BEGUN]
        return found[:limit]

    def watched(self, member: Member) -> list[Entry]:
        """Return all that a member has watched any of and may still find, the latest first."""
        return [entry for entry in self._watched(member) if entry.standing is not Standing.UNSEEN]

    def _watched(self, member: Member) -> list[Entry]:
        progress = self._watching.of(member.id)
        rows = {row.id: row for row in self._catalogue.recordings() if row.id in progress}
        cut = self._cuts.of_many(rows)
        return [
            Entry(rows[name], row, cut.get(name, ()))
            for name, row in progress.items()
            if name in rows and may(member, Action.FIND, rows[name])
        ]


def _fits(row: Recording, wanted: Wanted) -> bool:
    return (
        wanted.kind in ("", row.kind.value)
        and wanted.specialty in ("", row.specialty)
        and (not wanted.speaker or wanted.speaker in row.speakers)
    )
