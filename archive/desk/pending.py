"""The edits that wait: written ahead of the version that they become part of."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive.database import durable
from archive.desk.tables import PendingEdit
from archive.transcripts.edits import Edit


def add(engine: sa.Engine, recording_id: str, language: str, added: Iterable[Edit]) -> None:
    """Write edits down. Once this returns they are on the disk, whatever ends the process or the machine."""
    rows = [
        PendingEdit(
            recording_id=recording_id,
            language=language,
            start=edit.start,
            end=edit.end,
            before=edit.before,
            after=edit.after,
            author=edit.author,
            at=edit.at,
            reason=edit.reason,
        )
        for edit in added
    ]
    with durable(engine) as session:
        session.add_all(rows)


def of(engine: sa.Engine, recording_id: str, language: str) -> list[Edit]:
    """Return what waits for a recording in a language, in the order in which it came."""
    query = select(PendingEdit).where(PendingEdit.recording_id == recording_id, PendingEdit.language == language)
    with Session(engine) as session:
        rows = session.exec(query.order_by(col(PendingEdit.id))).all()
        return [Edit(row.start, row.end, row.before, row.after, row.author, row.at, row.reason) for row in rows]


def drop(engine: sa.Engine, recording_id: str, languages: Iterable[str]) -> None:
    """Forget what waited: it is in the object now."""
    mine = delete(PendingEdit).where(col(PendingEdit.recording_id) == recording_id)
    with Session(engine) as session:
        session.exec(mine.where(col(PendingEdit.language).in_(list(languages))))
        session.commit()


def due(engine: sa.Engine, *, quiet_since: datetime, oldest: datetime) -> list[tuple[str, str]]:
    """Return the recordings and languages to which nobody has added anything since `quiet_since`.

    Also those whose first edit is older than `oldest`, however busy somebody is.
    """
    query = sa.select(PendingEdit.recording_id, PendingEdit.language)  # type: ignore[call-overload]
    query = query.group_by(PendingEdit.recording_id, PendingEdit.language)
    first, last = sa.func.min(PendingEdit.at), sa.func.max(PendingEdit.at)
    with Session(engine) as session:
        return [tuple(row) for row in session.execute(query.having(sa.or_(last <= quiet_since, first <= oldest))).all()]
