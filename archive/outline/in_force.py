"""Which chapters of a recording count: those that people set, as soon as they set any; else what is suggested."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session, col, select

from archive.outline.tables import Outline
from archive.tables import Chapter, ChapterOrigin


def is_suggested(chapter: Chapter) -> bool:
    """Whether no person has accepted a chapter."""
    return chapter.origin is ChapterOrigin.SUGGESTED or bool(chapter.reason)


def chapters(session: Session, recording_ids: Sequence[str]) -> Iterator[Chapter]:
    """Yield the chapters in force of several recordings, those of each in their order."""
    query = select(Chapter).where(col(Chapter.recording_id).in_(recording_ids)).order_by(col(Chapter.position))
    rows = session.exec(query).all()
    # Whoever took every chapter out wants none: that there is an outline says so.
    outlined = set(session.exec(select(Outline.recording_id).where(col(Outline.recording_id).in_(recording_ids))).all())
    outlined |= {row.recording_id for row in rows if row.origin is ChapterOrigin.EDITED}
    for row in rows:
        if (row.origin is ChapterOrigin.EDITED) == (row.recording_id in outlined):
            yield row
