"""The catalogue and the jobs, the same suite on SQLite and on a real PostgreSQL."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import KINDS, database_url

from archive import database, tables
from archive.catalogue import Catalogue
from archive.errors import JobFailed, NotFound, SettingsError
from archive.jobs import Jobs
from archive.schema import metadata
from archive.settings import Settings
from archive.tables import (
    Chapter,
    ChapterOrigin,
    JobState,
    JobStep,
    Recording,
    Rendition,
    Source,
    State,
    StepState,
    Worker,
    now,
)
from archive.transcripts import Segment, Transcript


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with database_url(request.param, tmp_path) as url:
        yield Settings(home=tmp_path, database_url=url, _env_file=None)


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    engine = database.connect(settings)
    yield engine
    engine.dispose()


@pytest.fixture
def catalogue(engine: sa.Engine) -> Catalogue:
    return Catalogue(engine)


@pytest.fixture
def jobs(engine: sa.Engine) -> Jobs:
    return Jobs(engine)


def a_recording(catalogue: Catalogue, *, title: str = "子宫切除", state: State = State.RECEIVING) -> Recording:
    recording = Recording(title=title, speakers=["王医生"], state=state)
    catalogue.add(recording, [Source(recording_id=recording.id, name="a.mp4")])
    return recording


def said(*texts: str, origin: str = "machine") -> Transcript:
    return Transcript("zh", tuple(Segment(i, i + 1, text) for i, text in enumerate(texts)), origin=origin)


def test_migrations_make_exactly_the_tables_of_the_code(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_schema_constant_is_the_newest_migration() -> None:
    versions = Path(database.__file__).parent / "migrations" / "versions"
    assert max(path.name.split("_")[0] for path in versions.glob("0*.py")) == database.SCHEMA


def test_several_processes_may_connect_to_a_fresh_database(settings: Settings) -> None:
    errors: list[BaseException] = []

    def connect() -> None:
        try:
            database.connect(settings).dispose()
        except BaseException as error:  # noqa: BLE001  whatever it is, the test must hear of it
            errors.append(error)

    threads = [threading.Thread(target=connect) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_database_of_a_newer_shijiao_is_refused(settings: Settings, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="another version"):
        database.connect(settings)


def test_a_recording_comes_back_as_it_went_in(catalogue: Catalogue) -> None:
    moment = datetime(2026, 11, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    recording = Recording(title="示教🎥 'quoted'", speakers=["甲", "乙"], recorded_at=moment)
    catalogue.add(recording, [])
    back = catalogue.recording(recording.id)
    assert back.speakers == ["甲", "乙"]
    assert back.title == "示教🎥 'quoted'"
    assert back.recorded_at == moment
    assert back.recorded_at is not None
    assert back.recorded_at.tzinfo == UTC
    assert back.state is State.RECEIVING


def test_an_id_may_be_shortened_while_it_is_unique(catalogue: Catalogue) -> None:
    catalogue.add(Recording(id="abcdefgh0001", title="a"), [])
    catalogue.add(Recording(id="abcdefgh0002", title="b"), [])
    assert catalogue.recording("abcdefgh0001").title == "a"
    assert catalogue.recording("ABCDEFGH0002").title == "b"
    for wrong in ("abcdefgh", "%", "", "zzz", "abcdefgh000_"):
        with pytest.raises(NotFound):
            catalogue.recording(wrong)


def test_the_last_source_received_queues_one_job(catalogue: Catalogue, jobs: Jobs) -> None:
    recording = Recording(title="two angles", state=State.RECEIVING)
    first, second = (Source(recording_id=recording.id, name=name) for name in ("a.mp4", "b.mp4"))
    catalogue.add(recording, [first, second])
    assert catalogue.finish_upload(first.id, size=3, sha512="aa").state is State.RECEIVING
    assert jobs.latest(recording.id) is None
    assert catalogue.finish_upload(second.id, size=4, sha512="bb").state is State.RECEIVED
    assert [status.job.recording_id for status in jobs.all()] == [recording.id]
    assert catalogue.holds_size(3)
    assert not catalogue.holds_size(5)
    found = catalogue.by_digest("bb")
    assert found is not None
    assert found.id == recording.id


def test_an_upload_is_found_again_only_for_the_very_same_file(catalogue: Catalogue, tmp_path: Path) -> None:
    recording = a_recording(catalogue)
    source = catalogue.sources(recording.id)[0]
    path = tmp_path / "a.mp4"
    path.write_bytes(b"one")
    catalogue.begin_upload(source.id, "up1", path)
    found = catalogue.upload_of(path)
    assert found is not None
    assert (found[0].id, found[1].upload_id) == (source.id, "up1")
    os.utime(path, ns=(1, 1))
    assert catalogue.upload_of(path) is None
    catalogue.begin_upload(source.id, "up2", path)
    catalogue.finish_upload(source.id, size=3, sha512="cc")
    assert catalogue.upload_of(path) is None


def test_a_transcript_replaces_the_one_of_its_kind_and_search_hears_of_it(catalogue: Catalogue) -> None:
    recording = a_recording(catalogue, state=State.IN_REVIEW)
    before = catalogue.revisions()[recording.id]
    catalogue.put_transcript(recording.id, said("旧", "的"), path="transcripts/zh.machine.json")
    catalogue.put_transcript(recording.id, said("新"), path="transcripts/zh.machine.json")
    assert [segment.text for segment in catalogue.segments(recording.id)] == ["新"]
    catalogue.put_transcript(recording.id, said("改正", origin="corrected"), path="transcripts/zh.corrected.json")
    assert [text.text for text in catalogue.searchables([recording.id])[0].texts] == ["改正"]
    assert len(catalogue.transcripts(recording.id)) == 2
    assert catalogue.revisions()[recording.id] == before + 3


def test_each_language_has_its_most_trusted_track_the_spoken_one_first(catalogue: Catalogue) -> None:
    recording = a_recording(catalogue, state=State.IN_REVIEW)
    made = [said("听到的"), said("校对过的", origin="corrected"), said("导入的", origin="imported")]
    english = Transcript("en", (Segment(0, 1, "imported"),), origin="imported")
    for transcript in (english, *made, Transcript("fr", (), origin="imported")):
        path = f"transcripts/{transcript.language}.{transcript.origin}.json"
        catalogue.put_transcript(recording.id, transcript, path=path)
    tracks = [(row.language, row.origin) for row in catalogue.tracks(recording.id)]
    assert tracks == [("zh", "imported"), ("en", "imported")]
    found = {language: catalogue.transcript(recording.id, language) for language in ("", "zh", "en", "de")}
    assert [each and each.segments[0].text for each in found.values()] == ["导入的", "导入的", "imported", None]
    assert [each.text for each in catalogue.searchables([recording.id])[0].texts] == ["导入的", "imported"]


def test_chapters_that_a_person_edited_stand_before_suggested_ones(catalogue: Catalogue) -> None:
    recording = a_recording(catalogue)

    def put(origin: ChapterOrigin, *titles: str) -> None:
        rows = [
            Chapter(recording_id=recording.id, origin=origin, position=n, start=60.0 * n, title=title)
            for n, title in enumerate(titles)
        ]
        catalogue.put_chapters(recording.id, rows, origin=origin)

    put(ChapterOrigin.SUGGESTED, "一", "二")
    put(ChapterOrigin.SUGGESTED, "甲", "乙", "丙")
    assert [row.title for row in catalogue.chapters(recording.id)] == ["甲", "乙", "丙"]
    put(ChapterOrigin.EDITED, "改过的")
    put(ChapterOrigin.SUGGESTED, "又一次")
    assert [(row.title, row.start, row.end) for row in catalogue.chapters(recording.id)] == [("改过的", 0.0, None)]
    catalogue.remove(recording.id)
    assert catalogue.chapters(recording.id) == []


def test_what_is_not_there_for_anyone_is_not_for_search(catalogue: Catalogue) -> None:
    for state in State:
        a_recording(catalogue, title=state, state=state)
    followed = catalogue.revisions()
    shown = {row.state for row in catalogue.recordings() if row.id in followed}
    assert shown == {State.RECEIVED, State.PROCESSING, State.IN_REVIEW, State.PUBLISHED}
    assert {row.state for row in catalogue.recordings(states=[State.REFUSED])} == {State.REFUSED}


def test_a_rendition_of_the_same_name_is_replaced(catalogue: Catalogue) -> None:
    recording = a_recording(catalogue)
    source = catalogue.sources(recording.id)[0]

    def rendition(name: str, bandwidth: int) -> Rendition:
        return Rendition(
            recording_id=recording.id, source_id=source.id, name=name, media="video", prefix="p/", playlist="m3u8",
            file="mp4", codecs="avc1", bandwidth=bandwidth, duration=1.0, size=1 << 40,
        )  # fmt: skip

    catalogue.put_renditions(recording.id, [rendition("source", 900), rendition("480p", 500)])
    catalogue.put_renditions(recording.id, [rendition("480p", 400)])
    assert [(row.name, row.bandwidth) for row in catalogue.renditions(recording.id)] == [("480p", 400), ("source", 900)]


def test_removing_a_recording_leaves_no_row_of_it(catalogue: Catalogue, jobs: Jobs, engine: sa.Engine) -> None:
    recording = a_recording(catalogue)
    source = catalogue.sources(recording.id)[0]
    catalogue.begin_upload(source.id, "up", Path(__file__))
    catalogue.put_transcript(recording.id, said("一"), path="x")
    job = jobs.submit(recording.id)
    with engine.begin() as connection:
        connection.execute(sa.insert(JobStep).values(job_id=job.id, name="probe", position=0, note={}))
    catalogue.remove(recording.id)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0, table.name


def test_a_job_under_way_is_not_submitted_twice(catalogue: Catalogue, jobs: Jobs) -> None:
    recording = a_recording(catalogue)
    assert jobs.submit(recording.id).id == jobs.submit(recording.id).id


def test_cancel_and_retry(catalogue: Catalogue, jobs: Jobs, engine: sa.Engine) -> None:
    job = jobs.submit(a_recording(catalogue).id)
    with pytest.raises(JobFailed, match="still queued"):
        jobs.retry(job.id)
    assert jobs.cancel(job.id).job.state is JobState.CANCELLED
    again = jobs.retry(job.id)
    assert (again.job.state, again.job.attempt) == (JobState.QUEUED, 2)
    with engine.begin() as connection:
        connection.execute(sa.update(tables.Job).values(state=JobState.RUNNING))
    running = jobs.cancel(job.id)
    assert (running.job.state, running.job.cancel_requested) == (JobState.RUNNING, True)


def test_retry_keeps_finished_steps(catalogue: Catalogue, jobs: Jobs, engine: sa.Engine) -> None:
    job = jobs.submit(a_recording(catalogue).id)
    with engine.begin() as connection:
        connection.execute(sa.update(tables.Job).values(state=JobState.WAITING))
        for position, (name, state) in enumerate({"probe": StepState.DONE, "transcribe": StepState.WAITING}.items()):
            row = sa.insert(JobStep).values(job_id=job.id, name=name, position=position, state=state, note={"a": 1})
            connection.execute(row)
    assert jobs.retry_waiting() == 1
    steps = {step.name: step for step in jobs.status(job.id).steps}
    assert steps["probe"].state is StepState.DONE
    assert (steps["transcribe"].state, steps["transcribe"].note) == (StepState.PENDING, {})


def test_only_workers_with_a_fresh_heartbeat_count(jobs: Jobs, engine: sa.Engine) -> None:
    from sqlmodel import Session

    with Session(engine) as session, session.begin():
        session.add(Worker(id="fresh", host="h", pid=1))
        session.add(Worker(id="old", host="h", pid=2, heartbeat_at=now() - timedelta(seconds=60)))
        session.add(Worker(id="left", host="h", pid=3, alive=False))
    assert [worker.id for worker in jobs.workers(timeout=10)] == ["fresh"]
    with pytest.raises(NotFound):
        jobs.status("nothing")
