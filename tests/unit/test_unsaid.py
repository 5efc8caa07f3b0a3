"""What is said of a file that is there already is told, where it differs; what nobody said is not."""

from datetime import UTC, datetime
from pathlib import Path

from archive.tables import Angle, Kind, Recording, Source, SourceRole
from ingest.angles import Given, parse
from ingest.intake import Description
from ingest.unsaid import differing

KEPT = Recording(title="子宫切除", kind=Kind.OPERATION, speakers=["李"], recorded_at=datetime(2026, 3, 1, tzinfo=UTC))
ANGLES = [
    Angle((Source(recording_id=KEPT.id, name=name, start=start),)) for name, start in [("a.mp4", 0.0), ("b.mp4", 12.4)]
]
ALONE = [Given(SourceRole.ROOM, (Path("a.mp4"),))]


def test_what_nobody_said_is_no_difference() -> None:
    assert differing(KEPT, Description(), ANGLES[:1], ALONE) == []
    same = Description(title="子宫切除", kind=Kind.OPERATION, speakers=["李"], recorded_at=KEPT.recorded_at)
    assert differing(KEPT, same, ANGLES[:1], ALONE) == []


def test_what_was_said_and_is_not_so_is_named() -> None:
    other = Description(title="脾切除", speakers=["王"], language="en", recorded_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert differing(KEPT, other, ANGLES[:1], ALONE) == ["title", "language", "speakers", "day of recording"]


def test_offsets_are_compared_where_any_is_given() -> None:
    sources = ["endoscope=a.mp4", "room=b.mp4"]
    assert differing(KEPT, Description(), ANGLES, parse(sources, [])) == []
    assert differing(KEPT, Description(), ANGLES, parse(sources, ["room=12.4"])) == []
    assert differing(KEPT, Description(), ANGLES, parse(sources, ["room=3"])) == ["offsets"]
