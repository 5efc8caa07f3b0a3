"""Changing chapters: written down at once, told apart from what somebody else wrote meanwhile, kept in versions."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive import deposit
from archive.database import durable, one_writer, transaction
from archive.errors import InputError, ShijiaoError
from archive.ocfl import OcflRoot
from archive.outline import points
from archive.outline.points import Point
from archive.outline.tables import Outline
from archive.tables import Chapter, ChapterOrigin, Recording, now

log = logging.getLogger(__name__)

_QUIET = timedelta(seconds=8)  # without another change, after which those that wait become a version
_LONGEST = timedelta(seconds=60)  # for which a change waits, however busy somebody is


@dataclass(frozen=True)
class Change:
    """The chapter of that id, which was seen as `before`, is to be `after`; None: there is none."""

    id: str
    before: Point | None
    after: Point | None


@dataclass(frozen=True)
class Outcome:
    """What became of a change. "conflict": nothing was written, for the chapter is `now` (None: it is gone)."""

    state: Literal["saved", "conflict"]
    now: Point | None


def chapters_of(engine: sa.Engine, recording_id: str) -> dict[str, Point]:
    """Return the chapters in force by their id, in their order: those that people set, else those suggested."""
    with transaction(engine) as session:
        found = _current(session, recording_id)
    return dict(sorted(found.items(), key=lambda each: each[1].start))


def unused(engine: sa.Engine, recording_id: str) -> dict[str, Point]:
    """Return what is suggested (by now) at seconds at which the outline has no chapter."""
    with transaction(engine) as session:
        here = _current(session, recording_id)
        fresh = points.suggested(_suggestions(session, recording_id))
    taken = [point.start for point in here.values()]
    return {name: point for name, point in fresh.items() if not any(abs(point.start - at) < 1 for at in taken)}


def change(engine: sa.Engine, recording_id: str, changes: Sequence[Change], *, author: str) -> list[Outcome]:
    """Make changes, one after the other. What is answered with "saved" is on the disk and in the catalogue.

    The first of them takes over all chapters that are suggested. Telling one again changes nothing.

    Raises:
        InputError: there would be too many chapters.
    """
    with one_writer(engine, recording_id), durable(engine) as session:
        before = _current(session, recording_id)
        here = dict(before)
        outcomes = [_apply(here, each) for each in changes]
        if here == before:
            return outcomes
        if len(here) > points.MOST:
            raise InputError(f"{points.MOST} chapters are the most.", "Remove some first.", why="too_many")
        row = session.get(Outline, recording_id) or Outline(recording_id=recording_id)
        row.points = {name: point.plain() for name, point in here.items()}
        row.changed_at = now()
        row.authors = list(dict.fromkeys([*(row.authors if row.waiting_since else []), author]))
        row.waiting_since = row.waiting_since or row.changed_at
        session.add(row)
        _show(session, recording_id, here)
    return outcomes


def fold(engine: sa.Engine, ocfl: OcflRoot, recording_id: str) -> None:
    """Make one version of the object of the changes that wait; nothing, where none do, or it is still arriving."""
    with one_writer(engine, recording_id):
        with transaction(engine) as session:
            row = session.get(Outline, recording_id)
        if row is None or row.waiting_since is None or not ocfl.exists(deposit.object_id(recording_id)):
            return
        deposit.keep_outline(ocfl, recording_id, row.points, authors=row.authors)
        with transaction(engine) as session:
            row.waiting_since = None
            session.merge(row)


def fold_due(engine: sa.Engine, ocfl: OcflRoot) -> None:
    """Make versions of what has waited long enough. What cannot be kept now goes on waiting."""
    moment = now()
    rested = sa.or_(col(Outline.changed_at) <= moment - _QUIET, col(Outline.waiting_since) <= moment - _LONGEST)
    query = select(Outline.recording_id).join(Recording, col(Recording.id) == Outline.recording_id)
    with Session(engine) as session:
        due = list(session.exec(query.where(col(Outline.waiting_since).is_not(None), rested)).all())
    for recording_id in due:
        try:
            fold(engine, ocfl, recording_id)
        except ShijiaoError:
            log.exception("chapters of %s could not be made a version of it; they wait", recording_id)


def restore(engine: sa.Engine, recording_id: str, kept: Mapping[str, Mapping[str, Any]] | None) -> None:
    """Enter a recording's outline as its object has it (None: it has none), but for changes that wait."""
    with transaction(engine) as session:
        row = session.get(Outline, recording_id)
        if row is None or row.waiting_since is None:
            session.exec(delete(Outline).where(col(Outline.recording_id) == recording_id))
            row = (
                None
                if kept is None
                else Outline(recording_id=recording_id, points={name: dict(each) for name, each in kept.items()})
            )
            if row is not None:
                session.add(row)
        if row is not None:
            _show(session, recording_id, {name: Point(**each) for name, each in row.points.items()})


def _current(session: Session, recording_id: str) -> dict[str, Point]:
    row = session.get(Outline, recording_id)
    if row is not None:
        return {name: Point(**each) for name, each in row.points.items()}
    return points.suggested(_suggestions(session, recording_id))


def _suggestions(session: Session, recording_id: str) -> Sequence[Chapter]:
    query = select(Chapter).where(Chapter.recording_id == recording_id, Chapter.origin == ChapterOrigin.SUGGESTED)
    return session.exec(query.order_by(col(Chapter.position))).all()


def _apply(here: dict[str, Point], wanted: Change) -> Outcome:
    """Judge a change against the chapters as they are, and make it where it may be made."""
    there = here.get(wanted.id)
    if there == wanted.after:
        return Outcome("saved", there)
    if there != wanted.before:
        return Outcome("conflict", there)
    if wanted.after is None:
        del here[wanted.id]
    else:
        here[wanted.id] = wanted.after
    return Outcome("saved", wanted.after)


def _show(session: Session, recording_id: str, here: Mapping[str, Point]) -> None:
    """Let pages and search see the chapters."""
    edited = delete(Chapter).where(col(Chapter.recording_id) == recording_id)
    session.exec(edited.where(col(Chapter.origin) == ChapterOrigin.EDITED))
    session.add_all(points.rows(recording_id, here.values()))
    recording = session.get(Recording, recording_id)
    if recording is not None:
        recording.revision += 1
        session.add(recording)
