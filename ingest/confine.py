"""Run a child that dies with us, cannot outgrow its limits, and ends when we say so.

The launcher asks the kernel to kill the child when its parent dies, so `kill -9` of a worker leaves no ffmpeg. A
`preexec_fn` could do the same, but is not safe in a process that has threads.
"""

import collections
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from archive.errors import TimeLimit

_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR")  # no secret of ours reaches what reads a hostile file
_TICK = 0.2  # seconds between two looks at the watch and the clock
_GRACE = 0.5  # seconds between asking to end and killing
_LAST_WORDS = 20  # lines of stderr that are kept
_LINE = 4 * 2**20  # bytes that one answer on stdout may have
_WORDS = 4096  # bytes of one line of stderr: a hostile file can make ffmpeg print without end


@dataclass(frozen=True)
class Limits:
    """What a child may use. `memory` (address space) and `file_size` (of one file) in bytes, 0 for no limit of ours."""

    memory: int = 0
    file_size: int = 0
    nice: int = 5


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code and the last lines of its stderr."""

    code: int
    stderr: str


def sibling(name: str) -> str:
    """Return the path of a script beside this module, for a child that must not depend on how we were installed."""
    return str(Path(__file__).with_name(name))


def confined(arguments: list[str], limits: Limits) -> list[str]:
    """Return the argument list that runs `arguments` within `limits`."""
    numbers = (os.getpid(), limits.memory, limits.file_size, limits.nice)
    return [sys.executable, "-I", "-S", sibling("launcher.py"), *map(str, numbers), *arguments]


def run(
    arguments: list[str],
    *,
    what: str,
    seconds: float,
    on_line: Callable[[str], None],
    tick: Callable[[], None],
    limits: Limits,
    cwd: Path | None = None,
    on_word: Callable[[str], object] | None = None,
) -> Ended:
    """Run a command to its end; `on_line` gets each line of stdout, `tick` is called every 0.2 s and may raise.

    `on_word` gets each line of stderr, as it comes, from another thread: a hostile file can make them many.

    Whatever happens, the child is gone when this returns or raises. The kernel ties the child to the thread that
    started it, which is why this waits in that thread.

    Raises:
        TimeLimit: it ran longer than `seconds`; `what` names it in the message.
    """
    last_words: collections.deque[str] = collections.deque(maxlen=_LAST_WORDS)

    def hear(line: str) -> None:
        last_words.append(line)
        if on_word is not None:
            on_word(line)

    child = subprocess.Popen(
        confined(arguments, limits),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )
    stdout, stderr = cast(IO[bytes], child.stdout), cast(IO[bytes], child.stderr)
    readers = [_drain(stdout, _LINE, on_line), _drain(stderr, _WORDS, hear)]
    deadline = time.monotonic() + seconds
    try:
        while not _wait(child, _TICK):
            tick()
            if time.monotonic() > deadline:
                raise TimeLimit(
                    f"{what} did not end within {seconds:.0f} s and was stopped.",
                    "Try again; if it happens again, the file may be damaged or the machine too busy.",
                    command=arguments,
                    stderr="\n".join(last_words),
                    seconds=seconds,
                )
    finally:
        _end(child)
        for reader in readers:
            reader.join(timeout=2)
    return Ended(child.returncode, "\n".join(last_words))


def _wait(child: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        child.terminate()
        if not _wait(child, _GRACE):
            child.kill()
            child.wait()


def _drain(pipe: IO[bytes], longest: int, take: Callable[[str], object]) -> threading.Thread:
    """Read a pipe to its end in a thread of its own: an unread pipe hangs the child."""

    def read() -> None:
        with pipe:
            while line := pipe.readline(longest):
                take(line.decode("utf-8", "replace").rstrip("\r\n"))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
