"""The transcript desk: what is acknowledged is never lost, and what two people write is never silently one's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import deposit, versions
from archive.catalogue import Catalogue
from archive.database import connect
from archive.desk import correcting, finding, history, merging, pending, sheet
from archive.desk.correcting import Correction
from archive.errors import InputError, NotFound
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Recording, Source, State
from archive.transcripts import Segment, Transcript, Word, edits

STEP = 0.2  # seconds of a character
SAID = ["先把旁光推开", "看清书尿管的走行", "再看旁光和旁光后壁", "最后缝合"]


def sentence(start: float, text: str, *, sure: float = 0.9) -> Segment:
    words = [Word(start + n * STEP, start + (n + 1) * STEP, one, sure) for n, one in enumerate(text)]
    return Segment(start, start + len(text) * STEP, text, 0.8, tuple(words))


def transcript(*texts: str, origin: str = "machine") -> Transcript:
    return Transcript("zh", tuple(sentence(5.0 * n, text) for n, text in enumerate(texts)), origin, engine="e")


@dataclass
class Room:
    catalogue: Catalogue
    ocfl: OcflRoot
    store: Any
    recording: str

    def correct(self, *wanted: tuple[int, str, str], author: str = "王医生") -> list[correcting.Outcome]:
        """Corrections as (number of the sentence as it was made, what was seen, what was written)."""
        asked = [Correction(5.0 * n, 5.0 * n + len(SAID[n]) * STEP, before, after) for n, before, after in wanted]
        return correcting.correct(self.catalogue, self.ocfl, self.recording, "zh", asked, author=author)

    def fold(self) -> None:
        correcting.fold(self.catalogue, self.ocfl, self.recording, "zh")

    def shown(self) -> list[str]:
        return [segment.text for segment in self.catalogue.segments(self.recording)]

    def kept(self) -> list[str]:
        """The sentences as the newest version of the object has them."""
        path = deposit.transcript_path("zh", edits.EDITED)
        return [each.text for each in deposit.read_transcript(self.ocfl, self.recording, path).segments]

    def waiting(self) -> int:
        return len(pending.of(self.catalogue.engine, self.recording, "zh"))

    def head(self) -> int:
        return self.ocfl.inventory(deposit.object_id(self.recording)).head


@pytest.fixture
def room(tmp_path: Path, memory_store: Any) -> Iterator[Room]:
    engine = connect(Settings(home=tmp_path, _env_file=None))
    store = memory_store()
    ocfl = OcflRoot(cast(ObjectStore, store))
    ocfl.ensure()
    made = Recording(title="示教", state=State.PUBLISHED)
    catalogue = Catalogue(engine)
    catalogue.add(made, [Source(recording_id=made.id, name="a.mp4")])
    ocfl.commit(deposit.object_id(made.id), {"recording.json": b"{}"}, message="Received")
    versions.keep(catalogue, ocfl, made.id, [transcript(*SAID)])
    yield Room(catalogue, ocfl, store, made.id)
    engine.dispose()


def test_what_is_saved_is_shown_at_once_and_many_edits_become_one_version(room: Room) -> None:
    before, revision = room.head(), room.catalogue.revisions()[room.recording]
    for number, (wrong, right) in enumerate([("旁光", "膀胱"), ("书尿管", "输尿管"), ("旁光", "膀胱")]):
        (outcome,) = room.correct((number, SAID[number], SAID[number].replace(wrong, right)))
        assert outcome.state == "saved"
        assert outcome.now is not None
        assert outcome.now.text == SAID[number].replace(wrong, right)
    wanted = ["先把膀胱推开", "看清输尿管的走行", "再看膀胱和膀胱后壁", "最后缝合"]
    assert room.shown() == wanted
    assert room.catalogue.revisions()[room.recording] > revision, "search follows"
    assert (room.head(), room.waiting()) == (before, 3)
    assert [each.text for each in versions.shown(room.catalogue, room.ocfl, room.recording)[1].segments] == wanted
    room.fold()
    assert (room.head(), room.waiting()) == (before + 1, 0)
    assert room.kept() == room.shown() == wanted
    assert len(deposit.read_edits(room.ocfl, room.recording, "zh")) == 3
    room.fold()
    assert room.head() == before + 1


def test_a_crash_anywhere_in_making_the_version_loses_nothing_and_doubles_nothing(room: Room) -> None:
    wanted = ["先把膀胱推开", "看清书尿管的走行", "再看膀胱和膀胱", "最后缝合"]
    room.correct((0, SAID[0], wanted[0]), (2, SAID[2], wanted[2]))
    crashes = 0
    while room.waiting():
        room.store.left = crashes
        try:
            room.fold()
        except room.store.Crash:
            crashes += 1
            assert room.waiting() == 2
        room.store.left = None
        assert room.shown() == wanted
    assert crashes > 4
    assert room.kept() == wanted
    assert len(deposit.read_edits(room.ocfl, room.recording, "zh")) == 2


def test_a_crash_before_the_rows_are_forgotten_doubles_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.correct((3, SAID[3], "最后缝合缝合"))
    with monkeypatch.context() as patched:
        patched.setattr(pending, "drop", lambda *_: None)
        room.fold()
    assert room.waiting() == 1
    assert room.shown()[3] == "最后缝合缝合"
    room.fold()
    assert (room.waiting(), room.shown()[3], room.kept()[3]) == (0, "最后缝合缝合", "最后缝合缝合")


def test_saying_it_twice_is_saying_it_once(room: Room) -> None:
    for _ in range(2):
        (outcome,) = room.correct((0, SAID[0], "先把膀胱推开"))
        assert outcome.state == "saved"
    assert room.waiting() == 1
    assert room.correct((3, SAID[3], ""))[0] == correcting.Outcome("saved", None)
    assert room.correct((3, SAID[3], ""))[0] == correcting.Outcome("saved", None)
    assert room.shown() == ["先把膀胱推开", SAID[1], SAID[2]]


def test_what_somebody_else_wrote_meanwhile_is_told_and_can_be_merged(room: Room) -> None:
    room.correct((1, SAID[1], "看清输尿管的走行"), author="李医生")
    (outcome,) = room.correct((1, SAID[1], "看清书尿管的走行。"))
    assert outcome.state == "conflict"
    assert outcome.now is not None
    assert outcome.now.text == "看清输尿管的走行"
    assert outcome.merged == "看清输尿管的走行。"
    assert room.shown()[1] == "看清输尿管的走行"
    assert room.correct((1, outcome.now.text, outcome.merged))[0].state == "saved"
    assert room.shown()[1] == "看清输尿管的走行。"
    (outcome,) = room.correct((1, SAID[1], "看清输卵管的走行"))
    assert (outcome.state, outcome.merged) == ("conflict", None), "both wrote in one place"


def test_a_transcript_that_is_made_anew_keeps_what_waits_and_tells_of_sentences_that_are_gone(room: Room) -> None:
    room.correct((0, SAID[0], "先把膀胱推开"))
    better = Transcript("zh", (sentence(0.1, "先把旁光推开吧"), sentence(5.1, "看清走行"), sentence(15.0, SAID[3])))
    versions.keep(room.catalogue, room.ocfl, room.recording, [better])
    assert room.shown()[0] == "先把膀胱推开吧"
    assert room.waiting() == 0
    (outcome,) = room.correct((1, SAID[1], "看清输尿管"))
    assert outcome.state == "conflict"
    assert outcome.now is not None
    assert outcome.now.text == "看清走行"
    (outcome,) = room.correct((2, SAID[2], "再看膀胱"))
    assert (outcome.state, outcome.now) == ("conflict", None)
    assert room.correct((2, "", "再看膀胱"))[0].state == "saved", "put in where nothing is said"
    assert room.shown() == ["先把膀胱推开吧", "看清走行", "再看膀胱", SAID[3]]


def test_edits_are_taken_back_one_by_one(room: Room) -> None:
    room.correct((0, SAID[0], "先把膀胱推开"), (3, SAID[3], ""))
    room.fold()
    room.correct((1, SAID[1], "看清输尿管的走行"))
    last = history.last_edits(room.catalogue, room.ocfl, room.recording, "zh")
    assert [edit.after for edit in last] == ["输", "", "膀胱"]
    for edit in last:
        correcting.take_back(room.catalogue, room.ocfl, room.recording, "zh", edit.at, author="李医生")
    assert room.shown() == SAID
    with pytest.raises(InputError, match="changed again"):
        correcting.take_back(room.catalogue, room.ocfl, room.recording, "zh", last[0].at, author="李医生")
    with pytest.raises(NotFound):
        correcting.take_back(
            room.catalogue, room.ocfl, room.recording, "zh", datetime(2026, 1, 1, tzinfo=UTC), author="李医生"
        )


def test_versions_tell_who_and_how_many_and_an_earlier_one_comes_back_as_a_new_one(room: Room) -> None:
    room.correct((0, SAID[0], "先把膀胱推开"), (1, SAID[1], "看清输尿管的走行"))
    room.fold()
    first = room.head()
    room.correct((2, SAID[2], ""), (3, SAID[3], "缝合"), author="李医生")
    room.fold()
    found = history.steps(room.ocfl, room.recording, "zh")
    told = [(step.number, step.count, step.authors) for step in found]
    assert told == [(first + 1, 2, ("李医生",)), (first, 2, ("王医生",)), (first - 1, 0, ())]
    back = history.go_back(room.catalogue, room.ocfl, room.recording, "zh", first, author="赵医生")
    assert back == 2
    assert room.shown() == ["先把膀胱推开", "看清输尿管的走行", SAID[2], SAID[3]]
    assert history.steps(room.ocfl, room.recording, "zh")[0].authors == ("赵医生",)
    assert history.go_back(room.catalogue, room.ocfl, room.recording, "zh", first - 1, author="赵医生") == 2
    assert room.shown() == SAID
    with pytest.raises(NotFound):
        history.go_back(room.catalogue, room.ocfl, room.recording, "zh", 99, author="赵医生")


def test_the_sheet_marks_what_is_in_doubt_until_a_person_wrote_there(room: Room) -> None:
    words = (Word(0, 1, "先把", 0.9), Word(1, 2, "旁", 0.2), Word(2, 3, "光", 0.3), Word(3, 4, "推开", 0.8))
    said = Transcript("zh", (Segment(0.0, 4.0, "先把旁光推开", 0.6, words), sentence(15.0, SAID[3], sure=0.1)))
    versions.keep(room.catalogue, room.ocfl, room.recording, [said])
    first, last = sheet.read(room.catalogue, room.ocfl, room.recording, "zh").lines
    assert (first.low, first.edited, last.low) == (((2, 4),), False, ((0, 4),))
    seen = sheet.seen(room.catalogue, room.recording, "zh")
    room.correct((0, "先把旁光推开", "先把膀胱推开"))
    assert sheet.seen(room.catalogue, room.recording, "zh") != seen
    first, last = sheet.read(room.catalogue, room.ocfl, room.recording, "zh").lines
    assert (first.low, first.edited, last.edited) == ((), True, False)
    with pytest.raises(NotFound):
        sheet.read(room.catalogue, room.ocfl, room.recording, "en")


def test_an_edit_names_no_more_than_it_changes(room: Room) -> None:
    room.correct((2, SAID[2], "再看旁光和膀胱后壁"), (0, SAID[0], "先把旁光推开了"))
    one, two = pending.of(room.catalogue.engine, room.recording, "zh")
    assert (one.before, one.after) == ("旁光", "膀胱")
    assert one.start == pytest.approx(10 + 5 * STEP)
    assert (two.before, two.after) == ("开", "开了")


TEXT = st.text(alphabet="膀胱旁光。a ", min_size=1, max_size=9)


@settings(max_examples=150)
@given(st.lists(TEXT, min_size=1, max_size=4), st.data())
def test_a_sentence_reads_exactly_what_was_written(said: list[str], data: st.DataObject) -> None:
    kept = [each for each in said if each.strip()]
    if not kept:
        return
    whole = Transcript("zh", tuple(sentence(2.0 * n, text.strip()) for n, text in enumerate(kept)))
    number = data.draw(st.integers(0, len(kept) - 1))
    after = data.draw(TEXT).strip()
    if not after:
        return
    edit = correcting.narrow(whole, whole.segments[number], after, "王医生")
    texts = [segment.text for segment in edits.apply(whole, [edit]).segments]
    assert texts == [after if n == number else segment.text for n, segment in enumerate(whole.segments)]


@given(TEXT, TEXT, TEXT)
def test_merging_keeps_what_each_did_where_it_can(before: str, one: str, other: str) -> None:
    assert merging.merged(before, one, before) == one
    assert merging.merged(before, before, other) == other
    both = merging.merged(before, one, other)
    assert both == merging.merged(before, other, one)


def test_words_are_found_as_they_are_written_and_as_they_sound() -> None:
    said = [Segment(0, 1, text) for text in ["先把旁光推开", "膀胱后壁，Bladder 旁光", "没有"]]
    places = [(place.sentence, place.offset, place.length) for place in finding.written(said, "旁光")]
    assert places == [(0, 2, 2), (1, 13, 2)]
    assert len(finding.written(said, "bladder")) == 1
    by_sound = [(place.sentence, place.offset, place.length) for place in finding.sounding(said, "膀胱")]
    assert by_sound == [(0, 2, 2), (1, 0, 2), (1, 13, 2)]
    assert [place.offset for place in finding.sounding(said, "pangguang")] == [2, 0, 13]
    assert finding.written(said, " ") == finding.sounding(said, "") == finding.sounding(said, "zzz") == []
