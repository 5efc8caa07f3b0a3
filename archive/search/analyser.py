"""The one analyser: how text is cut for search, so that nothing depends on a database's idea of Chinese.

Everything here is decided character by character, never by dictionary words: what a query is folded to cannot depend
on what stands around it, so every piece of a text finds the text.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from archive.search.pinyin import blur, read

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
_HAN += "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts written without spaces: Han with its radicals, and kana and bopomofo, which fare best the same way."""

_CUT = re.compile(rf"([{_HAN}])|[^\W\d_{_HAN}]+|\d+")
_LONGEST_WORD = 64
GAP = "."
"""Stands in a line where a position holds no term."""


class Token(NamedTuple):
    """A term at a position; `start` and `end` are character offsets in the original text."""

    text: str
    position: int
    start: int
    end: int


class Piece(NamedTuple):
    """One Chinese character or one word. Two pieces are neighbours when nothing that counts stands between them."""

    text: str
    han: bool
    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A text cut for an index that cuts at spaces: the term at each position, in three readings of the same positions.

    `pieces` holds characters and words, `pairs` two neighbouring characters, `sounds` syllables.
    """

    pieces: str
    pairs: str
    sounds: str


class _Folding(dict[str, str]):
    """What each character is folded to: compatibility forms, case, accents, full width, traditional characters."""

    def __missing__(self, character: str) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        folded = "".join(_simplify(each) for each in plain if unicodedata.category(each) not in ("Mn", "Me", "Cf"))
        if len(self) > 50_000:  # only somebody feeding us all of Unicode gets here
            self.clear()
        self[character] = folded
        return folded


_folding = _Folding()


@functools.cache
def _opencc() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplify(character: str) -> str:
    return str(_opencc().convert(character)) if character > "\u2e7f" else character


def fold(text: str) -> str:
    """Return what two texts share when they differ only in width, case, accents and traditional or simplified."""
    return "".join([_folding[character] for character in text])


def cut(text: str) -> list[Piece]:
    """Cut a text into characters and words.

    A separator leaves an empty position, so that no phrase reaches across it; but words are always separated by
    something, and a space between a word and Chinese is mere typography.
    """
    folded = [_folding[character] for character in text]
    origins: list[int] | range = range(len(text))
    if any(len(piece) != 1 for piece in folded):
        origins = [origin for origin, piece in enumerate(folded) for _ in piece]
    whole = "".join(folded)
    pieces: list[Piece] = []
    position, behind, behind_han = -1, 0, False
    for match in _CUT.finditer(whole):
        start, end, han = match.start(), match.end(), match[1] is not None
        if pieces and start > behind and (han or behind_han):
            position += (han and behind_han) or not whole[behind:start].isspace()
        position += 1
        pieces.append(Piece(match[0][:_LONGEST_WORD], han, position, origins[start], origins[end - 1] + 1))
        behind, behind_han = end, han
    return pieces


def tokens(text: str) -> list[Token]:
    """Cut a text into terms: each Chinese character, each two neighbouring ones, each word, each number."""
    pieces = cut(text)
    found = []
    for place, (piece, pair) in enumerate(zip(pieces, pairs(pieces), strict=True)):
        found.append(Token(piece.text, piece.position, piece.start, piece.end))
        if pair:
            found.append(Token(pair, piece.position, piece.start, pieces[place + 1].end))
    return found


def sounds(text: str) -> list[Token]:
    """Return the syllable of each Chinese character, without tone, in the classes that ears and dialects confuse.

    Positions are those of `tokens`.
    """
    pieces = cut(text)
    return [
        Token(syllable, piece.position, piece.start, piece.end)
        for piece, syllable in zip(pieces, syllables(pieces), strict=True)
        if piece.han
    ]


def lines(text: str) -> Lines:
    """Cut a text for an index that cuts at spaces."""
    pieces = cut(text)
    return Lines(
        _line(pieces, [piece.text for piece in pieces]),
        _line(pieces, pairs(pieces)),
        _line(pieces, syllables(pieces)),
    )


def pairs(pieces: Sequence[Piece]) -> list[str]:
    """Return for each piece its own and the next one's character; nothing where these are not neighbours."""
    return [a.text + b.text if _pair(a, b) else "" for a, b in itertools.pairwise(pieces)] + [""] * bool(pieces)


def _pair(piece: Piece, following: Piece) -> bool:
    return piece.han and following.han and following.position == piece.position + 1


def _line(pieces: Sequence[Piece], terms: Sequence[str]) -> str:
    placed = [GAP] * (pieces[-1].position + 1 if pieces else 0)
    for piece, term in zip(pieces, terms, strict=True):
        placed[piece.position] = term or GAP
    return " ".join(placed)


def syllables(pieces: Sequence[Piece]) -> list[str]:
    """Return each piece's sound; a word's is itself behind a sign, so that `an` does not sound like 安."""
    found: list[str] = []
    for run in _runs(pieces):
        if run[0].han:
            found += [blur(syllable) for syllable in read("".join(piece.text for piece in run))]
        else:
            found += [f"={piece.text}" for piece in run]
    return found


def _runs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    run: list[Piece] = []
    for piece in pieces:
        if run and not _pair(run[-1], piece):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run
