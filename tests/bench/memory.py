"""Peak memory of `shijiao add` against the size of the file: 64 MB, 1 GB, 3 GB, side by side, one after the other.

The file is the sample lecture with a "free" box of that size behind it: a valid film whose every byte is read, hashed
and sent. The figure is the largest of all processes that the command waits for; the store runs beside it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from archive.objects import open_store
from archive.settings import Settings

LECTURE = Path(__file__).resolve().parents[2] / "samples" / "lecture_fetal_monitoring.mp4"
MEASURED = (
    "import resource, subprocess, sys\n"
    "subprocess.run([sys.executable, '-m', 'archive.cli', 'add', sys.argv[1]], check=True)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)\n"
)


def film(folder: Path, size: int) -> Path:
    path = folder / f"{size >> 20}.mp4"
    shutil.copy(LECTURE, path)
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(b"\0\0\0\x01free" + size.to_bytes(8, "big"))
        file.truncate(file.tell() + size - 16)
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        environment = os.environ | {"SHIJIAO_HOME": str(home)}
        with open_store(Settings(home=home, _env_file=None)):
            first = 0
            for size in (64 << 20, 1 << 30, 3 << 30):
                path = film(Path(scratch), size)
                begun = time.monotonic()
                done = subprocess.run(
                    [sys.executable, "-c", MEASURED, str(path)],
                    env=environment, capture_output=True, text=True, check=True,
                )  # fmt: skip
                seconds = time.monotonic() - begun
                peak = int(done.stdout.splitlines()[-1])
                first = first or peak
                path.unlink()
                mib = size >> 20
                figures = {"file_MiB": mib, "peak_MiB": peak, "ratio": round(peak / first, 2)}
                print(json.dumps(figures | {"seconds": round(seconds, 1), "MiB_per_s": round(mib / seconds)}))


if __name__ == "__main__":
    main()
