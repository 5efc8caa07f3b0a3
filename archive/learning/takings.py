"""Copies that were taken away: every query about them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import transaction
from archive.learning.tables import Taking
from archive.tables import Member, Recording, now

_ONE_GO = timedelta(days=1)  # within which the rest of a file belongs to the copy that was begun


class Takings:
    """Everything about copies taken away. Every method is one transaction; rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    def note(self, member: Member, recording: Recording, form: str, size: int, *, goes_on: bool = False) -> None:
        """Write down that a member takes a copy now; one that `goes_on` after a lost link is the copy begun before."""
        with self._session() as session:
            if goes_on and self._begun(session, member, recording, form):
                return
            taken = Taking(
                member_id=member.id, member_name=member.name, recording_id=recording.id, form=form, size=size
            )
            session.add(taken)

    def _begun(self, session: Session, member: Member, recording: Recording, form: str) -> bool:
        query = select(Taking.id).where(
            Taking.member_id == member.id,
            Taking.recording_id == recording.id,
            Taking.form == form,
            col(Taking.taken_at) > now() - _ONE_GO,
        )
        return session.exec(query.limit(1)).first() is not None

    def of(self, recording_id: str | None = None) -> Sequence[Taking]:
        """Return all copies that were taken (of one recording), the latest first."""
        query = select(Taking)
        if recording_id is not None:
            query = query.where(Taking.recording_id == recording_id)
        with self._session() as session:
            return session.exec(query.order_by(col(Taking.taken_at).desc(), col(Taking.id))).all()
