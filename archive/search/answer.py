"""From a query to the recordings and moments that answer it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import tantivy

from archive.search import engine
from archive.search.document import FACETS, Body
from archive.search.matching import Moment, Span, highlights, moments
from archive.search.query import Query, Word, loosened, parse
from archive.search.snapshot import Snapshot
from archive.search.vocabulary import Vocabulary

__all__ = ["Answer", "Asked", "Count", "Hit", "Moment", "Span", "answer"]

_EQUALS = 40  # recordings that are put in order among equals
_ENOUGH = 10  # recordings
_MOST_MEANT = 3
_MOST_TRIED = 12  # of one word
_Values = dict[str, list[str]]


@dataclass(frozen=True)
class Hit:
    """One recording that answers, its best moments first; none when only its title or its people do.

    `highlights` are character offsets in `title`. `score` is above 2 where every word was found as it is written, above
    1 where some in another way to say the same, else below 1: by its sound. `found` is how many moments there are.
    `duration` is in seconds, `recorded` a day as ISO 8601.
    """

    recording_id: str
    title: str
    kind: str
    score: float
    highlights: tuple[Span, ...]
    moments: tuple[Moment, ...]
    found: int = 0
    speakers: tuple[str, ...] = ()
    specialty: str = ""
    procedure: str = ""
    institution: str = ""
    recorded: str = ""
    duration: float | None = None


@dataclass(frozen=True)
class Count:
    """A value by which the answer can be filtered, in how many recordings it would leave, and whether it was chosen."""

    value: str
    count: int
    chosen: bool = False


@dataclass(frozen=True)
class Answer:
    """What answers a query: `total` recordings, of which `hits` are those asked for.

    `facets` has the values of each field to filter by (`archive.search.FACETS`), the commonest first. `also` is what
    else was searched for: synonyms, translations, other ways to write a number. `instead` is what may have been meant,
    where what was typed was not found; `loosened` whether, for the same reason, less was asked for than was typed.
    `rebuilding` is whether the index was not there: then only what is written answers, of many recordings the newest.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[Count, ...]] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    loosened: bool = False
    rebuilding: bool = False


@dataclass(frozen=True)
class Asked:
    """A query and what the page adds to it. `allowed` are the ids of recordings that may be found; None: all."""

    query: str
    allowed: Collection[str] | None = None
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limit: int = 10
    offset: int = 0
    moments: int = 5
    facets: bool = True


def answer(snapshot: Snapshot, asked: Asked, vocabulary: Vocabulary) -> Answer:
    """Answer: as typed before as it is also said before as it sounds; what nothing answers, as something less."""
    typed = parse(asked.query, vocabulary)
    if not typed.words and not typed.fields and not any(asked.filters.values()):
        return Answer()
    search = Search(snapshot, asked)
    found = search.run(typed)
    less = None
    if not found.total and typed.words:
        for query in (*loosened(typed, vocabulary, search.finds), typed.nearly()):
            if (found := search.run(query)).total:
                less = query
                break
    if typed.words and (not found.hits or found.hits[0].score < 1):
        found = replace(found, instead=tuple(search.meant(typed, vocabulary)))
    also = (other.shown for word in (less or typed).words for other in word.others)
    return replace(found, also=tuple(dict.fromkeys(also)), loosened=less is not None)


