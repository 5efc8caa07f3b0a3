"""Suggestions while somebody types: titles, people and procedures that he may find, terms that he would find said."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest

from archive.search import engine
from archive.search.analyser import searched
from archive.search.naming import named
from archive.search.snapshot import Snapshot
from archive.search.vocabulary import Vocabulary

_MOST_NAMES = 60
_MOST_TERMS = 40
_LONGEST = 40


@dataclass(frozen=True)
class Suggestion:
    """What somebody may be about to type; `kind` is term, title, speaker or procedure."""

    text: str
    kind: str


def suggest(
    snapshot: Snapshot, typed: str, vocabulary: Vocabulary, *, allowed: Collection[str] | None, limit: int
) -> list[Suggestion]:
    """Return what begins as typed: as it is written, in pinyin, or by its initials; terms and names by turns."""
    key = searched(typed).replace(" ", "").replace("'", "")[:_LONGEST]
    if not key or limit <= 0:
        return []
    permission = snapshot.permission(allowed)
    terms = []
    for term in vocabulary.beginning(key, _MOST_TERMS):
        said = engine.phrase(snapshot.schema, "said", searched(term))
        # most terms are said nowhere, which is known sooner than whether they may be found
        if snapshot.count(said) and snapshot.count(engine.restricted(said, permission)):
            terms.append(Suggestion(term, "term"))
        if len(terms) >= limit:
            break
    everybody = engine.restricted(None, permission)
    found = (named(term) for term, _ in snapshot.terms("name", key, everybody, _MOST_NAMES))
    names = [Suggestion(text, what) for _, what, text in sorted(found, key=lambda name: (len(name[0]), name[2]))]
    mixed = (each for pair in zip_longest(terms, dict.fromkeys(names)) for each in pair if each)
    return list({each.text: each for each in reversed(list(mixed))}.values())[::-1][:limit]
