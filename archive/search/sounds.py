"""A text by its sound: one sign for each character, so that sounds are searched exactly as characters are.

Each class of syllables that ears confuse is one character of Unicode's private use area. What is no Chinese stays
itself, so that `an` does not sound like 安, and a text and its sound have the same length.
"""

import functools
import itertools
import re
from collections import defaultdict
from typing import NamedTuple

from archive.search.analyser import HAN, fold
from archive.search.pinyin import blur, every_syllable, plain, readings, spelled

_FIRST = 0xE000
ANY = "\uf8ff"
"""Stands for a sign that may be any, in what `nearly` returns."""


@functools.cache
def _signs() -> dict[str, str]:
    """The sign of each class of syllables: always the same one, for an index outlives a process."""
    classes = sorted({blur(syllable) for syllable in every_syllable()})
    return {syllable: chr(_FIRST + number) for number, syllable in enumerate(classes)}


class _Sounding(dict[int, str]):
    """What each character sounds like by itself."""

    def __missing__(self, code: int) -> str:
        known = readings(chr(code))
        sound = _signs().get(blur(known[0]), chr(code)) if known else chr(code)
        if len(self) > 50_000:
            self.clear()
        self[code] = sound
        return sound


_sounding = _Sounding()


class _Phrase(NamedTuple):
    """A phrase in which the character at `place` sounds otherwise than by itself."""

    text: str
    place: int
    sign: str


class _Phrases:
    """Where a character sounds otherwise: looked up by it and the one before it, or the one behind."""

    def __init__(self) -> None:
        from pypinyin.phrases_dict import phrases_dict

        self.by_pair: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase, syllables in phrases_dict.items():
            alone = phrase.translate(_sounding)
            told = "".join([_sign(each[0]) for each in syllables])
            if told != alone and len(told) == len(phrase) > 1 and fold(phrase) == phrase:
                for place in range(len(phrase)):
                    if told[place] != alone[place] and told[place] != ANY:
                        pair = phrase[place - 1 : place + 1] if place else phrase[:2]
                        self.by_pair[pair].append(_Phrase(phrase, place, told[place]))
        for phrases in self.by_pair.values():
            phrases.sort(key=lambda each: -len(each.text))
        seconds = {each.text[each.place] for phrases in self.by_pair.values() for each in phrases}
        self.suspects = re.compile(f"[{''.join(sorted(seconds))}]")


@functools.cache
def _sign(syllable: str) -> str:
    """Return the sign of a syllable with its tone."""
    return _signs().get(blur(plain(syllable)), ANY)


_phrases = functools.cache(_Phrases)


def heard(text: str) -> str:
    """Return the sound of a searched text, one sign a character.

    A dictionary of phrases decides between several readings: 膀 in 膀胱 is pang.
    """
    alone = text.translate(_sounding)
    known = _phrases()
    by_pair = known.by_pair
    changed: dict[int, str] = {}
    for match in known.suspects.finditer(text):
        at = match.start()
        here = by_pair.get(text[at - 1 : at + 1] if at else "", ())
        ahead = by_pair.get(text[at : at + 2], ())
        for phrase in itertools.chain(here, ahead):
            start = at - phrase.place
            if phrase.text[phrase.place] == text[at] and start >= 0 and text.startswith(phrase.text, start):
                changed[at] = phrase.sign
                break
    if not changed:
        return alone
    signs = list(alone)
    for at, sign in changed.items():
        signs[at] = sign
    return "".join(signs)


_HAN = re.compile(f"[{HAN}]")
_MOST_WAYS = 6
_MOST_READINGS = 2  # of one character; the rare ones only bring false friends


def ways(word: str) -> tuple[str, ...]:
    """Return how a searched word may sound, the likeliest first; none where it is too short to be told by its sound.

    Letters are read as pinyin, where they are.
    """
    syllables = len(_HAN.findall(word))
    if syllables >= 2:
        found = [heard(word)]
        if syllables <= 4:
            each = [_others(character) for character in word]
            found += ["".join(way) for way in itertools.islice(itertools.product(*each), _MOST_WAYS)]
        return tuple(dict.fromkeys(found))[:_MOST_WAYS]
    if syllables:
        return ()
    signs = _signs()
    typed = [way for way in spelled(word.replace("'", "").replace(" ", "")) if len(way) > 1]
    return tuple("".join(signs[syllable] for syllable in way) for way in typed if all(each in signs for each in way))


def _others(character: str) -> list[str]:
    signs = [_signs().get(blur(syllable)) for syllable in readings(character)[:_MOST_READINGS]]
    return list(dict.fromkeys(sign for sign in signs if sign)) or [character.translate(_sounding)]


def nearly(way: str) -> list[str]:
    """Return a sound as it may have been misheard: of four syllables or more, any one may be another."""
    return [f"{way[:gap]}{ANY}{way[gap + 1 :]}" for gap in range(len(way))] if len(way) >= 4 else []


def pattern(sound: str) -> str:
    """Return the regular expression of a sound in which `ANY` stands for any one sign; at an edge for none, too."""
    inner = re.escape(sound.strip(ANY)).replace(ANY, ".")
    return f"{'.?' * sound.startswith(ANY)}{inner}{'.?' * sound.endswith(ANY)}"
