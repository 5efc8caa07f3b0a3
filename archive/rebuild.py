"""`shijiao rebuild`: restore the catalogue from the store alone."""

import time
from collections.abc import Callable, Iterator

from archive import deposit, derivatives
from archive.catalogue import Catalogue
from archive.errors import ShijiaoError
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.tables import State


def rebuild(
    catalogue: Catalogue, jobs: Jobs, store: ObjectStore, *, begun: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[str, bool | ShijiaoError]]:
    """Enter every recording of the store into the catalogue anew; yields its id and whether it is ready.

    One whose derivatives are not all there is queued: what is there is not made again. One that cannot be read back
    stops none of the others: its error is yielded instead.
    """
    ocfl = OcflRoot(store)
    for ocfl_id in ocfl.objects():
        recording_id = deposit.recording_id(ocfl_id)
        if recording_id is None:
            continue
        begun(recording_id)
        try:
            yield recording_id, _restore(catalogue, jobs, ocfl, recording_id)
        except ShijiaoError as error:
            yield recording_id, error


def _restore(catalogue: Catalogue, jobs: Jobs, ocfl: OcflRoot, recording_id: str) -> bool:
    recording, sources, transcripts = deposit.read(ocfl, recording_id)
    ready = derivatives.read_ready(ocfl.store, recording_id)
    made = [derivatives.load(ocfl.store, recording_id, name) for name in ready["derived"]] if ready else []
    whole = ready is not None and None not in made
    recording.state = State.IN_REVIEW if whole else State.RECEIVED
    recording.duration = ready["duration"] if ready else None
    recording.revision = int(time.time())  # differs from whatever any search index has seen

    catalogue.remove(recording_id)
    catalogue.add(recording, sources)
    for kept in transcripts:
        catalogue.put_transcript(recording_id, kept.transcript, path=kept.path, created_at=kept.since)
    for derived in filter(None, made):
        if derived.step == "probe":
            catalogue.change_source(sources[0].id, media=derived.facts)
        catalogue.put_renditions(recording_id, derivatives.renditions(recording_id, sources[0].id, derived))
    if not whole:
        jobs.submit(recording_id)
    return whole
