"""Terms put right by their sound: what was written is weighed against every term of a glossary that sounds like it."""

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import NamedTuple

from archive.glossary import Glossary
from archive.transcripts import Segment, Transcript
from archive.transcripts.changes import Change
from archive.transcripts.rewrite import lead, replaced, worded
from ingest.speech.lexicon import Lexicon, Match, lexicon
from ingest.speech.opposites import contradicts
from ingest.speech.rescore import LEAST, Listen, Offer, chosen
from ingest.speech.topic import Topic
from ingest.speech.weigh import Cell, Prior, gains, likeliest

PAUSE = 0.35  # seconds between two words across which nothing is put right
_UNSURE = 0.5  # the probability assumed where the engine gives none
_ROUNDS = 2  # what the first finds tells the second what the talk is about
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


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


class _Stretch(NamedTuple):
    """What is spoken without a pause: its characters, and every term that may be meant somewhere in it."""

    places: list[_Place]
    cells: list[Cell]
    matches: list[Match]


@dataclass(frozen=True, slots=True)
class _Found:
    first: _Place
    last: _Place
    match: Match
    score: float


def correct(
    transcript: Transcript,
    glossary: Glossary,
    *,
    title: str,
    specialty: str,
    listen: Listen | None = None,
    at_once: int = 1,
) -> Corrected:
    """Return a Chinese transcript with its terms put right; any other as it is.

    With `listen` the engine itself compares each term with the sound, and decides better than the text alone; it is
    called from `at_once` threads.

    Nothing is put right across a pause, a punctuation mark or the edge of a segment. The words keep their times; one
    that is replaced spans those it replaces.
    """
    if transcript.language not in {"zh", "yue"} or not glossary.terms:
        return Corrected(transcript, ())
    words = lexicon(glossary, wide=listen is not None)
    heard = [[_offered(stretch, words) for stretch in _stretches(segment)] for segment in transcript.segments]
    segments = transcript.segments
    changes: tuple[Change, ...] = ()
    for turn in range(_ROUNDS):
        topic = Topic(glossary, [segment.text for segment in segments], title=title, specialty=specialty)
        if listen is None or turn + 1 < _ROUNDS:
            found = [list(_found(stretches, topic.around(at))) for at, stretches in enumerate(heard)]
        else:
            around = map(topic.around, range(len(heard)))
            with ThreadPoolExecutor(at_once) as threads:
                judge = functools.partial(_heard, listen=listen)
                found = list(threads.map(judge, transcript.segments, heard, around))
        segments, changes = _applied(transcript.segments, found)
    return Corrected(replace(transcript, segments=segments), changes)


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
    if not worded(segment):
        for offset, character in enumerate(segment.text):
            yield _Place(character, offset, segment.start, segment.end, _UNSURE, paused=False)
        return
    offset = -lead(segment)
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


def _offered(stretch: list[_Place], words: Lexicon) -> _Stretch:
    sounds = [_DIGITS.get(place.character, place.character) for place in stretch]
    cells = [Cell(place.character, sound, place.probability) for place, sound in zip(stretch, sounds, strict=True)]
    heard = "".join(sounds)
    meant = [each for each in words.matches(sounds) if not contradicts(heard[each.start : each.end], each.spelling)]
    return _Stretch(stretch, cells, meant)


def _found(stretches: list[_Stretch], prior: Prior) -> Iterator[_Found]:
    """Yield what the text alone makes likely."""
    for stretch in stretches:
        for match, score in likeliest(stretch.cells, stretch.matches, prior):
            yield _Found(stretch.places[match.start], stretch.places[match.end - 1], match, score)


def _heard(segment: Segment, stretches: list[_Stretch], prior: Prior, *, listen: Listen) -> list[_Found]:
    """Return what the sound makes likely too."""
    offers = []
    for stretch in stretches:
        for match, gain in gains(stretch.cells, stretch.matches, prior):
            if gain >= LEAST:
                start, end = stretch.places[match.start].offset, stretch.places[match.end - 1].offset + 1
                offers.append(Offer(start, end, match, gain, _changed(segment.text[start:end], match.spelling)))
    places = {place.offset: place for stretch in stretches for place in stretch.places}
    return [
        _Found(places[offer.start], places[offer.end - 1], offer.match, score)
        for offer, score in chosen(segment, offers, listen)
    ]


def _changed(before: str, after: str) -> int:
    return sum(old != new for old, new in zip_longest(before, after[: len(before)]))


def _applied(
    segments: tuple[Segment, ...], found: list[list[_Found]]
) -> tuple[tuple[Segment, ...], tuple[Change, ...]]:
    made, changes = [], []
    for at, (segment, finds) in enumerate(zip(segments, found, strict=True)):
        new, shift = segment, 0
        for find in finds:
            start, end = find.first.offset, find.last.offset + 1
            before, after = segment.text[start:end], find.match.spelling
            new = replaced(new, start + shift, end + shift, after)
            place = (at, start + shift, round(find.first.start, 3), round(find.last.end, 3))
            why = (find.match.term.text, round(find.match.distance, 2), round(find.score, 2))
            changes.append(Change(*place, before, after, *why))
            shift += len(after) - len(before)
        made.append(new)
    return tuple(made), tuple(changes)
