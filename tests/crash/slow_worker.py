"""A real worker that lingers in one step, so that a test can kill it there: `slow_worker.py STEP begin|end|die`.

`begin`: after the step was marked as running; `end`: when its work is done but nobody has been told; `die`: it does not
linger, it is killed at once.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from archive.settings import load_settings
from ingest.run import JobWatch, Run
from ingest.worker import work

step, where = sys.argv[1:]
marked = Run.marked


@contextmanager
def lingering(self: Run, name: str) -> Iterator[JobWatch]:
    with marked(self, name) as watch:
        if (name, where) == (step, "begin"):
            linger(self)
        if (name, where) == (step, "die"):
            os.kill(os.getpid(), signal.SIGKILL)
        yield watch
        if (name, where) == (step, "end"):
            linger(self)


def linger(run: Run) -> None:
    (run.place.settings.home / f"lingering-{step}").touch()
    time.sleep(600)


Run.marked = lingering  # type: ignore[method-assign]
work(load_settings())
