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

_PARENT = "SHIJIAO_PARENT_PID"
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """In a child that `Child` started: be told to end when the parent is gone, even if it was killed."""
    parent = os.environ.pop(_PARENT, "")
    if parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):  # it went while we were starting
            sys.exit(0)


class Child:
    """One of our own commands (`shijiao worker`, `shijiao portal`) in a process of its own."""

    def __init__(self, *command: str, log: Path | None = None) -> None:
        self.command = [sys.executable, "-m", "archive.cli", *command]
        self.log = log
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

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
        self.starts += 1
        self._started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.poll()

    def keep(self) -> None:
        """Start it again if it died, at most once every two seconds."""
        if not self.alive and time.monotonic() - self._started > 2:
            self.start()

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
