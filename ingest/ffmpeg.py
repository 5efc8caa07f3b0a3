"""Every ffmpeg that runs here: how its command is built, how it is watched, how it ends.

The only module that imports ffmpeg-python. Its exit code proves nothing (it is 0 on damaged input and on a full disk):
each step compares what came out with what went in.
"""

import contextlib
import errno
import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from archive import disk
from archive.errors import MediaToolError
from ingest import confine
from ingest.formats import FORMATS
from ingest.watch import Watch

_NO_ROOM = os.strerror(errno.ENOSPC)
_HEARD = 5000  # lines that are remembered: enough to tell that something is wrong, whatever a hostile file makes it say
_LIMITS = confine.Limits(memory=16 * 2**30)  # address space: a decoder of 8K pictures reserves much and uses little


@functools.cache
def binary() -> str:
    """Return the path of the ffmpeg that imageio-ffmpeg carries."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def source(path: Path, **options: Any) -> Any:
    """Return an ffmpeg-python input node for an untrusted file: no other file, no network, no playlist demuxers.

    `node["3"]` is its stream number 3. The `file:` before the name keeps `-f.mp4` and `http:evil.mp4` what they are.
    """
    import ffmpeg

    safe = {"protocol_whitelist": "file,pipe", "format_whitelist": ",".join(FORMATS)}
    return ffmpeg.input(f"file:{path.resolve()}", **options, **safe)


def generated(graph: str) -> Any:
    """Return an input node that ffmpeg makes up itself, e.g. "color=s=256x144:d=1"."""
    import ffmpeg

    return ffmpeg.input(graph, f="lavfi")


def output(stream: Any, name: str, **options: Any) -> Any:
    """Return an output node; `name` is relative to the folder that `run` is given."""
    import ffmpeg

    return ffmpeg.output(stream, name, **options)


def command(outputs: list[Any], *, level: str = "warning") -> list[str]:
    """Return the argument list for one or several outputs; `level` is how much ffmpeg says."""
    import ffmpeg

    node = ffmpeg.merge_outputs(*outputs) if len(outputs) > 1 else outputs[0]
    flags = ("-nostdin", "-hide_banner", "-v", level, "-nostats", "-progress", "pipe:1", "-stats_period", "0.2")
    whatever_reads = ("-max_error_rate", "1")  # of a damaged source, all that can be had, however little it is
    whole: list[str] = ffmpeg.compile(node, cmd=binary())
    return [whole[0], *flags, *whatever_reads, *whole[1:]]


def run(
    outputs: list[Any],
    *,
    out: Path,
    what: str,
    duration: float,
    seconds: float,
    watch: Watch,
    heard: list[str] | None = None,
    level: str = "warning",
) -> list[str]:
    """Run one ffmpeg that writes into the folder `out`; return its command. On any error `out` is left empty.

    What it says on stderr is appended to `heard`, line by line (the first 5,000): `complaints.count` judges it.
    `level` is how much it says, as its option -loglevel.

    `duration` is how many seconds of media are to come, for the progress; `seconds` is how long it may take; `what`
    names the work in messages ("Making the sound track").

    Raises:
        MediaToolError: it failed; carries the command and its last words.
        DiskFull: there is no room for what it makes.
        TimeLimit: it took too long.
        Cancelled: the watch said so.
    """
    arguments = command(outputs, level=level)
    said: dict[str, str] = {}
    heard = [] if heard is None else heard
    with removed_on_error(out):
        watch.progress(0.0)
        ended = confine.run(
            arguments,
            what=what,
            seconds=seconds,
            on_line=lambda line: said.update([line.partition("=")[::2]]),
            tick=lambda: watch.progress(_fraction(said, duration)),
            limits=_LIMITS,
            cwd=out,
            on_word=lambda line: heard.append(line) if len(heard) < _HEARD else None,
        )
        # It may say that it succeeded all the same. Asked now: in a moment what it wrote is gone, and there is room.
        said_so = any(_NO_ROOM in line for line in (*heard, *ended.stderr.splitlines()))
        if said_so or disk.is_used_up(out) or (ended.code and disk.is_full(out)):
            raise disk.full(out)
        if ended.code != 0:
            raise MediaToolError(
                f"{what} failed: ffmpeg ended with code {ended.code}.",
                "Try again; if it happens again, the last words of ffmpeg below say why.",
                command=arguments,
                stderr=ended.stderr,
            )
    watch.progress(1.0)
    return arguments


def _fraction(said: Mapping[str, str], duration: float) -> float:
    """Return how far ffmpeg is, by its `out_time_us`."""
    try:
        done = int(said.get("out_time_us", "0")) / 1e6
    except ValueError:  # "N/A" before the first packet
        return 0.0
    return min(1.0, max(0.0, done / duration)) if duration > 0 else 0.0


@contextlib.contextmanager
def removed_on_error(out: Path) -> Iterator[None]:
    """Empty a step's folder when an error passes: half an output is worse than none."""
    try:
        yield
    except BaseException:
        for file in out.iterdir():
            file.unlink()
        raise


def time_limit(duration: float, *, speed: float) -> float:
    """Return the seconds that work on `duration` seconds of media may take, if it is never slower than `speed`."""
    return 120.0 + duration / speed
