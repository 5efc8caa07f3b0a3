"""Chunks over the workers: a 20-minute source by one worker and by two, each at one thread. `MINUTES` may be given.

Compared is the whole job, from its start to its end, with all that only one worker can do; speech, whose model may not
be here, waits. (The steps' own times overlap with two: the second begins with the ladder while the first makes sound.)

python tests/bench/media_workers.py [MINUTES]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import imageio_ffmpeg
from measure import Row, table

from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.objects import open_store
from archive.settings import Settings
from archive.tables import StepState


def rows(scratch: Path, minutes: float = 20.0) -> list[Row]:
    """Encode the same source twice, in a home of its own each time; compare what the encoding steps took."""
    source = _film(scratch / "film.mp4", minutes * 60)
    one, whole_one = _encoded(scratch / "one", source, workers=1)
    two, whole_two = _encoded(scratch / "two", source, workers=2)
    figures = f"{minutes:.0f} min of 720p, the whole job: {whole_one:.0f} s by one, {whole_two:.0f} s by two"
    figures += "".join(f"; {name} {one[name]:.0f} / {two[name]:.0f}" for name in one if one[name] >= 1)
    commands = ("SHIJIAO_WORKER_THREADS=1 taskset -c 0 shijiao worker", "beside it: … taskset -c 1 shijiao worker")
    return [Row("two workers at one thread each, against one", whole_one / whole_two, "≥ 1.8", figures, commands)]


def _film(path: Path, seconds: float) -> Path:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    short = path.with_name("short.mp4")
    picture = "testsrc2=s=1280x720:r=25:d=20,noise=alls=12:allf=t,format=yuv420p"
    made = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", "anoisesrc=d=20:a=0.1", "-c:a", "aac"]
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-g", "50", str(short)]
    subprocess.run([ffmpeg, "-v", "error", "-y", *made, *encoded], check=True)
    repeated = ["-stream_loop", str(round(seconds / 20) - 1), "-i", str(short), "-c", "copy", str(path)]
    subprocess.run([ffmpeg, "-v", "error", "-y", *repeated], check=True)
    return path


def _encoded(home: Path, source: Path, *, workers: int) -> tuple[dict[str, float], float]:
    """Return the seconds that each step took, and the whole job."""
    environment = os.environ | {"SHIJIAO_HOME": str(home), "SHIJIAO_WORKER_THREADS": "1"}
    environment |= {"SHIJIAO_MODELS": str(home / "none")}  # the transcript is not what is measured: it waits
    settings = Settings(home=home, _env_file=None)
    command = [sys.executable, "-m", "archive.cli"]
    with open_store(settings):
        subprocess.run([*command, "add", str(source)], env=environment, check=True, capture_output=True)
        log = (home / "bench.log").open("w")
        running = [
            subprocess.Popen([*_on_core(number), *command[1:], "worker"], env=environment, stdout=log, stderr=log)
            for number in range(workers)
        ]
        try:
            return _watch(settings)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _on_core(number: int) -> list[str]:
    """One thread is one core: ffmpeg's reading, scaling and writing have threads of their own besides the encoder's."""
    run = "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    return [sys.executable, "-c", f"import os, sys; os.sched_setaffinity(0, {{{number}}}); {run}"]


def _watch(settings: Settings) -> tuple[dict[str, float], float]:
    database = connect(settings)
    (recording,) = Catalogue(database).recordings()
    jobs = Jobs(database)
    while (status := jobs.latest(recording.id)) is None or not status.ended:
        time.sleep(0.5)
    database.dispose()
    took = {
        step.name: (step.ended_at - step.started_at).total_seconds()
        for step in status.steps
        if step.state is StepState.DONE and step.started_at and step.ended_at
    }
    assert {"weak", "ladder"} <= set(took), [(step.name, step.state, step.note) for step in status.steps]
    job = status.job
    assert job.started_at is not None
    assert job.ended_at is not None
    return took, (job.ended_at - job.started_at).total_seconds()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(table(rows(Path(folder), float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)))
