"""Where in a recording a query stands: its moments, and what to light up in a text."""

import heapq
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from archive.search.analyser import WORD, meets, traced
from archive.search.document import KINDS, STEMS, Body
from archive.search.query import By, Query, Word
from archive.search.sounds import heard, pattern

Span = tuple[int, int]

_MOST_PLACES = 400  # of one word in one recording; who says it more often is found all the same
_RANK: dict[By, int] = {"text": 0, "same": 1, "sound": 2, "meaning": 3}


@dataclass(frozen=True)
class Moment:
    """A text that answers, from `start` to `end` (seconds); it spans two where the answer stands across their edge.

    `highlights` are character offsets in `text`. `kind` is where the text stands: segment, chapter, slide or mark;
    `by` is how the weakest of its words was found.
    """

    start: float
    end: float
    text: str
    highlights: tuple[Span, ...]
    by: By
    kind: str = "segment"


@dataclass
class _Found:
    """Texts `first` to `last` of a body, and the words that stand there, by number."""

    first: int
    last: int
    words: dict[int, By]
    length: int = 0


def moments(query: Query, body: Body, most: int) -> tuple[list[Moment], int]:
    """Return the best moments of a recording, and how many there are: of each word the first 400 are counted."""
    found: dict[tuple[int, int], _Found] = {}
    for number, word in enumerate(query.words):
        for start, end, by in _places(word, body.text, body.sound, max(most, _MOST_PLACES)):
            first, last = _texts(body, start, end)
            here = found.setdefault((first, last), _Found(first, last, {}))
            if number not in here.words or _RANK[by] < _RANK[here.words[number]]:
                here.words[number] = by
            here.length += end - start
    near: dict[int, set[int]] = defaultdict(set)
    if len(query.words) > 1:
        for here in found.values():
            for place in range(here.first, here.last + 1):
                near[place].update(here.words)

    def worth(here: _Found) -> tuple[int, int, int, float, int]:
        around = set(here.words).union(*(near.get(place, set()) for place in (here.first - 1, here.last + 1)))
        length = body.places[here.last + 1] - body.places[here.first]
        by = max(_RANK[by] for by in here.words.values())
        return -len(here.words), by, -len(around), -here.length / max(length, 1), here.first

    best = heapq.nsmallest(most, found.values(), key=worth) if most > 0 else []
    return [_moment(query, body, here) for here in best], len(found)


def highlights(query: Query, text: str) -> tuple[Span, ...]:
    """Return where the query's words stand in `text`: character offsets, in order, without overlaps."""
    flowing, origins = traced(text)
    sound = heard(flowing) if query.can_be_heard else ""
    spans = [(start, end) for word in query.words for start, end, _ in _places(word, flowing, sound)]
    return _merged((origins[start], origins[end - 1] + 1) for start, end in spans)


def _moment(query: Query, body: Body, here: _Found) -> Moment:
    text = body.texts[here.first]
    for following in body.texts[here.first + 1 : here.last + 1]:
        text += f" {following}" if meets(text.rstrip(), following.lstrip()) else following
    flowing, origins = traced(text)
    begin, end = body.places[here.first], body.places[here.last + 1]
    sound = ""
    if "sound" in here.words.values():
        sound = body.sound[begin:end].lstrip(" ")[: len(flowing)]  # as it sounds in its place
        sound = sound if len(sound) == len(flowing) else heard(flowing)
    spans = [
        (origins[start], origins[stop - 1] + 1)
        for word in query.words
        for start, stop, _ in _places(word, flowing, sound)
    ]
    return Moment(
        body.starts[here.first] / 1000,
        body.ends[here.last] / 1000,
        text,
        _merged(spans),
        max(here.words.values(), key=_RANK.__getitem__),
        KINDS[body.kinds[here.first]],
    )


def _texts(body: Body, start: int, end: int) -> tuple[int, int]:
    """Return the first and the last of the texts in which characters `start` to `end` stand."""
    return bisect_right(body.places, start) - 1, bisect_right(body.places, end - 1) - 1


def _places(word: Word, text: str, sound: str, most: int = _MOST_PLACES) -> Iterator[tuple[int, int, By]]:
    """Yield where a word stands in a searched text; by its sound only where it does not stand there as text."""
    taken: set[int] = set()
    for start, end in islice(_written(word.text, text), most):
        taken.add(start)
        yield start, end, "text"
    for other in word.others:
        for start, end in islice(_written(other.text, text), most):
            if start not in taken:
                taken.add(start)
                yield start, end, "same"
    if not sound:
        return
    for way in word.ways:
        for start, end in islice(_sounding(way, word.near, sound), most):
            if start not in taken:
                taken.add(start)
                yield start, end, "sound"


def _written(word: str, text: str) -> Iterator[Span]:
    stems = STEMS.analyze(word) if len(word) > 2 and WORD.fullmatch(word) and word.isascii() else ()
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + 1)
    for stem in stems:
        at = text.find(stem)
        while at >= 0:
            match = WORD.match(text, at)
            if match and not text.startswith(word, at) and STEMS.analyze(match[0]) == [stem]:
                yield match.span()
            at = text.find(stem, at + 1)


def _sounding(way: str, near: bool, sound: str) -> Iterator[Span]:
    if near:
        for match in re.finditer(pattern(way), sound):
            yield match.span()
        return
    at = sound.find(way)
    while at >= 0:
        yield at, at + len(way)
        at = sound.find(way, at + 1)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
