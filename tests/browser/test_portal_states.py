"""What the portal says while there is nothing yet, while it works, and when it failed: an empty home, rows by hand."""

from collections.abc import Iterator
from typing import Any

import pytest
from browser.sending import press_twice
from playwright.sync_api import Locator, Page
from sqlmodel import Session

from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import DamagedMedia
from archive.jobs import Jobs
from archive.settings import Settings
from archive.tables import Job, JobState, JobStep, Kind, Recording, Role, State, StepState
from archive.transcripts import Segment, Transcript


@pytest.fixture
def engine(bare: Any) -> Iterator[Any]:
    made = connect(Settings(home=bare.home, _env_file=None))
    yield made
    made.dispose()


@pytest.fixture
def recording(engine: Any) -> Iterator[Recording]:
    made = Recording(
        title="腹腔镜下全子宫切除术：输尿管的识别", kind=Kind.OPERATION, state=State.PROCESSING, duration=12643.0
    )
    Catalogue(engine).add(made, [])
    yield made
    Catalogue(engine).remove(made.id)


def put(engine: Any, row: Any) -> None:
    with Session(engine) as session, session.begin():
        session.merge(row)


def step(job: Job, name: str, state: StepState, progress: float, position: int) -> JobStep:
    return JobStep(job_id=job.id, name=name, position=position, state=state, progress=progress)


def test_an_empty_library_says_what_to_do(bare: Any, visit: Any) -> None:
    page = visit(bare.address, expected=".notice").page
    assert page.get_by_text("资料库还是空的").is_visible()
    page.locator(".notice").get_by_role("link", name="添加录像").click()
    page.locator(".drop").wait_for()
    doctor = visit(bare.address, expected=".notice", role=Role.VIEWER).page
    assert doctor.get_by_text("带教老师添加录像后").is_visible()
    assert doctor.get_by_role("link", name="添加录像").count() == 0


def test_a_lost_network_is_told_and_a_page_that_was_asked_for_opens_later(bare: Any, visit: Any) -> None:
    visitor = visit(bare.address, width=390, expected=".notice")
    page = visitor.page
    current = page.locator(".header nav")
    visitor.shoot("navigation-390")
    visitor.context.set_offline(True)
    page.get_by_text("恢复后自动继续").wait_for()
    visitor.shoot("offline-390")
    current.get_by_role("link", name="没搜到的").click()
    page.get_by_text("恢复后会打开这一页").wait_for()
    visitor.context.set_offline(False)
    page.locator(".offline", has_text="网络断开了").wait_for(state="detached")
    page.locator(".header [aria-current]", has_text="没搜到的").wait_for()
    here, row = (each.bounding_box() for each in (page.locator(".header [aria-current]"), current))
    assert here
    assert row
    assert row["x"] <= here["x"] <= here["x"] + here["width"] <= row["x"] + row["width"] + 1
    visitor.shoot("navigation-last-390")


def test_progress_is_live_and_a_failure_is_told_with_what_to_do(
    bare: Any, visit: Any, engine: Any, recording: Any
) -> None:
    job = Job(recording_id=recording.id)
    put(engine, job)
    visitor = visit(f"{bare.address}/?r={recording.id}", expected=".notice")
    page = visitor.page
    page.get_by_text("排队等待处理").wait_for()
    page.evaluate("window.sameSession = true")
    page.get_by_role("combobox").fill("正在输入的字")

    put(engine, Job(id=job.id, recording_id=recording.id, state=JobState.RUNNING))
    put(engine, step(job, "receive", StepState.DONE, 1, 0))
    put(engine, step(job, "remux", StepState.RUNNING, 0.25, 1))
    page.get_by_text("生成可播放的画面").wait_for()
    page.get_by_text("25%").wait_for()
    put(engine, step(job, "remux", StepState.RUNNING, 0.75, 1))
    page.get_by_text("75%").wait_for()
    assert page.get_by_role("combobox").input_value() == "正在输入的字"  # what is being typed is left alone
    visitor.shoot("processing-zh-light-1280")

    error = DamagedMedia("The recording is cut off at 12:03.", "Copy it again.").record()
    put(engine, Job(id=job.id, recording_id=recording.id, state=JobState.FAILED, error=error))
    put(engine, step(job, "remux", StepState.FAILED, 0.75, 1))
    page.get_by_text("录像文件不完整").wait_for()
    assert page.get_by_text("重新拷贝一次").is_visible()
    page.get_by_text("技术信息").click()
    assert page.get_by_text("The recording is cut off at 12:03.").is_visible()
    visitor.shoot("failed-zh-light-1280")

    page.get_by_role("button", name="重新处理").click()
    page.get_by_text("排队等待处理").wait_for()
    status = Jobs(engine).status(job.id)
    assert (status.job.state, status.job.attempt) == (JobState.QUEUED, 2)
    assert page.evaluate("window.sameSession") is True


def test_waiting_for_the_speech_model_is_told(bare: Any, visit: Any, engine: Any, recording: Any) -> None:
    put(engine, Job(recording_id=recording.id, state=JobState.WAITING))
    page = visit(f"{bare.address}/?r={recording.id}", expected=".notice").page
    assert page.get_by_text("shijiao models pull base").is_visible()
    assert visit(bare.address, expected=".card").page.get_by_text("等待语音模型").is_visible()


