"""The tables of the catalogue. The store is the truth; all of this can be built again from it (`shijiao rebuild`).

Times on a media timeline are seconds as float; wall times are UTC.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing to misread over a telephone


def new_id() -> str:
    """Return a fresh identifier: 12 characters, 60 random bits."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(12))


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones; this gives them back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Role(StrEnum):
    """What a member is."""

    VIEWER = "viewer"
    TRAINER = "trainer"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Kind(StrEnum):
    """What was recorded."""

    OPERATION = "operation"
    LECTURE = "lecture"
    WARD_ROUND = "ward_round"
    CASE_DISCUSSION = "case_discussion"


class SourceRole(StrEnum):
    """What a source shows."""

    ENDOSCOPE = "endoscope"
    ROOM = "room"
    SLIDES = "slides"
    MONITOR = "monitor"
    SPEAKER = "speaker"


class Alignment(StrEnum):
    """How a source's start on the recording's timeline is known. UNKNOWN: nothing in the sound told; it stands at 0."""

    GIVEN = "given"
    SOUND = "sound"
    UNKNOWN = "unknown"


class State(StrEnum):
    """Where a recording stands. Only PUBLISHED is for everyone; REFUSED means nothing was kept."""

    RECEIVING = "receiving"
    REFUSED = "refused"
    RECEIVED = "received"
    PROCESSING = "processing"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class JobState(StrEnum):
    """Where a job stands. WAITING: all is done but what needs something that is not here yet (a speech model)."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """Where one step of a job stands. SKIPPED: its output was there already."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ChapterOrigin(StrEnum):
    """Who set a chapter: SUGGESTED by us from slides, pauses and words, or EDITED by a person."""

    SUGGESTED = "suggested"
    EDITED = "edited"


ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.WAITING)


def json_column() -> Any:
    """A column of plain JSON, empty by default."""
    return Field(default_factory=dict, sa_type=sa.JSON)


def choice(default: StrEnum, *, index: bool = False) -> Any:
    """A column of an enumeration, kept as its value in plain text."""
    kind = sa.Enum(
        type(default), native_enum=False, length=20, values_callable=lambda values: [value.value for value in values]
    )
    return Field(default=default, sa_type=cast(Any, kind), index=index)


def moment(*, nullable: bool = False) -> Any:
    """A column of a moment in UTC: now by default, or nothing where it may be."""
    default = {"default": None} if nullable else {"default_factory": now}
    return Field(**default, sa_type=UtcDateTime, nullable=nullable)


class Institution(SQLModel, table=True):
    """A hospital or teaching centre."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str = Field(unique=True)


class Member(SQLModel, table=True):
    """A person who uses the archive. One who was removed keeps the row, so that what they wrote keeps its author."""

    id: str = Field(default_factory=new_id, primary_key=True)
    name: str
    role: Role = choice(Role.VIEWER)
    institution_id: str | None = Field(default=None, foreign_key="institution.id")
    specialty: str = ""
    created_at: datetime = moment()
    removed_at: datetime | None = moment(nullable=True)


class Recording(SQLModel, table=True):
    """One operation, lecture, ward round or case discussion.

    `revision` grows with every change that search must see. `speech` is how a person wants it transcribed, where not as
    the settings say: "model", and "language" where that is not to be doubted. `case` is the case as LAP-VEGaS asks for
    it, `take_away` whether its rights allow a copy that plays without us. `poster` is what somebody
    chose: the still nearest to the "time" (seconds, on its own timeline) of an "angle" (its id).
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    kind: Kind = choice(Kind.LECTURE)
    title: str
    language: str = "zh"
    specialty: str = ""
    procedure: str = ""
    speakers: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    speech: dict[str, str] = json_column()
    case: dict[str, Any] = json_column()
    take_away: bool = False
    poster: dict[str, Any] = json_column()
    institution_id: str | None = Field(default=None, foreign_key="institution.id")
    recorded_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    state: State = choice(State.RECEIVING, index=True)
    duration: float | None = None
    revision: int = Field(default=1, index=True)


class Source(SQLModel, table=True):
    """One file of a recording, exactly as received. `start` is its offset on the recording's timeline, in seconds.

    Sources of one `position` are the parts, in the order of `part`, that one camera split a long recording into; what
    is known of the whole (`role`, `start`, `media`) stands in part 0. See `Angle`.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    position: int = 0
    part: int = 0
    role: SourceRole = choice(SourceRole.ROOM)
    start: float = 0.0
    alignment: Alignment = choice(Alignment.GIVEN)
    name: str
    key: str = ""
    size: int = Field(default=0, sa_type=sa.BigInteger)
    sha512: str = Field(default="", index=True)
    media: dict[str, Any] = json_column()


@dataclass(frozen=True)
class Angle:
    """One view of what happened: a source, or the parts that a camera split it into. `id` is its first part's."""

    parts: tuple[Source, ...]

    @property
    def first(self) -> Source:
        return self.parts[0]

    @property
    def id(self) -> str:
        return self.first.id


