"""Taking files in: look at them, send their bytes to the store, queue the job. What was begun is taken up again."""

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from archive import deposit
from archive.arrivals import removing
from archive.catalogue import Catalogue
from archive.errors import InputError, MediaToolError, ShijiaoError, shown
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.objects.upload import send
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Kind, Recording, Source, State
from ingest.ahead import Ahead
from ingest.angles import Given
from ingest.files import File, files_of, must_be_file, name_of, sources_of
from ingest.media import missing
from ingest.restoring import restored
from ingest.steps.join import check_alike
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


@dataclass(frozen=True)
class Taken:
    """The recording that files became; `known` where the archive had these very bytes already."""

    recording: Recording
    known: bool


class Intake:
    """Takes files in. `open_store` is called only for files worth storing, so that a refusal is quick."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        jobs: Jobs,
        open_store: Callable[..., AbstractContextManager[ObjectStore]],
        *,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`warn` gets a sentence for whoever added the files, where something of one is missing."""
        self.settings = settings
        self.catalogue = catalogue
        self.jobs = jobs
        self.open_store = open_store
        self.warn = warn

    def take(self, angles: Sequence[Given], description: Description, *, hashed: Progress, sent: Progress) -> Taken:
        """Take files in as one recording of one or several angles; `hashed` and `sent` hear (bytes done, bytes in all).

        All are looked at before a byte is sent; what speaks against one speaks against all.

        Raises:
            InputError: one is not a file that can be read, or not media; or the archive has one of them in another
                recording. What is no media is recorded as a failed job.
            MediaToolError: what reads it broke down over it; recorded likewise.
        """
        files = files_of(angles)
        for file in files:
            self._must_be_file(file, files, description)
        with ExitStack() as held:
            for path in sorted({file.path.resolve() for file in files}):  # two at once: the second finds the first's
                held.enter_context(self._lock(path))
            begun = self._begun(files)
            if begun is None and (known := self._known(files, hashed)) is not None:
                self._put_back(known, files, sent)
                return Taken(self._completed(known), known=True)
            medias = self._look(files, description)
            with self.open_store(self.settings) as store:
                return self._send(store, files, medias, begun, description, sent)

    def _lock(self, path: Path) -> FileLock:
        locks = self.settings.home / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        return FileLock(locks / f"add-{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.lock")

    # -- what is there already

    def _begun(self, files: Sequence[File]) -> list[Source] | None:
        """Return the sources of an earlier try at these very files, as they stand."""
        found = [self.catalogue.upload_of(file.path) for file in files]
        sources = [each[0] for each in found if each is not None]
        wanted = [(file.position, file.part) for file in files]
        same = len({source.recording_id for source in sources}) == 1
        if not same or wanted != [(source.position, source.part) for source in sources]:
            return None
        return sources if len(self.catalogue.sources(sources[0].recording_id)) == len(files) else None

    def _known(self, files: Sequence[File], hashed: Progress) -> Recording | None:
        """Return the recording that holds all of these bytes, or None where none of them is held.

        Raises:
            InputError: some are held and others not, or by several recordings.
        """
        sizes = [file.path.stat().st_size for file in files]
        worth = [file for file, size in zip(files, sizes, strict=True) if self.catalogue.holds_size(size)]
        held: dict[Path, Recording] = {}
        done, total = 0, sum(file.path.stat().st_size for file in worth)
        for file in worth:
            digest = hashlib.sha512()
            with file.path.open("rb") as opened:
                while chunk := opened.read(1 << 20):
                    digest.update(chunk)
                    done += len(chunk)
                    hashed(done, total)
            if (recording := self.catalogue.by_digest(digest.hexdigest())) is not None:
                held[file.path] = recording
        if not held:
            return None
        (path, first), *_ = held.items()
        if len(held) == len({file.path for file in files}) and all(other.id == first.id for other in held.values()):
            return first
        name = shown(name_of(path))
        raise InputError(
            f"“{name}” is in the archive already, in the recording “{shown(first.title)}” ({first.id}).",
            "A file belongs to one recording: leave it out, or add all of that recording's files as they were.",
            name=name,
            held_by=first.id,
        )

    def _put_back(self, recording: Recording, files: Sequence[File], sent: Progress) -> None:
        """Send again what the archive has and cannot read any more: whoever adds an intact file has the remedy."""
        sources = [source for source in self.catalogue.sources(recording.id) if source.sha512]
        with self.open_store(self.settings, attempts=2) as store:
            paths = [file.path for file in files]
            for source in restored(store, sources, paths, part_size=self.settings.part_size, progress=sent):
                self.warn(f"What was kept of “{shown(source.name)}” was damaged, and is whole again.")

    def _completed(self, recording: Recording) -> Recording:
        """Complete a recording whose bytes have all arrived, if whoever sent them died over it."""
        sources = self.catalogue.sources(recording.id)
        if recording.state is State.RECEIVING and all(source.sha512 for source in sources):
            with self.open_store(self.settings) as store:
                return self._finish(OcflRoot(store), sources)
        return recording

    # -- refusing

    def _must_be_file(self, file: File, files: Sequence[File], description: Description) -> None:
        try:
            must_be_file(file.path)
        except InputError as error:
            if file.path.exists():
                self._refuse(files, description, error)
            raise

    def _look(self, files: Sequence[File], description: Description) -> list[dict[str, Any]]:
        """Refuse what is not media before a byte is sent, and leave the refusal where it can be seen."""
        medias = []
        try:
            for file in files:
                media = probe(file.path, name=name_of(file.path))
                self._warn(file.path, media)
                medias.append(media)
            for position in {file.position for file in files}:
                parts = [number for number, file in enumerate(files) if file.position == position]
                check_alike([medias[number] for number in parts], [name_of(files[number].path) for number in parts])
        except (InputError, MediaToolError) as error:
            self._refuse(files, description, error)
            raise
        return medias

    def _warn(self, path: Path, media: dict[str, Any]) -> None:
        if media["missing"]:
            lost = missing.sentence(media["missing"])
            self.warn(f"“{shown(name_of(path))}” is damaged. {lost} Copy it again from the camera if you can.")

    def _refuse(self, files: Sequence[File], description: Description, error: ShijiaoError) -> None:
        recording = _recording(files[0].path, description, State.REFUSED)
        self.catalogue.add(recording, sources_of(files, recording))
        self.jobs.refuse(recording.id, error.record())
        error.facts["recording"] = recording.id

    # -- sending

    def _send(
        self,
        store: ObjectStore,
        files: Sequence[File],
        medias: Sequence[dict[str, Any]],
        begun: list[Source] | None,
        description: Description,
        sent: Progress,
    ) -> Taken:
        ocfl = OcflRoot(store)
        ocfl.ensure()
        sources = begun or self._begin(ocfl, files, description)
        try:
            return self._send_all(store, files, medias, sources, sent)
        except InputError:
            if self._is_lost(files):
                removing.discard(self.catalogue, store, sources[0].recording_id)
            raise

    def _send_all(
        self,
        store: ObjectStore,
        files: Sequence[File],
        medias: Sequence[dict[str, Any]],
        sources: list[Source],
        sent: Progress,
    ) -> Taken:
        ocfl = OcflRoot(store)
        before, total = 0, sum(media["size"] for media in medias)
        for file, source, media in zip(files, sources, medias, strict=True):
            is_last = source is sources[-1]
            with Ahead(self.settings, store, self.catalogue, source, file.path, media, remuxes=file.whole) as ahead:
                total += ahead.work
                self._arrive(store, source, file.path, _told(ahead, sent, before, total))
                # The same bytes may have come in under another name meanwhile: keep one of the two.
                same = self.catalogue.by_digest(source.sha512)
                if same is not None and same.id != source.recording_id and len(files) == 1:
                    store.delete(source.key)
                    self.catalogue.remove(source.recording_id)
                    return Taken(same, known=True)
                if is_last:  # the first version now: from here on the store alone knows the recording
                    deposit.receive(ocfl, self.catalogue.recording(source.recording_id), sources)
                try:
                    ahead.publish(source.sha512)
                finally:  # also when somebody has had enough of waiting: a worker goes on
                    recording = self._finish(ocfl, sources) if is_last else None
            before += media["size"] + ahead.work
        return Taken(recording or self.catalogue.recording(sources[0].recording_id), known=False)

    def _is_lost(self, files: Sequence[File]) -> bool:
        """Whether no later try can take up what was begun: a file has other bytes by now."""
        return any(file.path.is_file() and self.catalogue.upload_of(file.path) is None for file in files)

    def _arrive(self, store: ObjectStore, source: Source, path: Path, progress: Progress) -> None:
        """Bring a source's bytes into the store, unless they are there, and note its size and digest."""
        if source.sha512:
            return

        def started(upload_id: str) -> None:
            self.catalogue.begin_upload(source.id, upload_id, path)

        upload_id = self._upload_id(path)
        started(upload_id)  # the file may have been renamed since it was begun
        arrived = send(
            store,
            source.key,
            path,
            part_size=self.settings.part_size,
            upload_id=upload_id or None,
            started=started,
            progress=progress,
        )
        source.size, source.sha512 = arrived.size, arrived.sha512
        self.catalogue.change_source(source.id, size=source.size, sha512=source.sha512)

    def _upload_id(self, path: Path) -> str:
        """Return the store's id of the upload of a file that was begun; empty where none was."""
        begun = self.catalogue.upload_of(path)
        return begun[1].upload_id if begun else ""

    def _begin(self, ocfl: OcflRoot, files: Sequence[File], description: Description) -> list[Source]:
        """Enter a recording whose bytes are to come; from now on a second try finds this one."""
        for file in files:
            self._forget_older_tries(ocfl.store, file.path)
        recording = _recording(files[0].path, description, State.RECEIVING)
        sources = sources_of(files, recording)
        for source in sources:
            source.key = deposit.source_key(ocfl, source)
        self.catalogue.add(recording, sources)
        for source, file in zip(sources, files, strict=True):
            self.catalogue.begin_upload(source.id, "", file.path)
        return sources

    def _forget_older_tries(self, store: ObjectStore, path: Path) -> None:
        """Remove what was begun of a file of this name otherwise: with other bytes, or in other company."""
        for recording_id in {source.recording_id for source, _ in self.catalogue.uploads_from(path)}:
            removing.discard(self.catalogue, store, recording_id)

    def _finish(self, ocfl: OcflRoot, sources: Sequence[Source]) -> Recording:
        recording = self.catalogue.recording(sources[0].recording_id)
        deposit.receive(ocfl, recording, list(sources))
        for source in sources:
            recording = self.catalogue.finish_upload(source.id, size=source.size, sha512=source.sha512)
        return recording


def _told(ahead: Ahead, sent: Progress, before: int, total: int) -> Progress:
    """Tell how far all is; and let what the curator can watch go first."""

    def told(done: int) -> None:
        sent(before + ahead.done + done, total)

    def progress(done: int, _size: int) -> None:
        ahead.give_way(lambda: told(done))
        told(done)

    return progress


def _recording(path: Path, description: Description, state: State) -> Recording:
    return Recording(
        title=description.title or Path(name_of(path)).stem.strip() or name_of(path),
        kind=description.kind,
        language=description.language,
        specialty=description.specialty,
        procedure=description.procedure,
        speakers=description.speakers,
        recorded_at=description.recorded_at,
        state=state,
    )
