"""Words that earlier recordings were described with: offered while somebody types."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.tables import Institution, Recording

_LOOKED_AT = 500  # recordings
_MOST = 50  # words of one kind


def words(engine: sa.Engine) -> dict[str, list[str]]:
    """Return the specialties, procedures, speakers and institutions in use, the newest first."""
    query = select(Recording.specialty, Recording.procedure, Recording.speakers, Institution.name)
    query = query.join(Institution, isouter=True).order_by(col(Recording.created_at).desc()).limit(_LOOKED_AT)
    with Session(engine) as session:
        rows = session.exec(query).all()
    found = {
        "specialty": [row[0] for row in rows],
        "procedure": [row[1] for row in rows],
        "speakers": [name for row in rows for name in row[2]],
        "institution": [row[3] for row in rows],
    }
    return {name: list(dict.fromkeys(word for word in said if word))[:_MOST] for name, said in found.items()}
