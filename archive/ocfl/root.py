"""The OCFL storage root on the object store."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive import disk
from archive.errors import FixityError, InputError, NotFound
from archive.objects.store import ObjectStore
from archive.ocfl import export, fixity, layout
from archive.ocfl.fixity import Problem, Progress
from archive.ocfl.inventory import Inventory, sidecar
from archive.ocfl.placed import Placed, bring

_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"


class OcflRoot:
    """OCFL objects below one prefix of the store.

    One writer at a time for each object: that is the caller's to ensure (the store has no locks). Readers need none.
    """

    def __init__(self, store: ObjectStore, prefix: str = "ocfl/") -> None:
        self.store = store
        self.prefix = prefix

    def ensure(self) -> None:
        """Make the storage root, unless it is there."""
        if self.store.exists(self.prefix + layout.ROOT_DECLARATION):
            return
        for path, data in layout.root_files().items():
            self.store.put(self.prefix + path, data, content_type=_TEXT)

    def object_prefix(self, object_id: str) -> str:
        """Return the beginning of every key of an object."""
        return self.prefix + layout.object_path(object_id)

    def content_key(self, object_id: str, version: int, path: str) -> str:
        """Return where the bytes of new content must lie: an upload goes there before the version exists."""
        return self.object_prefix(object_id) + layout.content_path(version, path)

    # -- reading

    def exists(self, object_id: str) -> bool:
        """Return whether the object has a version."""
        return self.store.exists(self.object_prefix(object_id) + layout.INVENTORY)

    def objects(self) -> Iterator[str]:
        """Yield the ids of all objects, found by listing the store only."""
        for found in self.store.list(self.prefix):
            path = found.key.removeprefix(self.prefix)
            if layout.is_inventory(path):  # by its folder's name: also an object whose inventory is damaged is one
                yield layout.object_id(path) or Inventory.decode(self.store.get(found.key)).id

    def inventory(self, object_id: str) -> Inventory:
        """Return the newest inventory.

        A crash between the inventory and its sidecar leaves the sidecar of the version before; it is put right here.

        Raises:
            NotFound: there is no such object.
            FixityError: the inventory is not what its sidecar says.
        """
        prefix = self.object_prefix(object_id)
        try:
            data = self.store.get(prefix + layout.INVENTORY)
        except NotFound as error:
            raise NotFound(f"The archive has no object {object_id}.", object=object_id) from error
        expected = sidecar(data)
        if self.store.find(prefix + layout.SIDECAR) == expected:
            return Inventory.decode(data)
        with contextlib.suppress(FixityError):
            inventory = Inventory.decode(data)
            if self.store.find(f"{prefix}v{inventory.head}/{layout.SIDECAR}") == expected:
                self.store.put(prefix + layout.SIDECAR, expected, content_type=_TEXT)
                return inventory
        raise FixityError(
            f"The inventory of {object_id} is not what its sidecar says.",
            f"The versions' own inventories lie below {prefix}v1/ and so on; restore the newest from there.",
            object=object_id,
        )

    def key(self, object_id: str, path: str, version: int | None = None) -> str:
        """Return where in the store the bytes of a file lie.

        Raises:
            NotFound: the object, the version or the file is not there.
        """
        inventory = self.inventory(object_id)
        return self.object_prefix(object_id) + inventory.manifest[_digest(inventory, path, version)][0]

    def read(self, object_id: str, path: str, version: int | None = None) -> bytes:
        """Return the bytes of a file, read whole and checked.

        Raises:
            NotFound: the object, the version or the file is not there.
            FixityError: the bytes are not those that were kept.
        """
        inventory = self.inventory(object_id)
        digest = _digest(inventory, path, version)
        key = self.object_prefix(object_id) + inventory.manifest[digest][0]
        data = self.store.get(key)
        if hashlib.sha512(data).hexdigest() != digest:
            raise FixityError(
                f"“{path}” of {object_id} is not what was kept: its SHA-512 differs.",
                "Restore it from a backup or an export.",
                object=object_id,
                key=key,
            )
        return data

    # -- writing

    def commit(
        self, object_id: str, changes: Mapping[str, bytes | Placed | None], *, message: str, user: str = "shijiao"
    ) -> int:
        """Make a version and return its number.

        `changes` is logical path -> its new bytes, or where they lie already, or None for a file that the version no
        longer has. What is not named stays. Bytes that the object has already are not kept twice. Where nothing
        changes no version is made, so that a commit may be repeated.

        The root inventory comes last: a crash before it leaves the old version, a crash after it the new one.

        Raises:
            InputError: a path cannot be used.
            StoreError: placed bytes are not where they should be, or the store fails.
        """
        try:
            old = self.inventory(object_id)
        except NotFound:
            old = Inventory(object_id, 0, {}, {})
        plan = _plan(old, changes)
        prefix = self.object_prefix(object_id)
        new = old
        if not old.head or plan.state != old.paths():
            new = old.next(plan.state, plan.manifest, message=message, user=user)
            self._write(prefix, new, plan)
        for change in changes.values():
            if isinstance(change, Placed) and change.key and change.key not in _content_keys(prefix, new):
                self.store.delete(change.key)  # it has been brought to its right place
        return new.head

    def _write(self, prefix: str, new: Inventory, plan: "_Plan") -> None:
        folder = f"{prefix}v{new.head}/"
        self._remove_leftovers(prefix, folder, new)
        data = new.encode()
        # The version's own inventory comes first: should we crash, the next commit knows by it what was half done.
        self.store.put(folder + layout.INVENTORY, data, content_type=_JSON)
        self.store.put(folder + layout.SIDECAR, sidecar(data), content_type=_TEXT)
        for path, content in plan.contents.items():
            if isinstance(content, Placed):
                bring(self.store, content, prefix + path)
            else:
                self.store.put(prefix + path, content)
        if new.head == 1:
            self.store.put(prefix + layout.OBJECT_DECLARATION, b"ocfl_object_1.1\n", content_type=_TEXT)
        self.store.put(prefix + layout.INVENTORY, data, content_type=_JSON)
        self.store.put(prefix + layout.SIDECAR, sidecar(data), content_type=_TEXT)

    def _remove_leftovers(self, prefix: str, folder: str, new: Inventory) -> None:
        """Remove what a crashed commit of this version wrote and this one does not.

        Only what its inventory names: other bytes there may be an upload for a version to come.
        """
        try:
            crashed = Inventory.decode(self.store.get(folder + layout.INVENTORY))
        except (NotFound, FixityError):
            return
        for key in _content_keys(prefix, crashed) - _content_keys(prefix, new):
            if key.startswith(folder):
                self.store.delete(key)

    def purge(self, object_id: str) -> int:
        """Remove an object with all its versions, and what was on its way there; return how many files there were.

        The inventory goes first, so that a crash does not leave an object that seems whole.
        """
        prefix = self.object_prefix(object_id)
        there = self.exists(object_id)
        if there:
            self.store.delete(prefix + layout.INVENTORY)
        return self.store.delete_prefix(prefix) + there

    # -- proving and taking along

    def verify(self, object_id: str, progress: Progress | None = None) -> list[Problem]:
        """Read every byte of an object again and return what is wrong; nothing, where all is well.

        `progress` gets the bytes read so far and the bytes in all.

        Raises:
            NotFound: there is no such object.
        """
        return fixity.verify(self.store, self.object_prefix(object_id), lambda: self.inventory(object_id), progress)

    def export(self, directory: Path, progress: Progress | None = None) -> int:
        """Write the storage root to plain folders and return the number of objects; every digest is checked.

        A folder that was begun is completed: files that are there and right are not fetched again. `progress` gets
        the bytes so far and the bytes in all. What is damaged keeps nothing else from being written.

        Raises:
            InputError: the directory holds something else.
            DiskFull: it has no room.
            FixityError: bytes in the store are not those that were kept; all that are have been written. `facts` has
                what is missing as `failures`.
        """
        objects, failures = [], []
        for object_id in self.objects():
            try:
                objects.append((layout.object_path(object_id), self.inventory(object_id)))
            except FixityError as error:
                failures.append(str(error))
        with disk.told(directory):
            lost = export.write(self.store, self.prefix, objects, directory, progress)
        failures += [error.message for error in lost]
        if failures:
            raise FixityError(
                f"{len(failures)} stored files could not be exported: {'; '.join(failures)}",
                f"Everything else is in {directory}. `shijiao add` with the intact file puts a source back; "
                "`shijiao verify` says what else is damaged.",
                failures=failures,
            )
        return len(objects)


@dataclass(frozen=True)
class _Plan:
    """A version to be made: its state, the whole manifest, and the contents to write (content path -> bytes)."""

    state: dict[str, str]
    manifest: dict[str, tuple[str, ...]]
    contents: dict[str, bytes | Placed]


def _plan(old: Inventory, changes: Mapping[str, bytes | Placed | None]) -> _Plan:
    before = old.paths() if old.head else {}
    plan = _Plan(dict(before), dict(old.manifest), {})
    for path, change in changes.items():
        if change is None:
            plan.state.pop(path, None)
            continue
        placed = isinstance(change, Placed)
        digest = change.sha512.lower() if isinstance(change, Placed) else hashlib.sha512(change).hexdigest()
        if before.get(path) == digest:
            plan.state[path] = digest
            continue
        plan.state[path] = digest
        # Bytes that went up already are kept where they are, even where the object has the same elsewhere.
        if placed or digest not in plan.manifest:
            place = layout.content_path(old.head + 1, path)
            plan.contents[place] = change
            plan.manifest[digest] = (*plan.manifest.get(digest, ()), place)
    if not plan.state and not old.head:
        raise InputError(f"The object {old.id} would be empty.", "Give it at least one file.", object=old.id)
    layout.check_logical(plan.state)
    return plan


def _content_keys(prefix: str, inventory: Inventory) -> set[str]:
    return {prefix + path for paths in inventory.manifest.values() for path in paths}


def _digest(inventory: Inventory, path: str, version: int | None) -> str:
    try:
        return inventory.paths(version)[path]
    except KeyError as error:
        which = f"version {version}" if version else "its newest version"
        raise NotFound(f"{inventory.id} has no “{path}” in {which}.", object=inventory.id, path=path) from error
