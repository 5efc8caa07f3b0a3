"""Sending files into the store: read once, hashed as they pass, in parts; sources so that they can be resumed."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from archive.errors import InputError, NotFound
from archive.objects.store import MOST_PARTS, ObjectStore, Part

IN_FLIGHT = 3
_PART = 5 * 1024 * 1024  # bytes of what we made ourselves: it is sent beside the source, and both share the memory
_CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Sent:
    """What arrived: the size in bytes and the SHA-512 in hexadecimal."""

    size: int
    sha512: str


def send(
    store: ObjectStore,
    key: str,
    path: Path,
    *,
    part_size: int,
    upload_id: str | None = None,
    started: Callable[[str], None] = lambda _upload_id: None,
    progress: Callable[[int, int], None] = lambda _done, _size: None,
) -> Sent:
    """Send a file to `key`, reading it once. Memory is a few times `part_size`, whatever the file's size.

    `started` gets the upload's id before the first byte goes, so that a later run can hand it back as `upload_id`:
    then parts that have arrived and are the same are not sent again. `progress` gets the bytes that are in the store
    and the bytes in all. An error, also one that `progress` raises, leaves the upload to be taken up again.

    Raises:
        InputError: the file cannot be read, or changed while it was being sent.
        StoreError: the store did not take it.
    """
    with _opened(path) as file:
        before = os.fstat(file.fileno())
        if before.st_size == 0:
            store.put(key, b"", content_type=_CONTENT_TYPE)
            return Sent(0, hashlib.sha512().hexdigest())
        part_size = max(part_size, -(-before.st_size // MOST_PARTS))
        upload_id, stored = _take_up(store, key, upload_id, started)

        def one(number: int, data: bytes) -> Part:
            there = stored.get(number)
            if there and there.size == len(data) and there.etag == _md5(data):
                return there
            return Part(number, len(data), store.put_part(key, upload_id, number, data))

        digest = hashlib.sha512()
        parts: list[Part] = []
        for part in _in_order_of_arrival(one, _hashed(_pieces(file, path, part_size), digest.update)):
            parts.append(part)
            progress(sum(each.size for each in parts), before.st_size)
        after = path.stat()

    size = sum(part.size for part in parts)
    if _identity(after) != _identity(before) or size != before.st_size:
        store.abort_upload(key, upload_id)
        raise InputError(f"{path} changed while it was being read.", "Wait until nothing writes to it, then try again.")
    store.finish_upload(key, upload_id, parts)
    return Sent(size, digest.hexdigest())


def send_made(
    store: ObjectStore,
    key: str,
    path: Path,
    *,
    content_type: str,
    part_size: int = _PART,
    tick: Callable[[int], None] = lambda _done: None,
) -> str:
    """Send a file that we made ourselves, reading it once; return its SHA-256. What fails leaves nothing behind.

    `tick` is called before each part with the bytes before it; what it raises ends the sending.

    Raises:
        InputError: the file cannot be read.
        StoreError: the store did not take it.
    """
    digest = hashlib.sha256()
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        part_size = max(part_size, -(-size // MOST_PARTS))
        pieces = _hashed(_pieces(file, path, part_size), digest.update)
        tick(0)
        if size <= part_size:
            store.put(key, b"".join(pieces), content_type=content_type)
            return digest.hexdigest()
        upload_id = store.start_upload(key, content_type)

        def one(number: int, data: bytes) -> Part:
            return Part(number, len(data), store.put_part(key, upload_id, number, data))

        def told() -> Iterator[bytes]:
            done = 0
            for data in pieces:
                tick(done)
                yield data
                done += len(data)

        try:
            store.finish_upload(key, upload_id, list(_in_order_of_arrival(one, told())))
        except BaseException:
            store.abort_upload(key, upload_id)
            raise
    return digest.hexdigest()


def _take_up(
    store: ObjectStore, key: str, upload_id: str | None, started: Callable[[str], None]
) -> tuple[str, Mapping[int, Part]]:
    """Go on with an upload that the store still knows, or begin one; return its id and the parts that are there."""
    if upload_id:
        try:
            return upload_id, {part.number: part for part in store.parts(key, upload_id)}
        except NotFound:
            pass  # finished, aborted or expired: all that can be done is to send it again
    upload_id = store.start_upload(key, _CONTENT_TYPE)
    started(upload_id)
    return upload_id, {}


def _in_order_of_arrival(one: Callable[[int, bytes], Part], pieces: Iterator[bytes]) -> Iterator[Part]:
    """Send pieces some at a time; a piece is read only when there is room for it."""
    under_way: set[Future[Part]] = set()
    pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="send")
    try:
        for number, data in enumerate(pieces, 1):
            under_way.add(pool.submit(one, number, data))
            if len(under_way) == IN_FLIGHT:
                arrived, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in arrived)
        yield from (future.result() for future in wait(under_way).done)
    finally:
        pool.shutdown(cancel_futures=True)


def _hashed(pieces: Iterator[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    """Hash each piece while it is on its way: the hash of one runs beside the sending of those before it."""
    for data in pieces:
        update(data)
        yield data


def _pieces(file: IO[bytes], path: Path, size: int) -> Iterator[bytes]:
    while True:
        try:
            data = file.read(size)
        except OSError as error:
            raise _unreadable(path, error) from error
        if not data:
            return
        yield data


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be read: {error.strerror or error}.", "Check the file and the disk it is on.")


def _identity(facts: os.stat_result) -> tuple[int, int, int]:
    return facts.st_size, facts.st_mtime_ns, facts.st_ino


def _md5(data: bytes) -> str:
    """The entity tag of a part in a store that does not encrypt; where it is something else, the part is sent again."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
