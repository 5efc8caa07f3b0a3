"""Every query about cuts. They are written into the recording's OCFL object first, then into the table."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive import deposit
from archive.cuts.ranges import Ranges, merged
from archive.cuts.tables import Cut
from archive.database import one_writer, transaction
from archive.errors import InputError, NotFound
from archive.ocfl import OcflRoot
from archive.tables import Recording

MOST = 200  # cuts of one recording
SHORTEST = 0.1  # seconds
LONGEST_REASON = 200  # characters

_KEPT = {"id", "start", "end", "reason", "author_id", "author_name", "created_at"}


class Cuts:
    """Everything about cuts. Rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def of(self, recording_id: str) -> list[Cut]:
        """Return a recording's cuts, in the order of the timeline; they may overlap."""
        with transaction(self.engine) as session:
            return cuts_of(session, [recording_id]).get(recording_id, [])

    def ranges(self, recording_id: str) -> Ranges:
        """Return what is cut from a recording: ranges of its timeline in seconds, in order and apart."""
        return merged((cut.start, cut.end) for cut in self.of(recording_id))

    def of_many(self, recording_ids: Iterable[str]) -> dict[str, Ranges]:
        """Return what is cut from each of several recordings; those from which nothing is are left out."""
        with transaction(self.engine) as session:
            return ranges_of(session, list(recording_ids))

    def put(self, ocfl: OcflRoot, recording_id: str, cuts: Sequence[Cut], *, instead_of: Iterable[str]) -> None:
        """Keep these cuts, and no others, as a new version of the recording's object.

        `instead_of` are the ids of those that whoever asks has seen, in any order.

        Raises:
            InputError: one of them is none, there are too many, or somebody else changed them meanwhile.
            NotFound: there is no such recording.
        """
        with one_writer(self.engine, recording_id):
            with transaction(self.engine) as session:
                recording = session.get(Recording, recording_id)
                before = cuts_of(session, [recording_id]).get(recording_id, [])
            if recording is None:
                raise NotFound(f"There is no recording “{recording_id}”.")
            if {cut.id for cut in before} != set(instead_of):
                raise InputError("Somebody else has changed these cuts.", "Look at them again, then change them.")
            kept = _checked(cuts, recording.duration)
            if ocfl.exists(deposit.object_id(recording_id)):  # while it still arrives, the table alone knows
                deposit.keep_cuts(ocfl, recording_id, [to_plain(cut) for cut in kept])
            with transaction(self.engine) as session:
                session.exec(delete(Cut).where(col(Cut.recording_id) == recording_id))
                session.add_all([_anew(recording_id, cut) for cut in kept])
                row = session.get_one(Recording, recording_id)
                row.revision += 1  # search follows
                session.add(row)

    def restore(self, recording_id: str, kept: Sequence[Mapping[str, Any]]) -> None:
        """Enter a recording's cuts as its object has them, in place of those in the table."""
        with transaction(self.engine) as session:
            session.exec(delete(Cut).where(col(Cut.recording_id) == recording_id))
            session.add_all([from_plain(recording_id, each) for each in kept])


def cuts_of(session: Session, recording_ids: Sequence[str]) -> dict[str, list[Cut]]:
    """Return the cuts of recordings by the recording's id, in the order of the timeline."""
    query = select(Cut).where(col(Cut.recording_id).in_(recording_ids))
    found: dict[str, list[Cut]] = defaultdict(list)
    for row in session.exec(query.order_by(col(Cut.start), col(Cut.end), col(Cut.id))).all():
        found[row.recording_id].append(row)
    return dict(found)


def ranges_of(session: Session, recording_ids: Sequence[str]) -> dict[str, Ranges]:
    """Return what is cut by the recording's id; recordings from which nothing is are left out."""
    query = select(Cut.recording_id, Cut.start, Cut.end).where(col(Cut.recording_id).in_(recording_ids))
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for recording_id, start, end in session.exec(query).all():
        found[recording_id].append((start, end))
    return {recording_id: merged(ranges) for recording_id, ranges in found.items()}


def to_plain(cut: Cut) -> dict[str, Any]:
    """Return a cut as it stands in its recording's object."""
    return cut.model_dump(mode="json", include=_KEPT)


def from_plain(recording_id: str, kept: Mapping[str, Any]) -> Cut:
    """Return the cut that `to_plain` wrote."""
    return Cut.model_validate({"recording_id": recording_id, **{name: kept[name] for name in _KEPT}})


def _anew(recording_id: str, cut: Cut) -> Cut:
    return from_plain(recording_id, to_plain(cut))


def _checked(cuts: Sequence[Cut], duration: float | None) -> list[Cut]:
    """Return cuts that lie on the timeline, in its order."""
    if len(cuts) > MOST:
        raise InputError(f"These are {len(cuts)} cuts; {MOST} are the most.", "Put some of them together.")
    for cut in cuts:
        if not (math.isfinite(cut.start) and math.isfinite(cut.end)):
            raise InputError("A cut begins and ends at a second.", "Give both times.")
        cut.start = round(max(0.0, cut.start), 3)
        cut.end = round(cut.end if duration is None else min(cut.end, duration), 3)
        if cut.end - cut.start < SHORTEST:
            raise InputError("A cut ends before it begins, or lies beyond the end.", "Move its end behind its start.")
        cut.reason = cut.reason.strip()[:LONGEST_REASON]
    return sorted(cuts, key=lambda cut: (cut.start, cut.end))
