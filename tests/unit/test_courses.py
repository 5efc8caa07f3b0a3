"""Courses: their items, and to whom they are assigned until when."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from archive.catalogue import Catalogue
from archive.courses import Courses
from archive.courses.tables import CourseItem
from archive.database import connect
from archive.errors import NotFound
from archive.people import Members
from archive.settings import Settings
from archive.tables import Member, Recording, Role


@pytest.fixture
def members(tmp_path: Path) -> Iterator[Members]:
    engine = connect(Settings(home=tmp_path, _env_file=None))
    for name in ("r1", "r2"):
        Catalogue(engine).add(Recording(id=name, title=f"录像 {name}"), [])
    yield Members(engine)
    engine.dispose()


@pytest.fixture
def courses(members: Members) -> Courses:
    return Courses(members.engine)


@pytest.fixture
def trainer(members: Members) -> Member:
    return members.add("带教", Role.TRAINER)


def names(courses: Courses, course_id: str) -> list[str]:
    return [recording.id for _, recording in courses.outline(course_id).items]


def test_items_keep_their_order_and_outlive_a_rebuild(courses: Courses, trainer: Member) -> None:
    course = courses.begin("子宫切除", trainer.id)
    clip = CourseItem(recording_id="r1", start=12.5, end=40.0, title="输尿管")
    courses.put_items(course.id, [CourseItem(recording_id="r2"), clip])
    courses.put_items(course.id, reversed([item for item, _ in courses.outline(course.id).items]))
    assert names(courses, course.id) == ["r1", "r2"]
    assert courses.outline(course.id).items[0][0].start == 12.5
    catalogue = Catalogue(courses.engine)
    catalogue.remove("r1")
    assert names(courses, course.id) == ["r2"]
    catalogue.add(Recording(id="r1", title="again"), [])
    assert names(courses, course.id) == ["r1", "r2"]


def test_who_changes_the_items_at_the_same_moment_undoes_nothing(courses: Courses, trainer: Member) -> None:
    course = courses.begin("甲", trainer.id)

    def add(second: int) -> None:
        item = CourseItem(recording_id="r1", start=float(second), end=second + 1.0)
        courses.arrange(course.id, lambda items: [*items, item])

    with ThreadPoolExecutor(8) as trainers:
        list(trainers.map(add, range(16)))
    assert {item.start for item, _ in courses.outline(course.id).items} == set(range(16))
    courses.arrange(course.id, lambda items: items[1:])
    assert [item.position for item, _ in courses.outline(course.id).items] == list(range(15))
    courses.archive(course.id)
    with pytest.raises(NotFound):
        courses.arrange(course.id, lambda items: items)


def test_an_institution_has_the_course_through_everybody_of_it(
    courses: Courses, members: Members, trainer: Member
) -> None:
    wang = members.add("王医生", institution="县妇幼")
    li = members.add("李医生", institution="县妇幼")
    members.add("赵医生", institution="市医院")
    first, second = (courses.begin(title, trainer.id) for title in ("甲", "乙"))
    assert wang.institution_id
    courses.assign(first.id, institutions=[wang.institution_id], due=date(2026, 12, 31), assigned_by=trainer.id)
    courses.assign(first.id, members=[wang.id], due=date(2026, 12, 1), assigned_by=trainer.id)
    courses.assign(second.id, members=[wang.id], due=None, assigned_by=trainer.id)
    assert [(member.id, due) for member, due in courses.learners(first.id)] == [
        (li.id, date(2026, 12, 31)),
        (wang.id, date(2026, 12, 1)),
    ]
    assert [(outline.course.title, due) for outline, due in courses.of(wang.id)] == [
        ("甲", date(2026, 12, 1)),
        ("乙", None),
    ]
    members.remove(li.id)
    assert [member.id for member, _ in courses.learners(first.id)] == [wang.id]


def test_assigning_again_moves_the_day_and_taking_back_ends_it(
    courses: Courses, members: Members, trainer: Member
) -> None:
    wang = members.add("王医生")
    course = courses.begin("甲", trainer.id)
    for day in (date(2026, 12, 1), date(2027, 1, 1)):
        courses.assign(course.id, members=[wang.id], due=day, assigned_by=trainer.id)
    (given,) = courses.assignments(course.id)
    assert (given.name, given.assignment.due) == ("王医生", date(2027, 1, 1))
    courses.take_back(given.assignment.id)
    assert courses.learners(course.id) == courses.of(wang.id) == []


def test_a_course_that_was_put_away_is_gone_for_everybody(courses: Courses, members: Members, trainer: Member) -> None:
    wang = members.add("王医生")
    course = courses.begin("甲", trainer.id)
    courses.describe(course.id, title="甲乙", text="先看这个")
    courses.assign(course.id, members=[wang.id], due=None, assigned_by=trainer.id)
    assert [outline.course.title for outline in courses.all()] == ["甲乙"]
    courses.archive(course.id)
    assert courses.all() == courses.of(wang.id) == []
    with pytest.raises(NotFound):
        courses.outline(course.id)
