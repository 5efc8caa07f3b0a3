"""The index as of one commit, and what can be asked of it."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import tantivy

from archive.search import engine
from archive.search.analyser import searched
from archive.search.document import Body
from archive.search.files import or_damaged

_MOST_BODIES = 40
_MOST_CHARACTERS = 2_000_000  # of bodies kept in memory, some ten bytes each
_MOST_PERMISSIONS = 32
_MOST_VALUES = 50  # of one facet


class Snapshot:
    """What one commit holds. It stays readable while others write. Whatever is asked raises `Damaged` if unreadable."""

    def __init__(self, index: tantivy.Index, generation: object) -> None:
        self.index = index
        self.schema = index.schema
        self.generation = generation
        self._bodies: OrderedDict[tuple[int, int], Body] = OrderedDict()
        self._permissions: OrderedDict[frozenset[str], list[engine.Clause]] = OrderedDict()
        self._spelled: dict[str, Mapping[str, str]] = {}
        self._lock = threading.Lock()
        with or_damaged():
            self._searcher = index.searcher()

    def top(self, query: tantivy.Query, limit: int) -> tuple[list[tuple[float, tantivy.DocAddress]], int]:
        """Return the best recordings' documents with their scores, and how many there are in all."""
        with or_damaged():
            most = max(self._searcher.num_docs, 1)  # it makes room for as many as it is asked for, there or not
            found: Any = self._searcher.search(query, min(max(limit, 1), most), count=True)  # its stub knows no count
            return [(float(score), address) for score, address in found.hits][: max(limit, 0)], int(found.count)

    def count(self, query: tantivy.Query) -> int:
        """Return how many recordings match."""
        return self.top(query, 1)[1]

    def values(self, name: str, addresses: Sequence[tantivy.DocAddress]) -> list[Any]:
        """Return a field's numbers for these documents."""
        with or_damaged():
            return self._searcher.fast_field_values(name, list(addresses))

    def facets(self, query: tantivy.Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return how many of the recordings that match have each value of these fields."""
        asked = {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in names}
        with or_damaged():
            found = self._searcher.aggregate(query, asked)
        return {name: {row["key"]: row["doc_count"] for row in found[name]["buckets"]} for name in names}

    def terms(self, name: str, prefix: str, query: tantivy.Query, limit: int | None = None) -> list[tuple[str, int]]:
        """Return a field's terms that begin so, with the number of recordings that have them and match."""
        with or_damaged():
            return list(self._searcher.terms_with_prefix(name, prefix, query, limit))

    def spelled(self, name: str) -> Mapping[str, str]:
        """Return every value of a field, and how it is searched."""
        with self._lock:
            known = self._spelled.get(name)
        if known is None:
            known = {value: searched(value) for value, _ in self.terms(name, "", tantivy.Query.all_query())}
            with self._lock:
                self._spelled[name] = known
        return known

    def body(self, address: tantivy.DocAddress) -> Body:
        """Return what is kept of a recording."""
        key = (address.segment_ord, address.doc)
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        with or_damaged():
            found = Body(self._searcher.doc(address))
        with self._lock:
            self._bodies[key] = found
            while len(self._bodies) > 1 and (
                len(self._bodies) > _MOST_BODIES
                or sum(len(each.text) for each in self._bodies.values()) > _MOST_CHARACTERS
            ):
                self._bodies.popitem(last=False)
        return found

    @functools.cached_property
    def revisions(self) -> dict[str, int]:
        """The revision at which each recording was indexed."""
        found = (term.split(" ") for term, _ in self.terms("version", "", tantivy.Query.all_query()))
        return {recording_id: int(revision) for recording_id, revision in found}

    def permission(self, allowed: Collection[str] | None) -> list[engine.Clause]:
        """Return what keeps a query to the recordings with these ids; None: to all. Known sets cost nothing."""
        if allowed is None:
            return []
        key = frozenset(allowed)
        held = self.revisions
        with self._lock:
            if key not in self._permissions:
                self._permissions[key] = engine.permission(self.schema, held.keys(), key)
            self._permissions.move_to_end(key)
            while len(self._permissions) > _MOST_PERMISSIONS:
                self._permissions.popitem(last=False)
            return self._permissions[key]
