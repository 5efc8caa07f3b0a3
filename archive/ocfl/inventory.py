"""An object's inventory: which files each version has, and under which digest their bytes lie."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.errors import FixityError
from archive.ocfl import layout

_TYPE = "https://ocfl.io/1.1/spec/#inventory"


@dataclass(frozen=True)
class Version:
    """One version: when and by whom it was made, and its state as logical path -> SHA-512."""

    created: datetime
    message: str
    user: str
    state: Mapping[str, str]


@dataclass(frozen=True)
class Inventory:
    """What an object holds. `manifest` is SHA-512 -> content paths below the object; versions count from 1."""

    id: str
    head: int
    manifest: Mapping[str, tuple[str, ...]]
    versions: Mapping[int, Version]

    def paths(self, version: int | None = None) -> dict[str, str]:
        """Return the files of a version (the newest, where none is named) as logical path -> SHA-512.

        Raises:
            KeyError: there is no such version.
        """
        return dict(self.versions[self.head if version is None else version].state)

    def since(self, path: str) -> datetime:
        """Return when a file of the newest version came to be as it is.

        Raises:
            KeyError: the newest version has no such file.
        """
        digest = self.paths()[path]
        return min(version.created for version in self.versions.values() if version.state.get(path) == digest)

    def changes(self, path: str) -> Iterator[tuple[int, Version]]:
        """Yield the versions in which a file came to be or changed, each with its number, the newest first."""
        for number in range(self.head, 0, -1):
            digest = self.versions[number].state.get(path)
            if digest is not None and (number == 1 or self.versions[number - 1].state.get(path) != digest):
                yield number, self.versions[number]

    def next(
        self, state: Mapping[str, str], manifest: Mapping[str, tuple[str, ...]], *, message: str, user: str
    ) -> "Inventory":
        """Return the inventory with one more version."""
        made = Version(datetime.now(UTC).replace(microsecond=0), message, user, dict(state))
        return Inventory(self.id, self.head + 1, manifest, {**self.versions, self.head + 1: made})

    def encode(self) -> bytes:
        """Return the JSON that OCFL wants, the same bytes each time."""
        versions = {
            f"v{number}": {
                "created": version.created.isoformat().replace("+00:00", "Z"),
                "message": version.message,
                "user": {"name": version.user, "address": f"urn:shijiao:member:{version.user}"},
                "state": _by_digest(version.state),
            }
            for number, version in sorted(self.versions.items())
        }
        document = {
            "id": self.id,
            "type": _TYPE,
            "digestAlgorithm": layout.DIGEST,
            "head": f"v{self.head}",
            "contentDirectory": "content",
            "manifest": {digest: list(paths) for digest, paths in sorted(self.manifest.items())},
            "versions": versions,
        }
        return json.dumps(document, indent=1, ensure_ascii=False).encode()

    @classmethod
    def decode(cls, data: bytes) -> "Inventory":
        """Read an inventory.

        Raises:
            FixityError: it is not one, or refers to bytes that it does not list.
        """
        try:
            document = json.loads(data)
            inventory = cls(
                document["id"],
                int(document["head"].removeprefix("v")),
                {digest.lower(): tuple(paths) for digest, paths in document["manifest"].items()},
                {int(name.removeprefix("v")): _version(body) for name, body in document["versions"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FixityError(f"An inventory cannot be read: {error!r}.", "Run `shijiao verify`.") from error
        if set(inventory.versions) != set(range(1, inventory.head + 1)):
            raise FixityError(f"The inventory of {inventory.id} does not list each of its versions.")
        for path in (path for paths in inventory.manifest.values() for path in paths):
            if set(path.split("/")) & {"", ".", ".."}:
                raise FixityError(f"The inventory of {inventory.id} names the place {path!a}, which none may have.")
        for version in inventory.versions.values():
            if not set(version.state.values()) <= set(inventory.manifest):
                raise FixityError(f"The inventory of {inventory.id} names files whose bytes it does not list.")
        return inventory


def sidecar(inventory: bytes) -> bytes:
    """Return the content of the sidecar file that goes with an encoded inventory."""
    return f"{hashlib.sha512(inventory).hexdigest()} {layout.INVENTORY}\n".encode()


def _version(body: dict[str, Any]) -> Version:
    state = {path: digest.lower() for digest, paths in body["state"].items() for path in paths}
    name = body.get("user", {}).get("name", "")
    return Version(datetime.fromisoformat(body["created"]), body.get("message", ""), name, state)


def _by_digest(state: Mapping[str, str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for path, digest in sorted(state.items()):
        grouped.setdefault(digest, []).append(path)
    return grouped
