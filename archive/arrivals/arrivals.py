"""What a browser asks while it sends files: is it here, was it begun, which parts are missing, where does one go.

The state is the catalogue's and the store's alone, so any portal process answers, also one that was started since.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive import case, deposit, recorded
from archive.arrivals.fingerprint import fingerprint
from archive.arrivals.tables import Arrival, ArrivalPart
from archive.catalogue import Catalogue
from archive.database import one_writer
from archive.errors import FixityError, InputError, NotFound, StoreError
from archive.objects.store import MOST_PARTS, ObjectStore
from archive.ocfl import OcflRoot
from archive.people import institutions
from archive.tables import Alignment, Kind, Recording, Source, SourceRole, State, Upload

MOST_BYTES = 5 * 1024**4  # what S3 takes as one object
_ORIGIN = "browser:"
_PARTS = 64  # that a file is cut into at least, so that a link that breaks takes little of it along
_LEAST_PART = 5 * 1024**2  # what S3 takes


@dataclass(frozen=True)
class Offered:
    """A file that somebody chose: `role` is what it shows; `goes_on`: it is the next part of the file before it."""

    name: str
    size: int
    fingerprint: str
    role: SourceRole = SourceRole.ROOM
    goes_on: bool = False


@dataclass(frozen=True)
class Described:
    """What somebody says of a recording; `case` also holds the institution's name, see `archive.case`."""

    title: str = ""
    kind: Kind = Kind.LECTURE
    language: str = "zh"
    specialty: str = ""
    procedure: str = ""
    speakers: list[str] = field(default_factory=list)
    recorded_at: datetime | None = None
    case: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Under:
    """A source under way, and the bytes of it that are in the store."""

    source: Source
    arrival: Arrival
    size: int
    done: int

    @property
    def parts(self) -> int:
        return max(1, -(-self.size // self.arrival.part_size))


class Arrivals:
    """Files on their way in from browsers.

    `part_size` is in bytes; of a small file the parts are smaller, of a very large one larger.
    """

    def __init__(self, catalogue: Catalogue, store: ObjectStore, *, part_size: int) -> None:
        self.catalogue = catalogue
        self.store = store
        self.part_size = part_size

    def _session(self) -> Session:
        return Session(self.catalogue.engine, expire_on_commit=False)

    # -- what is there already

    def held(self, size: int, print_: str) -> Recording | None:
        """Return the recording that very probably holds this file: of sources of its size the samples are compared."""
        query = select(Source).where(Source.size == size, Source.sha512 != "")
        with self._session() as session:
            same_size = list(session.exec(query).all())
        for source in same_size:
            recording = self.catalogue.recording(source.recording_id)
            if recording.state in (State.RECEIVING, State.REFUSED, State.WITHDRAWN):
                continue
            if print_ == fingerprint(size, lambda start, end, key=source.key: self.store.stream(key, start, end)):  # type: ignore[misc]
                return recording
        return None

    def begun(self, member_id: str, size: int, print_: str) -> Source | None:
        """Return the source that this member began to send this file as."""
        query = select(Source).join(Arrival, col(Arrival.source_id) == Source.id)
        query = query.join(Upload, col(Upload.source_id) == Source.id)
        query = query.where(Arrival.member_id == member_id, Arrival.fingerprint == print_, Upload.size == size)
        with self._session() as session:
            return session.exec(query).first()

    def mine(self, member_id: str) -> list[str]:
        """Return the ids of the recordings that a member has under way, the newest first."""
        query = select(Recording.id).join(Source, col(Source.recording_id) == Recording.id)
        query = query.join(Arrival, col(Arrival.source_id) == Source.id).where(Arrival.member_id == member_id)
        with self._session() as session:
            newest = query.order_by(col(Recording.created_at).desc(), col(Recording.id))
            return list(dict.fromkeys(session.exec(newest).all()))

    def under_way(self, recording_id: str) -> list[Under]:
        """Return what is under way of a recording, in the order of its sources; nothing once all has arrived."""
        arrived = (
            select(ArrivalPart.source_id, sa.func.count().label("parts"), sa.func.max(ArrivalPart.number).label("last"))
            .where(col(ArrivalPart.arrived))
            .group_by(col(ArrivalPart.source_id))
            .subquery()
        )
        query = (
            sa.select(Source, Arrival, col(Upload.size), arrived.c.parts, arrived.c.last)
            .join(Arrival, col(Arrival.source_id) == Source.id)
            .join(Upload, col(Upload.source_id) == Source.id)
            .join(arrived, arrived.c.source_id == Source.id, isouter=True)
            .where(col(Source.recording_id) == recording_id)
            .order_by(col(Source.position), col(Source.part))
        )
        with self._session() as session:
            found = session.execute(query).all()
        return [
            Under(source, arrival, size, _bytes(size, arrival.part_size, parts or 0, last or 0))
            for source, arrival, size, parts, last in found
        ]

    # -- beginning

    def begin(self, member_id: str, files: Sequence[Offered], said: Described) -> Recording:
        """Enter a recording whose files are to come.

        Raises:
            InputError: there is no file, one is empty or too large, or one is named twice.
            DescriptionError: it cannot have been recorded then.
        """
        _check(files)
        if said.recorded_at:
            recorded.checked(said.recorded_at)
        recording = Recording(title=said.title.strip() or _stem(files[0].name), state=State.RECEIVING)
        _write(recording, said)
        ocfl = OcflRoot(self.store)
        ocfl.ensure()
        sources = _sources(recording, files)
        for source in sources:
            source.key = deposit.source_key(ocfl, source)
        recording.institution_id = self._institution(said.case)
        self.catalogue.add(recording, sources)
        with self._session() as session, session.begin():
            for source, file in zip(sources, files, strict=True):
                size = max(min(self.part_size, max(_LEAST_PART, file.size // _PARTS)), -(-file.size // MOST_PARTS))
                session.add(
                    Arrival(source_id=source.id, member_id=member_id, fingerprint=file.fingerprint, part_size=size)
                )
                # No file of this machine: the time says so to whoever looks for one (`Catalogue.upload_of`).
                origin = _ORIGIN + file.fingerprint
                session.add(Upload(source_id=source.id, upload_id="", origin=origin, size=file.size, modified_ns=-1))
        return recording

    def _institution(self, said: dict[str, Any]) -> str | None:
        return institutions.entered(self.catalogue.engine, str(said.get("institution", "")))

    def describe(self, recording: Recording, said: Described, seen: Described | None = None) -> Recording:
        """Change what is said of a recording; of one that is kept already, in its object too.

        Where the description was `seen` first, what is said as it was seen stays as it is by now.

        Raises:
            DescriptionError: it cannot have been recorded then; nothing is changed.
        """
        said = said if seen is None else _where_changed(recording, said, seen)
        if said.recorded_at and said.recorded_at != recording.recorded_at:
            recorded.checked(said.recorded_at)
        before = recording.model_dump()
        _write(recording, said)
        if recording.model_dump() == before and said.title.strip() in ("", recording.title):
            return recording
        values = {name: getattr(recording, name) for name in ("kind", "language", "specialty", "procedure")}
        values |= {"speakers": recording.speakers, "recorded_at": recording.recorded_at, "case": recording.case}
        title = said.title.strip() or recording.title
        institution = self._institution(said.case)
        changed = self.catalogue.change(recording.id, title=title, institution_id=institution, **values)
        if changed.state is not State.RECEIVING:
            ocfl = OcflRoot(self.store)
            with one_writer(self.catalogue.engine, recording.id):
                deposit.keep_description(ocfl, changed, self.catalogue.sources(recording.id))
        return changed

    # -- parts

    def source(self, member_id: str, source_id: str) -> tuple[Source, Arrival, Upload]:
        """Return a source that this member is sending.

        Raises:
            NotFound: there is none; perhaps it has arrived since.
        """
        query = select(Source, Arrival, Upload).join(Arrival, col(Arrival.source_id) == Source.id)
        query = query.join(Upload, col(Upload.source_id) == Source.id)
        with self._session() as session:
            found = session.exec(query.where(Source.id == source_id, Arrival.member_id == member_id)).first()
        if found is None:
            raise NotFound("No such file is on its way.", "Choose it again.", source=source_id)
        return found[0], found[1], found[2]

    def parts(self, source: Source, upload: Upload, part_size: int) -> dict[int, str]:
        """Return the parts that the store holds whole, by their number, and the SHA-256 that each was said to have."""
        if not upload.upload_id:
            return {}
        with self._session() as session:
            rows = session.exec(select(ArrivalPart).where(ArrivalPart.source_id == source.id)).all()
        said = {row.number: row.sha256 for row in rows}
        try:
            stored = self.store.parts(source.key, upload.upload_id)
        except NotFound:  # finished already, or thrown away by the store
            if self.store.exists(source.key):
                return said
            self.anew(source)
            return {}
        whole = {part.number for part in stored if part.size == length(upload.size, part_size, part.number)}
        return {number: digest for number, digest in said.items() if number in whole}

    def open(self, source: Source) -> str:
        """Return the store's id of a source's upload, begun where it was not, or where the store knows it no more."""
        with one_writer(self.catalogue.engine, source.id):
            with self._session() as session:
                upload = session.get_one(Upload, source.id)
            if upload.upload_id:
                return upload.upload_id
            upload_id = self.store.start_upload(source.key)
            with self._session() as session, session.begin():
                session.execute(sa.update(Upload).where(col(Upload.source_id) == source.id).values(upload_id=upload_id))
        return upload_id

    def promise(self, source: Source, number: int, sha256: str) -> None:
        """Note what a part will hold, before it is sent."""
        with self._session() as session, session.begin():
            session.merge(ArrivalPart(source_id=source.id, number=number, sha256=sha256))

    def arrived(self, source: Source, numbers: Sequence[int]) -> None:
        """Note that parts are in the store; with the last one, that all are sent."""
        mine = col(ArrivalPart.source_id) == source.id
        with self._session() as session, session.begin():
            session.execute(
                sa.update(ArrivalPart).where(mine, col(ArrivalPart.number).in_(numbers)).values(arrived=True)
            )
            parts = session.execute(sa.select(sa.func.count()).where(mine, col(ArrivalPart.arrived))).scalar_one()
            upload, arrival = session.get_one(Upload, source.id), session.get_one(Arrival, source.id)
            if parts == max(1, -(-upload.size // arrival.part_size)):
                arrival.sent = True
                session.add(arrival)

    def missing(self, source: Source, there: set[int]) -> None:
        """Note that the store holds only these parts, whatever was thought: the others are to be sent again."""
        mine = col(ArrivalPart.source_id) == source.id
        with self._session() as session, session.begin():
            gone = sa.update(ArrivalPart).where(mine, col(ArrivalPart.number).not_in(there))
            session.execute(gone.values(arrived=False))
            session.execute(sa.update(Arrival).where(col(Arrival.source_id) == source.id).values(sent=False))

    def put(self, member_id: str, source_id: str, number: int, sha256: str, data: bytes) -> None:
        """Put one part into the store. Its digest has been compared with `sha256` by now.

        Raises:
            NotFound: no such file is on its way; it may have arrived since.
            StoreError: the store did not take it, or has thrown away what was begun.
        """
        source, arrival, upload = self.source(member_id, source_id)
        check_part(upload.size, arrival.part_size, number, len(data))
        upload_id = upload.upload_id or self.open(source)
        self.promise(source, number, sha256)
        try:
            self.store.put_part(source.key, upload_id, number, data)
        except NotFound as error:
            self.anew(source)
            raise StoreError("The store has thrown away what was begun.", "All of it is sent again.") from error
        self.arrived(source, [number])

    def anew(self, source: Source) -> None:
        """Forget what was sent of a source: the store knows it no more, or it was damaged on the way."""
        with self._session() as session, session.begin():
            session.exec(delete(ArrivalPart).where(col(ArrivalPart.source_id) == source.id))
            session.execute(sa.update(Upload).where(col(Upload.source_id) == source.id).values(upload_id=""))
            again = sa.update(Arrival).where(col(Arrival.source_id) == source.id)
            session.execute(again.values(sent=False, checked=0))


def length(size: int, part_size: int, number: int) -> int:
    """How many bytes a part of a file has."""
    return max(0, min(part_size, size - (number - 1) * part_size))


def check_part(size: int, part_size: int, number: int, bytes_: int) -> None:
    """Pass where a part of a file can have this number and so many bytes.

    Raises:
        InputError: there is no such part.
        FixityError: it was cut short.
    """
    wanted = length(size, part_size, number)
    if number < 1 or not wanted:
        raise InputError(f"There is no part {number}.", "Choose the file again.")
    if bytes_ != wanted:
        raise FixityError(f"Of part {number} {bytes_} of {wanted} bytes came.", "It is sent again.")


def _bytes(size: int, part_size: int, parts: int, last: int) -> int:
    """How many bytes so many parts have, `last` being the highest of them: only a file's last part is shorter."""
    whole = max(1, -(-size // part_size))
    return min(size, parts * part_size - (part_size - length(size, part_size, last) if last == whole else 0))


def _check(files: Sequence[Offered]) -> None:
    if not files:
        raise InputError("No file was chosen.", "Choose at least one.")
    for file in files:
        if not 0 < file.size <= MOST_BYTES:
            raise InputError(f"“{file.name}” is empty or too large.", "Check the file.", name=file.name)
    prints = [file.fingerprint for file in files]
    if len(set(prints)) < len(prints):
        raise InputError("One file was chosen twice.", "Name each file once.")


def _sources(recording: Recording, files: Sequence[Offered]) -> list[Source]:
    """The rows of the files; a file that goes on stands in the angle before it."""
    sources: list[Source] = []
    for file in files:
        before = sources[-1] if sources else None
        row = Source(recording_id=recording.id, name=_plain(file.name), role=file.role)
        if before is not None and file.goes_on:
            row.position, row.part, row.role = before.position, before.part + 1, before.role
        elif before is not None:
            row.position, row.alignment = before.position + 1, Alignment.UNKNOWN
        sources.append(row)
    return sources


def _plain(name: str) -> str:
    """A file's name without the folders that a browser, or somebody who plays one, may send with it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if character.isprintable()).strip()
    return shown[-150:] if shown.strip(".") else "recording"


def _stem(name: str) -> str:
    plain = _plain(name)
    return plain.rpartition(".")[0].strip() or plain


def _where_changed(recording: Recording, said: Described, seen: Described) -> Described:
    """Return what is said where that is not what was seen, else what is so now: somebody else may have changed it."""
    names = [each.name for each in fields(Described) if each.name != "case"]
    taken = {name: getattr(recording if getattr(said, name) == getattr(seen, name) else said, name) for name in names}
    changed = {name for name in said.case.keys() | seen.case.keys() if said.case.get(name) != seen.case.get(name)}
    return Described(**taken, case=recording.case | {name: said.case.get(name) for name in changed})


def _write(recording: Recording, said: Described) -> None:
    recording.kind, recording.language = said.kind, said.language
    recording.specialty, recording.procedure = said.specialty.strip(), said.procedure.strip()
    recording.speakers, recording.recorded_at = said.speakers, said.recorded_at
    recording.case = case.cleaned(said.case)
