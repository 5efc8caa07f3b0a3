"""Where in a recording a query stands: its moments, and what to light up in a text."""

import functools
import heapq
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from archive.search.analyser import BREAK, WORD, meets, traced
from archive.search.document import KINDS, STEMS, Body
from archive.search.query import By, Query, Word
from archive.search.sounds import heard, pattern

Span = tuple[int, int]

_MOST_PLACES = 400  # of one word in one recording, that are looked at to find the best
_MOST_PLACES_ALONE = 64  # where it is the only word, and no other can stand beside it
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
    """Return the best moments of a recording, and about how many there are: every text in which any word stands."""
    cap = max(most, _MOST_PLACES if len(query.words) > 1 else _MOST_PLACES_ALONE)
    found: dict[tuple[int, int], _Found] = {}
    beyond = 0
    for number, word in enumerate(query.words):
        places = list(_places(word, body, cap, enough=most))
        for start, end, by in places:
            edges = _texts(body, start, end)
            here = found.get(edges)
            if here is None:
                here = found[edges] = _Found(*edges, {})
            if number not in here.words or _RANK[by] < _RANK[here.words[number]]:
                here.words[number] = by
            here.length += end - start
        beyond += max(body.text.count(word.text) - cap, 0) if len(places) >= cap else 0
    near: dict[int, set[int]] = defaultdict(set)
    if len(query.words) > 1:
        for here in found.values():
            for place in range(here.first, here.last + 1):
                near[place].update(here.words)

    def worth(here: _Found) -> tuple[float, ...]:
        end = body.places[here.last + 1]
        length = end - body.places[here.first] - (body.text[end - 1 : end] == BREAK) or 1
        if not near:
            return _RANK[here.words[0]], -here.length / length, here.first
        around = set(here.words).union(*(near.get(at, ()) for at in (here.first - 1, here.last + 1)))
        by = max(map(_RANK.__getitem__, here.words.values()))
        return -len(here.words), by, -len(around), -here.length / length, here.first

    best = heapq.nsmallest(most, found.values(), key=worth) if most > 0 else []
    return [_moment(query, body, here) for here in best], len(found) + beyond


def highlights(query: Query, text: str) -> tuple[Span, ...]:
    """Return where the query's words stand in `text`: character offsets, in order, without overlaps."""
    flowing, origins = traced(text)
    return _lit(query, Heard(flowing), origins)


def _moment(query: Query, body: Body, here: _Found) -> Moment:
    text = body.texts[here.first]
    for following in body.texts[here.first + 1 : here.last + 1]:
        text += f" {following}" if meets(text.rstrip(), following.lstrip()) else following
    flowing, origins = traced(text)
    sound = None
    if "sound" in here.words.values():  # as it sounds in its place
        sound = body.sound[body.places[here.first] : body.places[here.last + 1]].lstrip(" ")[: len(flowing)]
    return Moment(
        body.starts[here.first] / 1000,
        body.ends[here.last] / 1000,
        text,
        _lit(query, Heard(flowing, sound), origins),
        max(here.words.values(), key=_RANK.__getitem__),
        KINDS[body.kinds[here.first]],
    )


class Heard:
    """A searched text, and its sound where it is asked for."""

    def __init__(self, text: str, sound: str | None = None) -> None:
        self.text = text
        if sound is not None and len(sound) == len(text):
            self.sound = sound

    @functools.cached_property
    def sound(self) -> str:
        return heard(self.text)


def _lit(query: Query, text: Heard, origins: Sequence[int]) -> tuple[Span, ...]:
    places = (place for word in query.words for place in _places(word, text, _MOST_PLACES, enough=1))
    return _merged((origins[start], origins[end - 1] + 1) for start, end, _ in places)


def _texts(body: Body, start: int, end: int) -> tuple[int, int]:
    """Return the first and the last of the texts in which characters `start` to `end` stand."""
    return bisect_right(body.places, start) - 1, bisect_right(body.places, end - 1) - 1


def _places(word: Word, text: Body | Heard, most: int, *, enough: int) -> Iterator[tuple[int, int, By]]:
    """Yield where a word stands in a searched text; by its sound only where it is not written there often enough."""
    taken: set[int] = set()
    for start, end in islice(_written(word.text, text.text), most):
        taken.add(start)
        yield start, end, "text"
    for other in word.others:
        for start, end in islice(_written(other.text, text.text), most):
            if start not in taken:
                taken.add(start)
                yield start, end, other.by
    if not word.ways or len(taken) >= enough > 0:
        return
    for way in word.ways:
        for start, end in islice(_sounding(way, word.near, text.sound), most):
            if start not in taken:
                taken.add(start)
                yield start, end, "sound"


def _written(word: str, text: str) -> Iterator[Span]:
    at, length = text.find(word), len(word)
    while at >= 0:
        yield at, at + length
        at = text.find(word, at + 1)
    for stem in STEMS.analyze(word) if length > 2 and word.isascii() and WORD.fullmatch(word) else ():
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
