"""Chapters that people set: what is acknowledged is kept, what two people change is never silently one's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from archive import deposit, outline
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.outline import Change, Point, editing, points
from archive.rebuild import rebuild
from archive.settings import Settings
from archive.tables import Chapter, ChapterOrigin, Recording, State

CUFF = "laparoscopic_hysterectomy/cuff"


@dataclass
class Room:
    catalogue: Catalogue
    ocfl: OcflRoot
    store: Any
    recording: str

    @property
    def here(self) -> dict[str, Point]:
        return outline.chapters_of(self.catalogue.engine, self.recording)

    def change(self, name: str, before: Point | None, after: Point | None, author: str = "王医生") -> outline.Outcome:
        made = outline.change(self.catalogue.engine, self.recording, [Change(name, before, after)], author=author)
        return made[0]

    def suggest(self, *suggested: tuple[float, str]) -> None:
        rows = [
            Chapter(recording_id=self.recording, position=place, start=start, title=title, reason="cue")
            for place, (start, title) in enumerate(suggested)
        ]
        self.catalogue.put_chapters(self.recording, rows, origin=ChapterOrigin.SUGGESTED)

    def shown(self) -> list[tuple[float, str]]:
        return [(row.start, row.title) for row in self.catalogue.chapters(self.recording)]

    def found(self) -> list[str]:
        """The titles that search indexes."""
        return [text.text for text in self.catalogue.searchables([self.recording])[0].texts if text.kind == "chapter"]

    def fold(self) -> None:
        outline.fold(self.catalogue.engine, self.ocfl, self.recording)

    def head(self) -> int:
        return self.ocfl.inventory(deposit.object_id(self.recording)).head

    def rebuild(self) -> None:
        assert dict(rebuild(self.catalogue, Jobs(self.catalogue.engine), cast(ObjectStore, self.store)))


@pytest.fixture
def room(tmp_path: Path, memory_store: Any) -> Iterator[Room]:
    engine = connect(Settings(home=tmp_path, _env_file=None))
    store = memory_store()
    ocfl = OcflRoot(cast(ObjectStore, store))
    ocfl.ensure()
    catalogue = Catalogue(engine)
    made = catalogue.add(Recording(title="示教", state=State.PUBLISHED, duration=60.0), [])
    deposit.receive(ocfl, made, [])
    room = Room(catalogue, ocfl, store, made.id)
    room.suggest((0.0, "开场"), (12.0, "分离"), (30.5, "缝合"))
    yield room
    engine.dispose()


def test_the_first_change_takes_over_what_is_suggested_and_nothing_suggested_later_replaces_it(room: Room) -> None:
    before = room.here["s1200"]
    assert (before.title, before.reason) == ("分离", "cue")
    renamed = Point(12.0, "下推膀胱")
    assert room.change("s1200", before, renamed) == outline.Outcome("saved", renamed)
    assert room.shown() == [(0.0, "开场"), (12.0, "下推膀胱"), (30.5, "缝合")]
    assert [outline.is_suggested(row) for row in room.catalogue.chapters(room.recording)] == [True, False, True]
    room.suggest((5.0, "另一个建议"), (12.4, "又是分离"))
    assert room.shown() == [(0.0, "开场"), (12.0, "下推膀胱"), (30.5, "缝合")]
    assert room.found() == ["开场", "下推膀胱", "缝合"]
    unused = outline.unused(room.catalogue.engine, room.recording)
    assert [point.title for point in unused.values()] == ["另一个建议"], "offered, but not put in"


def test_chapters_are_in_the_order_of_their_seconds_and_each_ends_where_the_next_begins(room: Room) -> None:
    room.change("s0", room.here["s0"], Point(20.0, "后来"))
    room.change("new1", None, Point(40.0, "缝合残端", CUFF))
    rows = room.catalogue.chapters(room.recording)
    assert [(row.start, row.end) for row in rows] == [(12.0, 20.0), (20.0, 30.5), (30.5, 40.0), (40.0, None)]
    assert [row.step for row in rows] == ["", "", "", CUFF]
    assert all(row.origin is ChapterOrigin.EDITED for row in rows)


def test_whoever_takes_every_chapter_out_wants_none(room: Room) -> None:
    for name, point in room.here.items():
        assert room.change(name, point, None).state == "saved"
    assert room.shown() == []
    assert room.found() == []
    room.suggest((1.0, "不请自来"))
    assert room.shown() == []
    room.fold()
    room.rebuild()
    assert room.shown() == []


def test_telling_a_change_twice_is_telling_it_once(room: Room) -> None:
    before, after = room.here["s0"], Point(0.0, "导言")
    for _ in range(2):
        assert room.change("s0", before, after).state == "saved"
    revision = room.catalogue.recording(room.recording).revision
    room.change("s0", before, after)
    assert room.catalogue.recording(room.recording).revision == revision, "search has nothing to follow"
    assert room.change("s1200", room.here["s1200"], None).state == "saved"
    assert room.change("s1200", before, None).state == "saved", "it is gone already"


def test_what_somebody_else_changed_is_told_and_not_written_over(room: Room) -> None:
    before = room.here["s1200"]
    theirs, mine = Point(12.0, "下推膀胱"), Point(13.0, "分离膀胱")
    room.change("s1200", before, theirs, author="李医生")
    assert room.change("s1200", before, mine) == outline.Outcome("conflict", theirs)
    assert room.here["s1200"] == theirs
    assert room.change("s0", room.here["s0"], Point(0.0, "导言")).state == "saved", "another chapter is none of theirs"
    room.change("s1200", theirs, None, author="李医生")
    assert room.change("s1200", theirs, mine) == outline.Outcome("conflict", None)
    assert room.change("s1200", None, mine).state == "saved"


def test_a_conflict_alone_takes_nothing_over(room: Room) -> None:
    assert room.change("s1200", Point(12.0, "从没有过"), None).state == "conflict"
    room.suggest((0.0, "新的建议"))
    assert room.shown() == [(0.0, "新的建议")]


def test_changes_become_one_version_that_names_who_made_them_and_rebuild_restores_them(room: Room) -> None:
    head = room.head()
    room.change("s0", room.here["s0"], Point(0.0, "导言"))
    room.change("n1", None, Point(40.0, "缝合残端", CUFF), author="李医生")
    assert room.head() == head, "written ahead of the version"
    room.fold()
    room.fold()
    assert room.head() == head + 1
    message = room.ocfl.inventory(deposit.object_id(room.recording)).versions[head + 1].message
    assert message == "Chapters by 王医生, 李医生"
    before = room.here
    room.rebuild()
    assert room.here == before
    assert room.shown()[-1] == (40.0, "缝合残端")
    room.change("n1", before["n1"], None)
    room.fold()
    assert "n1" not in (deposit.read_outline(room.ocfl, room.recording) or {})
    assert "n1" in (deposit.read_outline(room.ocfl, room.recording, head + 1) or {}), "an earlier version has it still"


def test_rebuilding_loses_nothing_that_waits(room: Room) -> None:
    room.change("s0", room.here["s0"], Point(0.0, "导言"))
    room.fold()
    room.change("s1200", room.here["s1200"], Point(14.0, "下推膀胱"))
    room.rebuild()
    assert room.shown() == [(0.0, "导言"), (14.0, "下推膀胱"), (30.5, "缝合")]
    room.fold()
    assert (deposit.read_outline(room.ocfl, room.recording) or {})["s1200"]["title"] == "下推膀胱"


def test_what_has_waited_long_enough_is_kept_and_a_store_that_fails_is_asked_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.change("s0", room.here["s0"], Point(0.0, "导言"))
    outline.fold_due(room.catalogue.engine, room.ocfl)
    assert deposit.read_outline(room.ocfl, room.recording) is None, "its author may go on"
    monkeypatch.setattr(editing, "_QUIET", editing._QUIET * 0)
    with monkeypatch.context() as broken:
        broken.setattr(deposit, "keep_outline", _fails)
        outline.fold_due(room.catalogue.engine, room.ocfl)
    assert deposit.read_outline(room.ocfl, room.recording) is None
    outline.fold_due(room.catalogue.engine, room.ocfl)
    assert deposit.read_outline(room.ocfl, room.recording) is not None


def _fails(*_args: Any, **_more: Any) -> None:
    from archive.errors import StoreUnavailable

    raise StoreUnavailable("The store does not answer.")


def test_while_a_recording_still_arrives_its_chapters_wait(room: Room) -> None:
    made = room.catalogue.add(Recording(title="在路上", state=State.RECEIVING, duration=9.0), [])
    outline.change(room.catalogue.engine, made.id, [Change("a", None, Point(1.0, "第一章"))], author="王医生")
    outline.fold(room.catalogue.engine, room.ocfl, made.id)
    deposit.receive(room.ocfl, made, [])
    outline.fold(room.catalogue.engine, room.ocfl, made.id)
    assert (deposit.read_outline(room.ocfl, made.id) or {})["a"]["title"] == "第一章"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"start": 1, "title": "  "}, "no_title"),
        ({"start": 1, "title": "长" * 201}, "long_title"),
        ({"start": -1, "title": "早"}, "outside"),
        ({"start": 60.5, "title": "晚"}, "outside"),
    ],
)
def test_a_chapter_that_cannot_be_is_refused_with_the_reason(said: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError) as refused:
        points.read(said, length=60)
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize(
    "said",
    [
        {"title": "没有时间"},
        {"start": "nan", "title": "x"},
        {"start": 1, "title": 5},
        {"start": 1, "title": "x", "step": "../x"},
        {"start": 1, "title": "x", "reason": "r" * 41},
    ],
)
def test_what_is_no_chapter_is_a_bad_request(said: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        points.read(said)


def test_a_title_stands_on_one_line_and_a_second_is_told_to_the_hundredth() -> None:
    assert points.read({"start": 1.23456, "title": " 下推 \n 膀胱 "}) == Point(1.23, "下推 膀胱")


def test_suggestions_of_one_second_or_with_odd_titles_can_be_told_apart_and_changed(room: Room) -> None:
    room.suggest((3.0, "一  个\n标题"), (3.0, "长" * 300), (3.0, ""))
    here = room.here
    assert len(here) == 3
    for name, point in here.items():
        assert room.change(points.checked_id(name), points.read(point.plain()), None).state == "saved"


def test_more_chapters_than_anybody_reads_are_refused_and_none_is_written(room: Room) -> None:
    many = [Change(f"n{n}", None, Point(n / 10, f"{n}")) for n in range(points.MOST)]
    with pytest.raises(InputError):
        outline.change(room.catalogue.engine, room.recording, many, author="王医生")
    assert len(room.shown()) == 3
