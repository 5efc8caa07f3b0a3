"""What one portal process holds open: the catalogue, the jobs, the object store, the search index, the signing key.

Pages and routes take it from `house()`; they hold no query and no connection of their own.
"""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from archive import tokens
from archive.catalogue import Catalogue
from archive.courses import Courses
from archive.cuts import Cuts
from archive.database import connect
from archive.errors import NotAllowed, NotSignedIn, SettingsError
from archive.jobs import Jobs
from archive.keys import load_keys
from archive.learning import Clips, Marks, Shelf, Takings, Watching
from archive.objects import open_store
from archive.objects.store import ObjectStore
from archive.people import Members
from archive.search import SearchIndex, open_vectors
from archive.settings import Settings
from archive.tables import Member
from dashboard import background


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
    def cuts(self) -> Cuts:
        return Cuts(self.catalogue.engine)

    @functools.cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.catalogue.engine)

    @functools.cached_property
    def takings(self) -> Takings:
        return Takings(self.catalogue.engine)

    def token(self, member: Member, recording_id: str, *, whole: bool = False) -> str:
        """Return what lets a member watch one recording for `settings.token_minutes`.

        `whole` opens what is cut from it, too, to those who may edit it.
        """
        return tokens.sign(self.signing_key, tokens.Pass(member.id, recording_id, whole=whole))

    def admit(self, cookie: str, token: str) -> tuple[Member, tokens.Pass]:
        """Return the member who is signed in, and what their token stands for.

        Raises:
            NotSignedIn: nobody is behind the cookie.
            NotAllowed: the token is forged, too old, or another member's.
        """
        member = self.viewer(cookie)
        granted = tokens.read(self.signing_key, token, max_age=self.settings.token_minutes * 60)
        if granted.member_id != member.id:
            raise NotAllowed("This link was made for somebody else.", "Open the recording from the portal.")
        return member, granted

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
            catalogue = Catalogue(engine)
            index = SearchIndex(
                settings.home / "search", catalogue=catalogue, glossary=settings.glossary_dir, vectors=vectors
            )
            signing_key = load_keys(settings).signing
            members = Members(engine, signing_key)
            opened = House(settings, catalogue, Jobs(engine), store, index, signing_key, members)
            with background.at_work(opened, vectors):
                _open.append(opened)
                try:
                    yield opened
                finally:
                    _open.remove(opened)
    finally:
        engine.dispose()
