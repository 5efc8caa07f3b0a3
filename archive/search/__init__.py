"""Search: the analyser, the index, and the answer.

    index = SearchIndex(settings.home / "search", glossary=settings.glossary_dir)
    index.follow(catalogue)                         # bring it up to date; cheap when nothing changed
    allowed = findable(member, catalogue)           # ids of the recordings that this member may find
    answer = index.ask(Asked("胎心 -减速 讲者:王", allowed, filters={"year": ["2025"]}, limit=10, offset=0))

`answer.hits` are recordings (`Hit`: title, people, day, length), each with its best `Moment`s: start and end in
seconds, text, highlights as character offsets, kind (segment, chapter, slide, mark), by (text, same, sound, meaning).
`answer.total` counts all that answer; `answer.facets[field]` are `Count`s (value, count, chosen) for each of `FACETS`;
`answer.also` is what else was searched for, `answer.instead` what may have been meant (did you mean), `answer.loosened`
whether less was asked for than typed. `index.suggest("shu", allowed=allowed)` returns `Suggestion`s (text, kind) while
somebody types. `index.forget(recording_id)` takes a recording out before it returns.

Search by meaning is an extra: `open_vectors(settings)` returns what `SearchIndex(…, vectors=…)` takes and what follows
the catalogue beside it, or None.
"""

from typing import TYPE_CHECKING

from archive.search.answer import Answer, Asked, Count, Hit
from archive.search.document import FACETS
from archive.search.filters import possible
from archive.search.index import Followed, SearchIndex
from archive.search.matching import Moment
from archive.search.suggest import Suggestion
from archive.settings import Settings

if TYPE_CHECKING:
    from archive.search.vectors import Vectors

__all__ = [
    "FACETS",
    "Answer",
    "Asked",
    "Count",
    "Followed",
    "Hit",
    "Moment",
    "SearchIndex",
    "Suggestion",
    "open_vectors",
    "possible",
]


def open_vectors(settings: Settings) -> "Vectors | None":
    """Return this host's vectors; None where search by meaning is not installed or switched off."""
    from archive.search import meaning

    if settings.search_meaning == "off" or not meaning.installed():
        return None
    from archive.search.vectors import Vectors

    return Vectors(settings.home / "meaning")
