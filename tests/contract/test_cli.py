"""The command line on the real store, engine and model, as its users run it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from archive import deposit, versions
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import shown
from archive.objects import open_store
from archive.ocfl import OcflRoot
from archive.settings import Settings
from archive.tables import Recording, State
from archive.transcripts.changes import changes

pytestmark = [pytest.mark.store, pytest.mark.model]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, at_home: Any, models: Path, clip: Path) -> Any:
    """A home into which one recording was taken, all the way."""
    made = at_home(tmp_path_factory.mktemp("cli") / "home", {"SHIJIAO_MODELS": str(models)})
    made.added = made.json("add", clip, "--title", "变异减速", "--speaker", "王医生", "--wait")
    yield made
    made.stop()


def test_add_prints_the_ready_recording(home: Any) -> None:
    added = home.added
    assert (added["title"], added["speakers"], added["kind"]) == ("变异减速", ["王医生"], "lecture")
    assert (added["state"], added["ready"], added["known"]) == ("in_review", True, False)
    names = [made["name"] for made in added["renditions"]]
    assert {"audio", "audio-low", "source"} < set(names)
    assert added["job"]["state"] == "succeeded"
    steps = {step["name"]: step["state"] for step in added["job"]["steps"]}
    assert (steps["probe"], steps["remux"]) == ("skipped", "skipped"), "they were made while the file was sent"
    assert (steps["receive"], steps["sound"], steps["transcribe"], steps["index"]) == ("done",) * 4
    assert added["segments"] >= 1


def test_what_was_said_is_found_by_its_sound(home: Any) -> None:
    (hit,) = home.json("search", "脐带脱垂")
    assert hit["recording_id"] == home.added["id"]
    moment = hit["moments"][0]
    assert 0 <= moment["start"] < moment["end"] <= 7.5
    assert home.json("search", "胰腺癌") == []
    assert home.run("search", '[/b] "').returncode == 0, "nothing that is asked or kept is markup"


def test_what_stands_on_a_slide_is_found(home: Any) -> None:
    (hit,) = home.json("search", "减速的识别与处理")
    assert (hit["moments"][0]["kind"], hit["moments"][0]["start"] < 2) == ("slide", True)


def test_transcripts_in_every_form(home: Any) -> None:
    recording = home.added["id"]
    forms = {form: home.run("transcript", recording, "--format", form).stdout for form in ("txt", "vtt", "srt", "json")}
    assert forms["vtt"].startswith("WEBVTT")
    assert " --> " in forms["srt"]
    assert json.loads(forms["json"])["language"] == "zh"
    assert forms["txt"].strip()


def test_the_same_file_again_is_known_and_nothing_is_done_again(home: Any, clip: Path) -> None:
    before = home.json("status", home.added["id"])
    told = home.run("add", clip, "--title", "别的题目")
    assert "What is there was left as it is (title): to change it, use its page in the portal." in told.stderr
    again = home.json("add", clip, "--wait")
    assert (again["id"], again["known"]) == (home.added["id"], True)
    assert home.json("status", home.added["id"]) == before
    assert len(home.json("list", "--state", "in_review")) == 1


def test_a_shortened_id_will_do_and_a_wrong_one_is_told(home: Any) -> None:
    assert home.json("show", home.added["id"][:6])["id"] == home.added["id"]
    wrong = home.run("show", "zzzz")
    assert wrong.returncode == 66
    assert wrong.stderr.strip() == "shijiao: There is no recording “zzzz”. `shijiao list` shows them all."


def test_what_never_arrived_can_be_thrown_away(home: Any) -> None:
    catalogue = Catalogue(connect(Settings(home=home.home, _env_file=None)))
    begun = catalogue.add(Recording(title="断了的", state=State.RECEIVING), [])
    done = home.run("cancel", begun.id)
    assert (done.returncode, "“断了的” is thrown away" in done.stderr) == (0, True), done.stderr
    assert home.run("show", begun.id).returncode == 66


def test_settings_lists_all_and_shows_no_secret(home: Any) -> None:
    listed = home.json("settings")
    assert listed["SHIJIAO_HOME"] == str(home.home)
    assert set(listed) == {f"SHIJIAO_{name.upper()}" for name in Settings.model_fields}
    secrets = {"SHIJIAO_S3_SECRET_KEY": "geheim", "SHIJIAO_DATABASE_URL": "postgresql://shijiao:geheim@db/shijiao"}
    home.settings |= secrets
    try:
        shown = home.run("settings").stdout
    finally:
        for name in secrets:
            del home.settings[name]
    assert "geheim" not in shown
    assert "postgresql://shijiao:***@db/shijiao" in shown


def test_a_wrong_setting_is_named(home: Any, tmp_path: Path) -> None:
    home.settings["SHIJIAO_WORKER_JOBS"] = "none"
    try:
        done = home.run("list")
    finally:
        del home.settings["SHIJIAO_WORKER_JOBS"]
    assert done.returncode == 78
    assert "SHIJIAO_WORKER_JOBS" in done.stderr


def index_free(home: Any) -> dict[str, Any]:
    queries = ["脐带脱垂", "处理", "变异减速", "qidai", "减速的识别与处理", "没有这句话"]
    return {
        "list": home.json("list"),
        "shown": {key: value for key, value in home.json("show", home.added["id"]).items() if key != "job"},
        "said": home.run("transcript", home.added["id"], "--format", "json").stdout,
        "answers": {query: home.json("search", query) for query in queries},
    }


def without_ids(shown: Any) -> Any:
    """Row numbers of renditions and transcripts are the database's own; all else must come back."""
    for row in shown["shown"]["renditions"] + shown["shown"]["transcripts"]:
        row.pop("id", None)
        row.pop("created_at", None)
    return shown


