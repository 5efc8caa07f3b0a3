"""The index: a copy of the catalogue's words that any host can make, follow and throw away."""

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import filelock
import tantivy

from archive.errors import ShijiaoError
from archive.search import vocabulary
from archive.search.answer import Answer, Asked, Hit, answer
from archive.search.document import document
from archive.search.files import Damaged, clear, create_index, generation, install, open_index, or_damaged, sweep
from archive.search.matching import Moment
from archive.search.meanwhile import Scanned, meanwhile
from archive.search.snapshot import Snapshot
from archive.search.suggest import Suggestion, suggest
from archive.searchable import Searchable

if TYPE_CHECKING:
    from archive.search.vectors import Vectors  # an extra: not loaded where it is not used

__all__ = ["Followed", "Hit", "Moment", "SearchIndex"]

_log = logging.getLogger(__name__)

_MEMORY = 30_000_000  # bytes of a writer; a large one makes fewer and larger pieces
_MUCH_MEMORY = 400_000_000
_MANY = 200  # recordings
_AT_A_TIME = 32  # recordings that are read from the catalogue together
_LOCK_SECONDS = 10.0
_FORGET_SECONDS = 60.0

_Value = TypeVar("_Value")


class Followed(Protocol):
    """What an index follows; `archive.catalogue.Catalogue` is one."""

    def revisions(self) -> dict[str, int]:
        """Return the revision of every recording that search may hold."""

    def searchables(self, recording_ids: Sequence[str]) -> Iterable[Searchable]:
        """Return what search indexes of those recordings that are still there."""


class SearchIndex:
    """The search index in one directory. Threads may share it; so may processes, each with one of its own.

    `catalogue` answers while there is no index that can be read. `glossary` is the folder of the hospital's own terms,
    which are searched as ours are. With `vectors`, texts that mean what is asked answer too; they follow the catalogue
    beside the index.
    """

    def __init__(
        self,
        directory: Path,
        *,
        catalogue: Scanned | None = None,
        glossary: Path | None = None,
        by_sound: bool = True,
        vectors: "Vectors | None" = None,
    ) -> None:
        self._root = directory
        self._catalogue = catalogue
        self._glossary = glossary
        self._by_sound = by_sound
        self._vectors = vectors
        self._state = threading.RLock()
        self._snapshot: Snapshot | None = None
        self._unreadable: object = None  # a generation: its files are not looked through at every question
        self._doubted = False
        self._current()

    def follow(self, catalogue: Followed) -> int:
        """Bring the index up to the catalogue's revisions; return how many recordings were indexed anew or removed.

        All of it becomes visible at once, or nothing. While another process writes, this waits for a bounded time,
        then leaves the work to it. An index that cannot be read is made anew; see `ask` for what answers until then.

        Raises:
            ShijiaoError: the index cannot be written, for example on a full disk.
        """
        if self._is_at(catalogue.revisions()):
            return 0
        try:
            with self._writing(_LOCK_SECONDS):
                return self._catch_up(catalogue)
        except filelock.Timeout:
            _log.info("another process is writing the search index %s", self._root)
            return 0
        except Damaged as damage:
            raise ShijiaoError(
                f"The search index {self._root} cannot be written: {damage}.", "Is the disk full?"
            ) from damage

    def forget(self, recording_id: str) -> None:
        """Take a recording out of the index; when this returns, no query of this host finds anything of it.

        To be called when the catalogue no longer offers it; other hosts ask the catalogue who may find what.

        Raises:
            ShijiaoError: the index cannot be written, or another process has been writing it for a minute.
        """
        try:
            with self._writing(_FORGET_SECONDS):
                snapshot = self._current()
                if snapshot is not None:
                    sweep(self._root)
                    _write(snapshot.index, [recording_id], lambda _: [], {}, by_sound=False)
        except (filelock.Timeout, Damaged) as error:
            raise ShijiaoError(
                f"The recording {recording_id} could not be taken out of the search index {self._root}: {error}.",
                "Try again; if that does not help, remove that folder: it is made anew.",
            ) from error

    def ask(self, asked: Asked) -> Answer:
        """Answer a query. Any query has an answer; while no index can be read the catalogue gives it, else nothing.

        What `asked.allowed` does not name is not matched, counted or suggested.
        """
        found = self._read(lambda snapshot: self._answered(snapshot, asked), None)
        if found is None:
            return meanwhile(self._catalogue, asked, self._vocabulary()) if self._catalogue else Answer()
        return found

    def _answered(self, snapshot: Snapshot, asked: Asked) -> Answer | None:
        if self._vectors is None:
            return answer(snapshot, asked, self._vocabulary())
        from archive.search.hybrid import hybrid

        return hybrid(snapshot, asked, self._vocabulary(), self._vectors)

    def search(
        self, query: str, *, allowed: Collection[str] | None = None, limit: int = 20, moments: int = 5
    ) -> list[Hit]:
        """Return the recordings that answer, best first: as written before as it sounds, without counting."""
        return list(self.ask(Asked(query, allowed, limit=limit, moments=moments, facets=False)).hits)

    def suggest(self, typed: str, *, allowed: Collection[str] | None = None, limit: int = 8) -> list[Suggestion]:
        """Return what somebody may be about to type, and would find."""
        return self._read(
            lambda snapshot: suggest(snapshot, typed, self._vocabulary(), allowed=allowed, limit=limit), []
        )

    def count(self) -> int:
        """Return how many recordings the index holds."""
        return self._read(lambda snapshot: len(snapshot.revisions), 0)

    def _vocabulary(self) -> vocabulary.Vocabulary:
        return vocabulary.vocabulary(self._glossary)

    def _read(self, question: Callable[[Snapshot], _Value], nothing: _Value) -> _Value:
        snapshot = self._current()
        try:
            return nothing if snapshot is None else question(snapshot)
        except Damaged as damage:
            self._doubt(damage)
            return nothing

    def _is_at(self, wanted: Mapping[str, int]) -> bool:
        return not self._doubted and self._read(lambda snapshot: snapshot.revisions == wanted, False)

    def _catch_up(self, catalogue: Followed) -> int:
        """Write what changed. Asks for the writer's lock."""
        found = self._checked()
        if found is not None:
            try:
                return self._changes(found, catalogue)
            except Damaged as damage:
                self._doubt(damage)
                if self._checked() is not None:  # what was written is sound: writing itself fails
                    raise
        return self._anew(catalogue)

    def _changes(self, snapshot: Snapshot, catalogue: Followed) -> int:
        wanted, indexed = catalogue.revisions(), snapshot.revisions
        changed = [each for each in {**indexed, **wanted} if indexed.get(each) != wanted.get(each)]
        if changed:  # else another process has done it meanwhile
            sweep(self._root)
            _write(snapshot.index, changed, catalogue.searchables, wanted, by_sound=self._by_sound)
        return len(changed)

    def _anew(self, catalogue: Followed) -> int:
        """Make a new index beside the one that answers, and put it in its place."""
        wanted = catalogue.revisions()
        if self._root.is_dir():
            clear(self._root)
        index, directory = create_index(self._root)
        _write(index, list(wanted), catalogue.searchables, wanted, by_sound=self._by_sound)
        install(self._root, directory)
        self._doubted = False
        return len(wanted)

    def _current(self) -> Snapshot | None:
        """Return the newest commit, whichever process made it.

        What cannot be read leaves the one before in place; None when there never was one.
        """
        with self._state:
            now = generation(self._root)
            held = None if self._snapshot is None else self._snapshot.generation
            if now is not None and now not in (held, self._unreadable):
                self._unreadable = now
                index = open_index(self._root, check=self._snapshot is None)
                with contextlib.suppress(Damaged):
                    if index is not None:
                        self._snapshot, self._unreadable = Snapshot(index, now), None
            return self._snapshot

    def _checked(self) -> Snapshot | None:
        """Return the newest commit if it is what lies on the disk, whole; else None. Asks for the lock."""
        with self._state:
            found = self._current()
            if found is None or found.generation != generation(self._root):
                return None
            if self._doubted and open_index(self._root, check=True) is None:
                return None
            self._doubted = False
            return found

    def _doubt(self, damage: Damaged) -> None:
        """Have the files checked before anything more is written; what can still be read goes on answering."""
        _log.warning("the search index %s seems damaged and will be checked: %s", self._root, damage)
        self._doubted = True

    def _writing(self, seconds: float) -> filelock.BaseFileLock:
        self._root.parent.mkdir(parents=True, exist_ok=True)
        return filelock.FileLock(self._root.with_name(self._root.name + ".lock"), timeout=seconds)


