"""Where in a recording a query stands: its moments, and what to light up in a text."""

import functools
import heapq
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from archive.search.analyser import BREAK, WORD, fold, meets, traced, trimmed
from archive.search.document import KINDS, STEMS, Body
from archive.search.query import By, Query, Word
from archive.search.sounds import heard, pattern

Span = tuple[int, int]

_MOST_PLACES = 400  # of one word in one recording, that are looked at to find the best
_MOST_PLACES_ALONE = 24  # where it is the only word, and no other can stand beside it
_BY: tuple[By, ...] = ("text", "same", "sound", "meaning")
_RANK = {by: rank for rank, by in enumerate(_BY)}


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


@dataclass(slots=True)
class _Found:
    """Texts `first` to `last` of a body, how each of the words that stand there was found, and their length."""

    first: int
    last: int
    words: dict[int, int]
    length: int = 0


def moments(query: Query, body: Body, most: int) -> tuple[list[Moment], int]:
    """Return the best moments of a recording, and about how many there are: every text in which any word stands."""
    cap = max(most, _MOST_PLACES if len(query.words) > 1 else _MOST_PLACES_ALONE)
    found: dict[int | tuple[int, int], _Found] = {}
    edges = body.places
    beyond = 0
    for number, word in enumerate(query.words):
        places = list(_places(word, body, cap, enough=most))
        for start, end, rank in places:
            first = last = bisect_right(edges, start) - 1
            if end > edges[first + 1]:
                last = bisect_right(edges, end - 1) - 1
            key = first if first == last else (first, last)
            here = found.get(key)
            if here is None:
                found[key] = _Found(first, last, {number: rank}, end - start)
                continue
            here.words[number] = min(rank, here.words.get(number, rank))
            here.length += end - start
        beyond += max(body.text.count(word.text) - cap, 0) if len(places) >= cap else 0
    worth = _Worth(body, _near(found.values()) if len(query.words) > 1 else {})
    best = heapq.nsmallest(most, found.values(), key=worth) if most > 0 else []
    return [_moment(query, body, here) for here in best], len(found) + beyond


def _near(found: Iterable[_Found]) -> dict[int, set[int]]:
    """Return the words that stand in each text."""
    near: dict[int, set[int]] = defaultdict(set)
    for here in found:
        for place in range(here.first, here.last + 1):
            near[place].update(here.words)
    return near


class _Worth:
    """How good a moment is, the best one lowest: most words, surest found, most words around, shortest, first."""

    def __init__(self, body: Body, near: Mapping[int, set[int]]) -> None:
        self._text, self._places, self._around = body.text, body.places, near

    def __call__(self, here: _Found) -> tuple[float, ...]:
        end = self._places[here.last + 1]
        length = end - self._places[here.first] - (self._text[end - 1 : end] == BREAK) or 1
        if not self._around:
            return here.words[0], -here.length / length, here.first
        around = set(here.words).union(*(self._around.get(at, ()) for at in (here.first - 1, here.last + 1)))
        return -len(here.words), max(here.words.values()), -len(around), -here.length / length, here.first


def highlights(query: Query, text: str, *, by_sound: bool) -> tuple[Span, ...]:
    """Return where the query's words stand in `text`: character offsets, in order, without overlaps."""
    flowing, origins = traced(text)
    return _lit(query, Heard(flowing, None if by_sound else ""), origins)


def _moment(query: Query, body: Body, here: _Found) -> Moment:
    text = body.written(here.first)
    for number in range(here.first + 1, here.last + 1):
        text, following = trimmed(text), trimmed(body.written(number))
        text += f" {following}" if meets(fold(text), fold(following)) else following
    flowing, origins = traced(text)
    sound = ""
    if _RANK["sound"] in here.words.values():  # as it sounds in its place
        sound = body.sound[body.places[here.first] : body.places[here.last + 1]].lstrip(" ")[: len(flowing)]
    return Moment(
        body.starts[here.first] / 1000,
        body.ends[here.last] / 1000,
        text,
        _lit(query, Heard(flowing, sound), origins),
        _BY[max(here.words.values())],
        KINDS[body.kinds[here.first]],
    )


class Heard:
    """A searched text, and its sound where it is asked for."""

    def __init__(self, text: str, sound: str | None) -> None:
        self.text = text
        if sound is not None and len(sound) in (0, len(text)):
            self.sound = sound  # nothing is found in none

    @functools.cached_property
    def sound(self) -> str:
        return heard(self.text)


def _lit(query: Query, text: Heard, origins: Sequence[int]) -> tuple[Span, ...]:
    places = (place for word in query.words for place in _places(word, text, _MOST_PLACES, enough=1))
    return _merged((origins[start], origins[end - 1] + 1) for start, end, _ in places)


def _places(word: Word, text: Body | Heard, most: int, *, enough: int) -> Iterator[tuple[int, int, int]]:
    """Yield where a word stands in a searched text; by its sound only where it is not written there often enough."""
    taken: set[int] = set()
    for start, end in islice(_written(word.text, text.text), most):
        taken.add(start)
        yield start, end, 0
    for other in word.others:
        for start, end in islice(_written(other.text, text.text), most):
            if start not in taken:
                taken.add(start)
                yield start, end, _RANK[other.by]
    if not word.ways or len(taken) >= enough > 0:
        return
    for way in word.ways:
        for start, end in islice(_sounding(way, word.near, text.sound), most):
            if start not in taken:
                taken.add(start)
                yield start, end, _RANK["sound"]


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
