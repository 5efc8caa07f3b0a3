"""Answers while there is no index that can be read: from the catalogue itself.

A plain scan of what is written there finds the recordings that may answer; the newest of them are indexed in memory for
this one question, so that ranking, filters, counts, moments and permission are what they always are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import tantivy

from archive.search.answer import Answer, Asked, answer
from archive.search.document import document, prepare, schema
from archive.search.query import Query, loosened, parse
from archive.search.snapshot import Snapshot
from archive.search.vocabulary import Vocabulary
from archive.searchable import Searchable

_MOST = 40  # recordings that are looked at for one question
_MEMORY = 15_000_000  # bytes of a writer: the least that tantivy takes


class Scanned(Protocol):
    """What answers meanwhile; `archive.catalogue.Catalogue` is one."""

    def revisions(self) -> dict[str, int]:
        """Return the revision of every recording that search may hold."""

    def mentioning(self, words: Sequence[Sequence[str]]) -> Sequence[str]:
        """Return the recordings that hold every word in any of its spellings, the newest first."""

    def searchables(self, recording_ids: Sequence[str]) -> Iterator[Searchable] | Sequence[Searchable]:
        """Return what search indexes of those recordings that are still there."""


def meanwhile(catalogue: Scanned, asked: Asked, vocabulary: Vocabulary) -> Answer:
    """Answer by what is written, not by how it sounds nor by what it means; of many recordings, only the newest."""
    revisions = catalogue.revisions()
    may = revisions.keys() if asked.allowed is None else revisions.keys() & asked.allowed
    candidates: list[str] = []
    for query in _asked(asked, vocabulary):
        spellings = [[word.text, *(other.text for other in word.others)] for word in query.words]
        candidates = [each for each in catalogue.mentioning(spellings) if each in may][:_MOST]
        if candidates:
            break
    snapshot = _indexed(catalogue.searchables(candidates), revisions)
    return replace(answer(snapshot, asked, vocabulary), rebuilding=True)


def _asked(asked: Asked, vocabulary: Vocabulary) -> Iterator[Query]:
    """Yield what is asked, then less and less of it."""
    typed = parse(asked.query, vocabulary)
    yield typed
    yield from loosened(typed, vocabulary, lambda _: True)


def _indexed(found: Iterator[Searchable] | Sequence[Searchable], revisions: Mapping[str, int]) -> Snapshot:
    index = prepare(tantivy.Index(schema()))
    writer = index.writer(_MEMORY, 1)
    for each in found:
        if each.recording.id in revisions:
            writer.add_document(document(each, revisions[each.recording.id]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return Snapshot(index, None)
