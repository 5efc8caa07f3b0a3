"""kill -9 in every step of the real workflow, on the real store and model: it ends ready, nothing twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archive import deposit
from archive.database import connect
from archive.jobs import Jobs
from archive.objects import open_store
from archive.ocfl import OcflRoot
from archive.settings import Settings

pytestmark = [pytest.mark.crash, pytest.mark.store, pytest.mark.model]
SLOW = Path(__file__).with_name("slow_worker.py")
STEPS = [
    "receive", "probe", "remux", "weak", "sound", "audio", "stills", "transcribe", "glossary", "index", "ladder",
    "slides",
]  # fmt: skip


@pytest.fixture
def home(shijiao: Any, models: Path) -> Any:
    shijiao.settings |= {"SHIJIAO_MODELS": str(models), "SHIJIAO_WORKER_TIMEOUT": "3"}
    return shijiao


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that keeps a 480p encoder busy for half a minute and yet is quickly made: noise, many times over."""
    import imageio_ffmpeg

    folder = tmp_path_factory.mktemp("film")
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    short, long = folder / "noise.mp4", folder / "long.mp4"
    noise = "color=gray:s=1280x720:r=25:d=4,noise=alls=60:allf=t"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "42", "-pix_fmt", "yuv420p", str(short)]
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", noise, *encoded], check=True)
    repeated = ["-stream_loop", "30", "-i", str(short), "-c", "copy", str(long)]
    subprocess.run([ffmpeg, "-v", "error", *repeated], check=True)
    return long


@pytest.fixture(scope="module")
def busy_clip(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip with grain in its picture, so that every step has something to make of it."""
    import imageio_ffmpeg

    made = tmp_path_factory.mktemp("busy") / "busy.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), "-vf", "noise=alls=30:allf=t"]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "copy", str(made)], check=True)
    return made


def job_of(home: Any, recording: str) -> dict[str, Any]:
    """The recording's job, asked of the catalogue itself: a command for each look would be most of the test."""
    database = connect(Settings(home=home.home, _env_file=None))
    status = Jobs(database).latest(recording)
    database.dispose()
    assert status is not None
    return status.as_dict()


def steps_of(home: Any, recording: str) -> dict[str, Any]:
    job = job_of(home, recording)
    return {step["name"]: step for step in job["steps"]} | {"job": job["state"]}


def ready(home: Any, recording: str) -> dict[str, Any]:
    """Wait until the recording is ready; say what came out, in a form that can be compared."""
    home.wait(lambda: job_of(home, recording)["state"] not in ("queued", "running"), 120)
    shown = home.json("show", recording)
    assert (shown["job"]["state"], shown["job"]["error"], shown["ready"]) == ("succeeded", None, True)
    with open_store(Settings(home=home.home, _env_file=None)) as store:
        versions = OcflRoot(store).inventory(deposit.object_id(recording)).head
        folders = {info.key.rsplit("/", 1)[0] for info in store.list(f"derived/{recording}/")}
    return {
        "renditions": sorted((made["name"], made["size"]) for made in shown["renditions"]),
        "said": home.run("transcript", recording).stdout,
        "transcripts": len(shown["transcripts"]),
        "versions": str(versions),
        "derived": len(folders),
    }


def added(home: Any, film: Path) -> str:
    """Add a film as if it had come by another way than the command line, which makes the first steps itself."""
    recording: str = home.json("add", film)["id"]
    with open_store(Settings(home=home.home, _env_file=None)) as store:
        for info in list(store.list(f"derived/{recording}/")):
            store.delete(info.key)
    return recording


@pytest.mark.parametrize("where", ["begin", "end"])
def test_kill_9_in_every_step(home: Any, busy_clip: Path, where: str) -> None:
    with open_store(Settings(home=home.home, _env_file=None)):  # held, so that the store need not start again each time
        recording = added(home, busy_clip)
        for step in STEPS:
            worker = home.popen([sys.executable, str(SLOW), step, where])
            lingering = home.home / f"lingering-{step}"
            home.wait(lingering.exists, 60, f"for {step} to begin")
            before = steps_of(home, recording)
            assert before[step]["state"] == "running"
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        home.start("worker")
        came_out = ready(home, recording)
        steps = steps_of(home, recording)
        # Each was interrupted once, and begun once more; a step that had been finished was never run again. One that
        # was killed when its work lay in the store already is not even begun again.
        begun_again = STEPS if where == "begin" else ["receive", "index"]
        assert {name: steps[name]["runs"] for name in STEPS} == {name: 1 + (name in begun_again) for name in STEPS}
        assert came_out["transcripts"] == 2, "the machine's, and the one with its terms put right"
        assert came_out["versions"] in ("2", "v2")
        assert [name for name, _ in came_out["renditions"]] == ["240p", "480p", "audio", "audio-low", "source"]


def test_a_recording_that_kills_every_worker_ends_as_failed(home: Any, clip: Path) -> None:
    with open_store(Settings(home=home.home, _env_file=None)):
        recording = added(home, clip)
        for _ in range(4):
            worker = home.popen([sys.executable, str(SLOW), "probe", "die"])
            assert worker.wait(60) == -signal.SIGKILL
            assert job_of(home, recording)["state"] == "running"
        home.popen([sys.executable, str(SLOW), "probe", "die"])
        home.wait(lambda: job_of(home, recording)["state"] == "failed", 60)
    assert "died 4 times over the step “probe”" in job_of(home, recording)["error"]["message"]


def test_no_ffmpeg_outlives_its_worker(home: Any, long_film: Path) -> None:
    recording = added(home, long_film)
    worker = home.start("worker")
    home.wait(lambda: ffmpegs_of(worker.pid) != [], 60, "for ffmpeg to run")
    children = ffmpegs_of(worker.pid)
    worker.kill()
    worker.wait()
    home.wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 3, "for ffmpeg to end")
    assert home.json("show", recording)["ready"] is False


