"""When all parts of a file are sent: make one object of them, read it back, and enter it.

A browser cannot hash a file of many gigabytes in one go, and parts may pass us by. So it says the SHA-256 of every part
before it sends it, and here every byte is read back from the store once: each part's SHA-256 must be the browser's, and
the same reading gives the SHA-512 of the whole, which OCFL keeps. Whatever dies in between, it is done again.
"""

import hashlib
import logging
import time
from collections.abc import Callable

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlmodel import Session, col, delete, select

from archive import deposit
from archive.arrivals.arrivals import Arrivals, length
from archive.arrivals.tables import Arrival, ArrivalPart
from archive.database import one_writer
from archive.errors import FixityError, NotFound, ShijiaoError, StoreUnavailable
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Source, Upload

log = logging.getLogger(__name__)
_TOLD_EVERY = 0.5  # seconds


def seal_all(arrivals: Arrivals, settings: Settings, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Seal every file whose parts are all sent; return how many. One process of a host does it at a time."""
    query = select(Source, Upload).join(Arrival, col(Arrival.source_id) == Source.id)
    query = query.join(Upload, col(Upload.source_id) == Source.id).where(col(Arrival.sent), Arrival.trouble == "")
    with Session(arrivals.catalogue.engine, expire_on_commit=False) as session:
        waiting = session.exec(query.order_by(col(Arrival.created_at))).all()
    if not waiting:
        return 0
    locks = settings.home / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    sealed = 0
    try:
        with FileLock(locks / "arrivals.lock", timeout=0):
            for source, upload in waiting:
                if stop():
                    break
                sealed += _try(arrivals, source, upload)
    except Timeout:  # another process of this host is at it
        pass
    return sealed


def _try(arrivals: Arrivals, source: Source, upload: Upload) -> bool:
    try:
        return seal(arrivals, source, upload)
    except StoreUnavailable:
        pass  # it is tried again
    except FixityError as error:
        log.warning("%s arrived damaged: %s", source.name, error)
        arrivals.store.delete(source.key)
        arrivals.anew(source)
    except ShijiaoError as error:
        log.exception("%s could not be taken in", source.name)
        _note(arrivals, source, trouble=error.code)
    return False


def seal(arrivals: Arrivals, source: Source, upload: Upload) -> bool:
    """Make one object of a file's parts, prove it, and enter it; with a recording's last one, queue its job.

    Returns False where parts are missing after all.

    Raises:
        FixityError: what the store holds is not what the browser had.
        StoreError: the store did not do it.
    """
    if not source.sha512:
        numbered = _promised(arrivals, source)
        if not _complete(arrivals, source, upload):
            return False
        source.sha512, source.size = _read_back(arrivals, source, upload.size, numbered), upload.size
        if _known(arrivals, source):
            return True
        arrivals.catalogue.change_source(source.id, size=source.size, sha512=source.sha512)
    with one_writer(arrivals.catalogue.engine, source.recording_id):
        _enter(arrivals, source)
    return True


def _promised(arrivals: Arrivals, source: Source) -> dict[int, str]:
    with Session(arrivals.catalogue.engine) as session:
        rows = session.exec(select(ArrivalPart).where(ArrivalPart.source_id == source.id)).all()
    return {row.number: row.sha256 for row in rows}


def _complete(arrivals: Arrivals, source: Source, upload: Upload) -> bool:
    """Make one object of the parts; return False, and let the browser send them, where some are missing after all."""
    store = arrivals.store
    with Session(arrivals.catalogue.engine) as session:
        part_size = session.get_one(Arrival, source.id).part_size
    try:
        stored = store.parts(source.key, upload.upload_id)
    except NotFound:
        if store.exists(source.key):  # finished before, by somebody who died over it
            return True
        arrivals.anew(source)
        return False
    # A part that was sent again after a death may be listed twice (SeaweedFS does so): one of them is wanted.
    whole = {part.number: part for part in stored if part.size == length(upload.size, part_size, part.number)}
    if sum(part.size for part in whole.values()) != upload.size:
        arrivals.missing(source, set(whole))
        return False
    store.finish_upload(source.key, upload.upload_id, list(whole.values()))
    return True


def _read_back(arrivals: Arrivals, source: Source, size: int, promised: dict[int, str]) -> str:
    """Read a source from the store; return its SHA-512, every part having the SHA-256 that was promised."""
    with Session(arrivals.catalogue.engine) as session:
        part_size = session.get_one(Arrival, source.id).part_size
    whole, part = hashlib.sha512(), hashlib.sha256()
    done, told = 0, time.monotonic()
    for chunk in arrivals.store.stream(source.key):
        whole.update(chunk)
        view = memoryview(chunk)
        while view:
            piece = view[: part_size - done % part_size]
            part.update(piece)
            done, view = done + len(piece), view[len(piece) :]
            if done % part_size == 0 or done == size:
                number = -(-done // part_size)
                if part.hexdigest() != promised.get(number):
                    raise FixityError(f"Part {number} of “{source.name}” is not what was sent.", "Send it again.")
                part = hashlib.sha256()
        if time.monotonic() - told > _TOLD_EVERY:
            told = time.monotonic()
            _note(arrivals, source, checked=done)
    if done != size:
        raise FixityError(f"Of “{source.name}” {done} of {size} bytes are in the store.", "Send it again.")
    return whole.hexdigest()


def _known(arrivals: Arrivals, source: Source) -> bool:
    """Drop a recording of one file whose very bytes came in another way meanwhile; one of the two is enough."""
    same = arrivals.catalogue.by_digest(source.sha512)
    if same is None or same.id == source.recording_id or len(arrivals.catalogue.sources(source.recording_id)) > 1:
        return False
    arrivals.store.delete(source.key)
    arrivals.catalogue.remove(source.recording_id)
    return True


def _enter(arrivals: Arrivals, source: Source) -> None:
    """With the last file of a recording, make its first version and queue its job."""
    catalogue = arrivals.catalogue
    sources = catalogue.sources(source.recording_id)
    if not all(each.sha512 for each in sources):
        return
    deposit.receive(OcflRoot(arrivals.store), catalogue.recording(source.recording_id), sources)
    for each in sources:
        catalogue.finish_upload(each.id, size=each.size, sha512=each.sha512)
    ids = [each.id for each in sources]
    with Session(catalogue.engine) as session, session.begin():
        session.exec(delete(ArrivalPart).where(col(ArrivalPart.source_id).in_(ids)))
        session.exec(delete(Arrival).where(col(Arrival.source_id).in_(ids)))


def _note(arrivals: Arrivals, source: Source, **values: object) -> None:
    with Session(arrivals.catalogue.engine) as session, session.begin():
        session.execute(sa.update(Arrival).where(col(Arrival.source_id) == source.id).values(**values))
