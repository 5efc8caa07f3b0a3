"""Throwing recordings away: what has not arrived, and what nothing could be made of."""

from archive import deposit, derivatives
from archive.catalogue import Catalogue
from archive.database import one_writer
from archive.errors import InputError
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.tables import Job, JobState, Recording, State

_MAY_BE_EMPTY = (State.REFUSED, State.RECEIVED, State.PROCESSING)


def discard(catalogue: Catalogue, store: ObjectStore, recording_id: str) -> None:
    """Throw away a recording that has not arrived, with all that came of it."""
    for source in catalogue.sources(recording_id):
        for upload in store.unfinished(source.key):
            store.abort_upload(upload.key, upload.upload_id)
        store.delete(source.key)
    store.delete_prefix(derivatives.folder(recording_id))
    catalogue.remove(recording_id)


def is_removable(recording: Recording, job: Job | None) -> bool:
    """Whether a recording failed, by its newest job, before anything of it could be watched."""
    if recording.duration is not None or recording.state not in _MAY_BE_EMPTY:
        return False
    return recording.state is State.REFUSED or (job is not None and job.state is JobState.FAILED)


def remove(catalogue: Catalogue, store: ObjectStore, recording: Recording, job: Job | None) -> None:
    """Throw away a recording that failed, with its sources and all that came of it.

    Raises:
        InputError: it did not fail, or something of it can be watched.
    """
    if not is_removable(recording, job) or catalogue.renditions(recording.id):
        raise InputError(f"“{recording.title}” has not failed.", "Reload the page.", recording=recording.id)
    with one_writer(catalogue.engine, recording.id):
        OcflRoot(store).purge(deposit.object_id(recording.id))
        store.delete_prefix(derivatives.folder(recording.id))
        catalogue.remove(recording.id)
