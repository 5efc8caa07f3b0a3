"""The one analyser: what a text is for search, so that nothing depends on a database's idea of Chinese.

Every text is folded character by character, never by dictionary words: what a query is folded to cannot depend on what
stands around it, so every piece of a text finds the text. A text is then indexed by its characters and by its pairs of
neighbouring characters with their positions, whatever language it is in: Chinese has no spaces to cut at, and a piece
of an English word is a piece too.
"""

import functools
import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
HAN += "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts written without spaces: Han with its radicals, and kana and bopomofo, which fare best the same way."""

BREAK = "\x1e"
"""Stands between texts that do not follow each other: nothing that is searched for reaches across it."""

_SPACE = "\u2423"  # stands for a space where the index cuts at spaces
_AGAIN = re.compile(" (?= )")
_TYPOGRAPHY = re.compile(rf" (?:(?<=[{HAN}] )(?=[^\W_{HAN}])|(?<=[^\W_{HAN}] )(?=[{HAN}])|(?=\x1e)|(?<=\x1e ))")
_EDGES = re.compile("^ +| +$")
_SPACED = re.compile(rf"[^\W_{HAN}]")
WORD = re.compile(rf"[^\W_{HAN}]+")


class _Folding(dict[int, str]):
    """What each character is folded to: compatibility forms, case, accents, full width, traditional characters."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        if character == BREAK:
            folded = BREAK
        elif category == "Cs":
            folded = "\ufffd"  # half of a character has no UTF-8
        elif category == "Cc" or character.isspace():
            folded = " "
        else:
            folded = "".join(_simplify(each) for each in plain if unicodedata.category(each) not in ("Mn", "Me", "Cf"))
        if len(folded) != 1:
            _uneven.add(character)
        if len(self) > 50_000:  # only somebody feeding us all of Unicode gets here
            self.clear()
        self[code] = folded
        return folded


_folding = _Folding()
_uneven: set[str] = set()
"""Characters that have been seen to become none, or several."""


@functools.cache
def _opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplify(character: str) -> str:
    return str(_opencc().convert(character)) if character > "\u2e7f" else character


def fold(text: str) -> str:
    """Return what two texts share when they differ only in width, case, accents and traditional or simplified."""
    return text.translate(_folding)


def says_something(text: str) -> bool:
    """Whether a text holds a letter, a digit or a character of a script: of a stray mark nothing is meant or missed."""
    return any(character.isalnum() for character in text)


def searched(text: str) -> str:
    """Return what is searched of a text: folded, and without spaces that are mere typography, as in “CTG 监护”."""
    return _close_up(fold(text)).strip(" ")


def _close_up(folded: str) -> str:
    return _TYPOGRAPHY.sub("", _AGAIN.sub("", folded)) if " " in folded else folded


def traced(text: str) -> tuple[str, Sequence[int]]:
    """Return what is searched of a text, and the place in the text that each character comes from."""
    whole = fold(text)
    if " " not in whole and _uneven.isdisjoint(text):
        return whole, range(len(text))
    pieces = [_folding[ord(character)] for character in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    folded = "".join(pieces)
    for surplus in (_AGAIN, _TYPOGRAPHY, _EDGES):
        dropped = {at for match in surplus.finditer(folded) for at in range(*match.span())}
        places = [place for at, place in enumerate(places) if at not in dropped]
        folded = surplus.sub("", folded)
    return folded, places


class Flow(NamedTuple):
    """Texts that follow each other as one, so that what is said across an edge is found; `places` has one more."""

    text: str
    places: list[int]


def flow(texts: list[str]) -> Flow:
    """Join texts that follow each other. Words that meet at an edge keep a space between them."""
    folded = _close_up(fold(BREAK.join(texts)))
    pieces = folded.split(BREAK)
    if len(pieces) != len(texts):  # one of them holds our sign itself
        pieces = [searched(text.replace(BREAK, " ")) for text in texts]
    pieces[0], pieces[-1] = pieces[0].lstrip(" "), pieces[-1].rstrip(" ")
    joined: list[str] = []
    behind = ""
    for piece in pieces:
        joined.append(f" {piece}" if meets(behind, piece) else piece)
        behind = piece or behind
    return Flow("".join(joined), list(accumulate(map(len, joined), initial=0)))


def trimmed(text: str) -> str:
    """Return a text without what is nothing or a space at its edges, as it is searched."""
    places = [place for place, character in enumerate(text) if fold(character).strip(" ")]
    return text[places[0] : places[-1] + 1] if places else ""


def meets(one: str, other: str) -> bool:
    """Whether two texts that follow each other need a space between them: both have a word at the edge."""
    return bool(one and other and _SPACED.match(one[-1]) and _SPACED.match(other[0]))


def characters(text: str) -> str:
    """Return the characters of a searched text, as an index that cuts at spaces takes them."""
    return _apart(array("I", text.replace(" ", _SPACE).encode("utf-32-le")))


def pairs(text: str) -> str:
    """Return each two neighbouring characters of a searched text, as an index that cuts at spaces takes them."""
    codes = array("I", text.replace(" ", _SPACE).encode("utf-32-le"))
    return _apart(codes[:-1], codes[1:])


def _apart(*columns: "array[int]") -> str:
    """Join terms, given as columns of their characters, with spaces between them; many times faster than `join`."""
    width = len(columns) + 1
    joined = array("I", [32]) * (len(columns[0]) * width)
    for place, column in enumerate(columns):
        joined[place::width] = column
    return joined.tobytes().decode("utf-32-le").rstrip(" ")


def terms(text: str) -> list[tuple[int, str]]:
    """Return the fewest pairs, with their positions, that together are the text; its length must be two or more."""
    text = text.replace(" ", _SPACE)
    last = len(text) - 2
    return [(at, text[at : at + 2]) for at in sorted({*range(0, last, 2), last})]


def words(text: str) -> Iterable[str]:
    """Return the words of a searched text that are written with spaces between them, and its numbers."""
    return WORD.findall(text)