def test_what_a_person_undid_outlives_another_transcription(home: Any) -> None:
    recording = home.added["id"]
    settings = Settings(home=home.home, _env_file=None)
    with open_store(settings) as store:
        catalogue, ocfl = Catalogue(connect(settings)), OcflRoot(store)
        row, said = versions.shown(catalogue, ocfl, recording)
        assert row.origin == "corrected", "the machine's own stands beside it, less trusted"
        change = changes(said)[0]
        assert change.after in home.run("transcript", recording).stdout
        asked = {"before": change.before, "after": change.after, "start": change.start}
        versions.undo(catalogue, ocfl, recording, **asked, author="王医生")
        assert versions.shown(catalogue, ocfl, recording)[1].segments[change.segment].text.count(change.before) >= 1
        version = ocfl.inventory(deposit.object_id(recording)).head
    home.run("transcribe", recording, "--language", "zh")  # not to be doubted: other settings, so written down anew
    home.start("worker")
    home.wait(lambda: home.json("show", recording)["job"]["state"] == "succeeded", 200, "for the second transcription")
    home.stop()
    with open_store(settings) as store:
        row, said = versions.shown(catalogue, OcflRoot(store), recording)
        assert (row.origin, row.facts["edits"]) == ("edited", 1)
        assert said.settings["certain"] is True
        assert change.before in said.segments[change.segment].text
        assert OcflRoot(store).inventory(deposit.object_id(recording)).head > version
    assert {"machine", "corrected", "edited"} == {one["origin"] for one in home.json("show", recording)["transcripts"]}


def test_rebuild_from_the_store_alone(home: Any) -> None:
    before = without_ids(index_free(home))
    for path in [*home.home.glob("*.sqlite*"), home.home / "search"]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    restored = home.json("rebuild")
    assert restored == {"restored": [home.added["id"]], "queued": []}
    after = without_ids(index_free(home))
    assert after == before


def test_rebuild_where_the_catalogue_is_damaged(home: Any) -> None:
    catalogue = home.home / "catalogue.sqlite"
    for path in home.home.glob("catalogue.sqlite*"):  # what a killed worker left beside it would make it whole again
        path.unlink()
    catalogue.write_text("garbage\n")
    damaged = home.run("list")
    assert damaged.returncode == 74
    assert "is damaged" in damaged.stderr
    assert "`shijiao rebuild`" in damaged.stderr
    assert home.json("rebuild") == {"restored": [home.added["id"]], "queued": []}
    (aside,) = home.home.glob("catalogue.sqlite.damaged-*")
    assert aside.read_text() == "garbage\n"
    assert [one["id"] for one in home.json("list")] == [home.added["id"]]


def test_a_retry_after_a_rebuild_makes_nothing_again(home: Any, clip: Path) -> None:
    home.run("retry", home.added["id"])
    assert home.json("add", clip, "--wait")["ready"]
    steps = home.json("status", home.added["id"])["jobs"][0]["steps"]
    assert {step["name"] for step in steps if step["state"] == "done"} == {"receive", "index"}


