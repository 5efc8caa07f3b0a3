"""Notes, bookmarks, questions, answers and teaching points: every query about them.

What is for all who may watch is written into the recording's OCFL object first, then into the table, which `rebuild`
makes of it; what is private lies in the table alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive import deposit
from archive.cuts import Ranges, hidden
from archive.database import one_writer, transaction
from archive.errors import InputError, NotAllowed, NotFound
from archive.learning.tables import PRIVATE, Mark, MarkKind, Noticed
from archive.ocfl import OcflRoot
from archive.tables import Member, Recording, now

LONGEST = 4000  # characters in one mark


@dataclass(frozen=True)
class News:
    """Something new to a member: a question that they may answer, or an answer where they asked or answered."""

    mark: Mark
    question: Mark
    unread: bool
    answered: bool


class Marks:
    """Everything about marks. Every method but those that keep is one transaction; rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    # -- reading

    def seen_by(self, member_id: str, recording_id: str) -> list[Mark]:
        """Return the marks of a recording that a member may see, by their second: public ones, and their own."""
        mine_or_public = sa.or_(col(Mark.kind).not_in(PRIVATE), col(Mark.author_id) == member_id)
        query = select(Mark).where(Mark.recording_id == recording_id, mine_or_public)
        with self._session() as session:
            return list(session.exec(query.order_by(col(Mark.start), col(Mark.created_at))).all())

    def mark(self, mark_id: str) -> Mark:
        """Return one mark.

        Raises:
            NotFound: it is not there (any more).
        """
        with self._session() as session:
            found = session.get(Mark, mark_id)
        if found is None:
            raise NotFound("This note is not there any more.", "Look at the recording again.", mark=mark_id)
        return found

    def public(self, recording_id: str) -> list[Mark]:
        """Return a recording's marks that are for all who may watch, by their second."""
        query = select(Mark).where(Mark.recording_id == recording_id, col(Mark.kind).not_in(PRIVATE))
        with self._session() as session:
            return list(session.exec(query.order_by(col(Mark.start), col(Mark.created_at), col(Mark.id))).all())

    # -- writing

    def write(self, ocfl: OcflRoot, mark: Mark) -> Mark:
        """Keep a mark: a new one, or one that was changed.

        Raises:
            InputError: it says nothing, or too much.
            NotFound: what it replies to is not a question of the same recording.
            StoreError: it is for all, and could not be kept.
        """
        mark.text = mark.text.strip()
        if not mark.text and mark.kind is not MarkKind.BOOKMARK:
            raise InputError("There is nothing written.", "Write something first.")
        if len(mark.text) > LONGEST:
            raise InputError(f"This has {len(mark.text)} characters; {LONGEST} are the most.", "Say it shorter.")
        if mark.kind is MarkKind.ANSWER:
            asked = self.mark(mark.reply_to or "")
            if (asked.kind, asked.recording_id) != (MarkKind.QUESTION, mark.recording_id):
                raise NotFound("There is no such question.", "Look at the recording again.")
        mark.changed_at = now()
        if mark.kind in PRIVATE:
            self._put([mark])
        else:
            self._publish(ocfl, mark.recording_id, put=mark)
        return mark

    def erase(self, ocfl: OcflRoot, mark: Mark) -> None:
        """Take a mark back; with a question, what was answered to it.

        Raises:
            StoreError: it is for all, and its removal could not be kept.
        """
        if mark.kind in PRIVATE:
            with self._session() as session:
                session.exec(delete(Mark).where(col(Mark.id) == mark.id))
        else:
            self._publish(ocfl, mark.recording_id, gone=mark)

    def _publish(self, ocfl: OcflRoot, recording_id: str, *, put: Mark | None = None, gone: Mark | None = None) -> None:
        with one_writer(self.engine, recording_id):
            taken = {gone.id} if gone else set()
            rows = {row.id: row for row in self.public(recording_id) if not taken & {row.id, row.reply_to}}
            rows |= {put.id: put} if put else {}
            if ocfl.exists(deposit.object_id(recording_id)):  # while it still arrives, the table alone knows
                deposit.keep_marks(ocfl, recording_id, [to_plain(row) for row in rows.values()])
            with self._session() as session:
                for mark_id in taken:
                    session.exec(delete(Mark).where(sa.or_(col(Mark.id) == mark_id, col(Mark.reply_to) == mark_id)))
                if put is not None:
                    session.merge(put)
                recording = session.get(Recording, recording_id)
                if recording is not None:  # search follows
                    recording.revision += 1
                    session.add(recording)

    def _put(self, rows: Iterable[Mark]) -> None:
        with self._session() as session:
            for row in rows:
                session.merge(row)

    def restore(self, recording_id: str, kept: Sequence[Mapping[str, Any]]) -> None:
        """Enter a recording's public marks as its object has them, in place of those in the table."""
        with self._session() as session:
            public = col(Mark.kind).not_in(PRIVATE)
            session.exec(delete(Mark).where(col(Mark.recording_id) == recording_id, public))
            session.add_all([from_plain(recording_id, each) for each in kept])

    # -- news

    def news(self, member: Member, *, answers: bool, limit: int = 100) -> list[News]:
        """Return what is new to a member, the latest first.

        For whoever `answers`: questions of others; for everybody: what others answered where they asked or answered.
        """
        taking_part = select(Mark.id).where(Mark.author_id == member.id, Mark.kind == MarkKind.QUESTION)
        answered = select(Mark.reply_to).where(Mark.author_id == member.id, Mark.kind == MarkKind.ANSWER)
        mine = sa.or_(col(Mark.reply_to).in_(taking_part), col(Mark.reply_to).in_(answered))
        wanted = sa.and_(col(Mark.kind) == MarkKind.ANSWER, mine)
        if answers:
            wanted = sa.or_(wanted, col(Mark.kind) == MarkKind.QUESTION)
        query = select(Mark).where(Mark.author_id != member.id, wanted)
        with self._session() as session:
            found = list(session.exec(query.order_by(col(Mark.created_at).desc()).limit(limit)).all())
            about = {row.reply_to or row.id for row in found}
            questions = {row.id: row for row in session.exec(select(Mark).where(col(Mark.id).in_(about))).all()}
            replied = set(session.exec(select(Mark.reply_to).where(col(Mark.reply_to).in_(about))).all())
            noticed = session.get(Noticed, member.id)
        return [
            News(
                row,
                questions[row.reply_to or row.id],
                unread=noticed is None or row.created_at > noticed.until,
                answered=(row.reply_to or row.id) in replied,
            )
            for row in found
            if (row.reply_to or row.id) in questions
        ]

    def notice(self, member_id: str) -> None:
        """Note that a member has seen what is new to them, up to now."""
        with self._session() as session:
            session.merge(Noticed(member_id=member_id, until=now()))


