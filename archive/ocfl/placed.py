"""Content that went into the store before the version that names it."""

import hashlib
from dataclasses import dataclass

from archive.errors import FixityError, NotFound, StoreError
from archive.objects.store import MOST_PARTS, ObjectStore, Part

_PART = 16 * 1024 * 1024


@dataclass(frozen=True)
class Placed:
    """Bytes that lie in the store already, at `OcflRoot.content_key` of the version being made; `size` in bytes.

    `key` says where they lie if they lie elsewhere, because somebody else made a version since their upload began.
    They are then brought to their place by the commit, and removed from there.
    """

    sha512: str
    size: int
    key: str | None = None


def bring(store: ObjectStore, placed: Placed, target: str) -> None:
    """See to it that placed bytes lie at `target`.

    Raises:
        StoreError: they do not, and are nowhere else.
        FixityError: what lies elsewhere is something else.
    """
    try:
        size = store.head(target).size
    except NotFound:
        size = -1
    if size == placed.size:
        return
    if placed.key is None or placed.key == target:
        found = "nothing" if size < 0 else f"{size:,} bytes"
        raise StoreError(
            f"{placed.size:,} bytes should lie at {target}, but there is {found}.", "Send the file again.", key=target
        )
    _copy(store, placed, placed.key, target)


def _copy(store: ObjectStore, placed: Placed, source: str, target: str) -> None:
    """Copy through this machine: not every S3 store copies by itself, and the digest is checked on the way."""
    if not placed.size:
        store.put(target, b"")
        return
    part_size = max(_PART, -(-placed.size // MOST_PARTS))
    digest = hashlib.sha512()
    upload_id = store.start_upload(target)
    try:
        parts = []
        for number, start in enumerate(range(0, placed.size, part_size), 1):
            data = b"".join(store.stream(source, start, start + part_size))
            digest.update(data)
            parts.append(Part(number, len(data), store.put_part(target, upload_id, number, data)))
        _require_same(digest.hexdigest() == placed.sha512.lower(), source)
        store.finish_upload(target, upload_id, parts)
    except BaseException:
        store.abort_upload(target, upload_id)
        raise


def _require_same(same: bool, source: str) -> None:
    if not same:
        raise FixityError(f"The bytes at {source} are not those that were sent.", "Send the file again.", key=source)
