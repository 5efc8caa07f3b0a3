"""The object store: `open_store` gives it, whether it is ours or somebody else's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive.keys import load_keys
from archive.objects import embedded
from archive.settings import Settings

if TYPE_CHECKING:
    from archive.objects.store import ObjectStore


@contextmanager
def open_store(settings: Settings, *, attempts: int = 8) -> "Iterator[ObjectStore]":
    """Give the store that the settings name, its bucket made; the embedded one is started where nobody runs it yet.

    `attempts` is how often a request is tried: a job waits out a store that is away, a check wants to know it soon.
    It may be opened any number of times, also one inside the other; the embedded store runs until the last is closed.

    Raises:
        StoreUnavailable: it does not answer, or did not start; within `embedded.START_SECONDS` at most.
        DiskFull: the embedded one did not start for want of room. It starts to be read from with very little of it.
        StoreError: it answers and refuses.
    """
    if settings.s3_endpoint:
        # A person waits for this: two tries, not the half a minute that a job under way gives an absent store.
        _connect(settings, settings.s3_endpoint, attempts=2).ensure_bucket()
        yield _connect(settings, settings.s3_endpoint, attempts=attempts)
    else:
        with embedded.use(settings) as endpoint:
            store = _connect(settings, endpoint, attempts=attempts)
            store.ensure_bucket()
            yield store


def _connect(settings: Settings, endpoint: str, *, attempts: int) -> "ObjectStore":
    from archive.objects.store import ObjectStore

    keys = load_keys(settings)
    return ObjectStore(
        endpoint=endpoint,
        bucket=settings.s3_bucket,
        access_key=keys.store_access,
        secret_key=keys.store_secret,
        region=settings.s3_region,
        addressing=settings.s3_addressing if settings.s3_endpoint else "path",
        checksums=settings.s3_checksums,
        public_endpoint=settings.s3_public_endpoint,
        attempts=attempts,
        folder=None if settings.s3_endpoint else settings.home,
    )
