"""A glossary's terms by their sound: which of them may stand where other characters were written."""

import functools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from archive.glossary import Glossary, Term
from ingest.speech import sounds

_GAP = 3.4  # what a syllable costs that was swallowed or put in
_FEWEST_FOR_A_GAP = 4  # syllables of a term in which one may be swallowed or put in
# What a sentence is held together by: nobody puts these in by mishearing.
_SAID = frozenset("的了着过得地和与及或并在是也就都又再先才把被让到要会能可不没有用给从向对")
_CLOSE = 1.35  # of one syllable: further off is another sound
_ALLOWED = {2: 1.4, 3: 3.0, 4: 3.65}  # distance of a whole term by its syllables; longer ones
_ALLOWED_EACH = 1.4  # allow this for each syllable
_OFF = {2: 0, 3: 1, 4: 1, 5: 2, 6: 2}  # syllables of a term that may be another sound; longer ones
_OFF_SHARE = 0.34  # this share of them
_WIDER = 1.3  # as much further off may be what will be listened to
_OFF_WIDE = {2: 1, 3: 1, 4: 2, 5: 2, 6: 3}
_CLOSE_WIDE = 1.6


@dataclass(frozen=True, slots=True)
class Match:
    """A spelling that sounds like the characters from `start` up to `end`, at a distance in nats."""

    start: int
    end: int
    spelling: str
    term: Term
    distance: float


@dataclass(frozen=True, slots=True)
class _Form:
    spelling: str
    term: Term
    syllables: tuple[sounds.Syllable, ...]


class _Way(NamedTuple):
    """How a term was written: `shift` is -1 where its syllable at `place` was swallowed, 1 where one was put in."""

    length: int
    place: int = 0
    shift: int = 0

    @property
    def span(self) -> int:
        """How many characters were written."""
        return self.length + self.shift

    @property
    def gap(self) -> float:
        return _GAP if self.shift else 0.0

    def heard(self) -> Iterator[tuple[int, int]]:
        """Yield the place of each character that was heard, and of the syllable that it may stand for."""
        for syllable in range(self.length):
            if self.shift >= 0 or syllable != self.place:
                yield syllable + (self.shift if syllable >= self.place else 0), syllable


class Lexicon:
    """Every spelling of a glossary that consists of Chinese characters, with the ways it is said and misheard.

    A `wide` one offers more, for a judge that can hear.
    """

    def __init__(self, glossary: Glossary, *, wide: bool = False) -> None:
        self._wider, self._close, self._off = (_WIDER, _CLOSE_WIDE, _OFF_WIDE) if wide else (1.0, _CLOSE, _OFF)
        forms = list(_forms(glossary))
        syllables = sorted({syllable for form in forms for syllable in form.syllables})
        number = {syllable: at for at, syllable in enumerate(syllables)}
        self._inventory, self._size = sounds.Inventory(syllables), len(syllables)
        self._forms: dict[int, list[_Form]] = defaultdict(list)
        for form in forms:
            self._forms[len(form.syllables)].append(form)
        self._sounds = {
            length: np.array([[number[syllable] for syllable in form.syllables] for form in group], np.intp)
            for length, group in self._forms.items()
        }
        self._rows: dict[str, sounds.Costs] = {}

    def matches(self, characters: Sequence[str]) -> Iterator[Match]:
        """Yield every term that may be meant somewhere in these characters, spoken without a pause between them."""
        if not characters:
            return
        costs = np.stack([self._row(character) for character in characters])
        for length, terms in self._sounds.items():
            if length > len(characters) + 1:
                continue
            each = [costs[:, terms[:, at]] for at in range(length)]
            yield from self._near(each, _Way(length))
            if length >= _FEWEST_FOR_A_GAP:
                for at in range(1, length - 1):
                    yield from self._near(each, _Way(length, at, -1))
                for at in range(1, length):
                    for match in self._near(each, _Way(length, at, 1)):
                        if characters[match.start + at] not in _SAID:
                            yield match

    def _row(self, character: str) -> sounds.Costs:
        """What it costs that each syllable of the inventory was meant by this character."""
        row = self._rows.get(character)
        if row is None:
            row = np.full(self._size, sounds.FARTHEST, np.float32)
            for heard, extra in sounds.readings(character):
                row = np.minimum(row, self._inventory.distances(heard) + np.float32(extra))
            self._rows[character] = row
        return row

    def _near(self, each: list[sounds.Costs], way: _Way) -> Iterator[Match]:
        """Yield the terms that are near; `each` is what every syllable of them costs at every character."""
        places = len(each[0]) - way.span + 1
        if places <= 0:
            return
        heard = list(way.heard())
        total: sounds.Costs = np.full((places, each[0].shape[1]), np.float32(way.gap))
        for at, syllable in heard:
            total += each[syllable][at : at + places]
        length = way.length
        found = np.nonzero(total <= _ALLOWED.get(length, _ALLOWED_EACH * length) * self._wider)
        far = sum((each[syllable][found[0] + at, found[1]] > self._close for at, syllable in heard), np.intp(0))
        near = far + (way.gap > 0) <= self._off.get(length, int(_OFF_SHARE * length))
        for place, term in zip(found[0][near], found[1][near], strict=True):
            form = self._forms[length][term]
            start = int(place)
            yield Match(start, start + way.span, form.spelling, form.term, float(total[place, term]))


@functools.lru_cache(maxsize=2)
def lexicon(glossary: Glossary, *, wide: bool) -> Lexicon:
    """Return the lexicon of a glossary. The last ones stay: making one takes longer than a lecture's correction."""
    return Lexicon(glossary, wide=wide)


def _forms(glossary: Glossary) -> Iterator[_Form]:
    for spelling, term in glossary.by_spelling.items():
        if len(spelling) < 2 or not all("\u3400" <= character <= "\u9fff" for character in spelling):
            continue
        own = spelling == term.text
        for reading in term.readings if own and term.readings else ((),):
            said = sounds.spoken(spelling, reading)
            if said is not None:
                yield _Form(spelling, term, said)
        for wrong in term.misheard if own else ():
            said = sounds.spoken(wrong)
            if said is not None:
                yield _Form(spelling, term, said)
