"""Sources whose stored bytes are damaged, put back from an intact file: what they must be is known by their digest."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from archive.errors import FixityError, NotFound
from archive.objects.store import ObjectStore
from archive.objects.upload import send
from archive.ocfl.fixity import check_content
from archive.tables import Source

Progress = Callable[[int, int], None]


def restored(
    store: ObjectStore, sources: Iterable[Source], paths: Iterable[Path], *, part_size: int, progress: Progress
) -> Iterator[Source]:
    """Read sources back and send those anew that are not what was kept, from the files that hold the same; yield them.

    Raises:
        FixityError: a file has changed since its digest was compared.
        StoreError: the store is away, or does not take it.
    """
    by_size: dict[int, list[Path]] = {}
    for path in paths:
        by_size.setdefault(path.stat().st_size, []).append(path)
    for source in sources:
        if source.size not in by_size or is_whole(store, source):
            continue
        for path in [each for each in by_size[source.size] if _sha512(each) == source.sha512][:1]:
            sent = send(store, source.key, path, part_size=part_size, progress=progress)
            if sent.sha512 != source.sha512:
                raise FixityError(f"{path} changed while it was being read.", "Add it again when nothing writes to it.")
            yield source


def is_whole(store: ObjectStore, source: Source) -> bool:
    """Whether the store gives a source as it was kept."""
    try:
        return not check_content(store, source.key, source.sha512)
    except NotFound:
        return False


def _sha512(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha512").hexdigest()
