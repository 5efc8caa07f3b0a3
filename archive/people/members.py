"""Members, how they sign in, and who stands behind a session's cookie.

A one-time link brings a member in; what opens that door lies in the link and in the browser's cookie alone. The cookie
is signed, so that a forged one costs no look at the database, and its session can be ended at any time.
"""

import hashlib
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, Signer
from sqlmodel import Session, col, select

from archive.database import changed, transaction
from archive.errors import NotAllowed, NotFound
from archive.people.tables import Invitation, SignIn
from archive.tables import Institution, Member, Role, now

COOKIE = "shijiao"
LINK_DAYS = 7
SIGNED_IN_DAYS = 90
_SALT = "shijiao.session.1"


@dataclass(frozen=True)
class Person:
    """A member and the name of the institution that they belong to."""

    member: Member
    institution: str


class Members:
    """Everything about members. Every method is one transaction; rows come back detached. `secret` signs cookies."""

    def __init__(self, engine: sa.Engine, secret: str = "") -> None:
        self.engine = engine
        self._signer = Signer(secret or secrets.token_hex(), salt=_SALT)

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    # -- members

    def add(self, name: str, role: Role = Role.VIEWER, *, institution: str = "", specialty: str = "") -> Member:
        """Enter a member; the institution is entered with its first one."""
        with self._session() as session:
            member = Member(name=name, role=role, specialty=specialty)
            if institution:
                member.institution_id = self._institution(session, institution).id
            session.add(member)
        return member

    def _institution(self, session: Session, name: str) -> Institution:
        found = session.exec(select(Institution).where(Institution.name == name)).first()
        if found is None:
            found = Institution(name=name)
            session.add(found)
            session.flush()
        return found

    def all(self) -> list[Person]:
        """Return the members who were not removed, by name."""
        query = select(Member, Institution.name).join(Institution, isouter=True)
        query = query.where(col(Member.removed_at).is_(None)).order_by(col(Member.name), col(Member.id))
        with self._session() as session:
            return [Person(member, institution or "") for member, institution in session.exec(query).all()]

    def named(self, member_ids: list[str]) -> dict[str, Person]:
        """Return members by their ids, also those who were removed: what they wrote is still theirs."""
        query = select(Member, Institution.name).join(Institution, isouter=True).where(col(Member.id).in_(member_ids))
        with self._session() as session:
            return {member.id: Person(member, name or "") for member, name in session.exec(query).all()}

    def institution(self, institution_id: str | None) -> str:
        """Return an institution's name, empty where there is none."""
        with self._session() as session:
            found = session.get(Institution, institution_id) if institution_id else None
        return found.name if found else ""

    def find(self, wanted: str) -> Member:
        """Return the member with this id, or the only one with this name.

        Raises:
            NotFound: there is none, or several have the name.
        """
        here = [person.member for person in self.all()]
        found = [one for one in here if one.id == wanted] or [one for one in here if one.name == wanted]
        if len(found) != 1:
            many = f"{len(found)} members are called “{wanted}”." if found else f"There is no member “{wanted}”."
            raise NotFound(many, "`shijiao members list` shows their ids.", member=wanted)
        return found[0]

    def remove(self, member_id: str) -> None:
        """Remove a member: no link and no session of theirs opens anything from now on."""
        with self._session() as session:
            session.execute(sa.update(Member).where(col(Member.id) == member_id).values(removed_at=now()))
        self.sign_out_everywhere(member_id)

    # -- signing in

    def invite(self, member_id: str, *, days: float = LINK_DAYS) -> str:
        """Return what a link must hold to sign a member in, once, within so many days."""
        opens = secrets.token_urlsafe(24)
        with self._session() as session:
            expires = now() + timedelta(days=days)
            session.add(Invitation(digest=_digest(opens), member_id=member_id, expires_at=expires))
        return opens

    def invited(self, opens: str) -> Member:
        """Return whom a link would sign in, without using it up.

        Raises:
            NotAllowed: it was used, is too old, or never was one.
        """
        with self._session() as session:
            link = session.get(Invitation, _digest(opens))
            member = session.get(Member, link.member_id) if link else None
        if link is None or member is None or member.removed_at or link.used_at or link.expires_at < now():
            raise NotAllowed(
                "This sign-in link was used already, or is too old.", "Ask for another one where you got it."
            )
        return member

    def redeem(self, opens: str, *, device: str = "") -> str:
        """Use up a link; return the cookie of the session that it begins.

        Raises:
            NotAllowed: it was used, is too old, or never was one.
        """
        member = self.invited(opens)
        holds = secrets.token_urlsafe(32)
        with self._session() as session:
            mine = sa.update(Invitation).where(
                col(Invitation.digest) == _digest(opens), col(Invitation.used_at).is_(None)
            )
            if changed(session, mine.values(used_at=now())) != 1:  # somebody was quicker
                raise NotAllowed("This sign-in link was used just now.", "Ask for another one where you got it.")
            until = now() + timedelta(days=SIGNED_IN_DAYS)
            session.add(SignIn(digest=_digest(holds), member_id=member.id, device=device[:200], expires_at=until))
        return self._signer.sign(holds).decode()

    def signed_in(self, cookie: str) -> Member | None:
        """Return who is behind a cookie; None where it is forged, ended, too old, or its member was removed."""
        holds = self._holds(cookie)
        if holds is None:
            return None
        query = select(Member).join(SignIn, col(SignIn.member_id) == Member.id)
        query = query.where(SignIn.digest == _digest(holds), col(SignIn.ended_at).is_(None))
        query = query.where(col(SignIn.expires_at) > now(), col(Member.removed_at).is_(None))
        with self._session() as session:
            return session.exec(query).first()

    def sign_out(self, cookie: str) -> None:
        """End a session."""
        if holds := self._holds(cookie):
            self._end(col(SignIn.digest) == _digest(holds))

    def sign_out_everywhere(self, member_id: str) -> int:
        """End all sessions of a member and withdraw the links not used yet; return how many sessions it were."""
        with self._session() as session:
            unused = sa.update(Invitation).where(
                col(Invitation.member_id) == member_id, col(Invitation.used_at).is_(None)
            )
            session.execute(unused.values(used_at=now()))
        return self._end(col(SignIn.member_id) == member_id)

    def _end(self, which: sa.ColumnElement[bool]) -> int:
        with self._session() as session:
            still = sa.update(SignIn).where(which, col(SignIn.ended_at).is_(None))
            return changed(session, still.values(ended_at=now()))

    def _holds(self, cookie: str) -> str | None:
        try:
            return self._signer.unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return None


def _digest(opens: str) -> str:
    return hashlib.sha256(opens.encode(errors="replace")).hexdigest()
