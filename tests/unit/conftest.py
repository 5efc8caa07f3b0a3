"""A store in memory, for the tests of what is built on a store. What a store itself does is proved on the real one."""
# ruff: noqa: ARG002 -- it takes what the real store takes

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from archive.errors import NotFound
from archive.objects.store import ObjectInfo


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
