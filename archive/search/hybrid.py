"""Words and meaning together: what was found by its words, and what means the same, as one ranking."""

import logging
from dataclasses import dataclass, replace

from archive.search.analyser import says_something
from archive.search.answer import Answer, Asked, Hit, Search, answer
from archive.search.document import KINDS, Body
from archive.search.fusion import fused
from archive.search.matching import Moment, moments
from archive.search.query import Query, parse
from archive.search.snapshot import Snapshot
from archive.search.vectors import Near, Vectors
from archive.search.vocabulary import Vocabulary

_log = logging.getLogger(__name__)

_DEPTH = 60  # recordings up to which what was found by words is put in a new order; who finds more has found it
_MOST = 10  # recordings that are found by meaning: something lies nearest to every query
_TEXTS = 20  # of each that are looked at
# Similarities. Of 48 questions in both languages to 287 sentences, 24 have their answer among the ten nearest from
# 0.795 on, 26 without a limit and 12 from 0.82 on; of 46 that nothing answers 21, all and 4 find something: so what is
# found is marked as close in meaning (`tests/bench/search_meaning.py found`). The text meant lies within _SPREAD of the
# nearest.
_LEAST, _SPREAD = 0.795, 0.03


def hybrid(snapshot: Snapshot, asked: Asked, vocabulary: Vocabulary, vectors: Vectors) -> Answer:
    """Answer by words and by meaning, ranked by reciprocal rank fusion.

    A phrase in quotes is meant as it stands, so nothing else answers it. Filters, fields and permission hold for what
    is found by meaning too; the counts of the facets are those of what was found by words.
    """
    found = answer(snapshot, asked, vocabulary)
    query = parse(asked.query, vocabulary)
    last = max(asked.offset, 0) + max(asked.limit, 0)
    if not query.words or any(word.exact for word in query.words) or max(found.total, last) > _DEPTH:
        return found
    text = " ".join(word.text for word in query.words)
    if not says_something(text):  # something lies nearest to it all the same
        return found
    search = Search(snapshot, asked)
    try:
        near = vectors.nearest(text, search.may_answer(query), limit=_MOST, texts=_TEXTS, least=_LEAST, spread=_SPREAD)
    except (OSError, RuntimeError, ImportError) as error:  # of the extra; words answer without it
        _log.warning("search by meaning does not work: %s", error)
        return found
    if not near:
        return found
    if len(found.hits) < found.total:
        whole = answer(snapshot, replace(asked, limit=_DEPTH, offset=0, facets=False), vocabulary).hits
    else:
        whole = found.hits
    by_words = {hit.recording_id: hit for hit in whole}
    by_meaning = {each.recording_id: _meant(query, search.body(each.recording_id), each) for each in near}
    partly = [recording_id for recording_id, meant in by_meaning.items() if meant.partly]
    order = [recording_id for recording_id, _ in fused(list(by_words), list(by_meaning), partly)]
    hits = []
    for recording_id in order[max(asked.offset, 0) : last]:
        hit = by_words.get(recording_id) or search.named(search.body(recording_id))
        meant = by_meaning.get(recording_id)
        hits.append(hit if meant is None else _with_meaning(hit, meant, asked.moments))
    return replace(found, hits=tuple(hits), total=len(order))


@dataclass(frozen=True)
class _Meant:
    """The moments of a recording that mean what is asked, the best first; `partly` whether a word is said there too."""

    moments: tuple[Moment, ...]
    similarity: float
    partly: bool


def _meant(query: Query, body: Body, near: Near) -> _Meant:
    """Return the moments that mean what is asked.

    One in which a word of the query stands, or another way to say it, counts for more: again by fusion.
    """
    similar = [at for at, _ in near.texts if at < len(body.kinds)]
    places = {body.starts[at]: at for at in reversed(similar)}
    said = {
        places[start]: moment
        for moment in moments(query, body, _TEXTS)[0]
        if (start := round(moment.start * 1000)) in places
    }
    found = [said.get(at) or _moment(body, at) for at, _ in fused(similar, list(said))]
    return _Meant(tuple(found), near.similarity, bool(said))


def _moment(body: Body, at: int) -> Moment:
    return Moment(body.starts[at] / 1000, body.ends[at] / 1000, body.written(at), (), "meaning", KINDS[body.kinds[at]])


def _with_meaning(hit: Hit, meant: _Meant, most: int) -> Hit:
    """Add the moments that mean what is asked to those in which all of it is said."""
    known = {moment.start for moment in hit.moments}
    more = tuple(moment for moment in meant.moments if moment.start not in known)
    return replace(
        hit,
        score=hit.score or meant.similarity,
        moments=(hit.moments + more)[: max(most, 0)],
        found=hit.found + len(more),
    )
