"""Processes that live and die together: a command and the worker or portal that it starts for itself."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from archive.errors import SettingsError

_PARENT = "SHIJIAO_PARENT_PID"
_PR_SET_PDEATHSIG = 1
_PAUSE = 2.0  # seconds between two starts
_LONGEST_PAUSE = 30.0  # seconds between the starts of one that ends again and again
_QUICK = 10.0  # seconds: a process that ends sooner did not really start
_HOPELESS = 5


def end_with_parent() -> None:
    """In a child that `Child` started: be told to end when the parent is gone, even if it was killed."""
    parent = os.environ.pop(_PARENT, "")
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):  # it went while we were starting
            sys.exit(0)


class Child:
    """One of our own commands (`shijiao worker`, `shijiao portal`) in a process of its own.

    `patient`: it is never given up once it has been running; what it works on may be what ends it, and may change.
    """

    def __init__(self, *command: str, log: Path | None = None, patient: bool = False) -> None:
        self.command = [sys.executable, "-m", "archive.cli", *command]
        self.log = log
        self.patient = patient
        self._starts = 0
        self._quick_ends = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -_PAUSE
        self._ended = True

    def start(self) -> None:
        """Start it; its output goes to the log, or where ours goes."""
        environment = os.environ | {_PARENT: str(os.getpid())}
        with contextlib.ExitStack() as stack:
            output = None
            if self.log is not None:
                self.log.parent.mkdir(parents=True, exist_ok=True)
                output = stack.enter_context(self.log.open("ab"))
            self._process = subprocess.Popen(
                self.command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._started = time.monotonic()
        self._starts += 1
        self._ended = False

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def hopeless(self) -> bool:
        """Whether trying again will not help: a setting is wrong, or it ended five times right after its start."""
        refused = self._process is not None and self._process.poll() == SettingsError.exit_code
        if self.patient:  # later a database that is away for a moment looks like a wrong setting
            return refused and self._starts == 1
        return refused or self._quick_ends >= _HOPELESS

    def keep(self) -> float:
        """Start it again if it died, at most once every two seconds; a patient one waits longer each time, up to 30.

        Returns the seconds between this end and the next start, at the first call after an end that came too soon.
        """
        if self.alive:
            return 0.0
        lived = time.monotonic() - self._started
        ended_now, self._ended = not self._ended, True
        if ended_now:
            self._quick_ends = self._quick_ends + 1 if lived < _QUICK else 0
        pause = _PAUSE
        if self.patient and self._quick_ends:
            pause = min(_PAUSE * 2.0 ** (self._quick_ends - 1), _LONGEST_PAUSE)
        if self.hopeless:
            return 0.0
        if lived >= pause:
            self.start()
        return pause if ended_now and self._quick_ends else 0.0

    def stop(self, *, patience: float = 10.0) -> None:
        """End it: politely, and after `patience` seconds for certain."""
        if self._process is None or not self.alive:
            return
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Make SIGTERM end a command as Ctrl-C does, so that what it started is stopped in order."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
