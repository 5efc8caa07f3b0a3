"""Peak memory of a worker against the length of the recording: all steps from `receive` to `stills`, real Whisper.

A film of ten minutes (twenty seconds of speech, then quiet) is repeated by stream copy; each length has a home of its
own. The figures are resident sets, read twice a second: of the worker itself, and of it with all its children.

    python tests/bench/memory_worker.py [HOURS…]        (0.5 and 4)
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archive.objects import open_store
from archive.settings import Settings
from ingest import ffmpeg

NARRATION = Path(__file__).resolve().parents[2] / "samples" / "operation_hysterectomy_narration.flac"
_TURN = 600  # seconds


def film(folder: Path, hours: float) -> Path:
    short, long = folder / "short.mp4", folder / f"{hours}h.mp4"
    picture = ["-f", "lavfi", "-i", f"testsrc2=s=640x360:r=10:d={_TURN}", "-t", "20", "-i", str(NARRATION)]
    sound = ["-af", "apad", "-t", str(_TURN), "-c:a", "aac", "-b:a", "64k", "-ac", "1"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "35", "-g", "20", "-pix_fmt", "yuv420p"]
    subprocess.run([ffmpeg.binary(), "-v", "error", *picture, *sound, *coded, str(short)], check=True)
    repeated = ["-stream_loop", str(round(hours * 3600 / _TURN) - 1), "-i", str(short), "-c", "copy", str(long)]
    subprocess.run([ffmpeg.binary(), "-v", "error", *repeated], check=True)
    return long


def resident(pid: int) -> int:
    """Bytes of one process; 0 where it has gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(child))]


def watched(home: Path, recording: str, environment: dict[str, str]) -> dict[str, object]:
    """Run a worker until the job has ended; return the peaks in MiB, by step where it was the largest."""
    alone: dict[str, int] = {}
    together = 0
    with (home.parent / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "archive.cli", "worker"], env=environment, stdout=log, stderr=log
        )
    try:
        looked, step, state = 0.0, "", ""
        while state not in ("succeeded", "failed", "waiting"):
            if time.monotonic() - looked > 5:
                looked = time.monotonic()
                step, state = status(recording, environment)
            everyone = [resident(pid) for pid in family(worker.pid)]
            together = max(together, sum(everyone))
            alone[step] = max(alone.get(step, 0), everyone[0] if everyone else 0)
            time.sleep(0.5)
    finally:
        worker.terminate()
        worker.wait()
    by_step = {name: size >> 20 for name, size in alone.items() if name}
    return {"state": state, "worker_MiB": max(by_step.values()), "together_MiB": together >> 20, "by_step": by_step}


def status(recording: str, environment: dict[str, str]) -> tuple[str, str]:
    """The step that runs, and the job's state."""
    command = [sys.executable, "-m", "archive.cli", "show", recording, "--json"]
    job = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)["job"]
    return next((step["name"] for step in job["steps"] if step["state"] == "running"), ""), job["state"]


def main() -> None:
    for hours in map(float, sys.argv[1:] or ("0.5", "4")):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            home = Path(scratch) / "home"
            environment = os.environ | {"SHIJIAO_HOME": str(home)}
            path = film(Path(scratch), hours)
            with open_store(Settings(home=home, _env_file=None)):
                command = [sys.executable, "-m", "archive.cli", "add", str(path), "--json"]
                added = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
                begun = time.monotonic()
                figures = watched(home, added["id"], environment)
                print(json.dumps({"hours": hours, "minutes": round((time.monotonic() - begun) / 60)} | figures))


if __name__ == "__main__":
    main()
