"""What a portal does beside serving pages, each again and again in a thread of its own."""

import gc
import importlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from archive import outline
from archive.arrivals.arrivals import Arrivals
from archive.arrivals.sealing import seal_all
from archive.desk.correcting import fold_due
from archive.ocfl import OcflRoot

if TYPE_CHECKING:
    from archive.search.vectors import Vectors
    from dashboard.house import House

log = logging.getLogger(__name__)

_EVERY = 1.0  # seconds between two looks at what there is to do
_SETTLING = (0.0, 20.0)  # seconds after the start, and after that

Work = Callable[[], object]


@contextmanager
def at_work(opened: "House", vectors: "Vectors | None") -> Iterator[None]:
    """Let search and its vectors follow the catalogue, edits become versions, and what browsers sent be taken in."""
    stop = threading.Event()
    ocfl = OcflRoot(opened.store)
    arrivals = Arrivals(opened.catalogue, opened.store, part_size=opened.settings.part_size)

    def follow() -> None:
        opened.written.clear()
        opened.index.follow(opened.catalogue)

    works: dict[str, tuple[Work, threading.Event]] = {
        "the search index": (follow, opened.written),  # does not wait where somebody has just written
        "the transcripts' versions": (lambda: fold_due(opened.catalogue, ocfl), stop),
        "the chapters' versions": (lambda: outline.fold_due(opened.catalogue.engine, ocfl), stop),
        "what browsers sent": (lambda: seal_all(arrivals, opened.settings, stop=stop.is_set), stop),
    }
    if vectors is not None:
        works["the vectors"] = (lambda: vectors.follow(opened.catalogue, stop=stop.is_set), stop)
    threads = [
        threading.Thread(target=_again, args=(name, work, until, stop), name=name, daemon=True)
        for name, (work, until) in works.items()
    ]
    threads.append(threading.Thread(target=_settle, args=(opened, stop), name="settling", daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        opened.written.set()
        for thread in threads:
            thread.join(timeout=10)


def _settle(opened: "House", stop: threading.Event) -> None:
    """Load what every page needs, and let the garbage collector look at it no more.

    Streamlit collects all generations after every run of a page; with what a portal holds for good (modules, the terms
    of the glossary) that took several times as long as the page itself. The second time is for what the first pages
    load.
    """
    importlib.import_module("dashboard.pages")
    opened.index.suggest("子宫", allowed=frozenset())
    for pause in _SETTLING:
        stop.wait(pause)
        gc.collect()
        gc.freeze()


def _again(name: str, work: Work, until: threading.Event, stop: threading.Event) -> None:
    """Do something, then again after a while or as soon as `until` is set, whatever becomes of it once."""
    while not stop.is_set():
        try:
            work()
        except Exception:  # a thread that ended would stay away until somebody noticed
            log.exception("%s could not be attended to; it is tried again", name)
            stop.wait(_EVERY)
        until.wait(_EVERY)
