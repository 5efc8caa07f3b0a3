"""A caption file that somebody hands in: WebVTT or SRT in any encoding, in one language or two, as transcripts."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from archive.errors import TranscriptFormatError
from archive.transcripts import languages, subrip, webvtt
from archive.transcripts.blocks import Cue, is_timing
from archive.transcripts.decoding import decode
from archive.transcripts.model import Segment
from archive.transcripts.times import clock

LARGEST = 20 * 1024 * 1024
"""Bytes that a caption file may have: a hundred times the captions of a long day."""

_LATE = 1.0  # seconds behind the end in which a caption may begin: players count them differently
_BILINGUAL = 0.6  # share of captions in two languages from which a file is in both

# SRT has no markup, but everybody writes it; ASS has it in braces, and its own line breaks.
_TAG = re.compile(r"</?(?:i|b|u|s|em|strong|font|span|c|v|ruby|rt)(?:[\s.][^<>]*)?/?>|\{\\[^{}]*\}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|quot|apos|lrm|rlm|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)


@dataclass(frozen=True)
class Captions:
    """What a file holds, by language: segments in the order of their times. `guessed`: nobody said the language.

    `looks` is the language that the text is in, where that is another than was said. `form` is "WebVTT" or "SRT".
    `left_out` counts the captions that begin behind the recording's end, `cut` those that were cut off at it.
    """

    form: str
    encoding: str
    by_language: Mapping[str, tuple[Segment, ...]]
    guessed: bool
    looks: str = ""
    left_out: int = 0
    cut: int = 0


@dataclass
class _Fitted:
    segments: list[Segment] = field(default_factory=list)
    left_out: int = 0
    cut: int = 0


def read(data: bytes, *, language: str = "", duration: float | None = None) -> Captions:
    """Read a caption file. One in Chinese and English, line under line, becomes a track of each.

    `language` takes one of them; without it the text tells. `duration` is the recording's, in seconds, where it is
    known: what goes on behind its end is cut off there.

    Raises:
        TranscriptFormatError: it is neither WebVTT nor SRT, holds nothing, or is of a longer recording; the message
            names the line.
    """
    if len(data) > LARGEST:
        raise TranscriptFormatError(f"A file of {len(data):,} bytes holds no captions.", "Is it the recording itself?")
    wanted = languages.subtag(language) if language else ""
    text, encoding = decode(data)
    form = "WebVTT" if text.lstrip("\ufeff").startswith("WEBVTT") else "SRT"
    fitted = _fit(webvtt.read(text) if form == "WebVTT" else map(_without_markup, subrip.read(text)), duration)
    if not fitted.segments:
        raise TranscriptFormatError("There are no captions in the file.")
    by_language = _by_language(sorted(fitted.segments, key=lambda one: (one.start, one.end)), wanted)
    looks = _looks(by_language[wanted]) if wanted else ""
    return Captions(
        form, encoding, by_language, not wanted, looks if looks != wanted else "", fitted.left_out, fitted.cut
    )


def _without_markup(cue: Cue) -> Cue:
    line, start, end, text = cue
    for number, each in enumerate(text.split("\n"), line + 1):
        if is_timing(each):
            raise TranscriptFormatError(f"Line {number}: a blank line is missing before this cue.", line=number)
    plain = _TAG.sub("", text).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    return line, start, end, _ENTITY.sub(lambda entity: html.unescape(entity[0]), plain)


def _fit(cues: Iterable[Cue], duration: float | None) -> _Fitted:
    fitted = _Fitted()
    for line, start, end, text in cues:
        if duration is not None and start >= duration:
            if start > duration + _LATE:
                raise TranscriptFormatError(
                    f"Line {line}: a caption begins at {clock(start)}, but the recording ends at {clock(duration)}.",
                    "Are these the captions of another recording, or of a longer cut of it?",
                    line=line,
                )
            fitted.left_out += 1
            continue
        late = duration is not None and end > duration
        try:
            segment = Segment(start, duration if late and duration is not None else end, text)
        except TranscriptFormatError as error:
            raise TranscriptFormatError(f"Line {line}: {error.message}", error.advice, line=line) from error
        if segment.text:
            fitted.cut += late
            fitted.segments.append(segment)
    return fitted


def _by_language(segments: list[Segment], wanted: str) -> dict[str, tuple[Segment, ...]]:
    both = sum(_is_bilingual(segment) for segment in segments)
    if both < _BILINGUAL * len(segments) or wanted not in ("", "zh", "en"):
        return {wanted or languages.guess(_text(segments)): tuple(segments)}
    tracks = {
        "zh": _only(segments, chinese=True),
        "en": _only(segments, chinese=False),
    }
    return {language: track for language, track in tracks.items() if wanted in ("", language)}


def _text(segments: Iterable[Segment]) -> str:
    return "\n".join(segment.text for segment in segments)


def _looks(segments: Iterable[Segment]) -> str:
    try:
        return languages.guess(_text(segments))
    except TranscriptFormatError:
        return ""


def _is_bilingual(segment: Segment) -> bool:
    lines = segment.text.split("\n")
    return any(map(languages.is_chinese, lines)) and any(map(languages.is_latin, lines))


def _only(segments: Iterable[Segment], *, chinese: bool) -> tuple[Segment, ...]:
    found = []
    for segment in segments:
        lines = [line for line in segment.text.split("\n") if languages.is_chinese(line) == chinese]
        if lines:
            found.append(Segment(segment.start, segment.end, "\n".join(lines)))
    return tuple(found)
