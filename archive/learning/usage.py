"""How recordings are used: who watched them, where they stop, and what they play again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.learning.tables import Sitting, Spans


@dataclass(frozen=True)
class Use:
    """How a recording was used in all: by how many people, in how many sittings, for how many seconds."""

    recording_id: str
    people: int
    sittings: int
    seconds: float


@dataclass(frozen=True)
class Moment:
    """A stretch of a recording, from `start` to `end` seconds: how many people saw it, saw it again, left off in it."""

    start: float
    end: float
    people: int
    again: int
    left: int


def uses(engine: sa.Engine) -> list[Use]:
    """Return how every recording that was ever played was used, the most watched first."""
    seconds = sa.func.sum(col(Sitting.seconds))
    people = sa.func.count(sa.distinct(col(Sitting.member_id)))
    query = select(col(Sitting.recording_id), people, sa.func.count(), seconds).where(col(Sitting.seconds) > 0)
    with Session(engine) as session:
        found = session.exec(query.group_by(col(Sitting.recording_id)).order_by(seconds.desc())).all()
    return [Use(recording_id, int(many), int(times), float(took)) for recording_id, many, times, took in found]


def moments(sittings: Iterable[Sitting], duration: float, *, count: int = 100) -> list[Moment]:
    """Cut a recording of `duration` seconds into `count` stretches, and count who saw each, again, and left off in it.

    A stretch counts as seen when any of it was played; as seen again by a member who did so in more than one sitting.
    Somebody leaves off where their sitting's last span ends, unless that is the end of the recording.
    """
    width = duration / count
    by_member = groupby(sorted(sittings, key=lambda row: row.member_id), key=lambda row: row.member_id)
    people, again, left = [0] * count, [0] * count, [0] * count
    for _, of_one in by_member:
        times = [0] * count
        for sitting in of_one:
            for at in _touched(sitting.spans, width, count):
                times[at] += 1
            if (end := _left_at(sitting.spans)) is not None and end < duration - width:
                left[min(count - 1, int(end / width))] += 1
        for at, many in enumerate(times):
            people[at] += many > 0
            again[at] += many > 1
    return [Moment(at * width, (at + 1) * width, people[at], again[at], left[at]) for at in range(count)]


def _touched(spans: Spans, width: float, count: int) -> set[int]:
    return {
        at
        for start, end in spans
        for at in range(max(0, int(start / width)), min(count, int((end - 1e-6) / width) + 1))
        if end > start
    }


def _left_at(spans: Sequence[Sequence[float]]) -> float | None:
    return spans[-1][1] if spans else None
