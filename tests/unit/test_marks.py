"""Notes are one's own, questions are everybody's and outlive the database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from archive import deposit
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import InputError, NotAllowed, NotFound
from archive.jobs import Jobs
from archive.learning import Clips, Marks
from archive.learning.marks import may_change
from archive.learning.tables import Clip, Mark, MarkKind
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.rebuild import rebuild
from archive.settings import Settings
from archive.tables import Member, Recording, Role, State

DOCTOR = Member(id="doctor", name="王医生")
COLLEAGUE = Member(id="colleague", name="李医生")
TRAINER = Member(id="trainer", name="张主任", role=Role.TRAINER)


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
    made = Catalogue(engine).add(Recording(title="胎心监护", state=State.PUBLISHED), [])
    deposit.receive(ocfl, made, [])
    return made


@pytest.fixture
def marks(engine: sa.Engine) -> Marks:
    return Marks(engine)


def a_mark(recording: Recording, by: Member, kind: MarkKind, text: str, at: float = 5.0, **more: Any) -> Mark:
    return Mark(recording_id=recording.id, kind=kind, author_id=by.id, author_name=by.name, text=text, start=at, **more)


def test_notes_are_their_authors_alone_and_questions_are_for_all(
    marks: Marks, ocfl: OcflRoot, recording: Recording
) -> None:
    marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.NOTE, "我的笔记", 9))
    marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.BOOKMARK, "", 2))
    asked = marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.QUESTION, "  这里为什么停？ ", 7))
    assert [mark.kind for mark in marks.seen_by(DOCTOR.id, recording.id)] == ["bookmark", "question", "note"]
    assert [mark.id for mark in marks.seen_by(COLLEAGUE.id, recording.id)] == [asked.id]
    assert [(mark.start, mark.text) for mark in marks.public(recording.id)] == [(7.0, "这里为什么停？")]
    kept = deposit.read_marks(ocfl, recording.id)
    assert [each["text"] for each in kept] == ["这里为什么停？"]  # nothing private goes into the object


@pytest.mark.parametrize("text", ["", "   ", "长" * 4001])
def test_what_says_nothing_or_too_much_is_refused(
    marks: Marks, ocfl: OcflRoot, recording: Recording, text: str
) -> None:
    with pytest.raises(InputError):
        marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.NOTE, text))


def test_an_answer_answers_a_question_of_the_same_recording(marks: Marks, ocfl: OcflRoot, recording: Recording) -> None:
    note = marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.NOTE, "笔记"))
    for wrong in ("", "nothing", note.id):
        with pytest.raises(NotFound):
            marks.write(ocfl, a_mark(recording, TRAINER, MarkKind.ANSWER, "因为出血", reply_to=wrong))


def test_both_hear_of_it_until_they_have_looked(marks: Marks, ocfl: OcflRoot, recording: Recording) -> None:
    asked = marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.QUESTION, "为什么？"))
    assert [(news.mark.id, news.unread, news.answered) for news in marks.news(TRAINER, answers=True)] == [
        (asked.id, True, False)
    ]
    assert marks.news(DOCTOR, answers=False) == []
    assert marks.news(COLLEAGUE, answers=False) == []
    marks.notice(TRAINER.id)
    assert [news.unread for news in marks.news(TRAINER, answers=True)] == [False]

    answer = marks.write(ocfl, a_mark(recording, TRAINER, MarkKind.ANSWER, "因为出血", reply_to=asked.id))
    (news,) = marks.news(DOCTOR, answers=False)
    assert (news.mark.id, news.question.id, news.unread) == (answer.id, asked.id, True)
    marks.notice(DOCTOR.id)
    assert not marks.news(DOCTOR, answers=False)[0].unread
    assert marks.news(TRAINER, answers=True)[0].answered


def test_a_question_is_taken_back_with_its_answers_and_by_nobody_else(
    marks: Marks, ocfl: OcflRoot, recording: Recording
) -> None:
    asked = marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.QUESTION, "为什么？"))
    marks.write(ocfl, a_mark(recording, TRAINER, MarkKind.ANSWER, "因为", reply_to=asked.id))
    may_change(DOCTOR, asked, curates=False)
    may_change(TRAINER, asked, curates=True)
    with pytest.raises(NotAllowed):
        may_change(COLLEAGUE, asked, curates=False)
    private = a_mark(recording, DOCTOR, MarkKind.NOTE, "笔记")
    with pytest.raises(NotAllowed):
        may_change(TRAINER, private, curates=True)
    marks.erase(ocfl, asked)
    assert marks.public(recording.id) == []
    assert deposit.read_marks(ocfl, recording.id) == []


def test_questions_come_back_from_the_store_alone_and_notes_stay(
    marks: Marks, ocfl: OcflRoot, recording: Recording, engine: sa.Engine, tmp_path: Path
) -> None:
    asked = marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.QUESTION, "为什么？", drawing={"line": [1, 2]}))
    marks.write(ocfl, a_mark(recording, TRAINER, MarkKind.ANSWER, "因为", reply_to=asked.id))
    marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.NOTE, "笔记"))
    before = [mark.model_dump() for mark in marks.public(recording.id)]

    assert [done for _, done in rebuild(Catalogue(engine), Jobs(engine), ocfl.store)] == [False]
    assert [mark.model_dump() for mark in marks.public(recording.id)] == before
    assert len(marks.seen_by(DOCTOR.id, recording.id)) == 3

    fresh = connect(Settings(home=tmp_path / "fresh", _env_file=None))
    list(rebuild(Catalogue(fresh), Jobs(fresh), ocfl.store))
    assert [mark.model_dump() for mark in Marks(fresh).public(recording.id)] == before
    fresh.dispose()


def test_search_follows_questions(marks: Marks, ocfl: OcflRoot, recording: Recording, engine: sa.Engine) -> None:
    before = Catalogue(engine).recording(recording.id).revision
    marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.NOTE, "笔记"))
    assert Catalogue(engine).recording(recording.id).revision == before
    marks.write(ocfl, a_mark(recording, DOCTOR, MarkKind.QUESTION, "为什么？"))
    assert Catalogue(engine).recording(recording.id).revision == before + 1


def test_clips_are_in_lists_of_ones_own(engine: sa.Engine, recording: Recording) -> None:
    clips = Clips(engine)

    def clip(name: str, collection: str = "", end: float = 9.0) -> Clip:
        return Clip(
            member_id=DOCTOR.id, recording_id=recording.id, start=3.0, end=end, name=name, collection=collection
        )

    kept = clips.add(clip(" 识别输尿管 ", " 今晚手术前 "))
    clips.add(clip("缝合"))
    assert [(each.collection, each.name) for each in clips.of(DOCTOR.id)] == [
        ("", "缝合"),
        ("今晚手术前", "识别输尿管"),
    ]
    assert clips.collections(DOCTOR.id) == ["今晚手术前"]
    assert clips.of(COLLEAGUE.id) == []
    for wrong in (clip("  "), clip("颠倒", end=2.0)):
        with pytest.raises(InputError):
            clips.add(wrong)
    with pytest.raises(NotFound):
        clips.remove(COLLEAGUE.id, kept.id)
    clips.remove(DOCTOR.id, kept.id)
    assert clips.collections(DOCTOR.id) == []
