"""A glossary's terms by their sound: which of them may stand where other characters were written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.glossary import Glossary, Term
from ingest.speech import sounds

_GAP = 3.4  # what a syllable costs that was swallowed or put in
_FEWEST_FOR_A_GAP = 4  # syllables of a term in which one may be swallowed or put in
_SAID = frozenset("的了着过得地和与在是也就都又把被让到")  # nobody puts these in by mishearing
_CLOSE = 1.35  # of one syllable: further off is another sound
_ALLOWED = {2: 1.4, 3: 3.0, 4: 3.65}  # distance of a whole term by its syllables; longer ones
_ALLOWED_EACH = 1.4  # allow this for each syllable
_OFF = {2: 0, 3: 1, 4: 1, 5: 2, 6: 2}  # syllables of a term that may be another sound; longer ones
_OFF_SHARE = 0.34  # this share of them
_WIDER = 1.3  # as much further off may be what will be listened to
_OFF_WIDE = {2: 1, 3: 1, 4: 2, 5: 2, 6: 3}
_CLOSE_WIDE = 1.6

Costs = NDArray[np.float32]


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


class Lexicon:
    """Every spelling of a glossary that consists of Chinese characters, with the ways it is said and misheard.

    A `wide` one offers more, for a judge that can hear.
    """

    def __init__(self, glossary: Glossary, *, wide: bool = False) -> None:
        self._wider, self._close, self._off = (_WIDER, _CLOSE_WIDE, _OFF_WIDE) if wide else (1.0, _CLOSE, _OFF)
        forms = list(_forms(glossary))
        self._inventory = sorted({syllable for form in forms for syllable in form.syllables})
        number = {syllable: at for at, syllable in enumerate(self._inventory)}
        self._forms: dict[int, list[_Form]] = defaultdict(list)
        for form in forms:
            self._forms[len(form.syllables)].append(form)
        self._sounds = {
            length: np.array([[number[syllable] for syllable in form.syllables] for form in group], np.intp)
            for length, group in self._forms.items()
        }
        self._rows: dict[str, Costs] = {}

    def matches(self, characters: Sequence[str]) -> Iterator[Match]:
        """Yield every term that may be meant somewhere in these characters, spoken without a pause between them."""
        if not characters:
            return
        costs = np.stack([self._row(character) for character in characters])
        for length, terms in self._sounds.items():
            yield from self._whole(costs, length, terms)
            if length >= _FEWEST_FOR_A_GAP:
                yield from self._with_swallowed(costs, length, terms)
                yield from self._with_put_in(costs, length, terms, characters)

    def _row(self, character: str) -> Costs:
        """What it costs that each syllable of the inventory was meant by this character."""
        row = self._rows.get(character)
        if row is None:
            row = np.full(len(self._inventory), sounds.FARTHEST, np.float32)
            for heard, extra in sounds.readings(character):
                ways = [sounds.distance(heard, meant) + extra for meant in self._inventory]
                row = np.minimum(row, np.array(ways, np.float32))
            self._rows[character] = row
        return row

    def _whole(self, costs: Costs, length: int, terms: NDArray[np.intp]) -> Iterator[Match]:
        places = len(costs) - length + 1
        if places > 0:
            each = [costs[at : at + places][:, terms[:, at]] for at in range(length)]
            yield from self._near(each, length, length, 0.0)

    def _with_swallowed(self, costs: Costs, length: int, terms: NDArray[np.intp]) -> Iterator[Match]:
        places = len(costs) - length + 2
        if places > 0:
            for swallowed in range(1, length - 1):
                meant = [at for at in range(length) if at != swallowed]
                each = [costs[at : at + places][:, terms[:, meant[at]]] for at in range(length - 1)]
                yield from self._near(each, length, length - 1, _GAP)

    def _with_put_in(
        self, costs: Costs, length: int, terms: NDArray[np.intp], characters: Sequence[str]
    ) -> Iterator[Match]:
        places = len(costs) - length
        if places > 0:
            for put_in in range(1, length):
                heard = [at for at in range(length + 1) if at != put_in]
                each = [costs[heard[at] : heard[at] + places][:, terms[:, at]] for at in range(length)]
                for match in self._near(each, length, length + 1, _GAP):
                    if characters[match.start + put_in] not in _SAID:
                        yield match

    def _near(self, each: list[Any], length: int, span: int, gap: float) -> Iterator[Match]:
        total = np.sum(each, axis=0) + gap
        off = np.sum([cost > self._close for cost in each], axis=0) + (gap > 0)
        allowed = _ALLOWED.get(length, _ALLOWED_EACH * length) * self._wider
        fits = (total <= allowed) & (off <= self._off.get(length, int(_OFF_SHARE * length)))
        for place, at in zip(*np.nonzero(fits), strict=True):
            form = self._forms[length][at]
            yield Match(int(place), int(place) + span, form.spelling, form.term, float(total[place, at]))


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