def test_what_is_withdrawn_is_neither_listed_nor_opened(bare: Any, visit: Any, engine: Any, recording: Any) -> None:
    visit(bare.address, expected=".card")
    Catalogue(engine).change(recording.id, state=State.WITHDRAWN)
    visit(bare.address, expected=".notice")
    page = visit(f"{bare.address}/?r={recording.id}", expected=".notice").page
    assert page.get_by_text("您还不能观看这份录像").is_visible()
    assert page.get_by_text(recording.title).count() == 0


def test_what_failed_before_it_could_be_watched_is_removed_by_a_trainer_and_hidden_from_doctors(
    bare: Any, visit: Any, engine: Any
) -> None:
    catalogue = Catalogue(engine)
    broken = catalogue.add(Recording(title="断了一半的文件", state=State.PROCESSING), [])
    error = DamagedMedia("Nothing of it can be read.", "Copy it again.").record()
    put(engine, Job(recording_id=broken.id, state=JobState.FAILED, error=error))
    doctor = visit(bare.address, expected=".notice", role=Role.VIEWER).page
    assert doctor.get_by_text("资料库还是空的").is_visible()
    assert visit(bare.address, expected=".card").page.get_by_text("断了一半的文件").is_visible()
    visitor = visit(f"{bare.address}/?p=work", width=390, expected=".task")
    task = visitor.page.locator(".task")
    visitor.shoot("work-removable-390")
    press_twice(task, "移除", "再按一次")
    assert catalogue.recordings() == []


def test_what_people_wrote_stays_text(bare: Any, visit: Any, engine: Any, recording: Any) -> None:
    nasty = "<img src=x onerror=alert(1)>胎心 **粗** :red[红] $x$"
    Catalogue(engine).change(recording.id, title=nasty, speakers=["<b>医生</b>"])
    said = Transcript("zh", (Segment(1.0, 3.0, "先看<script>alert(2)</script>胎心基线"),))
    Catalogue(engine).put_transcript(recording.id, said, path="t.json")
    page = visit(bare.address, expected=".card").page
    assert page.locator(".card h3").inner_text() == nasty
    _search_until(bare, page, "胎心基线", page.locator(".moment"))
    assert page.locator(".said").first.inner_text().startswith("先看<script>alert(2)</script>胎心基线")
    assert page.locator("mark").all_inner_texts() == ["胎心基线"]
    page.goto(f"{bare.address}/?q=%3Cimg src=x onerror=alert(3)%3E")
    page.locator(".notice, .results").first.wait_for()
    assert page.locator("img, .front script").count() == 0


def test_what_is_still_arriving_is_there_for_its_curator_and_goes_on_by_itself(
    bare: Any, visit: Any, engine: Any
) -> None:
    catalogue, jobs = Catalogue(engine), Jobs(engine)
    nothing = catalogue.add(Recording(title="刚开始上传", state=State.RECEIVING), [])
    arriving = catalogue.add(Recording(title="可以先看", state=State.RECEIVING, duration=60.0), [])
    try:
        page = visit(bare.address, expected=".card").page
        assert page.locator(".card h3").all_inner_texts() == ["可以先看"]
        page.goto(f"{bare.address}/?r={nothing.id}")
        page.get_by_text("您还不能观看这份录像").wait_for()
        page.goto(f"{bare.address}/?r={arriving.id}")
        page.get_by_text("录像还在上传").wait_for()
        jobs.submit(arriving.id)
        page.get_by_text("录像还在上传").wait_for(state="detached")
    finally:
        catalogue.remove(nothing.id)
        catalogue.remove(arriving.id)


def test_many_recordings_come_a_page_at_a_time(bare: Any, visit: Any, engine: Any) -> None:
    catalogue = Catalogue(engine)
    made = [catalogue.add(Recording(title=f"讲座 {n}", state=State.PUBLISHED), []) for n in range(30)]
    try:
        page = visit(bare.address, expected=".card").page
        assert page.locator(".card").count() == 24
        assert page.get_by_text("30 份录像").is_visible()
        first = set(page.locator(".card h3").all_inner_texts())
        page.get_by_role("link", name="下一页").click()
        page.get_by_text("第 2 页，共 2 页").wait_for()
        assert page.locator(".card").count() == 6
        assert first | set(page.locator(".card h3").all_inner_texts()) == {each.title for each in made}
    finally:
        for each in made:
            catalogue.remove(each.id)


def test_what_the_glossary_changed_is_taken_back_in_one_press(portal: Any, visit: Any) -> None:
    """The last test of the suite that uses the demo: the words are others afterwards."""
    page = visit(f"{portal.address}/?r={portal.recording()['id']}", expected=".sentence .changed").page
    mark = page.locator(".sentence .changed").last
    item = page.locator(".transcript li", has=mark).last
    after = mark.inner_text()
    mark.press("Enter")
    why = page.locator(".why")
    before = why.locator("del").inner_text()
    assert (before != after, why.locator("ins").inner_text()) == (True, after)
    why.get_by_role("button", name="撤销").press("Enter")
    item.filter(has_text=before).wait_for()  # without a reload
    _search_until(portal, page, before, page.locator(".said mark", has_text=before))


def _search_until(portal: Any, page: Page, query: str, shown: Locator) -> None:
    """Search until the index has followed."""

    def found() -> bool:
        page.goto(f"{portal.address}/?q={query}")
        page.locator(".moment, .notice").first.wait_for()
        return shown.count() == 1

    portal.shijiao.wait(found, 30, "for the index to follow")
