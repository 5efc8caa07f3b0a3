"""Writing the OCFL storage root to plain folders, which anyone can read without us."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from archive.errors import FixityError, InputError, NotFound, StoreError, StoreUnavailable
from archive.objects.store import ObjectStore
from archive.ocfl import layout
from archive.ocfl.fixity import Progress
from archive.ocfl.inventory import Inventory, sidecar

_CHUNK = 1024 * 1024


def write(
    store: ObjectStore,
    prefix: str,
    objects: Iterable[tuple[str, Inventory]],
    directory: Path,
    progress: Progress | None = None,
) -> list[StoreError | NotFound]:
    """Write the storage root's files and these objects (path below `prefix`, inventory) into a directory.

    What the store does not give as it was kept is left out, and returned: it keeps nothing else from being written.

    Raises:
        StoreUnavailable: the store is away.
    """
    _begin(store, prefix, directory)
    objects = list(objects)
    total = sum(found.size for found in store.list(prefix)) if progress else 0
    done = 0

    def passed(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, max(total, done))

    failures: list[StoreError | NotFound] = []
    for path, inventory in objects:
        with _noted(store, prefix + path + layout.INVENTORY, failures):
            failures += _write_object(store, prefix + path, inventory, directory / path, passed)
    return failures


@contextlib.contextmanager
def _noted(store: ObjectStore, key: str, failures: list[StoreError | NotFound]) -> Iterator[None]:
    """Note what the store does not give, unless it is the store that is away."""
    try:
        yield
    except (StoreError, NotFound) as error:
        if isinstance(error, StoreUnavailable):
            store.exists(key)
        failures.append(error)


def _begin(store: ObjectStore, prefix: str, directory: Path) -> None:
    """Make the directory a storage root, or find that it is one that we began."""
    if directory.exists() and not directory.is_dir():
        raise InputError(f"{directory} is a file.", "Name a folder to export to.")
    files = {path: store.get(prefix + path) for path in layout.root_files()}
    if directory.is_dir() and any(directory.iterdir()) and not (directory / layout.ROOT_DECLARATION).is_file():
        raise InputError(f"{directory} holds something else.", "Name an empty folder, or one exported to before.")
    if any((directory / path).is_file() and (directory / path).read_bytes() != data for path, data in files.items()):
        raise InputError(f"{directory} holds the export of something else.", "Name an empty folder.")
    for path in reversed(files):  # the declaration first: by it a second run knows the folder
        _put(directory / path, files[path])


def _write_object(
    store: ObjectStore, prefix: str, inventory: Inventory, folder: Path, passed: Callable[[int], None]
) -> list[StoreError | NotFound]:
    """Write one object: the contents first, the inventory last, so that a folder cut short does not seem whole."""
    _put(folder / layout.OBJECT_DECLARATION, store.get(prefix + layout.OBJECT_DECLARATION))
    failures: list[StoreError | NotFound] = []
    for digest, paths in inventory.manifest.items():
        for path in paths:
            target = folder / path
            if target.is_file() and _digest(target) == digest:
                passed(target.stat().st_size)
            else:
                with _noted(store, prefix + path, failures):
                    _fetch(store, prefix + path, target, digest, passed)
    for number in sorted(inventory.versions):
        _copy_inventory(store, f"{prefix}v{number}/", folder / f"v{number}")
    _copy_inventory(store, f"{prefix}v{inventory.head}/", folder)  # the newest version's is the object's own
    return failures


def _copy_inventory(store: ObjectStore, prefix: str, folder: Path) -> None:
    data = store.get(prefix + layout.INVENTORY)
    side = store.get(prefix + layout.SIDECAR)
    if side != sidecar(data):
        raise _altered(prefix + layout.INVENTORY)
    _put(folder / layout.INVENTORY, data)
    _put(folder / layout.SIDECAR, side)


def _fetch(store: ObjectStore, key: str, target: Path, digest: str, passed: Callable[[int], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not beside its name: that may be as long as a file system allows.
    partial = target.parent / f".{hashlib.sha256(target.name.encode()).hexdigest()[:16]}.part"
    actual = hashlib.sha512()
    try:
        with partial.open("wb") as file:
            for chunk in store.stream(key):
                file.write(chunk)
                actual.update(chunk)
                passed(len(chunk))
            file.flush()
            os.fsync(file.fileno())
        if actual.hexdigest() != digest:
            raise _altered(key)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == data:
        return
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()


def _altered(key: str) -> FixityError:
    return FixityError(
        f"{key} is not what was kept: its digest differs.", "`shijiao verify` names all of them.", key=key
    )
