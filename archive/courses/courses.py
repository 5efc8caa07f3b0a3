"""Every query about courses, in one place."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from archive.courses.tables import Assignment, Course, CourseItem
from archive.database import changed, transaction
from archive.errors import NotFound
from archive.tables import Institution, Member, Recording, now


@dataclass(frozen=True)
class Given:
    """An assignment and whom it names: a member, or an institution and so everybody of it."""

    assignment: Assignment
    member: Member | None
    institution: Institution | None

    @property
    def name(self) -> str:
        return self.member.name if self.member else self.institution.name if self.institution else ""


@dataclass(frozen=True)
class Outline:
    """A course and its items, each with its recording, in their order."""

    course: Course
    items: Sequence[tuple[CourseItem, Recording]]


class Courses:
    """Courses and assignments. Every method is one transaction; rows come back detached."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def _session(self) -> AbstractContextManager[Session]:
        return transaction(self.engine)

    # -- courses

    def begin(self, title: str, author_id: str) -> Course:
        """Enter an empty course."""
        with self._session() as session:
            course = Course(title=title, author_id=author_id)
            session.add(course)
        return course

    def describe(self, course_id: str, *, title: str, text: str) -> None:
        """Change what a course is called and says of itself."""
        with self._session() as session:
            course = self._course(session, course_id)
            course.title, course.text = title, text
            session.add(course)

    def archive(self, course_id: str) -> None:
        """Put a course away: it is assigned to nobody any more."""
        with self._session() as session:
            course = self._course(session, course_id)
            course.archived_at = now()
            session.add(course)

    def outline(self, course_id: str) -> Outline:
        """Return a course with its items.

        Raises:
            NotFound: there is none, or it was put away.
        """
        query = select(CourseItem, Recording).join(Recording, col(Recording.id) == CourseItem.recording_id)
        query = query.where(CourseItem.course_id == course_id).order_by(col(CourseItem.position))
        with self._session() as session:
            return Outline(self._course(session, course_id), list(session.exec(query).all()))

    def all(self) -> list[Outline]:
        """Return the courses that were not put away, the newest first."""
        query = select(Course.id).where(col(Course.archived_at).is_(None))
        with self._session() as session:
            found = list(session.exec(query.order_by(col(Course.created_at).desc(), col(Course.id))).all())
        return [self.outline(course_id) for course_id in found]

    def put_items(self, course_id: str, items: Iterable[CourseItem]) -> None:
        """Enter the items of a course in place of those before; their order is their position."""
        self.arrange(course_id, lambda _: items)

    def arrange(self, course_id: str, change: Callable[[list[CourseItem]], Iterable[CourseItem]]) -> None:
        """Change the items of a course as they are now; whoever else changes them at this moment waits."""
        mine = col(CourseItem.course_id) == course_id
        taken = sa.update(Course).where(col(Course.id) == course_id).values(id=course_id)  # writing first, to be alone
        with self._session() as session:
            changed(session, taken)
            self._course(session, course_id)
            before = session.exec(select(CourseItem).where(mine).order_by(col(CourseItem.position))).all()
            items = [item.model_dump(exclude={"position", "course_id"}) for item in change(list(before))]
            session.exec(delete(CourseItem).where(mine))
            session.expunge_all()
            session.add_all(CourseItem(course_id=course_id, position=at, **item) for at, item in enumerate(items))

    @staticmethod
    def _course(session: Session, course_id: str) -> Course:
        course = session.get(Course, course_id)
        if course is None or course.archived_at:
            raise NotFound("There is no such course.", "It may have been put away; look in the list.", course=course_id)
        return course

    # -- to whom they are assigned

    def assign(
        self,
        course_id: str,
        *,
        members: Iterable[str] = (),
        institutions: Iterable[str] = (),
        due: date | None,
        assigned_by: str,
    ) -> None:
        """Assign a course; one that has it already gets the new day."""
        with self._session() as session:
            self._course(session, course_id)
            for whom, ids in (("member_id", members), ("institution_id", institutions)):
                for name in dict.fromkeys(ids):
                    before = delete(Assignment).where(col(Assignment.course_id) == course_id)
                    session.exec(before.where(getattr(Assignment, whom) == name))
                    made = Assignment(course_id=course_id, due=due, assigned_by=assigned_by)
                    setattr(made, whom, name)
                    session.add(made)

    def take_back(self, assignment_id: str) -> None:
        """Take an assignment back."""
        with self._session() as session:
            session.exec(delete(Assignment).where(col(Assignment.id) == assignment_id))

    def assignments(self, course_id: str) -> list[Given]:
        """Return to whom a course is assigned, in the order in which it was."""
        query = select(Assignment, Member, Institution)
        query = query.join(Member, col(Member.id) == Assignment.member_id, isouter=True)
        query = query.join(Institution, col(Institution.id) == Assignment.institution_id, isouter=True)
        query = query.where(Assignment.course_id == course_id)
        with self._session() as session:
            found = session.exec(query.order_by(col(Assignment.created_at), col(Assignment.id))).all()
        return [Given(*row) for row in found]

    def learners(self, course_id: str) -> list[tuple[Member, date | None]]:
        """Return everybody who is to take a course and until when, by name; of several days it is the earliest."""
        query = select(Member, col(Assignment.due)).join(Assignment, _is_for(), isouter=False)
        query = query.where(Assignment.course_id == course_id, col(Member.removed_at).is_(None))
        with self._session() as session:
            found = session.exec(query.order_by(col(Member.name), col(Member.id))).all()
        earliest: dict[str, tuple[Member, date | None]] = {}
        for member, due in found:
            known = earliest.get(member.id, (member, None))[1]
            earliest[member.id] = (member, min(filter(None, (due, known)), default=None))
        return list(earliest.values())

    def of(self, member_id: str) -> list[tuple[Outline, date | None]]:
        """Return the courses that a member is to take, what is due first before what has no day."""
        query = select(Course.id, sa.func.min(col(Assignment.due)))
        query = query.join(Assignment, col(Assignment.course_id) == Course.id).join(Member, _is_for())
        query = query.where(Member.id == member_id, col(Course.archived_at).is_(None)).group_by(col(Course.id))
        with self._session() as session:
            found = list(session.exec(query).all())
        found.sort(key=lambda row: (row[1] is None, row[1] or date.max, row[0]))
        return [(self.outline(course_id), due) for course_id, due in found]


def _is_for() -> sa.ColumnElement[bool]:
    """An assignment is for a member: by themselves, or as one of an institution."""
    return sa.or_(
        col(Assignment.member_id) == col(Member.id), col(Assignment.institution_id) == col(Member.institution_id)
    )