def test_export_holds_every_source_bit_for_bit(home: Any, clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    assert home.run("export", folder).returncode == 0
    (found,) = folder.rglob("clip.mp4")
    assert hashlib.sha256(found.read_bytes()).digest() == hashlib.sha256(clip.read_bytes()).digest()
    assert (folder / "0=ocfl_1.1").exists()


def test_verify_finds_a_flipped_byte_in_any_source(home: Any) -> None:
    assert home.run("verify").returncode == 0
    key = home.json("show", home.added["id"])["sources"][0]["key"]
    with open_store(Settings(home=home.home, _env_file=None)) as store:
        data = store.get(key)
        at = len(data) // 2
        store.put(key, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        try:
            done = home.run("verify", "--json")
        finally:
            store.put(key, data)
    assert done.returncode == 74
    (finding,) = json.loads(done.stdout)
    assert (finding["key"], finding["repairable"]) == (key, False)
    assert home.run("verify").returncode == 0


def test_a_damaged_derivative_is_found_and_made_again(home: Any, clip: Path) -> None:
    rendition = home.json("show", home.added["id"])["renditions"][0]
    key = rendition["prefix"] + rendition["file"]
    with open_store(Settings(home=home.home, _env_file=None)) as store:
        whole = store.get(key)
        store.put(key, whole[:-1] + bytes([whole[-1] ^ 1]))
        done = home.run("verify", "--json")
        assert done.returncode == 74
        (finding,) = json.loads(done.stdout)
        assert (finding["key"], finding["repairable"]) == (key, True)
        assert home.run("retry", home.added["id"]).returncode == 0
        assert home.json("add", clip, "--wait")["ready"]
        assert store.get(key) == whole
    assert home.run("verify").returncode == 0


def test_bad_input_is_refused_quickly_in_a_sentence(home: Any, clip: Path, tmp_path: Path) -> None:
    whole = clip.read_bytes()
    index = whole.rfind(b"moov") - 4
    other = tmp_path / "other.mp4"
    other.write_bytes(whole)
    bad = {
        "report.mp4": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n" * 50,
        "empty.mp4": b"",
        "cut.mp4": whole[: index - 1000],
        "a 'quoted'\nname 🎬.mp4": b"no recording at all\n" * 100,
        "list.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{other}\n#EXT-X-ENDLIST\n".encode(),
    }
    before = len(home.json("list"))
    for name, content in bad.items():
        path = tmp_path / name
        path.write_bytes(content)
        begun = time.monotonic()
        done = home.run("add", path, "--wait")
        took = time.monotonic() - begun
        assert done.returncode == 65, (name, done.stdout, done.stderr)
        assert done.stderr.count("\n") == 1, (name, done.stderr)
        assert done.stderr.startswith("shijiao: "), name
        assert shown(name) in done.stderr
        assert path.read_bytes() == content
        newest = home.json("list")[0]
        status = home.json("status", newest["id"])["jobs"][0]
        assert (newest["state"], status["state"]) == ("refused", "failed"), name
        assert status["error"]["message"] in done.stderr
        print(f"{name}: refused in {took:.1f} s: {done.stderr.strip()}")
        assert took < 20, name  # it takes a second; nothing was waited for
    assert len(home.json("list")) == before + len(bad)
    folder = home.run("add", tmp_path, "--wait")
    assert (folder.returncode, folder.stderr.count("\n")) == (65, 1)
    assert "is a folder" in folder.stderr
    assert home.json("list")[0]["state"] == "refused"
    absent = home.run("add", tmp_path / "absent.mp4")
    assert (absent.returncode, absent.stderr.count("\n")) == (65, 1)
    assert len(home.json("list")) == before + len(bad) + 1, "a slip of the finger leaves nothing"


@pytest.mark.parametrize(
    "name", ["-f.mp4", "http:evil.mp4", "讲座 [red].mp4", "a 'quoted' \"name\"\nwith 换行 and 🎬 %d.mp4"]
)
def test_a_good_file_under_an_odd_name_is_taken(home: Any, clip: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(clip.read_bytes() + b"\0\0\0\x10free" + os.urandom(8))  # other bytes, so another recording
    done = subprocess.run(
        [sys.executable, "-m", "archive.cli", "add", "--wait", "--json", "--", name],
        cwd=tmp_path, env=home.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    added = json.loads(done.stdout)
    assert (added["ready"], added["sources"][0]["name"]) == (True, name)
    assert (home.run("list").returncode, home.run("show", added["id"]).returncode) == (0, 0)
    assert home.run("verify", added["id"]).returncode == 0


def test_without_weights_it_is_watchable_and_the_transcript_waits(
    shijiao: Any, clip: Path, models: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "models"
    empty.mkdir()
    shijiao.settings |= {"SHIJIAO_MODELS": str(empty)}
    done = shijiao.run("add", clip, "--wait", "--json")
    assert done.returncode == 0, done.stderr
    added = json.loads(done.stdout)
    assert {"audio", "audio-low", "source"} < {made["name"] for made in added["renditions"]}
    assert (added["job"]["state"], added["ready"], added["segments"]) == ("waiting", False, 0)
    assert "shijiao models pull base" in added["job"]["error"]["advice"]
    # The weights come; the transcription is taken up, and nothing else is done again.
    shutil.copytree(models, empty, dirs_exist_ok=True)
    assert shijiao.run("models", "pull", "base").returncode == 0
    assert shijiao.json("add", clip, "--wait")["ready"]
    runs = {step["name"]: step["runs"] for step in shijiao.json("status", added["id"])["jobs"][0]["steps"]}
    assert (runs["remux"], runs["sound"], runs["transcribe"]) == (0, 1, 2), "`add` had made the first itself"


def test_without_what_reads_slides_all_else_is_done_and_the_job_says_so(
    shijiao: Any, clip: Path, models: Path, tmp_path: Path
) -> None:
    """A package of its name that cannot be imported, as where a library of the system is missing."""
    broken = tmp_path / "broken" / "rapidocr_onnxruntime.py"
    broken.parent.mkdir()
    broken.write_text("raise ImportError('libGL.so.1: cannot open shared object file')", encoding="utf-8")
    shijiao.settings |= {"SHIJIAO_MODELS": str(models), "PYTHONPATH": str(broken.parent)}
    added = shijiao.json("add", clip, "--wait")
    assert added["segments"] >= 1
    job = added["job"]
    assert (job["state"], job["error"]["code"], "libGL" in job["error"]["message"]) == (
        "waiting",
        "reading_missing",
        True,
    )
    steps = {step["name"]: step["state"] for step in job["steps"]}
    assert (steps["slides"], steps["chapters"]) == ("waiting", "done")
    assert added["state"] == "in_review"
    broken.unlink()
    shijiao.run("retry", added["id"])
    assert shijiao.json("add", clip, "--wait")["job"]["state"] == "succeeded"
    assert shijiao.json("search", "减速的识别与处理")[0]["moments"][0]["kind"] == "slide"


def test_what_a_camera_split_is_asked_about(home: Any, tmp_path: Path) -> None:
    for name, size in (("GX010007.MP4", 4 * 10**9), ("GX020007.MP4", 1000)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    before = len(home.json("list"))
    done = home.run("add", tmp_path / "GX020007.MP4", tmp_path / "GX010007.MP4")
    assert (done.returncode, done.stderr.count("\n")) == (65, 1)
    assert "“GX010007.MP4”, “GX020007.MP4” look like one recording" in done.stderr
    assert "--join" in done.stderr
    wrong = home.run("add", "--source", "kitchen=a.mp4")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (65, 1)
    assert "endoscope, room, slides, monitor, speaker" in wrong.stderr
    assert len(home.json("list")) == before


def peak(home: Any, path: Path) -> int:
    """Take a file in, and return the most memory that any process of the command held, in MiB."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'archive.cli', 'add', sys.argv[1]])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
        "sys.exit(done.returncode)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, env=home.environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(shijiao: Any, clip: Path, tmp_path: Path) -> None:
    """A gigabyte here; `tests/bench/memory.py` takes three."""
    small, large = tmp_path / "small.mp4", tmp_path / "large.mp4"
    shutil.copy(clip, small)
    shutil.copy(clip, large)
    size = 1 << 30
    with large.open("r+b") as file:  # a valid film with a gigabyte of "free" box behind it
        file.seek(0, os.SEEK_END)
        file.write(b"\0\0\0\x01free" + size.to_bytes(8, "big"))
        file.truncate(file.tell() + size - 16)
    with open_store(Settings(home=shijiao.home, _env_file=None)):
        before = peak(shijiao, small)
        after = peak(shijiao, large)
    print(f"peak: {before} MiB for {small.stat().st_size >> 20} MiB, {after} MiB for {large.stat().st_size >> 20} MiB")
    assert after - before < 160, "a handful of 16 MiB parts, whatever the size"
