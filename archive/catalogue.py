"""The catalogue: every query about recordings, in one place. Queries about jobs are in `archive.jobs`."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive import tables, transcripts, written
from archive.absent import MOST_ALIKE, no_such
from archive.arrivals.tables import Arrival, ArrivalPart
from archive.database import transaction
from archive.outline import in_force
from archive.searchable import Searchable, Timed, mentioning, searchables
from archive.tables import (
    Angle,
    Chapter,
    ChapterOrigin,
    Recording,
    Rendition,
    Segment,
    Source,
    State,
    Stills,
    Upload,
)

__all__ = ["Catalogue", "Searchable", "Timed"]

_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


def _origin(path: Path) -> str:
    """A path as text; bytes of another encoding stay apart."""
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")


def _path(origin: str) -> bytes:
    """The path that `_origin` made text of."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), origin.encode())


class Catalogue:
    """Recordings and what belongs to them. Every method is one transaction; rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._standing: tuple[Any, Sequence[Recording]] = None, ()

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    # -- recordings and their sources

    def add(self, recording: Recording, sources: Iterable[Source]) -> Recording:
        """Enter a recording and its sources, in the state that they carry."""
        with self._session() as session:
            session.add(recording)
            session.flush()  # the foreign keys want the recording first
            session.add_all(sources)
        return recording

    def recording(self, recording_id: str) -> Recording:
        """Return one recording; a unique beginning of its id will do.

        Raises:
            NotFound: there is none, or several begin so.
        """
        several: Sequence[Recording] = ()
        with self._session() as session:
            found = session.get(Recording, recording_id)
            if found is None and recording_id:
                begins = col(Recording.id).startswith(recording_id.lower(), autoescape=True)
                several = session.exec(select(Recording).where(begins).order_by(Recording.id).limit(MOST_ALIKE)).all()
                found = several[0] if len(several) == 1 else None
        if found is None:
            raise no_such(recording_id, [each.id for each in several])
        return found

    def recordings(
        self, *, states: Iterable[State] | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Recording]:
        """Return recordings, newest first."""
        query = select(Recording).order_by(col(Recording.created_at).desc(), col(Recording.id))
        if states is not None:
            query = query.where(col(Recording.state).in_(list(states)))
        with self._session() as session:
            return list(session.exec(query.offset(offset).limit(limit)).all())

    def change(self, recording_id: str, **values: Any) -> Recording:
        """Change fields of a recording; search follows by its revision."""
        with self._session() as session:
            recording = session.get_one(Recording, recording_id)
            for name, value in values.items():
                setattr(recording, name, value)
            recording.revision += 1
            session.add(recording)
        return recording

    def advance(self, recording_id: str, state: State) -> None:
        """Move a recording on to PROCESSING or IN_REVIEW; what people have decided since is not taken back."""
        before = [State.RECEIVED] if state is State.PROCESSING else [State.RECEIVED, State.PROCESSING]
        if self.recording(recording_id).state in before:
            self.change(recording_id, state=state)

    def sources(self, recording_id: str) -> list[Source]:
        """Return a recording's sources, in their order."""
        query = select(Source).where(Source.recording_id == recording_id)
        query = query.order_by(col(Source.position), col(Source.part))
        with self._session() as session:
            return list(session.exec(query).all())

    def angles(self, recording_id: str) -> list[Angle]:
        """Return a recording's angles, in their order."""
        by_position = groupby(self.sources(recording_id), key=lambda source: source.position)
        return [Angle(tuple(parts)) for _, parts in by_position]

    def change_source(self, source_id: str, **values: Any) -> Source:
        """Change fields of a source."""
        with self._session() as session:
            source = session.get_one(Source, source_id)
            for name, value in values.items():
                setattr(source, name, value)
            session.add(source)
        return source

    def measure(self, recording_id: str) -> None:
        """Enter how long a recording lasts, from its first angle's beginning to its last one's end, as far as known."""
        lengths = [source.start + source.media["duration"] for source in self.sources(recording_id) if source.media]
        self.change(recording_id, duration=max(lengths))

    def holds_size(self, size: int) -> bool:
        """Whether any source has this many bytes: only then is a digest worth comparing."""
        with self._session() as session:
            return session.exec(select(Source.id).where(Source.size == size, Source.sha512 != "")).first() is not None

    def by_digest(self, sha512: str) -> Recording | None:
        """Return the recording that holds exactly these bytes, if there is one."""
        query = select(Recording).join(Source).where(Source.sha512 == sha512)
        query = query.where(col(Recording.state).not_in([State.REFUSED, State.WITHDRAWN]))
        with self._session() as session:
            return session.exec(query.order_by(col(Recording.created_at))).first()

    def remove(self, recording_id: str) -> None:
        """Remove every row of a recording. What lies in the store is the caller's to purge."""
        with self._session() as session:
            jobs = select(tables.Job.id).where(tables.Job.recording_id == recording_id)
            session.exec(delete(tables.JobStep).where(col(tables.JobStep.job_id).in_(jobs)))
            sources = select(Source.id).where(Source.recording_id == recording_id)
            for begun in (Upload, ArrivalPart, Arrival):
                session.exec(delete(begun).where(col(begun.source_id).in_(sources)))
            session.exec(delete(tables.Chunk).where(col(tables.Chunk.job_id).in_(jobs)))
            for table in (tables.Job, Segment, tables.Transcript, Chapter, tables.SlideText, Rendition, Stills, Source):
                session.exec(delete(table).where(col(table.recording_id) == recording_id))
            session.exec(delete(Recording).where(col(Recording.id) == recording_id))

    # -- uploads under way

    def upload_of(self, path: Path) -> tuple[Source, Upload] | None:
        """Return the unfinished upload of this very file, if one was begun; it may have been renamed since."""
        facts = path.stat()
        query = (
            select(Source, Upload)
            .join(Upload, col(Upload.source_id) == Source.id)
            .where(Upload.size == facts.st_size, Upload.modified_ns == facts.st_mtime_ns)
        )
        with self._session() as session:
            found = session.exec(query).all()
        here = next((each for each in found if each[1].origin == _origin(path)), None)
        return here or next((each for each in found if not os.path.lexists(_path(each[1].origin))), None)

    def uploads_from(self, path: Path) -> list[tuple[Source, Upload]]:
        """Return all unfinished uploads of files that lay at this path."""
        query = select(Source, Upload).join(Upload, col(Upload.source_id) == Source.id)
        with self._session() as session:
            return list(session.exec(query.where(Upload.origin == _origin(path))).all())

    def begin_upload(self, source_id: str, upload_id: str, path: Path) -> None:
        """Note that a file's bytes are on their way, so that a later run can take it up."""
        facts = path.stat()
        with self._session() as session:
            session.merge(
                Upload(
                    source_id=source_id,
                    upload_id=upload_id,
                    origin=_origin(path),
                    size=facts.st_size,
                    modified_ns=facts.st_mtime_ns,
                )
            )

    def finish_upload(self, source_id: str, *, size: int, sha512: str) -> Recording:
        """Note that a source is in the store and nothing more is to be done; with the last one, queue the job."""
        with self._session() as session:
            source = session.get_one(Source, source_id)
            source.size, source.sha512 = size, sha512
            session.add(source)
            session.exec(delete(Upload).where(col(Upload.source_id) == source_id))
            recording = session.get_one(Recording, source.recording_id)
            of_it = select(Source.id).where(Source.recording_id == recording.id)
            under_way = select(Upload.source_id).where(col(Upload.source_id).in_(of_it))
            missing = session.exec(of_it.where(Source.sha512 == "")).first() or session.exec(under_way).first()
            if recording.state == State.RECEIVING and missing is None:
                recording.state = State.RECEIVED
                recording.revision += 1
                session.add(recording)
                session.add(tables.Job(recording_id=recording.id))
        return recording

    # -- what was made of them

    def put_renditions(self, recording_id: str, renditions: Iterable[Rendition]) -> None:
        """Enter renditions; one of the same angle and name is replaced."""
        with self._session() as session:
            for rendition in renditions:
                self._drop(session, recording_id, rendition.source_id, rendition.name)
                session.add(rendition)

    def drop_rendition(self, recording_id: str, source_id: str, name: str) -> None:
        """Take a rendition out of the playlists."""
        with self._session() as session:
            self._drop(session, recording_id, source_id, name)

    def _drop(self, session: Session, recording_id: str, source_id: str, name: str) -> None:
        same = delete(Rendition).where(col(Rendition.recording_id) == recording_id)
        session.exec(same.where(col(Rendition.source_id) == source_id, col(Rendition.name) == name))

    def put_stills(self, stills: Stills) -> None:
        """Enter an angle's stills in place of those before."""
        with self._session() as session:
            session.merge(stills)

    def stills(self, recording_id: str) -> dict[str, Stills]:
        """Return a recording's stills by the id of their angle."""
        with self._session() as session:
            found = session.exec(select(Stills).where(Stills.recording_id == recording_id)).all()
        return {row.source_id: row for row in found}

    def posters(self, recording_ids: Iterable[str]) -> dict[str, Stills]:
        """Return, by the recording's id, the stills of the angle that its poster was chosen of, else of the first."""
        query = select(Stills, Recording.poster).join(Source, col(Source.id) == Stills.source_id).join(Recording)
        query = query.where(col(Stills.recording_id).in_(list(recording_ids)))
        with self._session() as session:
            found = session.exec(query.order_by(col(Source.position).desc())).all()
        chosen = {row.recording_id: row for row, poster in found if poster.get("angle") == row.source_id}
        return {row.recording_id: row for row, _ in found} | chosen  # the first angle comes last, and stays

    def renditions(self, recording_id: str) -> list[Rendition]:
        """Return a recording's renditions, sound first, then pictures from the smallest."""
        query = select(Rendition).where(Rendition.recording_id == recording_id)
        query = query.order_by(col(Rendition.media), col(Rendition.bandwidth))
        with self._session() as session:
            return list(session.exec(query).all())

    def put_transcript(
        self, recording_id: str, transcript: transcripts.Transcript, *, path: str, created_at: datetime | None = None
    ) -> None:
        """Enter a transcript and its segments in place of the one of the same language and origin."""
        self.put_transcripts(recording_id, {path: transcript}, created_at=created_at)

    def put_transcripts(
        self,
        recording_id: str,
        by_path: Mapping[str, transcripts.Transcript],
        *,
        gone: Iterable[str] = (),
        created_at: datetime | None = None,
    ) -> None:
        """Enter transcripts by where they lie in the recording's object, and remove those that lay where `gone` says.

        One of the same language and origin is replaced.
        """
        with self._session() as session:
            here = tables.Transcript.recording_id == recording_id
            for transcript in by_path.values():
                self._drop_transcripts(
                    session,
                    here,
                    tables.Transcript.language == transcript.language,
                    tables.Transcript.origin == transcript.origin,
                )
            self._drop_transcripts(session, here, col(tables.Transcript.path).in_(list(gone)))
            for path, transcript in by_path.items():
                row = written.transcript(recording_id, transcript, path=path, created_at=created_at or tables.now())
                session.add(row)
                session.flush()  # the foreign keys want it first
                session.add_all(written.segments(row, transcript))
            recording = session.get_one(Recording, recording_id)
            recording.revision += 1
            session.add(recording)

    def _drop_transcripts(self, session: Session, *which: Any) -> None:
        old = list(session.exec(select(tables.Transcript.id).where(*which)).all())
        session.exec(delete(Segment).where(col(Segment.transcript_id).in_(old)))
        session.exec(delete(tables.Transcript).where(col(tables.Transcript.id).in_(old)))

    def transcript(self, recording_id: str, language: str = "") -> transcripts.Transcript | None:
        """Return the most trusted transcript (in that language, where one is given); None where there is none.

        The times of its words are left out.
        """
        rows = self.transcripts(recording_id)
        best = next((row for row in rows if language in ("", row.language)), None)
        if best is None:
            return None
        said = tuple(transcripts.Segment(row.start, row.end, row.text, row.confidence) for row in self._sentences(best))
        return transcripts.Transcript(best.language, said, best.origin, best.version, best.engine, best.model)

    def transcripts(self, recording_id: str) -> list[tables.Transcript]:
        """Return a recording's transcripts: first those in the language that is spoken, of each the most trusted first.

        That is the language that the machine heard; where it heard none, the recording's own.
        """
        query = select(tables.Transcript, Recording.language).where(tables.Transcript.recording_id == recording_id)
        query = query.join(Recording).order_by(col(tables.Transcript.created_at).desc())
        with self._session() as session:
            found = session.exec(query).all()
        return written.by_trust([row for row, _ in found], found[0][1]) if found else []

    def tracks(self, recording_id: str) -> list[tables.Transcript]:
        """Return the most trusted transcript of each language that anything is written in, the spoken one first."""
        best: dict[str, tables.Transcript] = {}
        for row in self.transcripts(recording_id):
            best.setdefault(row.language, row)
        query = select(Segment.transcript_id).where(Segment.recording_id == recording_id).distinct()
        with self._session() as session:
            filled = set(session.exec(query).all())
        return [row for row in best.values() if row.id in filled]

    def segments(self, recording_id: str) -> list[Segment]:
        """Return the sentences of the most trusted transcript, in order; none where nothing was transcribed."""
        best = next(iter(self.transcripts(recording_id)), None)
        return self._sentences(best) if best else []

    def _sentences(self, row: tables.Transcript) -> list[Segment]:
        query = select(Segment).where(Segment.transcript_id == row.id).order_by(col(Segment.position))
        with self._session() as session:
            return list(session.exec(query).all())

    def put_chapters(self, recording_id: str, chapters: Iterable[Chapter], *, origin: ChapterOrigin) -> None:
        """Enter chapters in place of all of the same origin."""
        with self._session() as session:
            same = delete(Chapter).where(col(Chapter.recording_id) == recording_id, col(Chapter.origin) == origin)
            session.exec(same)
            session.add_all(chapters)
            recording = session.get_one(Recording, recording_id)
            recording.revision += 1
            session.add(recording)

    def chapters(self, recording_id: str) -> list[Chapter]:
        """Return a recording's chapters in order: those that a person edited, else those that are suggested."""
        with self._session() as session:
            return list(in_force.chapters(session, [recording_id]))

    def put_slides(self, recording_id: str, source_id: str, slides: Iterable[tables.SlideText]) -> None:
        """Enter what the slides of an angle say in place of what was read before."""
        with self._session() as session:
            session.exec(delete(tables.SlideText).where(col(tables.SlideText.source_id) == source_id))
            session.add_all(slides)
            session.get_one(Recording, recording_id).revision += 1

    # -- what search follows

    def revisions(self) -> dict[str, int]:
        """Return the revision of every recording that search may hold."""
        gone = [State.RECEIVING, State.REFUSED, State.WITHDRAWN]
        query = select(Recording.id, Recording.revision).where(col(Recording.state).not_in(gone))
        with self._session() as session:
            return dict(session.exec(query).all())

    def standing(self) -> Sequence[Recording]:
        """Return every recording as it stands now. The rows are shared: not to be changed.

        Where nothing changed since the last time, which a recording's revision tells, this asks for two numbers only.
        """
        with self._session() as session:
            now_at = session.exec(select(sa.func.count(col(Recording.id)), sa.func.sum(Recording.revision))).one()
            at, rows = self._standing
            if at != now_at:
                rows = session.exec(select(Recording)).all()
                self._standing = now_at, rows
        return rows

    def searchables(self, recording_ids: Sequence[str]) -> list[Searchable]:
        """Return what search indexes of those recordings that are still there."""
        with self._session() as session:
            return list(searchables(session, recording_ids))

    def mentioning(self, words: Sequence[Sequence[str]]) -> list[str]:
        """Return the recordings that hold every word in any of its spellings, newest first: a plain scan, no index."""
        with self._session() as session:
            return mentioning(session, words)
