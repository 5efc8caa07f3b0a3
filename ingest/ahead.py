"""The first rendition, made and sent before the source: its curator can watch it while the rest arrives.

It is kept under the digest that a worker computes, so that the worker finds it made; as that is known only when the
source has passed, its files lie in a folder of their own. Whatever goes wrong here costs only time: the worker does it
then.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive import derivatives
from archive.catalogue import Catalogue
from archive.errors import Cancelled, NotFound, StoreError
from archive.objects.store import ObjectStore
from archive.settings import Settings
from archive.tables import Source, State
from ingest import scratch
from ingest.steps import probe, remux

_ROOM = 3.2  # times the source's size: the source and the copy in an embedded store on the same disk, and the scratch

_TELL_EVERY = 0.2  # seconds

log = logging.getLogger(__name__)


class Ahead:
    """Remuxes one source in the background from `with` on; `publish` makes it watchable."""

    def __init__(
        self,
        settings: Settings,
        store: ObjectStore,
        catalogue: Catalogue,
        source: Source,
        path: Path,
        media: dict[str, Any],
        *,
        remuxes: bool,
    ) -> None:
        """`media` is what `probe` found; `remuxes`: whether the file can be watched by itself."""
        self._store = store
        self._catalogue = catalogue
        self._source = source
        self._path = path
        self._media = media
        self._stop = threading.Event()
        self._way_is_clear = threading.Event()
        self._way_is_clear.set()
        self._sent = 0.0  # of what was made
        self._thread = threading.Thread(target=self._remux, name="remux", daemon=True)
        self._facts: dict[str, Any] | None = None
        self._files: dict[str, str] = {}
        self._prefix = derivatives.folder(source.recording_id, f"ahead-{source.id}")
        self._published = False
        self._worth = remuxes and media["web_safe_video"] and _has_room(settings.home, media["size"])
        self._folder = _scratch(settings.home)

    def __enter__(self) -> Self:
        self._out = self._folder.__enter__()
        if self._worth:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._folder.__exit__(kind, error, trace)
        if self._worth and not self._published:
            self._withdraw()

    @property
    def work(self) -> int:
        """The bytes that are to be sent first, as far as can be known: a copy is as large as its source."""
        return int(self._media["size"]) if self._worth else 0

    @property
    def done(self) -> int:
        """How many of them have been."""
        return round(self._sent * self.work) if self._thread.is_alive() else self.work

    def give_way(self, tell: Callable[[], None]) -> None:
        """Wait while what was made is being sent: it goes first. `tell` is called now and then."""
        while not self._way_is_clear.wait(_TELL_EVERY):
            tell()

    def progress(self, _fraction: float) -> None:
        """Hear from the remuxing, as its `Watch`.

        Raises:
            Cancelled: what it was for has ended.
        """
        if self._stop.is_set():
            raise Cancelled("The file is not taken in any more.")

    def _remux(self) -> None:
        try:
            recipe = remux.Recipe(media=self._media)
            for begun in self._store.unfinished(self._prefix):  # by a command that was killed over this very file
                self._store.abort_upload(begun.key, begun.upload_id)
            facts = remux.run({"source": self._path}, self._out, recipe, self)
            self._way_is_clear.clear()
            self._files = derivatives.put_files(self._store, self._prefix, self._out, progress=self._sending)
            self._show(derivatives.Derived("remux", "", self._prefix, facts, self._files))
            self._facts = facts
        except Exception as error:  # noqa: BLE001  it is an extra: the worker will try, and say so if it fails
            log.info("%s was not remuxed ahead: %s", self._path, error)
        finally:
            self._way_is_clear.set()

    def _sending(self, fraction: float) -> None:
        self._sent = fraction
        self.progress(fraction)

    def _show(self, made: derivatives.Derived) -> None:
        """Let the curator watch it from now on."""
        recording = self._source.recording_id
        self._catalogue.change_source(self._source.id, media=self._media)
        self._catalogue.put_renditions(recording, derivatives.renditions(recording, self._source.id, made))
        self._catalogue.measure(recording)

    def _withdraw(self) -> None:
        """Take back what was shown of a file that has not arrived."""
        with suppress(NotFound):  # it was the same as one that is there, and has been removed
            for row in self._catalogue.renditions(self._source.recording_id):
                if row.prefix == self._prefix:
                    self._catalogue.drop_rendition(row.recording_id, row.source_id, row.name)
            if self._catalogue.recording(self._source.recording_id).state is State.RECEIVING:
                self._catalogue.change(self._source.recording_id, duration=None)
        with suppress(StoreError):
            self._store.delete_prefix(self._prefix)

    def publish(self, sha512: str) -> None:
        """Keep what was made, now that the source's digest is known."""
        try:
            self._publish(sha512)
        except Exception as error:  # noqa: BLE001  as above
            log.info("%s was not made watchable ahead: %s", self._path, error)

    def _publish(self, sha512: str) -> None:
        self._keep("probe", probe.Recipe(), sha512, self._media, {})
        self._catalogue.change_source(self._source.id, media=self._media)
        if not self._worth:
            return
        self._thread.join()
        if self._facts is None:
            return
        made = self._keep("remux", remux.Recipe(media=self._media), sha512, self._facts, self._files)
        self._published = made.prefix == self._prefix
        self._show(made)

    def _keep(
        self, step: str, recipe: Any, sha512: str, facts: dict[str, Any], files: dict[str, str]
    ) -> derivatives.Derived:
        named = derivatives.digest(step, asdict(recipe), {"source": sha512})
        made = derivatives.load(self._store, self._source.recording_id, named)
        return made or derivatives.complete(self._store, derivatives.Derived(step, named, self._prefix, facts, files))


def sweep(home: Path) -> None:
    """Remove what commands that were killed left behind."""
    for folder in _parent(home).glob("*"):
        scratch.remove(folder)


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """Give a folder that is removed at the end, or by the next `sweep` after this process died."""
    sweep(home)
    folder = _parent(home) / f"{os.getpid()}-{threading.get_native_id()}-{os.urandom(4).hex()}"
    try:
        with scratch.held(folder):
            out = folder / "out"
            out.mkdir()
            yield out
    finally:
        scratch.remove(folder)


def _parent(home: Path) -> Path:
    return home / "intake"


def _has_room(home: Path, size: int) -> bool:
    home.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(home).free > _ROOM * size