class Search:
    """One question to one commit; its filters and permissions hold for every query that is tried."""

    def __init__(self, snapshot: Snapshot, asked: Asked) -> None:
        self._snapshot = snapshot
        self._asked = asked
        self._permission = snapshot.permission(asked.allowed)

    def run(self, query: Query) -> Answer:
        """Answer a query; where enough is found surely, words of two syllables are not searched by their sound."""
        surely = query.surely()
        if surely is query or self._count(surely) >= _ENOUGH:
            return self._run(surely)
        return self._run(query)

    def _count(self, query: Query) -> int:
        matched = engine.matched(query, self._snapshot.schema)
        return self._snapshot.count(self._restricted(matched, query, *self._filters(query)))

    def _run(self, query: Query) -> Answer:
        filters, unwanted = self._filters(query)
        ranked = engine.ranked(query, self._snapshot.schema)
        whole = self._restricted(ranked, query, filters, unwanted)
        first, last = max(self._asked.offset, 0), max(self._asked.offset, 0) + max(self._asked.limit, 0)
        found, total = self._snapshot.top(whole, max(last, _EQUALS))
        best = self._in_order(found)[first:last]
        hits = tuple(self._hit(query, self._snapshot.body(address), score) for score, address in best)
        counted = self._asked.facets and (total or filters)  # a filter may be why there is none
        facets = self._facets(query, filters, unwanted) if counted else dict.fromkeys(FACETS, ())
        return Answer(hits, total, facets)

    def finds(self, word: Word) -> bool:
        """Whether a word by itself finds anything."""
        matched = engine.matched(Query((word,)), self._snapshot.schema)
        return self._snapshot.count(engine.restricted(matched, self._permission)) > 0

    def meant(self, query: Query, vocabulary: Vocabulary) -> list[str]:
        """Return what may have been meant instead of a query's words, and would find something."""
        found = []
        for word in query.words:
            for other in islice(vocabulary.meant(word.text), _MOST_TRIED):
                instead = " ".join(other if each is word else each.text for each in query.words)
                typed = Query(tuple(parse(instead, _NOTHING).words))
                plain = replace(typed, words=tuple(replace(each, ways=()) for each in typed.words))
                if self._count(replace(plain, without=query.without, fields=query.fields)):
                    found.append(instead)
                if len(found) >= _MOST_MEANT:
                    return found
        return found

    def may_answer(self, query: Query) -> dict[str, int]:
        """Return the revisions of the recordings that filters, fields and permission leave, whatever is said there."""
        whole = self._restricted(None, query, *self._filters(query))
        revisions = self._snapshot.revisions
        return {each: revisions[each] for each, _ in self._snapshot.terms("recording", "", whole) if each in revisions}

    def body(self, recording_id: str) -> Body:
        """Return what is kept of a recording that the index holds."""
        found, _ = self._snapshot.top(tantivy.Query.term_query(self._snapshot.schema, "recording", recording_id), 1)
        return self._snapshot.body(found[0][1])

    def named(self, body: Body) -> Hit:
        """Return a recording as one that answers, without moments and of no score."""
        return replace(self._hit(Query(), body, 0.0), moments=(), found=0)

    def _restricted(
        self, ranked: tantivy.Query | None, query: Query, wanted: _Values, unwanted: _Values
    ) -> tantivy.Query:
        schema = self._snapshot.schema
        fields = engine.filtered(schema, wanted=wanted, unwanted=unwanted)
        return engine.restricted(ranked, self._permission, engine.asked(query, schema), fields)

    def _filters(self, query: Query) -> tuple[_Values, _Values]:
        """Return the exact values that are wanted and unwanted of each field; what was typed may be a part of them."""
        wanted = {name: list(values) for name, values in self._asked.filters.items() if values and name in FACETS}
        unwanted: _Values = {}
        for name, value in query.fields:
            plain = name.removeprefix("-")
            if plain not in FACETS:
                continue
            values = self._values_like(plain, value)
            if plain != name:
                unwanted.setdefault(plain, []).extend(values)
            elif plain in wanted:
                wanted[plain] = [each for each in wanted[plain] if each in values]
            else:
                wanted[plain] = values
        return wanted, unwanted

    def _values_like(self, name: str, typed: str) -> list[str]:
        return [
            value
            for value, form in self._snapshot.spelled(name).items()
            if typed in form or any(typed in called for called in _called(name, value))
        ]

    def _in_order(self, found: list[tuple[float, tantivy.DocAddress]]) -> list[tuple[float, tantivy.DocAddress]]:
        """Put the recent and the complete first among those that answer equally well."""
        best = found[: max(_EQUALS, 0)]
        addresses = [address for _, address in best]
        complete = self._snapshot.values("complete", addresses)
        recorded = self._snapshot.values("recorded", addresses)
        ranked = [
            ((-round(score, 1), -done, -day), place)
            for place, ((score, _), done, day) in enumerate(zip(best, complete, recorded, strict=True))
        ]
        return [best[place] for _, place in sorted(ranked)] + found[len(best) :]

    def _hit(self, query: Query, body: Body, raw: float) -> Hit:
        tier = 2 if raw >= engine.TYPED else 1 if raw >= engine.SAME else 0
        score = raw - (engine.TYPED if tier == 2 else engine.SAME if tier == 1 else 0)
        best, found = moments(query, body, self._asked.moments)
        facts = body.facts
        return Hit(
            recording_id=body.recording_id,
            title=facts["title"],
            kind=facts["kind"],
            score=tier + score / (1 + score),
            highlights=highlights(query, facts["title"], by_sound=tier == 0),
            moments=tuple(best),
            found=found,
            speakers=tuple(facts["speakers"]),
            specialty=facts["specialty"],
            procedure=facts["procedure"],
            institution=facts["institution"],
            recorded=facts["recorded"],
            duration=facts["duration"],
        )

    def _facets(self, query: Query, filters: _Values, unwanted: _Values) -> dict[str, tuple[Count, ...]]:
        """Count by all filters; by a field that is filtered itself, as if it were not."""
        matched = engine.matched(query, self._snapshot.schema)
        whole = self._restricted(matched, query, filters, unwanted)
        counted = self._snapshot.facets(whole, [name for name in FACETS if name not in filters])
        for name in filters:
            others = {other: values for other, values in filters.items() if other != name}
            counted |= self._snapshot.facets(self._restricted(matched, query, others, unwanted), [name])
        return {
            name: tuple(
                Count(value, count, value in filters.get(name, ()))
                for value, count in sorted(counted[name].items(), key=lambda pair: (-pair[1], pair[0]))
            )
            for name in FACETS
        }


_NOTHING = Vocabulary(())
_SPOKEN = {
    "kind": {
        "operation": "手术 手术录像",
        "lecture": "讲座 讲课 课程",
        "ward_round": "查房 ward round",
        "case_discussion": "病例讨论 case discussion",
    },
    "language": {"zh": "中文 汉语 普通话 chinese", "en": "英文 英语 english"},
}


def _called(name: str, value: str) -> list[str]:
    """Return what people call a facet's value."""
    return _SPOKEN.get(name, {}).get(value, "").split()
