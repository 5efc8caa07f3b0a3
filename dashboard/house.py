"""What one portal process holds open: the catalogue, the jobs, the object store, the search index, the signing key.

Pages and routes take it from `house()`; they hold no query and no connection of their own.
"""

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from archive import tokens
from archive.catalogue import Catalogue
from archive.courses import Courses
from archive.database import connect
from archive.desk.correcting import fold_due
from archive.errors import NotAllowed, NotSignedIn, SettingsError, ShijiaoError
from archive.jobs import Jobs
from archive.keys import load_keys
from archive.learning import Clips, Marks, Shelf, Watching
from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.people import Members
from archive.search import SearchIndex, open_vectors
from archive.settings import Settings
from archive.tables import Member

if TYPE_CHECKING:
    from archive.search.vectors import Vectors

log = logging.getLogger(__name__)

_FOLLOW_EVERY = 1.0  # seconds between two looks at what changed


@dataclass(frozen=True)
class House:
    """Everything a page or a route may ask."""

    settings: Settings
    catalogue: Catalogue
    jobs: Jobs
    store: ObjectStore
    index: SearchIndex
    signing_key: str
    members: Members
    written: threading.Event = field(default_factory=threading.Event)
    """Set by whoever wrote something that search should know at once."""

    @functools.cached_property
    def courses(self) -> Courses:
        return Courses(self.catalogue.engine)

    @functools.cached_property
    def watching(self) -> Watching:
        return Watching(self.catalogue.engine)

    @functools.cached_property
    def marks(self) -> Marks:
        return Marks(self.catalogue.engine)

    @functools.cached_property
    def clips(self) -> Clips:
        return Clips(self.catalogue.engine)

    @functools.cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.catalogue.engine)

    def token(self, member: Member, recording_id: str) -> str:
        """Return what lets a member watch one recording for `settings.token_minutes`."""
        return tokens.sign(self.signing_key, tokens.Pass(member.id, recording_id))

    def admit(self, cookie: str, token: str) -> tuple[Member, str]:
        """Return the member who is signed in, and the id of the recording that their token stands for.

        Raises:
            NotSignedIn: nobody is behind the cookie.
            NotAllowed: the token is forged, too old, or another member's.
        """
        member = self.viewer(cookie)
        granted = tokens.read(self.signing_key, token, max_age=self.settings.token_minutes * 60)
        if granted.member_id != member.id:
            raise NotAllowed("This link was made for somebody else.", "Open the recording from the portal.")
        return member, granted.recording_id

    def viewer(self, cookie: str) -> Member:
        """Return who is behind a session's cookie.

        Raises:
            NotSignedIn: nobody is.
        """
        member = self.members.signed_in(cookie) if cookie else None
        if member is None:
            raise NotSignedIn("You are not signed in.", "Open the sign-in link that you were given.")
        return member


_open: list[House] = []


def house() -> House:
    """Return this process's house.

    Raises:
        SettingsError: nothing opened it; `shijiao portal` does.
    """
    if not _open:
        raise SettingsError("The portal was not started as it should be.", "Start it with `shijiao portal`.")
    return _open[-1]


def is_open() -> bool:
    """Whether this process has its house open."""
    return bool(_open)


@contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Open all of it, keep the search index up to date meanwhile, and close all of it.

    Raises:
        SettingsError: the database cannot be opened.
        StoreUnavailable: the object store does not answer.
    """
    engine = connect(settings)
    try:
        with open_store(settings) as store:
            vectors = open_vectors(settings)
            index = SearchIndex(settings.home / "search", glossary=settings.glossary_dir, vectors=vectors)
            signing_key = load_keys(settings).signing
            members = Members(engine, signing_key)
            opened = House(settings, Catalogue(engine), Jobs(engine), store, index, signing_key, members)
            with _following(opened, vectors):
                _open.append(opened)
                try:
                    yield opened
                finally:
                    _open.remove(opened)
    finally:
        engine.dispose()


@contextmanager
def _following(opened: House, vectors: "Vectors | None") -> Iterator[None]:
    """Let the search index follow the catalogue, its vectors, which take longer, too, and edits become versions.

    Each has a thread of its own.
    """
    stop = threading.Event()

    def follow(what: str, once: Callable[[], object]) -> None:
        while not stop.is_set():
            try:
                once()
            except (ShijiaoError, SQLAlchemyError, OSError, ValueError):
                log.exception("%s could not follow the catalogue; it tries again", what)
            if what == "search":  # which is woken by who writes
                opened.written.wait(_FOLLOW_EVERY)
                opened.written.clear()
            else:
                stop.wait(_FOLLOW_EVERY)

    ocfl = OcflRoot(opened.store)
    followers: dict[str, Callable[[], object]] = {
        "search": lambda: opened.index.follow(opened.catalogue),
        "versions": lambda: fold_due(opened.catalogue, ocfl),
    }
    if vectors is not None:
        followers["meaning"] = lambda: vectors.follow(opened.catalogue, stop=stop.is_set)
    threads = [
        threading.Thread(target=follow, args=each, name=f"{each[0]}-follows", daemon=True) for each in followers.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        opened.written.set()
        for thread in threads:
            thread.join(timeout=10)
