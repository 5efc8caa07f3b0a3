"""Recordings as plain JSON: what `--json` prints, and what other programs may rely on."""

from typing import Any

from archive.catalogue import Catalogue
from archive.jobs import Jobs
from archive.tables import Recording, State

_READY = (State.IN_REVIEW, State.PUBLISHED)


def summary(recording: Recording) -> dict[str, Any]:
    """One line of `shijiao list`: a recording by itself. `ready`: everything that was to be made of it is there."""
    fields = {
        "id", "kind", "title", "language", "specialty", "procedure", "speakers", "recorded_at", "created_at", "state",
        "duration",
    }  # fmt: skip
    return recording.model_dump(mode="json", include=fields) | {"ready": recording.state in _READY}


def full(catalogue: Catalogue, jobs: Jobs, recording: Recording) -> dict[str, Any]:
    """`shijiao show`: a recording with its sources, renditions, transcripts, chapters and latest job."""
    status = jobs.latest(recording.id)
    transcripts = [row.model_dump(mode="json", exclude={"recording_id"}) for row in catalogue.transcripts(recording.id)]
    return summary(recording) | {
        "sources": [row.model_dump(mode="json", exclude={"recording_id"}) for row in catalogue.sources(recording.id)],
        "renditions": [
            row.model_dump(mode="json", exclude={"recording_id"}) for row in catalogue.renditions(recording.id)
        ],
        "transcripts": transcripts,
        "chapters": [
            row.model_dump(mode="json", exclude={"id", "recording_id"}) for row in catalogue.chapters(recording.id)
        ],
        "segments": len(catalogue.segments(recording.id)),
        "job": status.as_dict() if status else None,
    }
