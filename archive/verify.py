"""`shijiao verify`: read every stored byte again and compare it with its digest.

Of what is kept nothing is touched. A derivative that is damaged loses its `step.json`: it counts as not made.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive import derivatives
from archive.errors import NotFound, StoreError, StoreUnavailable
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot


@dataclass(frozen=True)
class Finding:
    """Something in the store that is not as it was written. `repairable`: it can be made again from the sources."""

    key: str
    message: str
    repairable: bool


def verify(
    store: ObjectStore, *, begun: Callable[[str], None] = lambda _: None, recordings: list[str] | None = None
) -> Iterator[Finding]:
    """Check all OCFL objects, then all derivatives; `recordings` limits it to these ids. Memory stays flat."""
    ocfl = OcflRoot(store)
    for ocfl_id in ocfl.objects():
        if recordings is not None and ocfl_id.rpartition(":")[2] not in recordings:
            continue
        begun(ocfl_id)
        for problem in ocfl.verify(ocfl_id):
            yield Finding(problem.key, problem.message, repairable=False)
    for info in store.list("derived/"):
        if info.key.endswith("/step.json") and (recordings is None or info.key.split("/")[1] in recordings):
            begun(info.key)
            yield from _verify_derived(store, info.key)


def _verify_derived(store: ObjectStore, key: str) -> Iterator[Finding]:
    try:
        derived = derivatives.Derived(**json.loads(store.get(key)))
    except (ValueError, TypeError):
        store.delete(key)
        yield Finding(key, "is not the JSON that was written", repairable=True)
        return
    for name, expected in derived.files.items():
        digest = hashlib.sha256()
        try:
            for chunk in store.stream(derived.key(name)):
                digest.update(chunk)
        except NotFound:
            trouble = "is missing"
        except StoreError as error:
            if isinstance(error, StoreUnavailable):
                store.head(key)  # does not answer for this one either: then it is the store that is away
            trouble = f"is not given by the store: {error.message}"
        else:
            trouble = "" if digest.hexdigest() == expected else "differs from its SHA-256"
        if trouble:
            store.delete(key)  # it counts as not made from now on, so that a retry makes it again
            yield Finding(derived.key(name), trouble, repairable=True)
