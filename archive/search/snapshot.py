"""The index as of one commit, and what can be asked of it."""

import functools
from dataclasses import dataclass
from typing import Any

import tantivy

from archive.search.files import or_damaged
from archive.search.query import term


@dataclass(frozen=True)
class Kept:
    """What is kept of one document. A recording has a title and a kind, a sentence a text and its time in seconds."""

    recording_id: str
    revision: int = 0
    title: str = ""
    kind: str = ""
    text: str = ""
    start: float = 0.0
    end: float = 0.0


class Snapshot:
    """What one commit holds. It stays readable while others write."""

    def __init__(self, index: tantivy.Index, generation: object) -> None:
        self.index = index
        self.schema = index.schema
        self.generation = generation
        with or_damaged():
            self._searcher = index.searcher()

    def top(self, query: tantivy.Query, limit: int) -> list[tuple[float, Kept]]:
        """Return the best documents with their scores.

        Raises:
            Damaged: the index cannot be read.
        """
        with or_damaged():
            hits = self._searcher.search(query, limit, count=False).hits
            return [(float(score), _kept(self._searcher.doc(address))) for score, address in hits]

    def recording(self, recording_id: str) -> Kept:
        """Return what is kept of a recording that the index holds."""
        is_one = (tantivy.Occur.Must, term(self.schema, "type", "r"))
        is_it = (tantivy.Occur.Must, term(self.schema, "recording", recording_id))
        return self.top(tantivy.Query.boolean_query([is_one, is_it]), 1)[0][1]

    @functools.cached_property
    def revisions(self) -> dict[str, int]:
        """The revision at which each recording was indexed."""
        with or_damaged():
            most = self._searcher.doc_freq("type", "r")
        everything = self.top(term(self.schema, "type", "r"), max(most, 1))
        return {kept.recording_id: kept.revision for _, kept in everything}


def _kept(document: tantivy.Document) -> Kept:
    values: dict[str, Any] = {name: found[0] for name, found in document.to_dict().items()}
    for name in {"title", "kind", "text"} & values.keys():
        values[name] = bytes(values[name]).decode()
    return Kept(values.pop("recording"), **values)
