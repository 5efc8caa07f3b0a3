"""What is said of a recording: bad values are refused with the reason, and what two people write is both theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from archive import deposit, description
from archive.catalogue import Catalogue
from archive.database import connect
from archive.description import Described, Wanted
from archive.errors import DescriptionError
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.people import Members
from archive.rebuild import rebuild
from archive.settings import Settings
from archive.tables import Kind, Recording, Source, State, Stills, now


@dataclass
class Room:
    catalogue: Catalogue
    ocfl: OcflRoot
    store: Any
    recording: str
    angle: str

    @property
    def row(self) -> Recording:
        return self.catalogue.recording(self.recording)

    def change(self, author: str = "王医生", **wanted: tuple[Any, Any]) -> Described:
        asked = {name.replace("case_", "case."): Wanted(*each) for name, each in wanted.items()}
        return description.change(self.catalogue, self.ocfl, self.recording, asked, author=author)

    def message(self) -> str:
        inventory = self.ocfl.inventory(deposit.object_id(self.recording))
        return inventory.versions[inventory.head].message

    def head(self) -> int:
        return self.ocfl.inventory(deposit.object_id(self.recording)).head


@pytest.fixture
def room(tmp_path: Path, memory_store: Any) -> Iterator[Room]:
    engine = connect(Settings(home=tmp_path, _env_file=None))
    store = memory_store()
    ocfl = OcflRoot(cast(ObjectStore, store))
    ocfl.ensure()
    catalogue = Catalogue(engine)
    made = Recording(title="子宫切除", kind=Kind.OPERATION, state=State.PUBLISHED, speakers=["王医生"])
    source = Source(recording_id=made.id, name="a.mp4", size=0)
    catalogue.add(made, [source])
    catalogue.put_stills(Stills(source_id=source.id, recording_id=made.id, prefix="derived/x/", facts={"scenes": []}))
    ocfl.commit(deposit.object_id(made.id), {deposit.source_path(source): b""}, message="Received")
    yield Room(catalogue, ocfl, store, made.id, source.id)
    engine.dispose()


def test_every_field_is_kept_in_one_version_that_says_what_and_by_whom_and_rebuild_restores_them(room: Room) -> None:
    head, revision = room.head(), room.row.revision
    poster = {"angle": room.angle, "time": 12.0}
    told = room.change(
        title=("子宫切除", " 腹腔镜下 全子宫切除术 "),
        kind=("operation", "lecture"),
        language=("zh", "auto"),
        specialty=("", "妇科"),
        procedure=("", "腹腔镜全子宫切除术"),
        speakers=(["王医生"], ["王医生", " 李医生 ", "", "王医生"]),
        date=("", "2026-03-01"),
        take_away=(False, True),
        poster=({}, poster),
        case_indication=("", "多发性子宫肌瘤"),
        case_consent=("", True),
        case_institution=("", "县妇幼保健院"),
    )
    assert told.conflicts == ()
    assert room.head() == head + 1
    assert room.message().startswith("Described (title, kind, language,")
    assert room.message().endswith("case.institution) by 王医生")
    assert room.row.revision > revision, "search follows"

    def seen() -> dict[str, Any]:
        institution = Members(room.catalogue.engine, "k" * 32).institution(room.row.institution_id)
        return description.fields(room.row) | {"institution": institution}

    before = seen()
    assert before == {
        "title": "腹腔镜下 全子宫切除术", "kind": "lecture", "language": "auto", "specialty": "妇科",
        "procedure": "腹腔镜全子宫切除术", "speakers": ["王医生", "李医生"], "date": "2026-03-01", "take_away": True,
        "poster": poster, "case.indication": "多发性子宫肌瘤", "case.consent": True, "case.institution": "县妇幼保健院",
        "institution": "县妇幼保健院",
    }  # fmt: skip
    assert dict(rebuild(room.catalogue, Jobs(room.catalogue.engine), cast(ObjectStore, room.store)))
    assert seen() == before
    last = description.history(room.ocfl, room.recording)[0]
    assert (last.author, last.fields[:2]) == ("王医生", ("title", "kind"))


def test_what_is_emptied_is_gone(room: Room) -> None:
    room.change(case_indication=("", "肌瘤"), date=("", "2026-03-01"), take_away=(False, True))
    room.change(case_indication=("肌瘤", " "), date=("2026-03-01", ""), take_away=(True, False))
    assert room.row.case == {}
    assert room.row.recorded_at is None
    assert room.row.take_away is False


def test_fields_of_others_stay_and_the_same_field_is_told_with_nothing_written(room: Room) -> None:
    room.change(author="李医生", title=("子宫切除", "李的标题"))
    told = room.change(title=("子宫切除", "王的标题"), specialty=("", "妇科"))
    assert told.conflicts == ("title",)
    assert told.fields["title"] == "李的标题"
    assert (room.row.title, room.row.specialty) == ("李的标题", ""), "all or nothing"
    assert room.change(specialty=("", "妇科")).conflicts == ()
    assert (room.row.title, room.row.specialty) == ("李的标题", "妇科")
    assert room.change(title=("李的标题", "王的标题")).conflicts == ()
    head = room.head()
    assert room.change(title=("李的标题", "王的标题")).conflicts == (), "it reads so already"
    assert room.head() == head


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("title", "  ", "empty"),
        ("title", "长" * 301, "long"),
        ("kind", "party", "unknown"),
        ("language", "中文", "unknown"),
        ("speakers", ["长" * 101], "long"),
        ("date", "2026-02-30", "no_date"),
        ("date", "1026-02-03", "no_date"),
        ("date", (now() + timedelta(days=3)).date().isoformat(), "future"),
        ("case.indication", "长" * 5001, "long"),
        ("poster", {"angle": "another", "time": 1}, "no_still"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_and_the_reason(room: Room, field: str, value: Any, why: str) -> None:
    before, head = description.fields(room.row), room.head()
    with pytest.raises(DescriptionError) as refused:
        description.change(
            room.catalogue,
            room.ocfl,
            room.recording,
            {"specialty": Wanted("", "妇科"), field: Wanted(before.get(field, ""), value)},
            author="王医生",
        )
    assert refused.value.facts == {"field": field, "why": why}
    assert description.fields(room.row) == before
    assert room.head() == head


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "published"), ("case.nothing", "x"), ("title", 5), ("take_away", "yes"), ("poster", {"time": 1})],
)
def test_what_no_page_of_ours_sends_is_a_bad_request(room: Room, field: str, value: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        description.change(room.catalogue, room.ocfl, room.recording, {field: Wanted("", value)}, author="王医生")


def test_a_recording_that_still_arrives_is_described_in_the_catalogue_until_it_has_an_object(room: Room) -> None:
    made = room.catalogue.add(Recording(title="在路上", state=State.RECEIVING), [])
    wanted = {"title": Wanted("在路上", "新的标题")}
    told = description.change(room.catalogue, room.ocfl, made.id, wanted, author="王医生")
    assert told.fields["title"] == "新的标题"
    assert description.history(room.ocfl, made.id) == []


def test_a_store_that_fails_leaves_everything_as_it_was(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.errors import StoreUnavailable

    def fails(*_args: Any, **_more: Any) -> None:
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr(room.ocfl, "commit", fails)
    with pytest.raises(StoreUnavailable):
        room.change(title=("子宫切除", "新的标题"))
    assert room.row.title == "子宫切除"