def test_a_second_worker_takes_over_without_help(home: Any, clip: Path) -> None:
    recording = added(home, clip)
    first = home.popen([sys.executable, str(SLOW), "audio", "begin"])
    home.wait((home.home / "lingering-audio").exists, 60)
    home.start("worker")
    home.wait(lambda: len(home.json("status")["workers"]) == 2, 30)
    first.kill()
    ready(home, recording)
    steps = steps_of(home, recording)
    assert {name: steps[name]["runs"] for name in ("probe", "remux", "audio")} == {"probe": 1, "remux": 1, "audio": 2}
    assert home.json("status", recording)["jobs"][0]["worker"].endswith("-2")


def test_cancel_ends_the_running_ffmpeg_within_three_seconds(home: Any, long_film: Path) -> None:
    recording = added(home, long_film)
    worker = home.start("worker")
    home.wait(lambda: steps_of(home, recording).get("ladder", {}).get("state") == "running", 240)
    home.wait(lambda: ffmpegs_of(worker.pid) != [], 20, "for ffmpeg to run")
    children = ffmpegs_of(worker.pid)
    assert home.run("cancel", recording).returncode == 0
    home.wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), 3, "for ffmpeg to end")
    home.wait(lambda: steps_of(home, recording)["job"] == "cancelled", 5)
    assert not list((home.home / "work").glob("*/*.out")), "no partial output is left"
    # And the worker is unharmed: the next job runs, and the cancelled one can be taken up again.
    home.run("retry", recording)
    home.wait(lambda: steps_of(home, recording)["ladder"]["state"] == "running", 30)
    assert steps_of(home, recording)["remux"]["runs"] == 1
    home.run("cancel", recording)


def test_an_add_that_was_killed_is_taken_up_again(home: Any, clip: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(clip.read_bytes())
    size = 400 << 20
    with film.open("r+b") as file:  # a "free" box: bytes to send, nothing to decode
        file.seek(0, os.SEEK_END)
        file.write(b"\0\0\0\x01free" + size.to_bytes(8, "big"))
        file.truncate(file.tell() + size - 16)
    with open_store(Settings(home=home.home, _env_file=None)) as store:
        killed = home.start("add", film)

        def arrived() -> int:
            return sum(len(store.parts(upload.key, upload.upload_id)) for upload in store.unfinished("ocfl/"))

        home.wait(lambda: arrived() >= 1, 60, "for a part to arrive")
        killed.terminate()  # as Ctrl-C does
        assert killed.wait(20) == 130
        assert "The same command goes on from here." in home.logs()
        killed = home.start("add", film)
        home.wait(lambda: arrived() >= 3, 60, "for three parts to arrive")
        killed.kill()
        killed.wait()
        (begun,) = home.json("list")
        assert (begun["state"], begun["ready"]) == ("receiving", False)
        again = home.json("add", film)
        assert (again["id"], again["state"]) == (begun["id"], "received")
        assert again["sources"][0]["size"] == film.stat().st_size
        assert list(store.unfinished("ocfl/")) == []


def test_two_commands_at_once_do_not_collide(home: Any, clip: Path, lecture: Path) -> None:
    command = [sys.executable, "-m", "archive.cli", "add", str(clip), "--wait", "--json"]
    both = [
        subprocess.Popen(command, env=home.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    first, second = (json.loads(answer) for answer, _ in answers)
    assert first["id"] == second["id"]
    assert sorted([first["known"], second["known"]]) == [False, True]
    assert len(home.json("list")) == 1


def ffmpegs_of(pid: int) -> list[int]:
    """The ffmpeg processes below a process."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = status.read_text().rsplit(")", 1)
        except OSError:
            continue
        if int(rest.split()[1]) == pid and "ffmpeg" in name:
            found.append(int(status.parent.name))
    return found
