"""The institutions that recordings come from."""

import sqlalchemy as sa
from sqlmodel import Session, select

from archive.tables import Institution


def entered(engine: sa.Engine, name: str) -> str | None:
    """Return the id of the institution of this name, which is entered with its first use; None for no name."""
    wanted = name.strip()
    if not wanted:
        return None
    with Session(engine, expire_on_commit=False) as session, session.begin():
        found = session.exec(select(Institution).where(Institution.name == wanted)).first()
        if found is None:
            found = Institution(name=wanted)
            session.add(found)
    return found.id
