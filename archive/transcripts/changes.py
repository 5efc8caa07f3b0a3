"""What the glossary changed in a transcript: each change by itself, so that it can be shown and undone."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from archive.transcripts.model import Transcript
from archive.transcripts.rewrite import replaced


@dataclass(frozen=True, slots=True)
class Change:
    """One correction. `segment` (from 0) and `offset` say where `after` stands in the corrected transcript.

    Times in seconds; `distance` is that of the sounds, in nats; `score` tells by how many nats the term is likelier
    than what was written.
    """

    segment: int
    offset: int
    start: float
    end: float
    before: str
    after: str
    term: str
    distance: float
    score: float

    def record(self) -> dict[str, Any]:
        """As plain JSON, for `settings["changes"]` of the transcript."""
        return asdict(self)

    @classmethod
    def from_record(cls, values: Mapping[str, Any]) -> "Change":
        """Read what `record` wrote."""
        return cls(**values)

    def stands(self, transcript: Transcript) -> bool:
        """Whether the transcript still says what the change wrote, where it wrote it."""
        if self.segment >= len(transcript.segments):
            return False
        return transcript.segments[self.segment].text[self.offset : self.offset + len(self.after)] == self.after


def changes(transcript: Transcript) -> tuple[Change, ...]:
    """Return the changes that are noted in a transcript's settings and still stand in it, in order."""
    noted: Iterable[Mapping[str, Any]] = transcript.settings.get("changes", ())
    return tuple(change for change in map(Change.from_record, noted) if change.stands(transcript))


def undone(transcript: Transcript, change: Change) -> Transcript:
    """Return the transcript without one of its changes.

    Raises:
        ValueError: the text there is no longer what the change wrote.
    """
    if not change.stands(transcript):
        raise ValueError(f"“{change.after}” no longer stands there")
    end = change.offset + len(change.after)
    before = replaced(transcript.segments[change.segment], change.offset, end, change.before)
    segments = (*transcript.segments[: change.segment], before, *transcript.segments[change.segment + 1 :])
    return replace(transcript, segments=segments)
