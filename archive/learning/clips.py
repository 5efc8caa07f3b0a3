"""Clips: ranges of recordings that a member named, in lists of their own."""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import transaction
from archive.errors import InputError, NotFound
from archive.learning.tables import Clip

_LONGEST_NAME = 200  # characters


class Clips:
    """Everything about clips. Every method is one transaction; rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    def add(self, clip: Clip) -> Clip:
        """Keep a clip.

        Raises:
            InputError: it has no name, or ends before it begins.
        """
        clip.name, clip.collection = clip.name.strip()[:_LONGEST_NAME], clip.collection.strip()[:_LONGEST_NAME]
        if not clip.name:
            raise InputError("A clip needs a name.", "Say what it shows.")
        if clip.end <= clip.start:
            raise InputError("This clip ends before it begins.", "Move its end behind its beginning.")
        with self._session() as session:
            session.add(clip)
        return clip

    def of(self, member_id: str, recording_id: str | None = None) -> list[Clip]:
        """Return a member's clips (of one recording), by list, in the order in which they were made."""
        query = select(Clip).where(Clip.member_id == member_id)
        if recording_id is not None:
            query = query.where(Clip.recording_id == recording_id)
        with self._session() as session:
            return list(session.exec(query.order_by(col(Clip.collection), col(Clip.created_at))).all())

    def collections(self, member_id: str) -> list[str]:
        """Return the names of a member's lists."""
        query = select(Clip.collection).where(Clip.member_id == member_id, Clip.collection != "")
        with self._session() as session:
            return list(session.exec(query.distinct().order_by(col(Clip.collection))).all())

    def remove(self, member_id: str, clip_id: str) -> None:
        """Take a clip out.

        Raises:
            NotFound: this member has no such clip.
        """
        with self._session() as session:
            found = session.get(Clip, clip_id)
            if found is None or found.member_id != member_id:
                raise NotFound("This clip is not there any more.", "Look at the recording again.")
            session.delete(found)
