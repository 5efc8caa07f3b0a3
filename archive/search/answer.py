"""From a query to the recordings and moments that answer it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import tantivy

from archive.search.query import By, Questions, Span, term, without
from archive.search.snapshot import Snapshot

_PAGE = 64
_LONGEST_PAGE = 4096


@dataclass(frozen=True)
class Moment:
    """One sentence that answers; `highlights` are character offsets in `text`, `start` and `end` seconds."""

    start: float
    end: float
    text: str
    highlights: tuple[Span, ...]
    by: By


@dataclass(frozen=True)
class Hit:
    """One recording that answers, its best moments first; none when only its title or its people do.

    `highlights` are character offsets in `title`. `score` is above 1 where the query was found as it is written, below
    1 where only by its sound.
    """

    recording_id: str
    title: str
    kind: str
    score: float
    highlights: tuple[Span, ...]
    moments: tuple[Moment, ...]


class Answer:
    """The answer to one query, as of one commit."""

    def __init__(self, snapshot: Snapshot, query: str, moments: int) -> None:
        self._snapshot = snapshot
        self._asked = Questions.of(query, snapshot.schema)
        self._moments_wanted = moments
        self._ways: tuple[By, ...] = ("text", "sound") if self._asked.can_be_heard else ("text",)

    def hits(self, allowed: Callable[[str], bool], limit: int) -> list[Hit]:
        """Return at most `limit` recordings, best first: as written before as it sounds.

        Only where that finds nothing, what sounds nearly so: Whisper base hears 脱寻 for 脱垂.
        """
        found = self._hits(allowed, limit)
        if not found and self._asked.can_be_heard:
            self._asked = self._asked.nearly()
            found = self._hits(allowed, limit)
        return found

    def _hits(self, allowed: Callable[[str], bool], limit: int) -> list[Hit]:
        found: list[Hit] = []
        seen: set[str] = set()
        if self._asked.words:
            for by in self._ways:
                for score, recording_id in self._ranked(by, seen):
                    if len(found) >= limit:
                        return found
                    if allowed(recording_id):
                        found.append(self._hit(recording_id, score, by))
        return found

    def _ranked(self, by: By, seen: set[str]) -> Iterator[tuple[float, str]]:
        """Yield recordings by their best document. Those seen are left out of the next page, so every page has news."""
        page = _PAGE
        while True:
            query = self._asked.anything(by)
            if seen:
                query = without(query, tantivy.Query.term_set_query(self._snapshot.schema, "recording", sorted(seen)))
            found = self._snapshot.top(query, page)
            for score, kept in found:
                if kept.recording_id not in seen:
                    seen.add(kept.recording_id)
                    yield score / (1 + score) + (by == "text"), kept.recording_id
            if len(found) < page:
                return
            page = min(page * 2, _LONGEST_PAGE)

    def _hit(self, recording_id: str, score: float, by: By) -> Hit:
        kept = self._snapshot.recording(recording_id)
        highlights = self._asked.highlights(kept.title, by)
        moments: list[Moment] = []
        for way in self._ways:
            if len(moments) < self._moments_wanted:
                moments += self._moments(recording_id, way, self._moments_wanted - len(moments))
        return Hit(recording_id, kept.title, kept.kind, score, highlights, tuple(moments))

    def _moments(self, recording_id: str, by: By, limit: int) -> list[Moment]:
        query = self._asked.sentences(by)
        if by == "sound":
            query = without(query, self._asked.sentences("text"))
        here = tantivy.Query.const_score_query(term(self._snapshot.schema, "recording", recording_id), 0.0)
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, here), (tantivy.Occur.Must, query)])
        found = sorted(self._snapshot.top(both, limit), key=lambda pair: (-pair[0], pair[1].start))
        return [Moment(kept.start, kept.end, kept.text, self._asked.highlights(kept.text, by), by) for _, kept in found]
