"""What is cut: the arithmetic of its ranges, how it is kept, and what search no longer knows."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from archive import deposit
from archive.catalogue import Catalogue
from archive.cuts import Cut, Cuts, Ranges, hidden, inside, length, without
from archive.cuts.ranges import merged, shifted, within
from archive.cuts.showing import chapters, sentences, since
from archive.database import connect, transaction
from archive.errors import InputError, NotFound
from archive.jobs import Jobs
from archive.learning import Marks
from archive.learning.tables import Mark, MarkKind
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.rebuild import rebuild
from archive.settings import Settings
from archive.tables import Chapter, ChapterOrigin, Recording, SlideText, Source, State
from archive.transcripts import Segment, Transcript

# Whole seconds, so that the plain meaning (a set of seconds) can be written down beside each.
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def seconds(spans: Any) -> set[int]:
    return {second for start, end in spans for second in range(int(start), int(end))}


@given(SPANS)
def test_merged_covers_the_same_in_order_and_apart(spans: Any) -> None:
    found = merged(spans)
    assert seconds(found) == seconds(spans)
    assert all(one[1] < other[0] for one, other in pairwise(found))
    assert merged(reversed(found)) == found
    assert length(spans) == len(seconds(spans))


@given(SPANS, st.integers(0, 60), st.integers(0, 60))
def test_hidden_is_any_of_it_and_inside_all_of_it(spans: Any, one: int, other: int) -> None:
    ranges = merged(spans)
    start, end = sorted((one, other))
    asked = set(range(start, end)) or {start}  # a moment is looked at as the second that it begins
    assert hidden(ranges, start, end) == bool(asked & seconds(ranges))
    assert inside(ranges, start, end) == (asked <= seconds(ranges))


@given(SPANS, SPANS)
def test_without_and_what_it_takes_are_all_there_was(spans: Any, cut: Any) -> None:
    ranges = merged(cut)
    left = without(spans, ranges)
    assert seconds(left) == seconds(spans) - seconds(ranges)
    assert length(left) + len(seconds(spans) & seconds(ranges)) == length(spans)
    assert not any(hidden(ranges, *span) for span in left)
    assert shifted(shifted(ranges, 7), -7) == ranges


@given(SPANS, st.integers(0, 80))
def test_no_more_is_cut_from_a_recording_than_it_has(spans: Any, duration: int) -> None:
    assert within(merged(spans), duration) == len(seconds(spans) & set(range(duration)))


def test_a_sentence_is_hidden_whole_a_slide_only_where_it_is_never_seen() -> None:
    cut: Ranges = ((10.0, 20.0),)
    said = [Segment(8, 10, "前"), Segment(9, 10.2, "患者姓名"), Segment(19.9, 22, "住院号"), Segment(20, 21, "后")]
    assert [each.text for each in sentences(said, cut)] == ["前", "后"]
    assert since(cut, 10.0, 20.4) is None
    assert since(cut, 12.0, 40.0) == 20.0
    assert since(cut, 2.0, 12.0) == 2.0
    assert since((), 3.0, 3.0) == 3.0


def test_a_suggested_chapter_took_its_title_from_its_beginning() -> None:
    def row(origin: ChapterOrigin, start: float, end: float | None) -> Chapter:
        return Chapter(recording_id="r", origin=origin, position=0, start=start, end=end, title="t")

    cut: Ranges = ((10.0, 20.0), (50.0, 60.0))
    suggested, edited = ChapterOrigin.SUGGESTED, ChapterOrigin.EDITED
    rows = [
        row(suggested, 0, 12),
        row(suggested, 12, 30),
        row(edited, 12, 30),
        row(edited, 12, 20),
        row(edited, 52, None),
    ]
    assert list(chapters(rows, cut, 60.0)) == [rows[0], rows[2]]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = connect(Settings(home=tmp_path, _env_file=None))
    yield made
    made.dispose()


@pytest.fixture
def ocfl(memory_store: Any) -> OcflRoot:
    made = OcflRoot(cast(ObjectStore, memory_store()))
    made.ensure()
    return made


@pytest.fixture
def recording(engine: sa.Engine, ocfl: OcflRoot) -> Recording:
    made = Catalogue(engine).add(Recording(title="子宫切除", state=State.PUBLISHED, duration=60.0), [])
    deposit.receive(ocfl, made, [])
    return made


@pytest.fixture
def cuts(engine: sa.Engine) -> Cuts:
    return Cuts(engine)


def a_cut(recording: Recording, start: float, end: float, reason: str = "") -> Cut:
    return Cut(recording_id=recording.id, start=start, end=end, reason=reason, author_id="m1", author_name="张主任")


def test_cuts_are_kept_as_a_version_and_outlive_the_database(
    engine: sa.Engine, cuts: Cuts, ocfl: OcflRoot, recording: Recording
) -> None:
    revision = recording.revision
    first = a_cut(recording, 0, 5, "术前准备")
    cuts.put(ocfl, recording.id, [first], instead_of=[])
    [kept] = cuts.of(recording.id)
    cuts.put(ocfl, recording.id, [kept, a_cut(recording, 30, 400, " 患者面部 ")], instead_of=[kept.id])
    assert cuts.ranges(recording.id) == ((0.0, 5.0), (30.0, 60.0))  # no further than the recording goes
    assert [each["reason"] for each in deposit.read_cuts(ocfl, recording.id)] == ["术前准备", "患者面部"]
    assert ocfl.inventory(deposit.object_id(recording.id)).head == 3
    assert Catalogue(engine).recording(recording.id).revision == revision + 2  # search follows
    before = cuts.of(recording.id)

    cuts.restore(recording.id, [])
    assert list(rebuild(Catalogue(engine), Jobs(engine), ocfl.store)) == [(recording.id, False)]
    assert cuts.of(recording.id) == before
    assert cuts.of_many([recording.id, "another"]) == {recording.id: ((0.0, 5.0), (30.0, 60.0))}


def test_what_somebody_else_changed_meanwhile_is_not_written_over(
    cuts: Cuts, ocfl: OcflRoot, recording: Recording
) -> None:
    cuts.put(ocfl, recording.id, [a_cut(recording, 0, 5)], instead_of=[])
    with pytest.raises(InputError, match="Somebody else"):
        cuts.put(ocfl, recording.id, [], instead_of=[])
    assert cuts.ranges(recording.id) == ((0.0, 5.0),)
    with pytest.raises(NotFound):
        cuts.put(ocfl, "no such", [], instead_of=[])


@pytest.mark.parametrize(("start", "end"), [(5, 5), (8, 3), (61, 70), (float("nan"), 3), (0, float("inf"))])
def test_what_is_no_range_is_refused(
    cuts: Cuts, ocfl: OcflRoot, recording: Recording, start: float, end: float
) -> None:
    with pytest.raises(InputError):
        cuts.put(ocfl, recording.id, [a_cut(recording, start, end)], instead_of=[])
    assert cuts.of(recording.id) == []


def test_search_is_not_told_what_is_cut(engine: sa.Engine, cuts: Cuts, ocfl: OcflRoot, recording: Recording) -> None:
    catalogue = Catalogue(engine)
    said = [Segment(1, 4, "手术开始"), Segment(11, 14, "患者王小明"), Segment(21, 24, "游离输尿管")]
    catalogue.put_transcript(recording.id, Transcript("zh", tuple(said)), path="t.json")
    titles = [("开场", 0.0, 10.0), ("患者", 10.0, 20.0), ("游离", 20.0, 60.0)]
    rows = [
        Chapter(recording_id=recording.id, position=n, title=title, start=start, end=end)
        for n, (title, start, end) in enumerate(titles)
    ]
    catalogue.put_chapters(recording.id, rows, origin=ChapterOrigin.SUGGESTED)
    Marks(engine).write(
        ocfl,
        Mark(recording_id=recording.id, kind=MarkKind.QUESTION, author_id="m", text="她叫什么？", start=12.0),
    )
    source = Source(id="s1", recording_id=recording.id, name="a.mp4")
    with transaction(engine) as session:
        session.add(source)
    facts: dict[str, Any] = {"recording_id": recording.id, "source_id": "s1", "heading": "", "confidence": 1.0}
    shown = [("住院号", 10.0, 20.0), ("解剖", 15.0, 30.0)]
    slides = [SlideText(**facts, text=text, start=start, end=end) for text, start, end in shown]
    catalogue.put_slides(recording.id, "s1", slides)

    def found() -> list[tuple[str, float]]:
        [searchable] = catalogue.searchables([recording.id])
        return [(text.text, text.start) for text in searchable.texts]

    assert len(found()) == 9
    cuts.put(ocfl, recording.id, [a_cut(recording, 10, 20)], instead_of=[])
    assert found() == [("手术开始", 1), ("游离输尿管", 21), ("开场", 0), ("游离", 20), ("解剖", 20)]
    [kept] = cuts.of(recording.id)
    cuts.put(ocfl, recording.id, [], instead_of=[kept.id])
    assert len(found()) == 9
