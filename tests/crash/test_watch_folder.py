"""`shijiao watch`, really killed in the middle of an upload: nothing twice, nothing lost, nothing taken early."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.objects import open_store
from archive.settings import Settings
from archive.tables import JobState, State

pytestmark = [pytest.mark.crash, pytest.mark.store]


def padded(path: Path, clip: Path, size: int) -> None:
    """The clip and a box of bytes that players skip: much to send, little to look at."""
    with path.open("wb") as file:
        file.write(clip.read_bytes())
        file.write(b"\0\0\0\x01free" + (size + 32).to_bytes(8, "big") + os.urandom(16))
        file.truncate(file.tell() + size)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0\0\0\x18free" + os.urandom(16))


def test_killed_in_the_middle_of_an_upload_and_started_again(shijiao: Any, clip: Path, tmp_path: Path) -> None:
    settings = Settings(home=shijiao.home, _env_file=None)
    folder = tmp_path / "in"
    (folder / "theatre 2").mkdir(parents=True)
    padded(folder / "long.mp4", clip, 300 << 20)
    padded(folder / "theatre 2" / "short.mp4", clip, 100)
    (folder / "notes.mp4").write_bytes(b"%PDF-1.7\n" * 99)
    for age, name in enumerate(["theatre 2/short.mp4", "notes.mp4", "long.mp4"]):
        os.utime(folder / name, (1e9 - age, 1e9 - age))
    with open_store(settings) as store:
        catalogue, jobs = Catalogue(connect(settings)), Jobs(connect(settings))
        killed = shijiao.start("watch", folder, "--settle", "0.3", "--every", "0.1")

        def arrived() -> int:
            return sum(len(store.parts(upload.key, upload.upload_id)) for upload in store.unfinished("ocfl/"))

        shijiao.wait(lambda: arrived() >= 3, 60, "for three parts to arrive")
        killed.kill()
        killed.wait()
        (begun,) = catalogue.recordings()
        assert (begun.title, begun.state) == ("long", State.RECEIVING), "the oldest is the first"
        # Again, from cron: what was begun goes on, the others follow, what is no recording is told.
        again = shijiao.run("watch", folder, "--settle", "0.3", "--once")
        assert again.returncode == 65, again.stderr
        assert "“notes.mp4” is not a video or sound recording" in again.stderr
        found = {row.title: row for row in catalogue.recordings()}
        assert {title: row.state for title, row in found.items()} == {
            "long": State.RECEIVED,
            "short": State.RECEIVED,
            "notes": State.REFUSED,
        }
        assert found["long"].id == begun.id
        (source,) = catalogue.sources(begun.id)
        assert store.head(source.key).size == (folder / "long.mp4").stat().st_size
        assert list(store.unfinished()) == []
        assert {status.job.state for status in jobs.all()} == {JobState.QUEUED, JobState.FAILED}
        assert len(jobs.all()) == 3
        # Once more, also under another name and with its memory lost: nothing comes twice.
        (folder / "long.mp4").rename(folder / "renamed.mp4")
        assert shijiao.run("watch", folder, "--settle", "0.1", "--once").returncode == 0
        for memory in (shijiao.home / "watch").iterdir():
            memory.unlink()
        (folder / "notes.mp4").unlink()
        done = shijiao.run("watch", folder, "--settle", "0.1", "--once", "--move-to", tmp_path / "done")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("is in the archive already") == 2
        assert len(catalogue.recordings()) == 3
        moved = {str(path.relative_to(tmp_path / "done")) for path in (tmp_path / "done").rglob("*.mp4")}
        assert moved == {"renamed.mp4", "theatre 2/short.mp4"}
        assert not list(folder.rglob("*.mp4"))


def test_a_growing_file_is_not_taken_early_and_ctrl_c_ends_it(shijiao: Any, clip: Path, tmp_path: Path) -> None:
    settings = Settings(home=shijiao.home, _env_file=None)
    folder = tmp_path / "in"
    folder.mkdir()
    with open_store(settings):
        catalogue = Catalogue(connect(settings))
        watch = shijiao.start("watch", folder, "--settle", "2", "--every", "0.1")
        film = folder / "live.mp4"
        padded(film, clip, 100)
        for _ in range(6):
            grow(film)
            time.sleep(0.5)
            assert catalogue.recordings() == []
        whole = film.read_bytes()
        shijiao.wait(
            lambda: [row.state for row in catalogue.recordings()] == [State.RECEIVED], 40, "for it to be taken"
        )
        (recording,) = catalogue.recordings()
        assert catalogue.sources(recording.id)[0].size == len(whole)
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 0
