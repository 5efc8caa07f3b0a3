"""A home in which people have worked: every page of the portal has something to show to a doctor and to a trainer."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from browser.portals import Portal
from browser.shelf import Shelf
from sqlmodel import Session, SQLModel

from archive import deposit, misses, versions
from archive.catalogue import Catalogue
from archive.courses import Courses
from archive.courses.tables import CourseItem
from archive.database import connect
from archive.errors import DamagedMedia
from archive.learning import Clips, Watching
from archive.learning.tables import Clip, Mark, MarkKind
from archive.learning.watching import Report
from archive.objects import open_store
from archive.ocfl import OcflRoot
from archive.people import Members
from archive.search.answer import Answer
from archive.settings import Settings
from archive.tables import (
    Alignment,
    Chapter,
    ChapterOrigin,
    Institution,
    Job,
    JobState,
    JobStep,
    Kind,
    Member,
    Recording,
    Role,
    Source,
    SourceRole,
    State,
    StepState,
)  # fmt: skip
from archive.transcripts import Segment, Transcript, Word
from dashboard.pages import PAGES

SAID = (
    "先把膀胱推开，看清输尿管的走行。",
    "这里的子宫动脉跨过输尿管，桥下流水。",
    "用超声刀贴着子宫一侧，一步一步来。",
    "如果看不清，先停下来，不要急着夹闭。",
    "断开之前再确认一次，周围没有肠管。",
    "出血的时候先压住，请助手吸干净。",
    "阴道残端连续缝合，两侧角要带到骶韧带。",
    "最后看一遍输尿管的蠕动，冲洗，放引流。",
)
CASE = {
    "indication": "子宫肌瘤，月经过多，贫血",
    "points": "先显露输尿管，再处理子宫动脉；热源离输尿管五毫米以上。",
    "position": "截石位，头低臀高",
    "age": "middle",
    "sex": "female",
    "consent": True,
}
DRAWN = ":nth-match(.front, 2)"  # the head of the page is the first


@dataclass
class Furnished:
    """The portal of such a home, and what lies in it."""

    portal: Portal
    operation: str
    failed: str
    working: str
    course: str

    def pages(self, role: Role) -> dict[str, tuple[str, str]]:
        """What a member in this role sees: an address, and what is there once it is drawn, by a name."""
        shown = {page.name or "home": (f"/?p={page.name}&r={self.operation}", DRAWN) for page in PAGES}
        shown |= {
            "home": ("/?", ".card"),
            "course": (f"/?p=course&c={self.course}", ".items li"),
            "search": ("/?q=输尿管", ".moment"),
            "nothing": ("/?q=量子力学", ".notice"),
            "unknown": ("/?r=zzzzzzzzzzzz", ".notice"),
            "watch": (f"/?r={self.operation}&t=6", ".sentence"),
            "working": (f"/?r={self.working}", ".steps"),
            "failed": (f"/?r={self.failed}", ".notice"),
        }
        if role is Role.VIEWER:
            return shown | {"desk": (f"/?p=desk&r={self.operation}", ".notice")}
        shown |= {"desk": (f"/?p=desk&r={self.operation}", ".lines textarea")}
        return shown | {"usage-one": (f"/?p=usage&of={self.operation}", ".plot")}


def furnish(portal: Portal, folder: Path) -> Furnished:
    """Put into an empty home what its pages then show."""
    settings = Settings(home=portal.home, _env_file=None)
    engine = connect(settings)
    catalogue = Catalogue(engine)
    hospital = Institution(name="省妇幼保健院")
    _put(engine, hospital)
    operation, angles = _operation(hospital)
    first, second = angles
    with open_store(settings) as store:
        ocfl = OcflRoot(store)
        for source in angles:  # what was received is of no matter here, that it is kept is: people's edits go beside it
            source.key, source.size = deposit.source_key(ocfl, source), 4
            source.sha512 = hashlib.sha512(b"film").hexdigest()
            store.put(source.key, b"film")
        deposit.receive(ocfl, operation, angles)
        catalogue.add(operation, angles)
        shelf = Shelf(folder, store, operation)
        rows = [shelf.picture(first, 240, "low"), shelf.picture(first, 480, "full"), shelf.picture(second, 240, "full")]
        rows += [shelf.sound(first, "audio", 440), shelf.sound(first, "audio-low", 440, "low")]
        catalogue.put_renditions(operation.id, rows)
        catalogue.put_stills(shelf.stills(first))
        versions.keep(catalogue, ocfl, operation.id, [_transcript()])
    titles = ("显露输尿管", "处理子宫动脉", "缝合阴道残端")
    chapters = [Chapter(recording_id=operation.id, position=n, start=14.0 * n, title=t) for n, t in enumerate(titles)]
    catalogue.put_chapters(operation.id, chapters, origin=ChapterOrigin.SUGGESTED)
    failed, working = _under_way(catalogue)
    course = _learning(engine, portal, operation)
    nothing = Answer()
    for query in ("宫颈环扎", "羊水栓塞 抢救", "宫颈环扎"):
        misses.note(engine, query, nothing)
    engine.dispose()
    return Furnished(portal, operation.id, failed, working, course)


def _operation(hospital: Institution) -> tuple[Recording, list[Source]]:
    made = Recording(
        title="腹腔镜下全子宫切除术：输尿管的识别与保护，从阔韧带后叶到阴道残端",
        kind=Kind.OPERATION,
        state=State.PUBLISHED,
        duration=46.0,
        speakers=["王雪梅 主任医师", "李明"],
        specialty="妇科",
        procedure="腹腔镜下全子宫切除术",
        case=CASE,
        institution_id=hospital.id,
        recorded_at=datetime(2026, 3, 5, 12, tzinfo=UTC),
    )
    gaps = [{"from": 20.0, "to": 24.0, "what": "picture"}]
    media = {"duration": 40.0, "missing": gaps}
    first = Source(recording_id=made.id, name="a.mp4", role=SourceRole.ENDOSCOPE, media=media)
    second = Source(recording_id=made.id, name="b.mp4", position=1, start=6.0, alignment=Alignment.UNKNOWN)
    second.media = {"duration": 40.0, "missing": []}
    return made, [first, second]


def _transcript() -> Transcript:
    def sentence(number: int, text: str) -> Segment:
        start, step = 2.0 + 5.0 * number, 4.0 / len(text)
        words = [
            Word(start + n * step, start + (n + 1) * step, one, 0.3 if n < 2 else 0.9) for n, one in enumerate(text)
        ]
        return Segment(start, start + 4.0, text, 0.8, tuple(words))

    return Transcript("zh", tuple(sentence(*each) for each in enumerate(SAID)), engine="test")


def _under_way(catalogue: Catalogue) -> tuple[str, str]:
    """One recording that could not be processed, one that is being processed."""
    failed = Recording(title="剖宫产术中出血的处理", kind=Kind.CASE_DISCUSSION, state=State.PROCESSING, duration=1843.0)
    working = Recording(title="产科大查房：重度子痫前期", kind=Kind.WARD_ROUND, state=State.PROCESSING, duration=5400.0)
    for recording in (failed, working):
        catalogue.add(recording, [Source(recording_id=recording.id, name="a.mp4")])
    error = DamagedMedia("The recording is cut off at 12:03.", "Copy it again.").record()
    broken, running = Job(recording_id=failed.id, state=JobState.FAILED, error=error), Job(recording_id=working.id)
    running.state = JobState.RUNNING
    _put(catalogue.engine, broken, running)
    steps = [(broken, "remux", StepState.FAILED, 0.6), (running, "receive", StepState.DONE, 1.0)]
    steps += [(running, "remux", StepState.DONE, 1.0), (running, "transcribe", StepState.RUNNING, 0.35)]
    rows = [
        JobStep(job_id=job.id, name=name, position=at, state=state, progress=share)
        for at, (job, name, state, share) in enumerate(steps)
    ]
    _put(catalogue.engine, *rows)
    return failed.id, working.id


def _learning(engine: sa.Engine, portal: Portal, operation: Recording) -> str:
    """What a doctor watched, wrote and asked, and the course that they were given; returns the course's id."""
    portal.cookie(Role.VIEWER), portal.cookie(Role.TRAINER)
    people = {person.member.role: person.member for person in Members(engine).all()}
    doctor, trainer = people[Role.VIEWER], people[Role.TRAINER]
    Watching(engine).report(doctor.id, operation, Report("a-first-sitting-of-it", [[2.0, 19.0]], 17.0, 19.0))
    Watching(engine).report(doctor.id, operation, Report("a-second-sitting-of-it", [[6.0, 12.0]], 6.0, 12.0))
    question = _mark(operation, doctor, MarkKind.QUESTION, 7.5, "肥胖的病人看不清输尿管时，您先从哪里找？")
    answer = _mark(operation, trainer, MarkKind.ANSWER, 7.5, "从髂血管分叉处找，那里最恒定。", reply_to=question.id)
    open_one = _mark(operation, doctor, MarkKind.QUESTION, 31.0, "残端要不要加固？")
    note = _mark(operation, doctor, MarkKind.NOTE, 12.0, "热源离输尿管五毫米以上。")
    bookmark = _mark(operation, doctor, MarkKind.BOOKMARK, 22.0, "")
    _put(engine, question, answer, open_one, note, bookmark)
    clip = Clip(member_id=doctor.id, recording_id=operation.id, start=6.0, end=15.0, name="看清输尿管")
    clip.collection = "今晚手术前"
    Clips(engine).add(clip)
    courses = Courses(engine)
    course = courses.begin("输尿管保护：县医院妇科骨干培训", trainer.id)
    courses.describe(course.id, title=course.title, text="先看识别，再看处理。看完以后在录像旁边提一个问题。")
    items = [
        CourseItem(course_id=course.id, position=0, recording_id=operation.id),
        CourseItem(
            course_id=course.id, position=1, recording_id=operation.id, start=6.0, end=15.0, title="只看识别的一段"
        ),
    ]
    courses.put_items(course.id, items)
    courses.assign(course.id, members=[doctor.id], due=date(2026, 12, 31), assigned_by=trainer.id)
    return course.id


def _mark(recording: Recording, author: Member, kind: MarkKind, start: float, text: str, **more: Any) -> Mark:
    names = {"author_id": author.id, "author_name": author.name}
    return Mark(recording_id=recording.id, kind=kind, start=start, text=text, **names, **more)


def _put(engine: sa.Engine, *rows: SQLModel) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.add_all(rows)
