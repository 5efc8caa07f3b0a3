"""Files on their way in: what is recognised, what is refused, what is taken up, what is proved."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive import case
from archive.arrivals import arrivals as module
from archive.arrivals import removing
from archive.arrivals.arrivals import Arrivals, Described, Offered
from archive.arrivals.fingerprint import SAMPLE, SAMPLES, fingerprint, ranges
from archive.arrivals.looks import is_plainly_not_media
from archive.arrivals.sealing import seal_all
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import DescriptionError, FixityError, InputError, NotFound
from archive.jobs import Jobs
from archive.objects.store import Part
from archive.people import Members
from archive.settings import Settings
from archive.tables import Kind, SourceRole, State
from dashboard import adding_routes

PART = 1000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, _env_file=None)


@pytest.fixture
def inbox(settings: Settings, memory_store: Any) -> Iterator[Arrivals]:
    class Store(memory_store):  # type: ignore[misc]
        def parts(self, _key: str, upload_id: str) -> list[Part]:
            if upload_id not in self.uploads:
                raise NotFound(upload_id)
            return [Part(number, len(data), "etag") for number, data in self.uploads[upload_id].items()]

        def unfinished(self, _prefix: str) -> list[Any]:
            return []

    engine = connect(settings)
    yield Arrivals(Catalogue(engine), Store(), part_size=PART)
    engine.dispose()


@pytest.fixture
def trainer(inbox: Arrivals) -> str:
    return Members(inbox.catalogue.engine).add("王老师").id


def offered(data: bytes, name: str = "a.mp4", **more: Any) -> Offered:
    print_ = fingerprint(len(data), lambda start, end: [data[start:end]])
    return Offered(name=name, size=len(data), fingerprint=print_, **more)


def send(inbox: Arrivals, member: str, source_id: str, data: bytes, numbers: list[int] | None = None) -> None:
    for number in numbers or range(1, -(-len(data) // PART) + 1):
        piece = data[(number - 1) * PART : number * PART]
        inbox.put(member, source_id, number, hashlib.sha256(piece).hexdigest(), piece)


def test_a_file_is_recognised_by_its_size_its_ends_and_its_middle() -> None:
    assert ranges(10) == [(0, 10)]
    size = SAMPLE * 100 + 7
    found = ranges(size)
    assert len(found) == SAMPLES
    assert (found[0][0], found[-1][1]) == (0, size)
    assert all(end - start == SAMPLE for start, end in found)


@pytest.mark.parametrize(
    ("head", "refused"),
    [
        (b"%PDF-1.7", True),
        (b"PK\x03\x04" + bytes(50), True),
        ("手术记录：患者取仰卧位，常规消毒铺巾。".encode(), True),
        ("手术记录：患者取仰卧位，常规消毒铺巾。".encode()[:-1], True),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://elsewhere.example/a.ts\n", True),
        (b"\x00\x00\x00\x20ftypisom" + bytes(40), False),
        (b"\x1aE\xdf\xa3" + bytes(40), False),
        (b"G" + bytes(187), False),
        (b"", False),
        (b"abc", True),
        (b"\x00\x00\x00\x18ftyp", True),
    ],
)
def test_what_is_plainly_something_else_is_refused_before_it_is_sent(head: bytes, refused: bool) -> None:
    assert is_plainly_not_media(head) is refused


def test_a_file_arrives_and_its_job_is_queued(inbox: Arrivals, settings: Settings, trainer: str) -> None:
    data = os.urandom(3500)
    said = Described(title=" 胆囊切除 ", kind=Kind.OPERATION, case={"points": "x", "institution": "县医院", "no": 1})
    recording = inbox.begin(trainer, [offered(data)], said)
    (under,) = inbox.under_way(recording.id)
    send(inbox, trainer, under.source.id, data, [4, 1, 3])
    assert [each.done for each in inbox.under_way(recording.id)] == [2500]
    assert seal_all(inbox, settings) == 0
    assert inbox.begun(trainer, len(data), offered(data).fingerprint) is not None
    assert inbox.begun("somebody else", len(data), offered(data).fingerprint) is None
    send(inbox, trainer, under.source.id, data, [2])
    assert seal_all(inbox, settings) == 1
    (source,) = inbox.catalogue.sources(recording.id)
    assert source.sha512 == hashlib.sha512(data).hexdigest()
    found = inbox.catalogue.recording(recording.id)
    assert (found.state, found.title, found.case) == (
        State.RECEIVED,
        "胆囊切除",
        {"points": "x", "institution": "县医院"},
    )
    assert [status.job.recording_id for status in Jobs(inbox.catalogue.engine).all()] == [recording.id]
    assert inbox.under_way(recording.id) == []
    assert inbox.mine(trainer) == []
    held = inbox.held(len(data), offered(data).fingerprint)
    assert held is not None
    assert held.id == recording.id


def test_what_the_store_does_not_give_back_as_it_was_is_sent_again(
    inbox: Arrivals, settings: Settings, trainer: str
) -> None:
    data = os.urandom(2500)
    recording = inbox.begin(trainer, [offered(data)], Described())
    (under,) = inbox.under_way(recording.id)
    send(inbox, trainer, under.source.id, data)
    store: Any = inbox.store
    (upload_id,) = store.uploads
    store.uploads[upload_id][2] = bytes(PART)
    assert seal_all(inbox, settings) == 0
    (under,) = inbox.under_way(recording.id)
    assert (under.done, under.arrival.sent, inbox.catalogue.sources(recording.id)[0].sha512) == (0, False, "")
    send(inbox, trainer, under.source.id, data)
    assert seal_all(inbox, settings) == 1


def test_parts_that_the_store_lost_are_asked_for_again(inbox: Arrivals, settings: Settings, trainer: str) -> None:
    data = os.urandom(2500)
    recording = inbox.begin(trainer, [offered(data)], Described())
    (under,) = inbox.under_way(recording.id)
    send(inbox, trainer, under.source.id, data)
    store: Any = inbox.store
    (upload_id,) = store.uploads
    del store.uploads[upload_id][2]
    assert seal_all(inbox, settings) == 0
    source, arrival, upload = inbox.source(trainer, under.source.id)
    assert sorted(inbox.parts(source, upload, arrival.part_size)) == [1, 3]
    send(inbox, trainer, under.source.id, data, [2])
    assert seal_all(inbox, settings) == 1


def test_a_death_between_finishing_and_entering_is_made_good(
    inbox: Arrivals, settings: Settings, trainer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(1500)
    recording = inbox.begin(trainer, [offered(data)], Described())
    (under,) = inbox.under_way(recording.id)
    send(inbox, trainer, under.source.id, data)
    with monkeypatch.context() as broken:
        broken.setattr("archive.arrivals.sealing._enter", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            seal_all(inbox, settings)
    assert seal_all(inbox, settings) == 1
    assert inbox.catalogue.recording(recording.id).state is State.RECEIVED


def test_several_files_stand_as_they_were_arranged(inbox: Arrivals, settings: Settings, trainer: str) -> None:
    files = [os.urandom(1200), os.urandom(800), os.urandom(900)]
    roles = [(SourceRole.ENDOSCOPE, False), (SourceRole.ROOM, False), (SourceRole.SLIDES, True)]
    names = ["../../etc/passwd", "C:\\x\\b.mp4", "c.mp4"]
    chosen = [
        offered(data, name, role=role, goes_on=goes_on)
        for data, name, (role, goes_on) in zip(files, names, roles, strict=True)
    ]
    recording = inbox.begin(trainer, chosen, Described())
    sources = inbox.catalogue.sources(recording.id)
    assert [(each.name, each.role.value, each.position, each.part) for each in sources] == [
        ("passwd", "endoscope", 0, 0),
        ("b.mp4", "room", 1, 0),
        ("c.mp4", "room", 1, 1),
    ]
    for source, data in zip(sources, files, strict=True):
        send(inbox, trainer, source.id, data)
    assert seal_all(inbox, settings) == 3
    assert inbox.catalogue.recording(recording.id).state is State.RECEIVED


def test_the_same_bytes_that_came_in_meanwhile_are_kept_once(inbox: Arrivals, settings: Settings, trainer: str) -> None:
    data = os.urandom(1500)
    first, second = (inbox.begin(trainer, [offered(data)], Described()) for _ in range(2))
    for recording in (first, second):
        send(inbox, trainer, inbox.under_way(recording.id)[0].source.id, data)
    assert seal_all(inbox, settings) == 2
    assert [recording.id for recording in inbox.catalogue.recordings()] == [first.id]


def test_what_cannot_be_is_refused(inbox: Arrivals, trainer: str) -> None:
    data = os.urandom(1500)
    with pytest.raises(InputError):
        inbox.begin(trainer, [], Described())
    with pytest.raises(InputError):
        inbox.begin(trainer, [offered(data), offered(data)], Described())
    recording = inbox.begin(trainer, [offered(data)], Described())
    (under,) = inbox.under_way(recording.id)
    with pytest.raises(NotFound):
        inbox.put("somebody else", under.source.id, 1, "0" * 64, data[:PART])
    with pytest.raises(InputError):
        inbox.put(trainer, under.source.id, 3, "0" * 64, b"x")
    with pytest.raises(FixityError):
        inbox.put(trainer, under.source.id, 1, "0" * 64, b"x")
    removing.discard(inbox.catalogue, inbox.store, recording.id)
    assert inbox.catalogue.recordings() == []


@pytest.mark.parametrize("size", [1, 999, 1000, 1001, 2000, 2500])
def test_the_bytes_that_are_here_are_counted(size: int) -> None:
    whole = -(-size // PART)
    assert module._bytes(size, PART, whole, whole) == size
    assert module._bytes(size, PART, 0, 0) == 0
    if whole > 1:
        assert module._bytes(size, PART, 1, 1) == PART
        assert module._bytes(size, PART, 1, whole) == size - PART * (whole - 1)


def test_a_case_is_scored_by_what_is_told() -> None:
    assert case.score({}).told == 0
    told = case.cleaned(
        {"consent": True, "anonymous": "yes", "age": "old", "sex": "no", "points": " ", "steps": "一、二"}
    )
    assert told == {"consent": True, "age": "old", "steps": "一、二"}
    score = case.score(told)
    assert (score.told, score.asked) == (3, len(case.ITEMS))
    assert "anonymous" in score.missing
    assert "consent" not in score.missing


def test_what_a_colleague_changed_meanwhile_is_not_written_over_by_a_form_that_was_open(
    inbox: Arrivals, trainer: str
) -> None:
    seen = Described(title="一", specialty="妇科", case={"indication": "肌瘤", "risk": "高"})
    begun = inbox.begin(trainer, [offered(b"x" * 10)], seen)
    theirs = Described(title="李的标题", specialty="妇科", case={"indication": "李写的", "risk": "高", "ports": "四孔"})
    inbox.describe(inbox.catalogue.recording(begun.id), theirs)
    mine = Described(title="一", specialty="产科", case={"indication": "肌瘤", "risk": ""})
    inbox.describe(inbox.catalogue.recording(begun.id), mine, seen)
    now = inbox.catalogue.recording(begun.id)
    assert (now.title, now.specialty) == ("李的标题", "产科")
    assert now.case == {"indication": "李写的", "ports": "四孔"}


def test_it_was_recorded_on_a_day_that_can_be(inbox: Arrivals, trainer: str) -> None:
    for day in (datetime(1, 1, 1, 12, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)):
        with pytest.raises(DescriptionError):
            inbox.begin(trainer, [offered(b"x")], Described(recorded_at=day))
        begun = inbox.begin(trainer, [offered(os.urandom(8))], Described())
        with pytest.raises(DescriptionError):
            inbox.describe(begun, Described(title="脾切除", recorded_at=day))
        now = inbox.catalogue.recording(begun.id)
        assert (now.title, now.recorded_at) == ("a", None)
    at_first = adding_routes._at_first(Described(title="脾切除", recorded_at=datetime(2099, 1, 1, tzinfo=UTC)))
    assert at_first == Described(title="脾切除"), "a camera's wrong clock does not keep a file from being sent"
