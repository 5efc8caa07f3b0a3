"""A query as the index understands it. All of it is one question: ranking, filters, permission and counts alike."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import tantivy

from archive.search.analyser import WORD, characters, terms
from archive.search.document import CHANNELS, STEMS
from archive.search.query import By, Query, Word
from archive.search.sounds import ANY

TYPED, SAME = 2000.0, 1000.0
"""What is added to the score of a recording in which all words stand as typed, or in another way to say the same."""

_BOOST = {"said": 1.0, "title": 3.0, "about": 1.5}
_SOUND = 0.3
_STEM = 0.5
Clause = tuple[tantivy.Occur, tantivy.Query]


def matched(query: Query, schema: tantivy.Schema) -> tantivy.Query | None:
    """Match recordings that hold all words, each in any of its forms; None where the query has no word."""
    return _all(_any(_forms(word, schema)) for word in query.words) if query.words else None


def ranked(query: Query, schema: tantivy.Schema) -> tantivy.Query | None:
    """Match the same. The score of what holds all words as typed lies above `TYPED`, as also said above `SAME`.

    What scores is looked up once more for each tier, so a tier that adds nothing is left out.
    """
    found = matched(query, schema)
    if found is None:
        return None
    must, should = tantivy.Occur.Must, tantivy.Occur.Should
    if not any(word.others or word.ways for word in query.words):
        return _sum([(must, found), (must, _constant(tantivy.Query.all_query(), TYPED))])
    typed = _all(_typed(word, schema) for word in query.words)
    if not any(other.by == "same" for word in query.words for other in word.others):
        return _sum([(must, found), (should, _constant(typed, TYPED))])
    same = _all(_any([_typed(word, schema), *_others(word, schema, "same")]) for word in query.words)
    return _sum([(must, found), (should, _constant(typed, TYPED - SAME)), (should, _constant(same, SAME))])


def permission(schema: tantivy.Schema, held: Collection[str], allowed: frozenset[str]) -> list[Clause]:
    """Keep recordings that are allowed, of all that the index holds. Each id costs time: the shorter list is taken."""
    may = allowed.intersection(held)
    if 2 * len(may) < len(held):
        return [(tantivy.Occur.Must, _constant(tantivy.Query.term_set_query(schema, "recording", list(may)), 0.0))]
    denied = [each for each in held if each not in may]
    return [(tantivy.Occur.MustNot, tantivy.Query.term_set_query(schema, "recording", denied))] if denied else []


def filtered(
    schema: tantivy.Schema, *, wanted: Mapping[str, Sequence[str]], unwanted: Mapping[str, Sequence[str]]
) -> list[Clause]:
    """Keep recordings that have one of the wanted values of each field, and none of the unwanted ones."""
    kept = [
        (tantivy.Occur.Must, _constant(tantivy.Query.term_set_query(schema, name, list(values)), 0.0))
        for name, values in wanted.items()
    ]
    dropped = [
        (tantivy.Occur.MustNot, tantivy.Query.term_set_query(schema, name, list(values)))
        for name, values in unwanted.items()
    ]
    return kept + dropped


def asked(query: Query, schema: tantivy.Schema) -> list[Clause]:
    """Keep recordings that hold nothing of what a query does not want, and the titles that it asks for."""
    without = [(tantivy.Occur.MustNot, phrase(schema, channel, text)) for text in query.without for channel in CHANNELS]
    titles = [(tantivy.Occur.Must, text) for name, text in query.fields if name == "title"]
    titles += [(tantivy.Occur.MustNot, text) for name, text in query.fields if name == "-title"]
    return without + [(occur, _constant(phrase(schema, "title", text), 0.0)) for occur, text in titles]


def restricted(matched: tantivy.Query | None, *clauses: Sequence[Clause]) -> tantivy.Query:
    """Keep of what matched, or of everything, only what the clauses let through."""
    parts = [(tantivy.Occur.Must, tantivy.Query.all_query() if matched is None else matched)]
    for each in clauses:
        parts += each
    return parts[0][1] if len(parts) == 1 else _sum(parts)


def phrase(schema: tantivy.Schema, channel: str, text: str) -> tantivy.Query:
    """Match a searched text anywhere in a channel, exactly."""
    if len(text) == 1:
        return tantivy.Query.term_query(schema, f"{channel}_1", characters(text), "freq")
    return _pairs(schema, f"{channel}_2", text)


def _pairs(schema: tantivy.Schema, field: str, text: str) -> tantivy.Query:
    placed = terms(text)
    if len(placed) == 1:  # tantivy panics on a phrase of one
        return tantivy.Query.term_query(schema, field, placed[0][1], "position")
    return tantivy.Query.phrase_query(schema, field, list(placed))


def _typed(word: Word, schema: tantivy.Schema) -> tantivy.Query:
    return _any(_anywhere(word.text, schema))


def _forms(word: Word, schema: tantivy.Schema) -> list[tantivy.Query]:
    others = [*_others(word, schema, "same"), *_others(word, schema, "sound")]
    return [_typed(word, schema), *others, *_sounds(word, schema)]


def _others(word: Word, schema: tantivy.Schema, by: By) -> list[tantivy.Query]:
    return [
        tantivy.Query.boost_query(query, other.weight)
        for other in word.others
        if other.by == by
        for query in _anywhere(other.text, schema)
    ]


def _anywhere(text: str, schema: tantivy.Schema) -> list[tantivy.Query]:
    found = [_boost(phrase(schema, channel, text), _BOOST[channel]) for channel in CHANNELS]
    if WORD.fullmatch(text) and len(text) > 2:  # whole words before mere pieces of words, and in all their forms
        for stem in STEMS.analyze(text):
            found += [
                _boost(tantivy.Query.term_query(schema, f"{channel}_w", stem, "freq"), _BOOST[channel] * _STEM)
                for channel in CHANNELS
            ]
    return found


def _sounds(word: Word, schema: tantivy.Schema) -> list[tantivy.Query]:
    sounding = _near if word.near else _pairs
    return [_boost(sounding(schema, field, way), _SOUND) for way in word.ways for field in ("said_s", "about_s")]


def _near(schema: tantivy.Schema, field: str, sound: str) -> tantivy.Query:
    """Match a sound one sign of which may be any.

    A sign between that one and an edge stands as the beginning of a pair: what terms begin with is found at once, what
    they end with only by looking at all of them.
    """
    gap = sound.index(ANY)
    exact: list[tuple[int, str]] = []
    begun: list[tuple[int, str]] = []
    for start, run in ((0, sound[:gap]), (gap + 1, sound[gap + 1 :])):
        if len(run) == 1:
            begun.append((start, re.escape(run) + "."))
        elif run:
            exact += [(start + at, pair) for at, pair in terms(run)]
    first = min(at for at, _ in exact + begun)
    if not begun:
        return tantivy.Query.phrase_query(schema, field, [(at - first, pair) for at, pair in exact])
    placed = sorted([*((at, re.escape(pair)) for at, pair in exact), *begun])
    return tantivy.Query.regex_phrase_query(schema, field, [(at - first, each) for at, each in placed])


def _boost(query: tantivy.Query, by: float) -> tantivy.Query:
    return query if by == 1.0 else tantivy.Query.boost_query(query, by)


def _constant(query: tantivy.Query, score: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, score)


def _any(queries: list[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else _sum([(tantivy.Occur.Should, query) for query in queries])


def _all(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    each = list(queries)
    return each[0] if len(each) == 1 else _sum([(tantivy.Occur.Must, query) for query in each])


def _sum(parts: list[Clause]) -> tantivy.Query:
    return tantivy.Query.boolean_query(parts)
