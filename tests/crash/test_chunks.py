"""A long recording in chunks over several workers: shared, joined without a seam, and none lost with a dead worker."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
from sqlmodel import Session, select

from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.objects import open_store
from archive.settings import Settings
from archive.tables import Chunk, StepState, Worker

pytestmark = [pytest.mark.crash, pytest.mark.store]
WORKER = Path(__file__).with_name("chunk_worker.py")


@pytest.fixture
def home(shijiao: Any, tmp_path: Path) -> Any:
    # No speech model: its step waits, and everything else is done.
    shijiao.settings |= {"SHIJIAO_MODELS": str(tmp_path / "none"), "SHIJIAO_WORKER_TIMEOUT": "3"}
    shijiao.settings |= {"SHIJIAO_WORKER_THREADS": "1"}
    return shijiao


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 s, in which every frame differs."""
    import imageio_ffmpeg

    made = tmp_path_factory.mktemp("film") / "film.mp4"
    picture = "testsrc2=s=1280x720:r=25:d=24,noise=alls=20:allf=t,format=yuv420p"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture]
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "30", "-g", "50", str(made)]
    subprocess.run([*command, *encoded], check=True)
    return made


@pytest.fixture(scope="module")
def stream(film: Path) -> Path:
    """The same as a transport stream, which has no index to enter it by."""
    import imageio_ffmpeg

    made = film.with_suffix(".ts")
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", film, "-c", "copy", made], check=True)
    return made


def chunks_of(home: Any) -> list[Chunk]:
    database = connect(Settings(home=home.home, _env_file=None))
    with Session(database) as session:
        rows = list(session.exec(select(Chunk).order_by(Chunk.position)).all())  # type: ignore[arg-type]
    database.dispose()
    return rows


def pid_of(home: Any, worker_id: str) -> int:
    database = connect(Settings(home=home.home, _env_file=None))
    with Session(database) as session:
        pid = session.get_one(Worker, worker_id).pid
    database.dispose()
    return pid


def running(home: Any) -> list[Chunk]:
    return [row for row in chunks_of(home) if row.state is StepState.RUNNING]


def ended(home: Any, recording: str) -> bool:
    database = connect(Settings(home=home.home, _env_file=None))
    status = Jobs(database).latest(recording)
    database.dispose()
    assert status is not None
    return status.ended


def frames(home: Any, recording: str, tmp_path: Path) -> dict[str, list[int]]:
    """The times of every frame of each encoded rung, as they lie in the store."""
    settings = Settings(home=home.home, _env_file=None)
    database = connect(settings)
    found = {}
    with open_store(settings) as store:
        for row in Catalogue(database).renditions(recording):
            if row.media == "video" and row.name != "source":
                store.download(row.prefix + row.file, tmp_path / row.file)
                with av.open(str(tmp_path / row.file)) as opened:
                    found[row.name] = sorted(packet.pts for packet in opened.demux(video=0) if packet.size)
    database.dispose()
    return found


def test_two_workers_share_and_a_dead_ones_chunk_is_made_by_the_other(home: Any, stream: Path, tmp_path: Path) -> None:
    with open_store(Settings(home=home.home, _env_file=None)):
        recording = home.json("add", stream)["id"]
        workers = [home.popen([sys.executable, str(WORKER), "4"]) for _ in range(2)]
        home.wait(lambda: len({row.worker_id for row in running(home)}) == 2, 120, "for both")
        owner = home.json("show", recording)["job"]["worker"]
        number = next(number for number, worker in enumerate(workers) if worker.pid != pid_of(home, owner))
        workers[number].send_signal(signal.SIGSTOP)
        while not (held := [row for row in running(home) if row.worker_id != owner]):
            workers[number].send_signal(signal.SIGCONT)  # it was between two chunks
            home.wait(lambda: any(row.worker_id != owner for row in running(home)), 60, "for the helper")
            workers[number].send_signal(signal.SIGSTOP)
        (helper,) = held
        workers[number].send_signal(signal.SIGKILL)
        workers[number].wait()
        home.wait(lambda: ended(home, recording), 240, "for the rest to be done by one")
        rows = chunks_of(home)
        assert {row.state for row in rows} == {StepState.DONE}
        assert [row.step for row in rows].count("ladder") == 6
        taken_over = next(row for row in rows if row.id == helper.id)
        assert taken_over.worker_id != helper.worker_id
        times = frames(home, recording, tmp_path)
    assert set(times) == {"240p", "480p"}
    steps = {step["name"]: step["state"] for step in home.json("show", recording)["job"]["steps"]}
    assert (steps["join"], steps["ladder"], steps["splice"]) == ("done", "done", "done")
    ticks = {after - before for before, after in zip(times["480p"], times["480p"][1:], strict=False)}
    assert (len(times["480p"]), len(ticks)) == (600, 1), "every frame is there, at its time, across all seams"
    with open_store(Settings(home=home.home, _env_file=None)) as store:
        kept = {info.key.rpartition("/")[2] for info in store.list(f"derived/{recording}/")}
        sizes = [info.size for info in store.list(f"derived/{recording}/") if info.key.endswith("480p.mp4")]
    assert len(sizes) == 1, "the pieces are not kept beside what was made of them"
    assert "joined.mp4" not in kept, "nor is the copy that they were made of"


def test_cancel_reaches_every_worker(home: Any, film: Path) -> None:
    with open_store(Settings(home=home.home, _env_file=None)):
        recording = home.json("add", film)["id"]
        workers = [home.popen([sys.executable, str(WORKER), "4"]) for _ in range(2)]
        home.wait(lambda: len({row.worker_id for row in running(home)}) == 2, 120, "for both")
        assert home.run("cancel", recording).returncode == 0
        home.wait(lambda: not running(home), 5, "for both to let go")
        home.wait(lambda: ended(home, recording), 5)
        assert all(worker.poll() is None for worker in workers)
        done = sum(row.state is StepState.DONE for row in chunks_of(home))
        assert home.run("retry", recording).returncode == 0
        home.wait(lambda: sum(row.state is StepState.DONE for row in chunks_of(home)) > done, 60, "for it to go on")
        home.run("cancel", recording)