def may_read(member_id: str, marks: Iterable[Mark], cut: Ranges) -> list[Mark]:
    """Return the marks that somebody who only watches may read where ranges of the recording are cut.

    What others wrote at a second that is cut, and what answers it, is about what they must not see.
    """
    rows = list(marks)
    gone = {row.id for row in rows if hidden(cut, row.start, row.start if row.end is None else row.end)}
    return [row for row in rows if row.author_id == member_id or not gone & {row.id, row.reply_to}]


def may_change(member: Member, mark: Mark, *, curates: bool) -> None:
    """Let authors change what they wrote, and whoever curates take back what is for all; nobody else.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if mark.author_id == member.id or (curates and mark.kind not in PRIVATE):
        return
    raise NotAllowed("This was written by somebody else.", "Only they may change it.")


_KEPT = {"id", "kind", "author_id", "author_name", "start", "end", "text", "drawing", "reply_to"}
_LATER = {"author_institution"}  # not in what earlier versions wrote
_MOMENTS = ("created_at", "changed_at")


def to_plain(mark: Mark) -> dict[str, Any]:
    """Return a mark as it stands in its recording's object."""
    return mark.model_dump(mode="json", include=_KEPT | _LATER | set(_MOMENTS))


def from_plain(recording_id: str, kept: Mapping[str, Any]) -> Mark:
    """Return the mark that `to_plain` wrote."""
    fields = {name: kept[name] for name in {*_KEPT, *_MOMENTS}} | {name: kept[name] for name in _LATER & kept.keys()}
    return Mark.model_validate({"recording_id": recording_id, **fields})
