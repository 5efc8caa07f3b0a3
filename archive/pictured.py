"""Of many recordings at once, the angle whose pictures stand for them in a list."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive.tables import Source, Stills


def first_angles(engine: sa.Engine, recording_ids: Collection[str]) -> dict[str, tuple[Stills, float]]:
    """Return, by the recording's id, the stills of its first angle that has any, and that angle's start in seconds."""
    query = select(Stills, Source.start).join(Source, col(Source.id) == Stills.source_id)
    query = query.where(col(Stills.recording_id).in_(list(recording_ids))).order_by(col(Source.position).desc())
    with Session(engine) as session:
        return {row.recording_id: (row, start) for row, start in session.exec(query).all()}  # the first comes last
