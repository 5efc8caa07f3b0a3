"""What members have watched: every query about sittings and progress."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import transaction
from archive.errors import NotAllowed
from archive.learning import spans as timeline
from archive.learning.tables import Progress, Sitting
from archive.tables import Recording, now

_FASTEST = 2.0  # the player's highest speed
_HARDLY = 5.0  # seconds that are no beginning yet
_END = 8.0  # seconds before its end at which a recording is over
_LATE = (
    600.0  # seconds that a player may have gone on without us before its first report, or since clocks were compared
)


@dataclass(frozen=True)
class Report:
    """What a player says of its sitting so far: all that it played, how long that took, and where it stands."""

    sitting: str
    spans: Sequence[Sequence[float]]
    seconds: float
    position: float


def resume_at(progress: Progress | None, duration: float | None) -> float:
    """Return the second at which a member goes on with a recording; 0: they begin at its beginning.

    Who has hardly begun, or has come to its end, does.
    """
    if progress is None or progress.watched < _HARDLY or progress.position < _HARDLY:
        return 0.0
    return 0.0 if duration is not None and progress.position > duration - _END else progress.position


class Watching:
    """Everything about what was watched. Every method is one transaction; rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    def report(self, member_id: str, recording: Recording, report: Report) -> Progress:
        """Take a report in. A report that comes twice, late or never harms nothing: each holds the whole sitting.

        More than can have been played since the sitting was first heard of is not believed: it is cut down.

        Raises:
            NotAllowed: the sitting is another member's or of another recording.
        """
        try:
            return self._report(member_id, recording, report)
        except sa.exc.IntegrityError:  # two first reports at once
            return self._report(member_id, recording, report)

    def _report(self, member_id: str, recording: Recording, report: Report) -> Progress:
        with self._session() as session:
            sitting = session.get(Sitting, report.sitting)
            if sitting is None:
                begun = now() - timedelta(seconds=min(report.seconds, _LATE))
                sitting = Sitting(id=report.sitting, member_id=member_id, recording_id=recording.id, begun_at=begun)
            if (sitting.member_id, sitting.recording_id) != (member_id, recording.id):
                raise NotAllowed("This sitting is somebody else's.")
            seconds = min(max(0.0, report.seconds), (now() - sitting.begun_at).total_seconds() + _LATE)
            newer = seconds >= sitting.seconds
            sitting.seconds = max(sitting.seconds, seconds)
            played = timeline.merged([*sitting.spans, *report.spans], limit=recording.duration)
            played = timeline.first(played, _FASTEST * sitting.seconds + 1)
            sitting.spans, sitting.seen_at = played, now()
            session.add(sitting)
            progress = session.get(Progress, (member_id, recording.id))
            if progress is None:
                progress = Progress(member_id=member_id, recording_id=recording.id)
            progress.spans = timeline.merged([*progress.spans, *played])
            progress.watched = timeline.length(progress.spans)
            if newer:
                progress.position = min(max(0.0, report.position), recording.duration or report.position)
                progress.seen_at = sitting.seen_at
            session.add(progress)
        return progress

    def progress(self, member_id: str, recording_id: str) -> Progress | None:
        """Return how far a member has come in a recording; None where they never played it."""
        with self._session() as session:
            return session.get(Progress, (member_id, recording_id))

    def of(self, member_id: str, recording_ids: Iterable[str] | None = None) -> dict[str, Progress]:
        """Return how far a member has come, by recording, what was watched last first."""
        query = select(Progress).where(Progress.member_id == member_id).order_by(col(Progress.seen_at).desc())
        if recording_ids is not None:
            query = query.where(col(Progress.recording_id).in_(list(recording_ids)))
        with self._session() as session:
            return {row.recording_id: row for row in session.exec(query).all()}

    def sittings(self, member_id: str, *, since: datetime | None = None) -> list[Sitting]:
        """Return a member's sittings, the latest first."""
        query = select(Sitting).where(Sitting.member_id == member_id, col(Sitting.seconds) > 0)
        if since is not None:
            query = query.where(col(Sitting.begun_at) >= since)
        with self._session() as session:
            return list(session.exec(query.order_by(col(Sitting.begun_at).desc())).all())

    def of_recording(self, recording_id: str) -> list[Sitting]:
        """Return all sittings before a recording: who watched it, where they stopped and what they played again."""
        query = select(Sitting).where(Sitting.recording_id == recording_id).order_by(col(Sitting.begun_at))
        with self._session() as session:
            return list(session.exec(query).all())
