"""A store in memory and a catalogue in memory, for the tests of what is built on them; the real ones have their own."""
# ruff: noqa: ARG002 -- it takes what the real store takes

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from archive.catalogue import Searchable, Timed
from archive.errors import NotFound
from archive.objects.store import ObjectInfo
from archive.tables import Recording


class MemoryStore:
    """The least store there is: a dictionary, and a point (`left` writes from now) at which writing stops."""

    class Crash(Exception):
        """The process ends here."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.writes: list[str] = []
        self.left: int | None = None
        self.uploads: dict[str, dict[int, bytes]] = {}

    def _change(self, key: str) -> None:
        if self.left == 0:
            raise self.Crash
        if self.left is not None:
            self.left -= 1
        self.writes.append(key)

    def put(self, key: str, data: bytes, *, content_type: str = "") -> None:
        self._change(key)
        self.objects[key] = data

    def delete(self, key: str) -> None:
        self._change(key)
        self.objects.pop(key, None)

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFound(key)
        return self.objects[key]

    def find(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def exists(self, key: str) -> bool:
        return key in self.objects

    def head(self, key: str) -> ObjectInfo:
        return ObjectInfo(key, len(self.get(key)), "", datetime.now(UTC))

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        yield self.get(key)[start:end]

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return (self.head(key) for key in sorted(self.objects) if key.startswith(prefix))

    def delete_prefix(self, prefix: str) -> int:
        keys = [found.key for found in self.list(prefix)]
        for key in keys:
            self.delete(key)
        return len(keys)

    def start_upload(self, key: str) -> str:
        self.uploads[key] = {}
        return key

    def put_part(self, key: str, upload_id: str, number: int, data: bytes) -> str:
        self.uploads[upload_id][number] = data
        return "etag"

    def finish_upload(self, key: str, upload_id: str, parts: object) -> None:
        self._change(key)
        self.objects[key] = b"".join(data for _, data in sorted(self.uploads.pop(upload_id).items()))

    def abort_upload(self, key: str, upload_id: str) -> None:
        self.uploads.pop(upload_id, None)


@pytest.fixture(scope="session")
def memory_store() -> type[MemoryStore]:
    """The class, for a test that wants several. A write that is one too many raises its `Crash`."""
    return MemoryStore


class Shelf:
    """What an index follows, kept in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Searchable] = {}

    def put(self, recording_id, title, sentences=(), *, revision=1, texts=None, institution="", **about):
        recording = Recording(id=recording_id, title=title, revision=revision, **about)
        said = [Timed(n * 5.0, n * 5 + 4.5, "segment", text) for n, text in enumerate(sentences)]
        self.kept[recording_id] = Searchable(recording, said if texts is None else texts, institution)

    def revisions(self):
        return {recording_id: found.recording.revision for recording_id, found in self.kept.items()}

    def searchables(self, recording_ids):
        return [self.kept[each] for each in recording_ids if each in self.kept]


@pytest.fixture(scope="session")
def new_shelf() -> type[Shelf]:
    """The class, for a test that wants several."""
    return Shelf


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()
