"""Become a command that dies with its parent and keeps to its limits. Run as a script, by a bare interpreter.

    python -I -S launcher.py PARENT MEMORY FILE_SIZE NICE COMMAND ARGUMENT…

It imports nothing of ours and as little as can be: it stands before every ffmpeg that we start.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1


def lower(kind: int, limit: int) -> None:
    """Lower a resource limit for good, never raise it."""
    hard = resource.getrlimit(kind)[1]
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(kind, (limit, limit))


def main(parent: int, memory: int, file_size: int, nice: int, command: list[str]) -> None:
    """Tie ourselves to `parent`, lower the limits (bytes, 0 for none) and become `command`."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the kernel knew our wish
        sys.exit(1)
    lower(resource.RLIMIT_CORE, 0)
    if memory:
        lower(resource.RLIMIT_AS, memory)
    if file_size:
        lower(resource.RLIMIT_FSIZE, file_size)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing on then fails like on a full disk
    os.nice(nice)
    os.execvp(command[0], command)  # noqa: S606  becoming the command is the point


if __name__ == "__main__":
    _parent, _memory, _file_size, _nice = map(int, sys.argv[1:5])
    main(_parent, _memory, _file_size, _nice, sys.argv[5:])