class Upload(SQLModel, table=True):
    """An upload under way, so that it can be taken up again. `upload_id` is the store's multipart upload."""

    source_id: str = Field(primary_key=True, foreign_key="source.id")
    upload_id: str
    origin: str = Field(index=True)
    size: int = Field(sa_type=sa.BigInteger)
    modified_ns: int = Field(sa_type=sa.BigInteger)


class Rendition(SQLModel, table=True):
    """One rung of the ladder: a playlist and its single fMP4 file, under `prefix` in the store.

    `media` is "video" or "audio"; `bandwidth` is the peak in bit/s, as RFC 8216 wants it in BANDWIDTH. `sound` is
    "full" or "low": the group that sound belongs to, and that a picture is heard with. Of several sound tracks the
    `preferred` one is heard unless another is chosen; `title` and `language` are the track's own. `source_id` is the
    angle's, and `name` is unique within it.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    source_id: str = Field(foreign_key="source.id")
    name: str
    media: str
    prefix: str
    playlist: str
    file: str
    codecs: str
    bandwidth: int
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    duration: float
    size: int = Field(sa_type=sa.BigInteger)
    sound: str = "full"
    title: str = ""
    language: str = ""
    preferred: bool = True


class Stills(SQLModel, table=True):
    """The pictures of an angle: poster, storyboard and scenes, files under `prefix`; `facts` as `stills` made them."""

    source_id: str = Field(primary_key=True, foreign_key="source.id")
    recording_id: str = Field(foreign_key="recording.id", index=True)
    prefix: str
    facts: dict[str, Any] = json_column()


class Transcript(SQLModel, table=True):
    """What was said, in one language, as one engine or one person wrote it.

    `facts` say in short how it came to be, for whoever reads it; see `archive.transcripts.facts`.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    language: str
    origin: str = "machine"
    version: int = 1
    engine: str = ""
    model: str = ""
    path: str = ""
    facts: dict[str, Any] = json_column()
    created_at: datetime = moment()


class Segment(SQLModel, table=True):
    """One sentence of a transcript, with its time."""

    id: int | None = Field(default=None, primary_key=True)
    transcript_id: str = Field(foreign_key="transcript.id", index=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    position: int
    start: float
    end: float
    text: str = Field(sa_type=sa.Text)
    confidence: float | None = None


class Chapter(SQLModel, table=True):
    """A part of a recording with a title, from `start` to `end` (seconds; None: to the end of the recording).

    `reason`: why it was suggested (`ingest.steps.chapters`), and nobody accepted it yet. `step`: see `archive.outline`.
    """

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    origin: ChapterOrigin = choice(ChapterOrigin.SUGGESTED)
    position: int
    start: float
    end: float | None = None
    title: str = Field(sa_type=sa.Text)
    reason: str = ""
    step: str = ""


class SlideText(SQLModel, table=True):
    """What a slide says, on the recording's timeline; one that is built up has a row for what comes with each stage.

    `source_id` is the angle's that shows it. `confidence` is the mean of its lines', up to 1.
    """

    __tablename__ = "slide_text"

    id: int | None = Field(default=None, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    source_id: str = Field(foreign_key="source.id")
    start: float
    end: float
    heading: str = Field(sa_type=sa.Text)
    text: str = Field(sa_type=sa.Text)
    confidence: float


class Job(SQLModel, table=True):
    """The way of one recording through the steps. Asked for here, by anyone; driven by the engine of `ingest`."""

    id: str = Field(default_factory=new_id, primary_key=True)
    recording_id: str = Field(foreign_key="recording.id", index=True)
    state: JobState = choice(JobState.QUEUED, index=True)
    attempt: int = 1
    worker_id: str | None = Field(default=None, index=True)
    cancel_requested: bool = False
    error: dict[str, Any] = json_column()
    created_at: datetime = moment()
    started_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)


class JobStep(SQLModel, table=True):
    """One step of a job. `runs` counts how often its work was begun; `progress` runs from 0 to 1."""

    job_id: str = Field(primary_key=True, foreign_key="job.id")
    name: str = Field(primary_key=True)
    position: int
    state: StepState = choice(StepState.PENDING)
    progress: float = 0.0
    runs: int = 0
    note: dict[str, Any] = json_column()
    started_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)


class Chunk(SQLModel, table=True):
    """A piece of a long step, which any worker may do. `orders` are its step's recipe and inputs, as plain JSON."""

    id: str = Field(default_factory=new_id, primary_key=True)
    job_id: str = Field(foreign_key="job.id", index=True)
    step: str
    position: int
    state: StepState = choice(StepState.PENDING, index=True)
    worker_id: str | None = None
    progress: float = 0.0
    orders: dict[str, Any] = json_column()
    error: dict[str, Any] = json_column()


class Miss(SQLModel, table=True):
    """What people looked for and did not find, as search folds it; whose query it was is not kept."""

    query: str = Field(primary_key=True)
    count: int = 1
    last_at: datetime = moment()


class Worker(SQLModel, table=True):
    """A process that works on jobs; it lives as long as its heartbeat is fresh."""

    id: str = Field(primary_key=True)
    host: str
    pid: int
    started_at: datetime = moment()
    heartbeat_at: datetime = moment()
    alive: bool = True
