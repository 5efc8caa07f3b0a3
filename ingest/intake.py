"""Taking a file in: look at it, send its bytes to the store, queue its job. What was begun is taken up again."""

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from archive import deposit
from archive.catalogue import Catalogue
from archive.errors import InputError, MediaToolError, ShijiaoError, shown
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.objects.upload import send
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Kind, Recording, Source, SourceRole, State
from ingest.steps.probe import probe

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Description:
    """What is known of a recording before anybody has looked at it."""

    title: str = ""
    kind: Kind = Kind.LECTURE
    language: str = "zh"
    specialty: str = ""
    procedure: str = ""
    speakers: list[str] = field(default_factory=list)
    recorded_at: datetime | None = None
    role: SourceRole = SourceRole.ROOM


@dataclass(frozen=True)
class Taken:
    """The recording a file became; `known` where the archive had these very bytes already."""

    recording: Recording
    known: bool


class Intake:
    """Takes files in. `open_store` is called only for a file worth storing, so that a refusal is quick."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        jobs: Jobs,
        open_store: Callable[[Settings], AbstractContextManager[ObjectStore]],
    ) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.jobs = jobs
        self.open_store = open_store

    def take(self, path: Path, description: Description, *, hashed: Progress, sent: Progress) -> Taken:
        """Take one file in as one recording; `hashed` and `sent` hear (bytes done, bytes in all).

        Raises:
            InputError: it is not a file that can be read, or not media. A refusal is recorded as a failed job.
        MediaToolError: what reads it broke down over it; recorded likewise.
        """
        try:
            _must_be_file(path)
        except InputError as error:
            if path.exists():
                self._refuse(path, description, error)
            raise
        locks = self.settings.home / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
        with FileLock(locks / f"add-{name}.lock"):  # two at once: the second finds what the first took in
            if (known := self._known(path, hashed)) is not None:
                return Taken(known, known=True)
            self._look(path, description)
            with self.open_store(self.settings) as store:
                return self._send(store, path, description, sent)

    def _known(self, path: Path, hashed: Progress) -> Recording | None:
        size = path.stat().st_size
        if not self.catalogue.holds_size(size):
            return None
        digest, done = hashlib.sha512(), 0
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                done += len(chunk)
                hashed(done, size)
        return self.catalogue.by_digest(digest.hexdigest())

    def _look(self, path: Path, description: Description) -> None:
        """Refuse what is not media before a byte is sent, and leave the refusal where it can be seen."""
        try:
            probe(path, name=_name(path))
        except (InputError, MediaToolError) as error:
            self._refuse(path, description, error)
            raise

    def _refuse(self, path: Path, description: Description, error: ShijiaoError) -> None:
        recording = _recording(path, description, State.REFUSED)
        self.catalogue.add(recording, [Source(recording_id=recording.id, name=_name(path), role=description.role)])
        self.jobs.refuse(recording.id, error.record())
        error.facts["recording"] = recording.id

    def _send(self, store: ObjectStore, path: Path, description: Description, sent: Progress) -> Taken:
        ocfl = OcflRoot(store)
        ocfl.ensure()
        begun = self.catalogue.upload_of(path)
        if begun is not None:
            source, upload_id = begun[0], begun[1].upload_id or None
        else:
            self._forget_older_tries(store, path)
            recording = _recording(path, description, State.RECEIVING)
            source, upload_id = Source(recording_id=recording.id, name=_name(path), role=description.role), None
            source.key = deposit.source_key(ocfl, source)
            self.catalogue.add(recording, [source])
            self.catalogue.begin_upload(source.id, "", path)  # from now on a second try finds this one

        def started(new_id: str) -> None:
            self.catalogue.begin_upload(source.id, new_id, path)

        done = send(
            store,
            source.key,
            path,
            part_size=self.settings.part_size,
            upload_id=upload_id,
            started=started,
            progress=sent,
        )
        # The same bytes may have come in under another name meanwhile: keep one of the two.
        if (same := self.catalogue.by_digest(done.sha512)) is not None:
            store.delete(source.key)
            self.catalogue.remove(source.recording_id)
            return Taken(same, known=True)
        source.size, source.sha512 = done.size, done.sha512
        # The object's first version now, not when a worker comes: from here on the store alone knows the recording.
        deposit.receive(ocfl, self.catalogue.recording(source.recording_id), [source])
        return Taken(self.catalogue.finish_upload(source.id, size=done.size, sha512=done.sha512), known=False)

    def _forget_older_tries(self, store: ObjectStore, path: Path) -> None:
        """Remove what was begun of a file of this name that has other bytes by now: it can never be finished."""
        for source, upload in self.catalogue.uploads_from(path):
            if upload.upload_id:
                store.abort_upload(source.key, upload.upload_id)
            self.catalogue.remove(source.recording_id)


def _must_be_file(path: Path) -> None:
    name = shown(str(path))
    if path.is_dir():
        raise InputError(f"“{name}” is a folder, not a recording.", "Name the files in it.", name=name)
    if not path.exists():
        raise InputError(f"There is no file “{name}”.", "Check the name.", name=name)
    if not path.is_file():
        raise InputError(f"“{name}” is not an ordinary file.", "Copy it to a disk first.", name=name)
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"“{name}” cannot be read: {error.strerror}.", "Check its permissions.", name=name) from error


def _name(path: Path) -> str:
    """The file's name as text; bytes that are no UTF-8 (an old camera's GBK) become marks, not errors."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _recording(path: Path, description: Description, state: State) -> Recording:
    return Recording(
        title=description.title or Path(_name(path)).stem.strip() or _name(path),
        kind=description.kind,
        language=description.language,
        specialty=description.specialty,
        procedure=description.procedure,
        speakers=description.speakers,
        recorded_at=description.recorded_at,
        state=state,
    )
