"""A portal of a test module's own, whose process may be killed, and in it a fresh recording to be edited."""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from archive import deposit
from archive.catalogue import Catalogue
from archive.database import connect
from archive.objects import open_store
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Recording, Source


@dataclass
class Room:
    """What a test about one of the pages on which a recording is edited works with."""

    page: ClassVar[str]

    portal: Any
    catalogue: Catalogue
    ocfl: OcflRoot
    settings: Settings
    recording: str

    @property
    def address(self) -> str:
        return f"{self.portal.address}/?p={self.page}&r={self.recording}"


_Room = TypeVar("_Room", bound=Room)


@contextlib.contextmanager
def opened(
    kind: type[_Room], portal: Any, shelved: Any, folder: Path, made: Recording, *, stills: bool = True
) -> Iterator[_Room]:
    """Enter a recording with one angle of its length into the catalogue and store of a portal, while this lasts."""
    settings = Settings(home=portal.home, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    source = Source(recording_id=made.id, name="a.mp4", media={"duration": made.duration, "missing": []})
    with open_store(settings) as store:
        ocfl = OcflRoot(store)
        source.key = deposit.source_key(ocfl, source)
        source.size, source.sha512 = 4, hashlib.sha512(b"test").hexdigest()
        store.put(source.key, b"test")
        deposit.receive(ocfl, made, [source])
        catalogue.add(made, [source])
        shelf = shelved(folder, store, made, made.duration)
        catalogue.put_renditions(made.id, [shelf.picture(source, 144, "full"), shelf.sound(source, "audio", 440)])
        if stills:
            catalogue.put_stills(shelf.stills(source))
        yield kind(portal, catalogue, ocfl, settings, made.id)
    engine.dispose()


def wait_for(what: Callable[[], bool], seconds: float = 20) -> float:
    """Wait until something is so; return the seconds that it took."""
    begin = time.monotonic()
    while not what():
        assert time.monotonic() < begin + seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - begin
