"""What people looked for and did not find, for those who decide what is recorded next. Nobody's name is kept."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.database import changed
from archive.search.analyser import says_something, searched
from archive.search.answer import Answer
from archive.tables import Miss, now

_LONGEST = 200
MOST = 10_000  # queries that are kept; the rarest and oldest go


@dataclass(frozen=True)
class Missed:
    """A query that found nothing, or only something else, how often, and when the last time."""

    query: str
    count: int
    last_at: datetime


def note(engine: sa.Engine, query: str, answer: Answer) -> None:
    """Remember a query if the answer does not hold what was looked for. A filtered answer tells nothing of that."""
    text = searched(query)[:_LONGEST]
    if not says_something(text) or answer.rebuilding or (answer.total and not answer.loosened):
        return
    with Session(engine) as session, session.begin():
        again = sa.update(Miss).where(col(Miss.query) == text).values(count=Miss.count + 1, last_at=now())
        if changed(session, again):
            return
        if session.execute(sa.select(sa.func.count()).select_from(Miss)).scalar_one() >= MOST:
            rare = sa.select(col(Miss.query)).order_by(col(Miss.count), col(Miss.last_at)).limit(MOST // 10)
            session.execute(sa.delete(Miss).where(col(Miss.query).in_(rare)))
    try:
        with Session(engine) as session, session.begin():
            session.add(Miss(query=text))
    except sa.exc.IntegrityError:  # somebody else looked for it at the same moment
        with Session(engine) as session, session.begin():
            session.execute(again)


def most(engine: sa.Engine, limit: int = 50) -> list[Missed]:
    """Return what was missed most often, of equals the last first."""
    query = select(Miss).order_by(col(Miss.count).desc(), col(Miss.last_at).desc()).limit(max(limit, 0))
    with Session(engine) as session:
        return [Missed(row.query, row.count, row.last_at) for row in session.exec(query).all()]
