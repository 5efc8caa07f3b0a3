"""Terms put right by their sound: what was written is weighed against every term of a glossary that sounds like it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from archive.glossary import Glossary
from archive.transcripts import Segment, Transcript, Word
from ingest.speech.lexicon import Lexicon
from ingest.speech.topic import Topic
from ingest.speech.weigh import Cell, likeliest

PAUSE = 0.35  # seconds between two words across which nothing is put right
_UNSURE = 0.5  # the probability assumed where the engine gives none
_ROUNDS = 2  # what the first finds tells the second what the talk is about
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


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


@dataclass(frozen=True)
class Corrected:
    """The transcript after correction, and every change in it, in order."""

    transcript: Transcript
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """One character of a segment: where it stands in its text, when it is said, how sure the engine is."""

    character: str
    offset: int
    start: float
    end: float
    probability: float
    paused: bool  # before it


@dataclass(frozen=True, slots=True)
class _Found:
    first: _Place
    last: _Place
    after: str
    term: str
    distance: float
    score: float


def correct(transcript: Transcript, glossary: Glossary, *, title: str, specialty: str) -> Corrected:
    """Return a Chinese transcript with its terms put right; any other as it is.

    Nothing is put right across a pause, a punctuation mark or the edge of a segment. The words keep their times; one
    that is replaced spans those it replaces.
    """
    if transcript.language not in {"zh", "yue"} or not glossary.terms:
        return Corrected(transcript, ())
    lexicon = Lexicon(glossary)
    heard = [list(_stretches(segment)) for segment in transcript.segments]
    segments = transcript.segments
    changes: tuple[Change, ...] = ()
    for _ in range(_ROUNDS):
        topic = Topic(glossary, [segment.text for segment in segments], title=title, specialty=specialty)
        found = [list(_found(stretches, lexicon, topic, at)) for at, stretches in enumerate(heard)]
        segments, changes = _applied(transcript.segments, found)
    return Corrected(replace(transcript, segments=segments), changes)


def undone(transcript: Transcript, change: Change) -> Transcript:
    """Return the transcript without one of its changes.

    Raises:
        ValueError: the text there is no longer what the change wrote.
    """
    segment = transcript.segments[change.segment] if change.segment < len(transcript.segments) else None
    end = change.offset + len(change.after)
    if segment is None or segment.text[change.offset : end] != change.after:
        raise ValueError(f"“{change.after}” no longer stands there")
    before = _replaced(segment, change.offset, end, change.before)
    segments = (*transcript.segments[: change.segment], before, *transcript.segments[change.segment + 1 :])
    return replace(transcript, segments=segments)


def _stretches(segment: Segment) -> Iterator[list[_Place]]:
    """Yield what is spoken without a pause: Chinese characters, and single digits, which are read as such."""
    stretch: list[_Place] = []
    places = list(_places(segment))
    for at, place in enumerate(places):
        if stretch and (place.paused or not _readable(places, at)):
            yield stretch
            stretch = []
        if _readable(places, at):
            stretch.append(place)
    if stretch:
        yield stretch


def _readable(places: list[_Place], at: int) -> bool:
    character = places[at].character
    if character in _DIGITS:
        around = [places[near].character for near in (at - 1, at + 1) if 0 <= near < len(places)]
        return not any(other.isdigit() or other in ".%" for other in around)
    return "\u3400" <= character <= "\u9fff"


def _places(segment: Segment) -> Iterator[_Place]:
    if not _worded(segment):
        for offset, character in enumerate(segment.text):
            yield _Place(character, offset, segment.start, segment.end, _UNSURE, paused=False)
        return
    offset = -_lead(segment)
    ended = segment.start
    for word in segment.words:
        step = (word.end - word.start) / max(1, len(word.text))
        for at, character in enumerate(word.text):
            if 0 <= offset < len(segment.text):
                start = word.start + at * step
                probability = _UNSURE if word.probability is None else word.probability
                paused = at == 0 and word.start - ended >= PAUSE
                yield _Place(character, offset, start, start + step, probability, paused=paused)
            offset += 1
        ended = word.end


def _worded(segment: Segment) -> bool:
    """Whether the words are the text, but for white space at its ends."""
    return "".join(word.text for word in segment.words).strip() == segment.text


def _lead(segment: Segment) -> int:
    text = "".join(word.text for word in segment.words)
    return len(text) - len(text.lstrip())


def _found(stretches: list[list[_Place]], lexicon: Lexicon, topic: Topic, segment: int) -> Iterator[_Found]:
    prior = topic.around(segment)
    for stretch in stretches:
        sounds = [_DIGITS.get(place.character, place.character) for place in stretch]
        cells = [Cell(place.character, sound, place.probability) for place, sound in zip(stretch, sounds, strict=True)]
        for match, score in likeliest(cells, lexicon.matches(sounds), prior):
            first, last = stretch[match.start], stretch[match.end - 1]
            yield _Found(first, last, match.spelling, match.term.text, round(match.distance, 2), round(score, 2))


def _applied(
    segments: tuple[Segment, ...], found: list[list[_Found]]
) -> tuple[tuple[Segment, ...], tuple[Change, ...]]:
    made, changes = [], []
    for at, (segment, finds) in enumerate(zip(segments, found, strict=True)):
        new, shift = segment, 0
        for find in finds:
            start, end = find.first.offset, find.last.offset + 1
            before = segment.text[start:end]
            new = _replaced(new, start + shift, end + shift, find.after)
            times = (round(find.first.start, 3), round(find.last.end, 3))
            place = (at, start + shift, *times)
            changes.append(Change(*place, before, find.after, find.term, find.distance, find.score))
            shift += len(find.after) - len(before)
        made.append(new)
    return tuple(made), tuple(changes)


def _replaced(segment: Segment, start: int, end: int, text: str) -> Segment:
    """Write `text` over characters of a segment; what is left of the words at its edges stays a word of its own."""
    whole = segment.text[:start] + text + segment.text[end:]
    if not _worded(segment):
        return replace(segment, text=whole)
    words: list[Word] = []
    over: list[Word] = []
    offset = -_lead(segment)
    for word in segment.words:
        first, last = start - offset, end - offset
        offset += len(word.text)
        if last <= 0 or first >= len(word.text):
            words.append(word)
            continue
        if first > 0:
            words.append(_part(word, 0, first))
        if not over:
            words.append(word)  # its place: the new word comes here
            place = len(words) - 1
        over.append(_part(word, max(0, first), min(len(word.text), last)))
        if last < len(word.text):
            words.append(_part(word, last, len(word.text)))
    known = [word.probability for word in over if word.probability is not None]
    words[place] = Word(over[0].start, over[-1].end, text, sum(known) / len(known) if known else None)
    return replace(segment, text=whole, words=tuple(words))


def _part(word: Word, first: int, last: int) -> Word:
    """Return some of a word's characters, with their share of its time."""
    step = (word.end - word.start) / len(word.text)
    start = word.start if first == 0 else round(word.start + first * step, 3)
    end = word.end if last == len(word.text) else round(word.start + last * step, 3)
    return Word(start, max(start, end), word.text[first:last], word.probability)
