"""The index: a copy of the catalogue's words that any host can make, follow and throw away."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import filelock
import tantivy

from archive.errors import NotFound, ShijiaoError
from archive.search.analyser import lines
from archive.search.answer import Answer, Hit, Moment
from archive.search.files import Damaged, create_index, generation, open_index, or_damaged
from archive.search.snapshot import Snapshot

if TYPE_CHECKING:
    from archive.catalogue import Searchable

__all__ = ["Followed", "Hit", "Moment", "SearchIndex"]

_log = logging.getLogger(__name__)

_WRITER_MEMORY = 64_000_000
_LOCK_SECONDS = 10.0


class Followed(Protocol):
    """What an index follows; `archive.catalogue.Catalogue` is one."""

    def revisions(self) -> dict[str, int]:
        """Return the revision of every recording that search may hold."""

    def searchable(self, recording_id: str) -> "Searchable":
        """Return what search indexes of one recording.

        Raises:
            NotFound: it is gone by now.
        """


class SearchIndex:
    """The search index in one directory. Threads may share it; so may processes, each with one of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._state = threading.RLock()
        self._snapshot: Snapshot | None = None
        if self._current() is None:
            with contextlib.suppress(filelock.Timeout), self._writing():  # else the next `follow` tries again
                self._current_or_new()

    def follow(self, catalogue: Followed) -> int:
        """Bring the index up to the catalogue's revisions; return how many recordings were indexed anew or removed.

        All of it becomes visible at once, or nothing. While another process writes, this waits for a bounded time,
        then leaves the work to it.

        Raises:
            ShijiaoError: the index cannot be written, for example on a full disk.
        """
        if self._is_at(catalogue.revisions()):
            return 0
        try:
            with self._writing():
                return self._catch_up(catalogue)
        except filelock.Timeout:
            _log.info("another process is writing the search index %s", self._directory)
            return 0
        except Damaged as damage:
            raise ShijiaoError(
                f"The search index {self._directory} cannot be written: {damage}.", "Is the disk full?"
            ) from damage

    def search(
        self, query: str, *, allowed: Callable[[str], bool] | None = None, limit: int = 20, moments: int = 5
    ) -> list[Hit]:
        """Return the recordings that answer, best first: as written before as it sounds.

        Every word and every "quoted phrase" must be found. What `allowed` denies is neither counted nor shown. Any
        query has an answer; an index that cannot be read has none, until `follow` has made it anew.
        """
        snapshot = self._current()
        if snapshot is None:
            return []
        try:
            return Answer(snapshot, query, moments).hits(allowed or (lambda _: True), limit)
        except Damaged as damage:
            self._doubt(damage)
            return []

    def count(self) -> int:
        """Return how many recordings the index holds."""
        snapshot = self._current()
        try:
            return 0 if snapshot is None else len(snapshot.revisions)
        except Damaged as damage:
            self._doubt(damage)
            return 0

    def _is_at(self, wanted: Mapping[str, int]) -> bool:
        snapshot = self._current()
        try:
            return snapshot is not None and snapshot.revisions == wanted
        except Damaged as damage:
            self._doubt(damage)
            return False

    def _catch_up(self, catalogue: Followed) -> int:
        """Write what changed. Asks for the writer's lock."""
        try:
            return _write(self._current_or_new(), catalogue)
        except Damaged as damage:
            self._doubt(damage)
            if self._current() is not None:  # what was written is sound: writing itself fails
                raise
            return _write(self._current_or_new(), catalogue)

    def _current(self) -> Snapshot | None:
        """Return the newest commit, whichever process made it; None when there is no index that can be read."""
        with self._state:
            now = generation(self._directory)
            if self._snapshot is None or self._snapshot.generation != now:
                index = open_index(self._directory, check=self._snapshot is None)
                self._snapshot = None
                with contextlib.suppress(Damaged):
                    self._snapshot = None if index is None else Snapshot(index, now)
            return self._snapshot

    def _current_or_new(self) -> Snapshot:
        """Return the newest commit, or begin an empty index in place of what cannot be read. Asks for the lock."""
        with self._state:
            found = self._current()
            if found is None:
                found = self._snapshot = Snapshot(create_index(self._directory), generation(self._directory))
            return found

    def _doubt(self, damage: Damaged) -> None:
        """Let go of the snapshot, so that its files are checked before they are used again."""
        _log.warning("the search index %s seems damaged and will be checked: %s", self._directory, damage)
        with self._state:
            self._snapshot = None

    def _writing(self) -> filelock.BaseFileLock:
        self._directory.parent.mkdir(parents=True, exist_ok=True)
        beside = self._directory.with_name(self._directory.name + ".lock")
        return filelock.FileLock(beside, timeout=_LOCK_SECONDS)


def _write(snapshot: Snapshot, catalogue: Followed) -> int:
    wanted, indexed = catalogue.revisions(), snapshot.revisions
    changed = [each for each in {**indexed, **wanted} if indexed.get(each) != wanted.get(each)]
    if not changed:  # another process has done it meanwhile
        return 0
    with or_damaged():
        writer = snapshot.index.writer(_WRITER_MEMORY, 1)
    try:
        for recording_id in changed:
            documents = list(_documents(catalogue, recording_id, wanted.get(recording_id)))
            with or_damaged():
                writer.delete_documents_by_term("recording", recording_id)
                for document in documents:
                    writer.add_document(document)
        with or_damaged():
            writer.commit()
    finally:
        with or_damaged():
            writer.wait_merging_threads()  # without a commit before it: drops what was added, and the lock
    return len(changed)


def _documents(catalogue: Followed, recording_id: str, revision: int | None) -> Iterator[tantivy.Document]:
    """Yield the documents of a recording: itself and its sentences; none when it is gone.

    `revision` is what the catalogue said before: should it have changed since, the next `follow` sees it.
    """
    if revision is None:
        return
    try:
        found = catalogue.searchable(recording_id)
    except NotFound:
        return
    recording = found.recording
    about = [lines(text) for text in (recording.title, *recording.speakers, recording.specialty, recording.procedure)]
    document = _document("r", recording_id)
    document.add_integer("revision", revision)
    document.add_bytes("title", _bytes(recording.title))
    document.add_bytes("kind", str(recording.kind).encode())
    for each in about:
        document.add_text("about", each.pieces)
        document.add_text("about_sounds", each.sounds)
    yield document
    for segment in found.segments:
        document = _document("s", recording_id)
        document.add_float("start", segment.start)
        document.add_float("end", segment.end)
        document.add_bytes("text", _bytes(segment.text))
        said = lines(segment.text)
        for name, line in (("pieces", said.pieces), ("pairs", said.pairs), ("sounds", said.sounds)):
            document.add_text(name, line)
        for each in about:
            document.add_text("about", each.pieces)
        yield document


def _document(kind: str, recording_id: str) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("type", kind)
    document.add_text("recording", recording_id)
    return document


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")  # a lone surrogate has no UTF-8
