"""A file that is never held whole: a row of pieces whose lengths are known before any of them is read."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.objects.store import ObjectStore


class Piece(Protocol):
    """Some bytes of the file: how many, and how to read those from `start` up to `end`."""

    @property
    def size(self) -> int: ...

    @property
    def name(self) -> bytes:
        """What tells it from any other piece."""

    def read(self, start: int, end: int) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Written:
    """Bytes that are there."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def name(self) -> bytes:
        return self.content

    def read(self, start: int, end: int) -> Iterator[bytes]:
        yield self.content[start:end]


@dataclass(frozen=True)
class Coded:
    """Bytes from `first` up to `last` of an object in the store, in base64 (RFC 4648): four characters for three."""

    store: ObjectStore
    key: str
    first: int
    last: int

    @property
    def size(self) -> int:
        return (self.last - self.first + 2) // 3 * 4

    @property
    def name(self) -> bytes:
        return f"{self.key}\0{self.first}\0{self.last}".encode()

    def read(self, start: int, end: int) -> Iterator[bytes]:
        begin = self.first + start // 4 * 3
        until = min(self.last, self.first + (end + 3) // 4 * 3)
        skipped, left = start % 4, end - start
        for text in _coded(self.store.stream(self.key, begin, until)):
            wanted = text[skipped : skipped + left]
            skipped = max(0, skipped - len(text))
            left -= len(wanted)
            yield wanted


def _coded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        held = rest + chunk
        whole = len(held) // 3 * 3
        rest = held[whole:]
        yield b64encode(held[:whole])
    yield b64encode(rest)


def size(pieces: Iterable[Piece]) -> int:
    """Return the bytes of all pieces together."""
    return sum(piece.size for piece in pieces)


def digest(pieces: Iterable[Piece]) -> str:
    """Name what the pieces hold, without reading what lies in the store: keys there name their content."""
    named = hashlib.sha256()
    for piece in pieces:
        named.update(b"%d\0%b" % (len(piece.name), piece.name))
    return named.hexdigest()[:32]


def read(pieces: Sequence[Piece], start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `start` up to `end` of all pieces in a row."""
    at = 0
    for piece in pieces:
        first, last = max(start - at, 0), min(end - at, piece.size)
        if first < last:
            yield from piece.read(first, last)
        at += piece.size
