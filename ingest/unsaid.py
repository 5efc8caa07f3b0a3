"""What is said of files that the archive has already: it is not written over, so whoever says it is told."""

from collections.abc import Sequence
from datetime import UTC
from math import isclose

from archive.tables import Angle, Recording
from ingest.angles import Given, places
from ingest.intake import Description

_WORDS = {"speakers": "speakers", "recorded_at": "day of recording"}
_NEAR = 0.05  # seconds by which an offset may differ from the one that there is


def differing(
    recording: Recording, description: Description, angles: Sequence[Angle], given: Sequence[Given]
) -> list[str]:
    """Return what was said, other than by default, and is not so in the archive, in words."""
    nothing = Description()
    said = {name: value for name, value in vars(description).items() if value != getattr(nothing, name)}
    if description.recorded_at:
        said["recorded_at"] = description.recorded_at.astimezone(UTC)
    found = [_WORDS.get(name, name) for name, value in said.items() if getattr(recording, name) != value]
    return [*found, "offsets"] if _moved(angles, given) else found


def _moved(angles: Sequence[Angle], given: Sequence[Given]) -> bool:
    if all(each.offset is None for each in given):
        return False
    starts = [angle.first.start for angle in angles]
    wanted = [place.start for place in places(given)]
    return len(starts) != len(wanted) or not all(
        isclose(start, want, abs_tol=_NEAR) for start, want in zip(starts, wanted, strict=True)
    )
