"""The transcript model. Whatever stands in it can be written as WebVTT, SRT and JSON and read back the same."""

import contextlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any

from archive.errors import TranscriptFormatError
from archive.transcripts import record, subrip, webvtt
from archive.transcripts.times import LONGEST, clock

TRUST = ("edited", "imported", "corrected", "machine")
"""Where a transcript may come from, the most trusted first."""

_TIMED = ("changes", "removals")  # settings that list what happened from when to when


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the engine cut it, spaces included; times in seconds, probability from 0 to 1."""

    start: float
    end: float
    text: str
    probability: float | None = None

    def __post_init__(self) -> None:
        _normalise(self, probability=self.probability)
        object.__setattr__(self, "text", _readable(self.text))


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence with its time in seconds.

    Its lines carry no white space at their ends and none is empty, so that every caption format can hold it.
    """

    start: float
    end: float
    text: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        _normalise(self, confidence=self.confidence)
        lines = (line.strip() for line in _readable(self.text).splitlines())
        object.__setattr__(self, "text", "\n".join(line for line in lines if line))
        object.__setattr__(self, "words", tuple(self.words))


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in one language. `settings` are plain JSON: how it was made, and what was changed and removed.

    `origin` is one of `TRUST`: who wrote it last. `version` counts how often this origin was written anew.
    """

    language: str
    segments: tuple[Segment, ...]
    origin: str = "machine"
    version: int = 1
    engine: str = ""
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.segments))

    def shifted(self, seconds: float) -> "Transcript":
        """Return it on a timeline that begins so many seconds earlier. What would lie before its 0 begins there."""
        if not seconds:
            return self

        def moved(time: float) -> float:
            return max(0.0, time + seconds)

        def noted(name: str) -> list[dict[str, Any]]:
            entries = self.settings[name]
            return [{**entry, "start": moved(entry["start"]), "end": moved(entry["end"])} for entry in entries]

        return replace(
            self,
            settings={**self.settings, **{name: noted(name) for name in _TIMED if name in self.settings}},
            segments=tuple(
                replace(
                    segment,
                    start=moved(segment.start),
                    end=moved(segment.end),
                    words=tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in segment.words),
                )
                for segment in self.segments
            ),
        )

    def noting(self, **settings: Any) -> "Transcript":
        """Return it with more in its settings."""
        return replace(self, settings={**self.settings, **settings})

    def to_json(self) -> str:
        """Write the whole of it, losslessly: a line for each word, so that a difference can be read.

        Raises:
            TranscriptFormatError: the settings are not plain JSON.
        """
        return record.write(self)

    @classmethod
    def from_json(cls, text: str) -> "Transcript":
        """Read what `to_json` wrote.

        Raises:
            TranscriptFormatError: it is something else; the message names the line or the segment.
        """
        values, segments = record.read(text)
        return cls(segments=tuple(_segment(position, value) for position, value in enumerate(segments, 1)), **values)

    def to_vtt(self) -> str:
        """Write WebVTT: times to the millisecond, texts exactly, nothing else."""
        return webvtt.write((segment.start, segment.end, segment.text) for segment in self.segments)

    @classmethod
    def from_vtt(cls, text: str, *, language: str, origin: str = "machine") -> "Transcript":
        """Read WebVTT; its settings, notes, styles and markup are left out.

        Raises:
            TranscriptFormatError: it is not WebVTT; the message names the line.
        """
        return cls(language, _from_cues(webvtt.read(text)), origin)

    def to_srt(self) -> str:
        """Write SRT: times to the millisecond, texts exactly, nothing else."""
        return subrip.write((segment.start, segment.end, segment.text) for segment in self.segments)

    @classmethod
    def from_srt(cls, text: str, *, language: str, origin: str = "machine") -> "Transcript":
        """Read SRT. It has no escapes, so markup in it is text.

        Raises:
            TranscriptFormatError: it is not SRT; the message names the line.
        """
        return cls(language, _from_cues(subrip.read(text)), origin)

    def to_text(self) -> str:
        """Write one line a segment: `[hh:mm:ss] text`."""
        return "".join(f"[{clock(segment.start)}] {' '.join(segment.text.split())}\n" for segment in self.segments)


def _normalise(span: Word | Segment, **confidence: float | None) -> None:
    """Make a span's numbers plain floats (engines give numpy's), and refuse those that mean nothing."""
    values = {"start": span.start, "end": span.end} | {k: v for k, v in confidence.items() if v is not None}
    for name, value in values.items():
        number = math.nan
        if isinstance(value, Real) and not isinstance(value, bool):
            with contextlib.suppress(OverflowError):
                number = float(value)
        if not math.isfinite(number):
            raise TranscriptFormatError(f"The {name} of a {type(span).__name__.lower()} is {value!r}, not a number.")
        object.__setattr__(span, name, number)
    if not 0 <= span.start <= span.end <= LONGEST:
        raise TranscriptFormatError(
            f"A {type(span).__name__.lower()} runs from {span.start} s to {span.end} s.",
            "It must begin at 0 or later and end no sooner than it begins.",
        )


def _readable(text: str) -> str:
    if not isinstance(text, str):
        raise TranscriptFormatError(f"A text is {text!r}, not a text.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise TranscriptFormatError("A text holds characters that cannot be stored.", "Save the file as UTF-8.")
    return text


def _segment(position: int, value: Mapping[str, Any]) -> Segment:
    try:
        words = tuple(Word(**word) for word in value.get("words", ()))
        return Segment(**{**value, "words": words})
    except (TypeError, AttributeError) as error:
        raise TranscriptFormatError(f"Segment {position} is not as the format wants it: {error}.") from error
    except TranscriptFormatError as error:
        raise TranscriptFormatError(f"Segment {position}: {error.message}", error.advice) from error


def _from_cues(cues: Iterable[tuple[int, float, float, str]]) -> tuple[Segment, ...]:
    segments = []
    for line, start, end, text in cues:
        try:
            segments.append(Segment(start, end, text))
        except TranscriptFormatError as error:
            raise TranscriptFormatError(f"Line {line}: {error.message}", error.advice, line=line) from error
    return tuple(segments)
