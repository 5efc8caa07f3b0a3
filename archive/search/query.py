"""What somebody typed, as words to be found: words, "phrases", -without, field:value. No input makes an error."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from archive.search import measures
from archive.search.analyser import HAN, fold, searched
from archive.search.sounds import nearly, ways
from archive.search.vocabulary import Vocabulary

_Part = TypeVar("_Part")

By = Literal["text", "same", "sound", "meaning"]
"""How something was found: as it was typed, as another way to say the same, by its sound, by what it means."""

_LONGEST_QUERY = 1000
_LONGEST_WORD = 64
_MOST_WORDS = 16
_MOST_TOGETHER = 5
_KNOWN_BY_SOUND = 3.0  # a term of the trade is meant rather than words that happen to sound like it
_INITIALS = 0.05
_SHORT = 2  # syllables
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』«»＂", '"'))
_PARTS = re.compile(r'(-?)(?:([^\s":]{1,20}):)?(?:"([^"]*)"?|([^\s"]+))')
_OUTSIDE = re.compile(rf"[^\w{HAN}]+")
FIELDS = {
    name: field
    for field, names in {
        "title": "title 标题 题目",
        "kind": "kind type 类型 类别",
        "specialty": "specialty department 专科 科室 专业",
        "procedure": "procedure operation 术式 手术 操作",
        "speaker": "speaker by author 讲者 主讲 术者 医生 专家",
        "institution": "institution hospital 机构 医院 单位",
        "year": "year 年 年份",
        "length": "length duration 时长 长度",
        "language": "language lang 语言 语种",
    }.items()
    for name in names.split()
}
"""The names of the fields that can be asked for, in both languages."""


@dataclass(frozen=True)
class Other:
    """Another way to say a word, `shown` as a person writes it. `weight` counts among those that are found alike.

    `by` is "same" for what means the same, "sound" for a known term that only sounds so, or has these initials.
    """

    text: str
    shown: str
    weight: float = 0.5
    by: By = "same"


@dataclass(frozen=True)
class Word:
    """One word or phrase to be found, as it is searched.

    `ways` are how it may sound; where `near`, with `archive.search.sounds.ANY` in them. `exact` stood in quotes.
    """

    text: str
    others: tuple[Other, ...] = ()
    ways: tuple[str, ...] = ()
    near: bool = False
    exact: bool = False

    def nearly(self) -> "Word":
        """Return the word as it may have been misheard."""
        found = tuple(pattern for way in self.ways for pattern in nearly(way))
        return replace(self, ways=found, near=True) if found else self


@dataclass(frozen=True)
class Query:
    """A whole query: all words must be found, none of `without`, and what `fields` ask for."""

    words: tuple[Word, ...] = ()
    without: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = field(default=())

    @property
    def can_be_heard(self) -> bool:
        return any(word.ways for word in self.words)

    def surely(self) -> "Query":
        """Return the query without the sounds of words so short that much else sounds like them."""
        short = [bool(word.ways) and min(map(len, word.ways)) <= _SHORT for word in self.words]
        words = [replace(word, ways=()) if is_short else word for word, is_short in zip(self.words, short, strict=True)]
        return replace(self, words=tuple(words)) if any(short) else self

    def nearly(self) -> "Query":
        return replace(self, words=tuple(word.nearly() for word in self.words))


def parse(typed: str, vocabulary: Vocabulary) -> Query:
    """Return what a query asks for."""
    folded = fold(typed[:_LONGEST_QUERY].translate(_QUOTES)).replace(fold(chr(0x1E)), " ")
    folded = measures.APART.sub(r"\1\2", folded)
    words: list[Word] = []
    plain: list[str] = []
    without: list[str] = []
    fields: list[tuple[str, str]] = []
    for minus, name, quoted, bare in _PARTS.findall(folded):
        known = FIELDS.get(name, "")
        text = searched((quoted or bare) if known or not name else f"{name}:{quoted or bare}")[:_LONGEST_WORD]
        if not text or text.removesuffix(":") in FIELDS.keys() - {text}:  # a field that asks for nothing
            continue
        if known:
            fields.append((f"-{known}" if minus else known, text))
        elif minus and _OUTSIDE.sub("", text):
            without.append(text)
        elif quoted:
            words += [*_understood(plain, vocabulary), Word(text, exact=True)]
            plain = []
        else:
            plain.append(minus + text)
    words += _understood(plain, vocabulary)
    return Query(_once(words)[:_MOST_WORDS], _once(without)[:_MOST_WORDS], _once(fields)[:_MOST_WORDS])


def _once(parts: Iterable[_Part]) -> tuple[_Part, ...]:
    """Leave out what was asked for before: it changes nothing, and costs as much again."""
    return tuple(dict.fromkeys(parts))


def _understood(plain: list[str], vocabulary: Vocabulary) -> Iterable[Word]:
    """Yield words with the other ways to say them; those that are known only together stay together."""
    at = 0
    while at < len(plain):
        together = 1
        for length in range(min(_MOST_TOGETHER, len(plain) - at), 1, -1):
            if vocabulary.knows(" ".join(plain[at : at + length])):
                together = length
                break
        yield _word(" ".join(plain[at : at + together]), vocabulary)
        at += together


def _word(text: str, vocabulary: Vocabulary) -> Word:
    sounds = ways(text)
    same = [*vocabulary.same(text), *measures.same(text)]
    others = [Other(searched(each), each) for each in same]
    if not vocabulary.knows(text):
        others += [Other(searched(each), each, _KNOWN_BY_SOUND, "sound") for each in vocabulary.sounding(sounds)]
        if text.isascii() and text.isalpha() and 2 <= len(text) <= 8 and not others:
            initials = [Other(searched(each), each, _INITIALS, "sound") for each in vocabulary.abbreviated(text)]
            sounds += tuple(way for other in initials for way in ways(other.text)[:1])
            others += initials
    found = {other.text: other for other in reversed(others) if other.text != text}
    return Word(text, tuple(reversed(found.values())), tuple(dict.fromkeys(sounds)))


def loosened(query: Query, vocabulary: Vocabulary, occurs: Callable[[Word], bool]) -> Iterator[Query]:
    """Yield a query that was not answered as ones that ask for less and less; what stands in quotes is left alone.

    Punctuation goes first; then, of each word that is a whole question, all but the terms in it that occur anywhere.
    """
    before = query.words
    for less in (_without_punctuation, vocabulary.within):
        words: list[Word] = []
        for word in before:
            parts = [] if word.exact else [part for part in less(word.text) if part != word.text]
            asked = [_word(part, vocabulary) for part in parts]
            words += [each for each in asked if occurs(each)] or asked or [word]
        if words != list(before):
            before = _once(words)[:_MOST_WORDS]
            yield replace(query, words=before)


def _without_punctuation(text: str) -> list[str]:
    return _OUTSIDE.sub(" ", text).split()
