"""What search indexes of a recording, read from the catalogue in as few queries as it takes.

What is cut from a recording is not in it: search finds the same for all who may find the recording.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from archive import tables, written
from archive.cuts import Cut, hidden, showing
from archive.cuts.cuts import ranges_of
from archive.cuts.ranges import Ranges
from archive.outline import in_force
from archive.tables import Chapter, Institution, Recording, Segment, SlideText


class Timed(NamedTuple):
    """A text at a time of a recording, in seconds. `kind` says where it stands: segment, chapter, slide or mark.

    Segments of one language follow each other: what is said across the edge of two of them is found too.
    """

    start: float
    end: float
    kind: str
    text: str
    language: str = ""


_Cut = Mapping[str, Ranges]  # what is cut, by the recording's id


@dataclass(frozen=True)
class Searchable:
    """What search indexes of one recording, as of its `revision`: itself, and its texts strand by strand, in order."""

    recording: Recording
    texts: Sequence[Timed] = field(default_factory=list)
    institution: str = ""


def searchables(session: Session, recording_ids: Sequence[str]) -> Iterator[Searchable]:
    """Yield what search indexes of those recordings that there are."""
    query = select(Recording, Institution.name).join(Institution, isouter=True)
    found = session.exec(query.where(col(Recording.id).in_(recording_ids))).all()
    texts: dict[str, list[Timed]] = defaultdict(list)
    cut = ranges_of(session, recording_ids)
    for of in (_segments, _chapters, _slides, _marks):
        for recording_id, text in of(session, recording_ids, cut):
            texts[recording_id].append(text)
    for recording, institution in found:
        yield Searchable(recording, texts[recording.id], institution or "")


def _segments(session: Session, recording_ids: Sequence[str], cut: _Cut) -> Iterator[tuple[str, Timed]]:
    """Yield the sentences of the most trusted transcript of each language, the spoken one first."""
    query = select(tables.Transcript, Recording.language).join(Recording)
    query = query.where(col(tables.Transcript.recording_id).in_(recording_ids))
    rows = session.exec(query.order_by(col(tables.Transcript.created_at).desc())).all()
    languages = {row.recording_id: language for row, language in rows}
    tracks: dict[tuple[str, str], tables.Transcript] = {}
    for recording_id, spoken in languages.items():
        of_it = [row for row, _ in rows if row.recording_id == recording_id]
        for row in written.by_trust(of_it, spoken):
            tracks.setdefault((recording_id, row.language), row)
    by_id = {row.id: row.language for row in tracks.values()}
    order = {transcript_id: place for place, transcript_id in enumerate(by_id)}
    sentences = sa.select(
        col(Segment.transcript_id), col(Segment.recording_id), col(Segment.start), col(Segment.end), col(Segment.text)
    ).where(col(Segment.transcript_id).in_(list(by_id)))
    said = session.execute(sentences.order_by(col(Segment.transcript_id), col(Segment.position))).all()
    for transcript_id, recording_id, start, end, text in sorted(said, key=lambda row: order[row[0]]):
        if not hidden(cut.get(recording_id, ()), start, end):
            yield recording_id, Timed(start, end, "segment", text, by_id[transcript_id])


def _chapters(session: Session, recording_ids: Sequence[str], cut: _Cut) -> Iterator[tuple[str, Timed]]:
    """Yield the titles of the chapters that count, but for those that are cut out."""
    lengths = select(Recording.id, Recording.duration).where(col(Recording.id).in_(recording_ids))
    durations = dict(session.exec(lengths).all())
    for row in in_force.chapters(session, recording_ids):
        if any(showing.chapters([row], cut.get(row.recording_id, ()), durations[row.recording_id])):
            yield row.recording_id, Timed(row.start, row.start if row.end is None else row.end, "chapter", row.title)


def _marks(session: Session, recording_ids: Sequence[str], cut: _Cut) -> Iterator[tuple[str, Timed]]:
    """Yield what members wrote at a second for all who may watch: teaching points, questions, answers."""
    from archive.learning.tables import PRIVATE, Mark  # it keeps its files by way of the catalogue

    query = select(Mark).where(col(Mark.recording_id).in_(recording_ids), col(Mark.kind).not_in(PRIVATE))
    for row in session.exec(query.order_by(col(Mark.start), col(Mark.created_at), col(Mark.id))).all():
        end = row.start if row.end is None else row.end
        if row.text and not hidden(cut.get(row.recording_id, ()), row.start, end):
            yield row.recording_id, Timed(row.start, end, "mark", row.text)


def _slides(session: Session, recording_ids: Sequence[str], cut: _Cut) -> Iterator[tuple[str, Timed]]:
    """Yield what the slides say, in the order in which each angle shows them."""
    query = select(SlideText).where(col(SlideText.recording_id).in_(recording_ids))
    for row in session.exec(query.order_by(col(SlideText.source_id), col(SlideText.start), col(SlideText.id))):
        start = showing.since(cut.get(row.recording_id, ()), row.start, row.end)
        if start is not None:
            yield row.recording_id, Timed(start, row.end, "slide", row.text)


def mentioning(session: Session, words: Sequence[Sequence[str]]) -> list[str]:
    """Return the ids of the recordings that hold every word in any of its spellings, the newest first."""
    from archive.learning.tables import Mark

    columns = ((Segment, Segment.text), (Chapter, Chapter.title), (SlideText, SlideText.text), (Mark, Mark.text))
    query = select(Recording, Institution.name).join(Institution, isouter=True)
    about = {
        row.id: " ".join([row.title, *row.speakers, row.specialty, row.procedure, of or ""]).casefold()
        for row, of in session.exec(query.order_by(col(Recording.created_at).desc(), col(Recording.id))).all()
    }
    found = set(about)
    for spellings in words:
        holding = {each for each, text in about.items() if any(spelling in text for spelling in spellings)}
        for table, column in columns:
            until = sa.func.coalesce(col(table.end), col(table.start))
            over = (
                col(Cut.recording_id) == col(table.recording_id),
                col(Cut.start) <= until,
                col(table.start) < Cut.end,
            )
            mentioned = sa.or_(*(col(column).icontains(spelling, autoescape=True) for spelling in spellings))
            mentioned = sa.and_(mentioned, ~sa.exists().where(*over))
            holding.update(session.exec(select(col(table.recording_id)).where(mentioned).distinct()).all())
        found &= holding
    return [each for each in about if each in found]
