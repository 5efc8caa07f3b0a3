"""What somebody typed, as questions to the index, and where in a text the answer stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import tantivy

from archive.search.analyser import Piece, cut, pairs, syllables
from archive.search.pinyin import spelled

By = Literal["text", "sound"]
Span = tuple[int, int]
_Term = tuple[int, str]
"""A term and its position, counted from the beginning of the phrase."""

_LONGEST_QUERY = 1000
_MOST_WORDS = 32
_WORDS = re.compile(r'"([^"]*)"?|([^\s"]+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』«»＂", '"'))
_TITLE = 2.0
_ABOUT = 0.2
_SOUND = 0.3
_NEARLY = 4  # syllables from which on a word is still itself with one of them misheard


@dataclass(frozen=True)
class Word:
    """One word or quoted phrase of a query; it is found where its pieces stand in a row."""

    pieces: tuple[Piece, ...]
    ways: tuple[tuple[_Term, ...], ...]
    """How it may sound; empty for what is too short to be told by its sound, and for other languages."""

    @classmethod
    def of(cls, text: str) -> "Word | None":
        """Return the word; None when there is nothing to search for in it."""
        pieces = cut(text)
        if not pieces:
            return None
        if sum(piece.han for piece in pieces) >= 2:
            ways = [_placed(pieces, syllables(pieces))]
        elif not any(piece.han for piece in pieces):
            ways = [tuple(enumerate(way)) for way in spelled("".join(piece.text for piece in pieces)) if len(way) > 1]
        else:
            ways = []
        return cls(tuple(pieces), tuple(ways))

    def nearly(self) -> "Word":
        """Return the word as it may have been misheard: of four syllables or more, any one may be another."""
        near = [way[:gap] + way[gap + 1 :] for way in self.ways if len(way) >= _NEARLY for gap in range(len(way))]
        rebased = [tuple((position - way[0][0], text) for position, text in way) for way in near]
        return Word(self.pieces, self.ways + tuple(rebased))

    @property
    def terms(self) -> tuple[_Term, ...]:
        return _placed(self.pieces, [piece.text for piece in self.pieces])

    def said(self, schema: tantivy.Schema) -> tantivy.Query:
        """Match sentences by their characters. Pairs are far rarer than characters, so they answer faster."""
        if len(self.pieces) > 1 and self.pieces[-1].position - self.pieces[0].position == len(self.pieces) - 1:
            found = pairs(self.pieces)
            if all(found[:-1]):
                places = sorted({*range(0, len(found) - 1, 2), len(found) - 2})
                return _phrase(schema, "pairs", [(place, found[place]) for place in places])
        return _phrase(schema, "pieces", self.terms)

    def sounding(self, schema: tantivy.Schema, field: str) -> list[tantivy.Query]:
        return [_phrase(schema, field, way) for way in self.ways]

    def spans(self, pieces: Sequence[Piece], by: By) -> list[Span]:
        """Return where it stands in a text that was cut, as character offsets."""
        if by == "text":
            return _find(pieces, [piece.text for piece in pieces], self.terms)
        heard = syllables(pieces)
        return [span for way in self.ways for span in _find(pieces, heard, way)]


@dataclass(frozen=True)
class Questions:
    """A whole query: all its words must be found, each in the sentence or in what its recording is about."""

    words: tuple[Word, ...]
    schema: tantivy.Schema

    @classmethod
    def of(cls, query: str, schema: tantivy.Schema) -> "Questions":
        matches = _WORDS.findall(query[:_LONGEST_QUERY].translate(_QUOTES))
        words = [word for quoted, plain in matches if (word := Word.of(quoted or plain))]
        return cls(tuple(words[:_MOST_WORDS]), schema)

    def nearly(self) -> "Questions":
        """Return the query as it may have been misheard."""
        return Questions(tuple(word.nearly() for word in self.words), self.schema)

    @property
    def can_be_heard(self) -> bool:
        return any(word.ways for word in self.words)

    def sentences(self, by: By) -> tantivy.Query:
        """Match sentences: at least one word is said in them."""
        said = [self._either(word.said(self.schema), self._sounds(word, "sounds", by)) for word in self.words]
        if len(said) == 1:
            return said[0]
        everything = [
            (tantivy.Occur.Must, self._either(query, [_boost(self._about(word), _ABOUT)]))
            for word, query in zip(self.words, said, strict=True)
        ]
        return tantivy.Query.boolean_query([*everything, (tantivy.Occur.Must, self._either(said[0], said[1:]))])

    def recordings(self, by: By) -> tantivy.Query:
        """Match recordings by their title, speakers, specialty and procedure."""
        about = [self._either(self._about(word), self._sounds(word, "about_sounds", by)) for word in self.words]
        only = tantivy.Query.const_score_query(term(self.schema, "type", "r"), 0.0)
        return _boost(tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in [only, *about]]), _TITLE)

    def anything(self, by: By) -> tantivy.Query:
        return self._either(self.sentences(by), [self.recordings(by)])

    def highlights(self, text: str, by: By) -> tuple[Span, ...]:
        """Return where the query's words stand in `text`: character offsets, in order, without overlaps."""
        pieces = cut(text)
        spans = [
            span
            for word in self.words
            for span in word.spans(pieces, "text") or (word.spans(pieces, "sound") if by == "sound" else [])
        ]
        return _merged(spans)

    def _about(self, word: Word) -> tantivy.Query:
        return _phrase(self.schema, "about", word.terms)

    def _sounds(self, word: Word, field: str, by: By) -> list[tantivy.Query]:
        return [_boost(query, _SOUND) for query in word.sounding(self.schema, field)] if by == "sound" else []

    @staticmethod
    def _either(query: tantivy.Query, others: Iterable[tantivy.Query]) -> tantivy.Query:
        queries = [query, *others]
        if len(queries) == 1:
            return query
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in queries])


def term(schema: tantivy.Schema, field: str, value: str) -> tantivy.Query:
    """Match documents that hold exactly this term."""
    return tantivy.Query.term_query(schema, field, value, "basic" if field in ("type", "recording") else "position")


def without(query: tantivy.Query, *unwanted: tantivy.Query) -> tantivy.Query:
    """Match what `query` matches and none of `unwanted` does."""
    parts = [(tantivy.Occur.Must, query), *((tantivy.Occur.MustNot, each) for each in unwanted)]
    return tantivy.Query.boolean_query(parts)


def _boost(query: tantivy.Query, by: float) -> tantivy.Query:
    return tantivy.Query.boost_query(query, by)


def _phrase(schema: tantivy.Schema, field: str, terms: Sequence[_Term]) -> tantivy.Query:
    if len(terms) == 1:  # tantivy panics on a phrase of one
        return term(schema, field, terms[0][1])
    return tantivy.Query.phrase_query(schema, field, list(terms))


def _placed(pieces: Sequence[Piece], terms: Sequence[str]) -> tuple[_Term, ...]:
    return tuple((piece.position - pieces[0].position, text) for piece, text in zip(pieces, terms, strict=True))


def _find(pieces: Sequence[Piece], terms: Sequence[str], wanted: Sequence[_Term]) -> list[Span]:
    places = {piece.position: (text, piece) for piece, text in zip(pieces, terms, strict=True)}
    found = []
    for position, (text, first) in places.items():
        if text != wanted[0][1]:
            continue
        last = first
        for offset, expected in wanted:
            heard, last = places.get(position + offset, ("", last))
            if heard != expected:
                break
        else:
            found.append((first.start, last.end))
    return found


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
