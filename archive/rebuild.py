"""`shijiao rebuild`: restore the catalogue from the store alone."""

import time
from collections.abc import Callable, Iterator

from archive import deposit, derivatives, outline
from archive.catalogue import Catalogue
from archive.cuts import Cuts
from archive.derivatives import InForce
from archive.errors import ShijiaoError
from archive.jobs import Jobs
from archive.learning import Marks
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.people import institutions
from archive.tables import Alignment, ChapterOrigin, State, Stills


def rebuild(
    catalogue: Catalogue, jobs: Jobs, store: ObjectStore, *, begun: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[str, bool | ShijiaoError]]:
    """Enter every recording of the store into the catalogue anew; yields its id and False where its job is queued.

    One whose derivatives are not all there is queued: what is there is not made again. Not one whose job somebody
    cancelled, as far as the catalogue still knows: it stays cancelled. One that cannot be read back
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
    recording.duration = ready.duration if ready else None
    recording.revision = int(time.time())  # differs from whatever any search index has seen

    cancelled = jobs.is_cancelled(recording_id)  # asked before the catalogue forgets it
    Cuts(catalogue.engine).restore(recording_id, deposit.read_cuts(ocfl, recording_id))  # before anybody can watch
    catalogue.remove(recording_id)
    recording.institution_id = institutions.entered(catalogue.engine, str(recording.case.get("institution", "")))
    catalogue.add(recording, sources)
    for kept in transcripts:
        catalogue.put_transcript(recording_id, kept.transcript, path=kept.path, created_at=kept.since)
    outline.restore(catalogue.engine, recording_id, deposit.read_outline(ocfl, recording_id))
    Marks(catalogue.engine).restore(recording_id, deposit.read_marks(ocfl, recording_id))
    whole = ready is not None
    for angle_id, in_force in (ready.angles if ready else {}).items():
        whole = _restore_angle(catalogue, ocfl.store, recording_id, angle_id, in_force) and whole
    beside = [derivatives.load(ocfl.store, recording_id, name) for name in (ready.made if ready else [])]
    for derived in filter(None, beside):
        if derived.step == "chapters":
            rows = derivatives.chapters(recording_id, derived)
            catalogue.put_chapters(recording_id, rows, origin=ChapterOrigin.SUGGESTED)
    whole = whole and None not in beside
    catalogue.change(recording_id, state=State.IN_REVIEW if whole else State.RECEIVED)
    if not whole and cancelled:
        jobs.cancel(jobs.submit(recording_id).id)
    elif not whole:
        jobs.submit(recording_id)
    return whole or cancelled


def _restore_angle(
    catalogue: Catalogue, store: ObjectStore, recording_id: str, angle_id: str, in_force: InForce
) -> bool:
    """Enter what was made of one angle; return whether all of it is there."""
    catalogue.change_source(angle_id, start=in_force.start, alignment=Alignment(in_force.alignment))
    made = [derivatives.load(store, recording_id, name) for name in in_force.made]
    for derived in filter(None, made):
        if derived.step == "probe":
            catalogue.change_source(angle_id, media=derived.facts)
        if derived.step == "check":  # comes after the probe, and knows better
            source = next(source for source in catalogue.sources(recording_id) if source.id == angle_id)
            catalogue.change_source(angle_id, media=source.media | {"missing": derived.facts["missing"]})
        if derived.step == "stills":
            stills = Stills(source_id=angle_id, recording_id=recording_id, prefix=derived.prefix, facts=derived.facts)
            catalogue.put_stills(stills)
        if derived.step == "slides":
            slides = derivatives.slides(recording_id, angle_id, in_force.start, derived)
            catalogue.put_slides(recording_id, angle_id, slides)
        catalogue.put_renditions(recording_id, derivatives.renditions(recording_id, angle_id, derived))
    for name in in_force.dropped:
        catalogue.drop_rendition(recording_id, angle_id, name)
    return None not in made