def _document(found: Searchable, revision: int, *, by_sound: bool) -> tantivy.Document:
    """Return a recording's document: one without its texts where those cannot be indexed, as others are to be found."""
    try:
        return document(found, revision, by_sound=by_sound)
    except Exception:  # noqa: BLE001  it is told in full
        _log.exception("the texts of recording %s cannot be indexed; it is found by its title only", found.recording.id)
        return document(replace(found, texts=()), revision, by_sound=by_sound)


def _write(
    index: tantivy.Index,
    changed: Sequence[str],
    read: Callable[[Sequence[str]], Iterable[Searchable]],
    revisions: Mapping[str, int],
    *,
    by_sound: bool,
) -> None:
    """Replace the documents of these recordings, in one commit.

    `revisions` are what the catalogue said before it is read: should one have changed since, the next look sees it.
    """
    many = len(changed) > _MANY
    with or_damaged():
        writer = index.writer(_MUCH_MEMORY if many else _MEMORY, 2 if many else 1)
    try:
        for first in range(0, len(changed), _AT_A_TIME):
            some = changed[first : first + _AT_A_TIME]
            with or_damaged():
                for recording_id in some:
                    writer.delete_documents_by_term("recording", recording_id)
            for found in read([each for each in some if each in revisions]):
                made = _document(found, revisions[found.recording.id], by_sound=by_sound)
                with or_damaged():
                    writer.add_document(made)
        with or_damaged():
            writer.commit()
    finally:
        with or_damaged():
            writer.wait_merging_threads()  # without a commit before it: drops what was added, and the lock
