"""What was written down of a recording, as rows of the catalogue: transcripts, their sentences, whom to believe."""

from collections.abc import Sequence
from datetime import datetime

from archive import tables, transcripts
from archive.transcripts import TRUST


def transcript(
    recording_id: str, made: transcripts.Transcript, *, path: str, created_at: datetime
) -> tables.Transcript:
    """Return the row of a transcript that lies at `path` in its recording's object."""
    return tables.Transcript(
        recording_id=recording_id,
        language=made.language,
        origin=made.origin,
        version=made.version,
        engine=made.engine,
        model=made.model,
        path=path,
        facts=transcripts.facts(made),
        created_at=created_at,
    )


def segments(row: tables.Transcript, made: transcripts.Transcript) -> list[tables.Segment]:
    """Return the rows of its sentences."""
    return [
        tables.Segment(
            transcript_id=row.id,
            recording_id=row.recording_id,
            position=position,
            start=segment.start,
            end=segment.end,
            text=segment.text,
            confidence=segment.confidence,
        )
        for position, segment in enumerate(made.segments)
    ]


def by_trust(rows: Sequence[tables.Transcript], language: str) -> list[tables.Transcript]:
    """Return a recording's transcripts, given the newest first, as they are to be believed.

    First come those in the language that is spoken: that is what the machine heard; where it heard none, `language`.
    """
    heard = [row.language for row in rows if row.origin == "machine" and row.language != "und"]
    spoken = (heard or [language])[0]

    def doubt(row: tables.Transcript) -> tuple[bool, int]:
        return row.language != spoken, TRUST.index(row.origin) if row.origin in TRUST else len(TRUST)

    return sorted(rows, key=doubt)
