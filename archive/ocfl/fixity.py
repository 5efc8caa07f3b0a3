"""Proving that an object is what it was: every byte read again, every file accounted for."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from archive.errors import FixityError, StoreError, StoreUnavailable
from archive.objects.store import ObjectStore
from archive.ocfl import layout
from archive.ocfl.inventory import Inventory, sidecar

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an object.

    altered: bytes differ from their digest. missing: a file is not there. unreadable: the store has it and does not
    give it. stray: a file that no version names; harmless, most often what a crash left. inventory: the object's own
    description contradicts itself.
    """

    kind: Literal["altered", "missing", "unreadable", "stray", "inventory"]
    key: str
    message: str


def verify(
    store: ObjectStore, prefix: str, load: Callable[[], Inventory], progress: Progress | None = None
) -> list[Problem]:
    """Check the object below `prefix`, whose inventory `load` gives."""
    try:
        inventory = load()
    except FixityError as error:
        return [Problem("inventory", prefix + layout.INVENTORY, str(error))]
    there = {found.key.removeprefix(prefix): found for found in store.list(prefix)}
    digests = {path: digest for digest, paths in inventory.manifest.items() for path in paths}
    problems = _check_declaration(store, prefix) + _check_inventories(store, prefix, inventory)
    total = sum(there[path].size for path in digests if path in there)
    done = 0

    def passed(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    for path, digest in sorted(digests.items()):
        if path not in there:
            problems.append(Problem("missing", prefix + path, f"{prefix}{path} is missing."))
        else:
            problems += check_content(store, prefix + path, digest, passed)
    for path in sorted(set(there) - set(digests) - _described(inventory)):
        problems.append(Problem("stray", prefix + path, f"{prefix}{path} belongs to no version of {inventory.id}."))
    return problems


def _described(inventory: Inventory) -> set[str]:
    folders = ["", *(f"v{number}/" for number in inventory.versions)]
    names = (layout.INVENTORY, layout.SIDECAR)
    return {layout.OBJECT_DECLARATION, *(folder + name for folder in folders for name in names)}


def check_content(
    store: ObjectStore, key: str, digest: str, passed: Callable[[int], None] = lambda _: None
) -> list[Problem]:
    """Read stored bytes again and compare them with their SHA-512; `passed` gets how many each time.

    Raises:
        NotFound: the store has no such thing.
        StoreUnavailable: the store is away.
    """
    actual = hashlib.sha512()
    try:
        for chunk in store.stream(key):
            actual.update(chunk)
            passed(len(chunk))
    except StoreError as error:
        # Some stores keep checksums of their own and refuse to give bytes that do not match them.
        if isinstance(error, StoreUnavailable):
            store.head(key)  # does not answer for this one either: then it is the store that is away
        return [Problem("unreadable", key, f"The store does not give {key}: {error.message}")]
    if actual.hexdigest() != digest:
        return [Problem("altered", key, f"{key} is not what was kept: its SHA-512 differs.")]
    return []


def _check_declaration(store: ObjectStore, prefix: str) -> list[Problem]:
    key = prefix + layout.OBJECT_DECLARATION
    declared = store.find(key)
    if declared is None:
        return [Problem("missing", key, f"{key} is missing.")]
    if declared.strip() != b"ocfl_object_1.1":
        return [Problem("altered", key, f"{key} is not as OCFL wants it.")]
    return []


def _check_inventories(store: ObjectStore, prefix: str, newest: Inventory) -> list[Problem]:
    """Check the inventories of the versions against their sidecars and the newest one."""
    problems = []
    for number in sorted(newest.versions):
        key = f"{prefix}v{number}/{layout.INVENTORY}"
        data = store.find(key)
        if data is None:
            problems.append(Problem("missing", key, f"{key} is missing."))
        elif store.find(f"{prefix}v{number}/{layout.SIDECAR}") != sidecar(data):
            problems.append(Problem("altered", key, f"{key} is not what its sidecar says."))
        elif not _agrees(data, number, newest):
            problems.append(Problem("inventory", key, f"{key} contradicts the newest inventory of {newest.id}."))
    return problems


def _agrees(data: bytes, number: int, newest: Inventory) -> bool:
    try:
        older = Inventory.decode(data)
    except FixityError:
        return False
    if number == newest.head:
        return older == newest
    states = all(older.versions[each].state == newest.versions[each].state for each in older.versions)
    return older.id == newest.id and older.head == number and states
