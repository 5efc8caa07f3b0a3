"""What the commands say and refuse, in this process: on a home without a store, a worker or a recording's bytes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from sqlmodel import Session
from typer.testing import CliRunner

from archive import misses
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import ShijiaoError, shown
from archive.jobs import Jobs
from archive.settings import load_settings
from archive.tables import Job, JobState, Recording, Source, State
from archive.transcripts import Transcript
from ingest.media import missing
from ingest.speech import weights


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer()
    for room in entry_points(group="shijiao.commands"):
        room.load()(made)
    return made


@pytest.fixture
def run(app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("SHIJIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHIJIAO_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("SHIJIAO_SEARCH_MEANING", "off")

    def asked(*words: object) -> Done:
        """Run a command; an error of ours ends it as it ends `shijiao`."""
        done = CliRunner().invoke(app, [str(word) for word in words])
        if isinstance(done.exception, ShijiaoError):
            return Done(done.exception.exit_code, done.stdout, f"{done.stderr}shijiao: {done.exception}")
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    load_settings.cache_clear()
    yield asked
    load_settings.cache_clear()


@pytest.fixture
def kept(run: Run) -> Catalogue:
    return Catalogue(connect(load_settings()))


def put(
    catalogue: Catalogue, name: str, title: str = "胎心监护", state: State = State.IN_REVIEW, **said: Any
) -> Recording:
    return catalogue.add(Recording(id=name, title=title, state=state, **said), [])


def test_a_filter_that_no_recording_could_have_is_refused(run: Run, kept: Catalogue) -> None:
    for option, value, told in [
        ("--year", "abc", "a year, such as 2026"),
        ("--length", "xx", "0-10, 10-30, 30-60, 60-120, 120-"),
        ("--kind", "zz", "operation, lecture, ward_round, case_discussion"),
    ]:
        done = run("search", "胎心", option, value)
        assert (done.code, told in done.err) == (65, True), done
    assert run("search", "--year", "2026", "--length", "120-", "--kind", "lecture", "胎心").code == 0
    for option in ("--limit", "--offset", "--moments"):
        for value in ("-1", 2**70):
            assert run("search", "胎心", option, value).code == 2
    assert run("search", "胎心", "--limit", "0").code == 2, "nothing is said of what was not looked at"


def test_what_a_filter_left_out_was_not_missed(run: Run, kept: Catalogue) -> None:
    put(kept, "aaaaaaaaaaaa")
    run("search", "胎心", "--year", "1999")
    assert "was found" in run("search", "--missed").err
    long = "没有" * 20_000
    assert max(map(len, run("search", long).err.splitlines())) < 80
    assert [each.query for each in misses.most(kept.engine)] == [long[:200]]
    assert max(map(len, run("search", "--missed").out.splitlines())) < 80


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31T23:59:59", "2999-01-01"])
def test_a_day_on_which_nothing_was_recorded_is_refused(run: Run, kept: Catalogue, tmp_path: Path, day: str) -> None:
    film = tmp_path / "a.mp4"
    film.write_bytes(b"not looked at")
    done = run("add", film, "--recorded-at", day)
    assert (done.code, done.err.count("\n")) == (65, 0)
    assert f"cannot have been recorded on {day[:10]}" in done.err
    assert kept.recordings() == []


def test_what_is_no_language_is_refused_by_whoever_takes_recordings_in(
    run: Run, kept: Catalogue, tmp_path: Path
) -> None:
    for words in (["add", tmp_path / "a.mp4"], ["watch", tmp_path, "--once"], ["transcribe", put(kept, "aa").id]):
        done = run(*words, "--language", "klingon")
        assert done.err == "shijiao: “klingon” is no language. Write it as ISO 639-1 does: zh, en, …, or auto."


def test_a_model_that_there_is_not_is_refused_with_the_names_of_those_there_are(
    run: Run, kept: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "models" / "ours"
    own.mkdir(parents=True)
    (own / "openai.pt").touch()
    done = run("transcribe", put(kept, "aa").id, "--model", "nosuch")
    assert (done.code, "There are: ours, tiny, base, small," in done.err) == (65, True), done

    def no_network(*_: str) -> None:
        raise weights._NotThere("there is no way out")

    monkeypatch.setattr(weights, "_in_child", no_network)
    pulled = run("models", "pull", "nosuch", "--path", tmp_path)
    assert "shijiao models pull nosuch --path PATH" in pulled.err


def test_a_newer_job_ends_older_ones_that_wait(kept: Catalogue) -> None:
    jobs = Jobs(kept.engine)
    for recording in ("aa", "bb"):
        put(kept, recording)
        waiting = jobs.submit(recording)
        with Session(kept.engine) as session, session.begin():
            session.get_one(Job, waiting.id).state = JobState.WAITING
    newer = jobs.submit("aa")
    assert jobs.submit("aa").id == newer.id
    assert [(item.job.recording_id, item.job.state.value) for item in jobs.all()] == [
        ("aa", "queued"),
        ("bb", "waiting"),
        ("aa", "cancelled"),
    ]
    assert "newer job" in jobs.all()[-1].job.error["message"]
    assert jobs.retry_waiting() == 1


def test_what_an_id_begins_is_told_where_it_is_several(run: Run, kept: Catalogue) -> None:
    for name in ("eaaaaaaaaaaa", "ebbbbbbbbbbb", *(f"f{number}" for number in range(9))):
        put(kept, name)
    assert run("show", "e").err == (
        "shijiao: Several recordings begin with “e”: eaaaaaaaaaaa, ebbbbbbbbbbb. Say more of its id."
    )
    assert "begin with “f”: f0, f1, f2, f3, f4 and more." in run("show", "f").err
    assert run("show", "EA").code == 0
    assert run("transcribe").err.startswith("shijiao: No recording is named. ")


def test_a_list_holds_what_is_there_and_how_its_job_stands(run: Run, kept: Catalogue) -> None:
    jobs = Jobs(kept.engine)
    put(kept, "aaaaaaaaaaaa")
    put(kept, "bbbbbbbbbbbb", "术" * 80, State.PROCESSING)
    put(kept, "cccccccccccc", "a\nb", State.REFUSED)
    put(kept, "dddddddddddd", "还在路上", State.RECEIVING)
    jobs.refuse("cccccccccccc", {"message": "It is no recording."})
    jobs.cancel(jobs.submit("bbbbbbbbbbbb").id)
    listed = run("list")
    assert "processing, cancelled" in listed.out
    assert not {"cccccccccccc", "dddddddddddd"} & set(listed.out.split())
    assert cell_len(max(listed.out.splitlines(), key=cell_len)) < 130
    assert "2 more were refused or have not arrived in full" in listed.err
    whole = run("list", "--all").out
    assert len(whole.splitlines()) == 5, "a line break in a title is none in the list"
    assert "refused  " in whole
    assert "aaaaaaaaaaaa" not in run("list", "--state", "refused").out
    assert "cccccccccccc" not in run("status").out
    assert "cccccccccccc" in run("status", "--all").out
    assert [len(json.loads(run(command, "--json").out)) for command in ("list", "status")] == [4, 2]


def test_of_what_was_refused_nothing_is_promised(run: Run, kept: Catalogue, tmp_path: Path) -> None:
    put(kept, "cc", "a\nb", State.REFUSED)
    with Session(kept.engine) as session, session.begin():
        session.add(Source(recording_id="cc", name="a\nb.mp4"))
    for command in ("verify", "retry"):
        done = run(command, "cc")
        assert (done.code, "nothing of it is kept" in done.err) == (66, True), done
    told = run("show", "cc").out
    assert "a\N{REPLACEMENT CHARACTER}b.mp4  not here" in told
    assert "sha512" not in told
    assert shown("腹腔镜\u3000手术") == "腹腔镜 手术", "a wide space in a title is no mark"


def test_what_is_missing_is_told_in_whole_seconds_that_hold_all_of_it(run: Run, kept: Catalogue) -> None:
    put(kept, "aa")
    lost = [{"what": "recording", "from": 2.4, "to": 57.2}, {"what": "sound", "from": 2.1, "to": 2.4}]
    with Session(kept.engine) as session, session.begin():
        session.add(Source(recording_id="aa", name="a.mp4", media={"missing": lost}))
    told = run("show", "aa").out
    assert "recording from 0:02 to 0:58" in told
    assert "everything is missing from 0:02 to 0:58" in missing.sentence(lost[:1]).lower(), "as `add` says it"
    assert "sound from 0:02 to 0:03" in told


def test_a_recording_in_which_nobody_speaks_is_said_to_be_so(run: Run, kept: Catalogue) -> None:
    kept.put_transcript(put(kept, "aa").id, Transcript("zh", ()), path="t.json")
    done = run("transcript", "aa")
    assert (done.code, done.out) == (0, "")
    assert "nobody was heard speaking" in done.err
    assert run("transcript", "aa", "--format", "vtt").out.startswith("WEBVTT")


def test_a_term_of_one_character_is_warned_of(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.tsv"
    file.write_text("term\tpinyin\tenglish\tsynonyms\tmisheard\n的\t\t\t\t了\n举宫杯\n", encoding="utf-8")
    done = run("glossary", "check", file)
    assert (done.code, "“的”, “了”" in done.err) == (0, True), done.err
    file.write_text("term\n举宫杯\n", encoding="utf-8")
    assert "one character" not in run("glossary", "check", file).err
