"""How ffmpeg is called, watched and ended. The runs are real; the pictures are ffmpeg's own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from archive.errors import Cancelled, MediaToolError, TimeLimit
from ingest import confine, ffmpeg
from ingest.watch import Part, Silent


class Recorder:
    """A watch that remembers, and asks to stop once it has seen enough."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.seen: list[float] = []
        self.stop_after = stop_after
        self.stopped_at = 0.0

    def progress(self, fraction: float) -> None:
        self.seen.append(fraction)
        if self.stop_after is not None and len(self.seen) > self.stop_after:
            self.stopped_at = time.monotonic()
            raise Cancelled("enough")


def endless(name: str = "made.mkv", **options: Any) -> list[Any]:
    """An output that never ends by itself."""
    import ffmpeg as tool

    return [ffmpeg.output(tool.input("testsrc2=s=640x480:r=30", f="lavfi"), name, vcodec="libx264", **options)]


def running_in(folder: Path) -> list[int]:
    """The processes whose working directory is `folder`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_untrusted_input_is_fenced_in(tmp_path: Path) -> None:
    out = ffmpeg.output(ffmpeg.source(tmp_path / "-f.mp4")["0"], "a.mp4", c="copy")
    command = ffmpeg.command([out])
    at = command.index("-i")
    assert command[at + 1] == f"file:{tmp_path}/-f.mp4"
    assert command[command.index("-protocol_whitelist") + 1] == "file,pipe"
    allowed = command[command.index("-format_whitelist") + 1].split(",")
    assert command.index("-format_whitelist") < at
    assert not {"hls", "concat", "dash", "sdp", "image2", "tty", "lavfi", "applehttp"} & set(allowed)
    assert {"-nostdin", "-hide_banner", "-progress"} <= set(command)


def test_two_outputs_are_one_command(tmp_path: Path) -> None:
    source = ffmpeg.source(tmp_path / "a.mp4")
    command = ffmpeg.command([ffmpeg.output(source["0"], "v.mp4"), ffmpeg.output(source["1"], "a.mp4")])
    assert command.count("-i") == 1
    assert [command[i + 1] for i, word in enumerate(command) if word == "-map"] == ["0:0", "0:1"]


def test_progress_rises_to_one(tmp_path: Path) -> None:
    watch = Recorder()
    ffmpeg.run(endless(t=3), out=tmp_path, what="It", duration=3, seconds=30, watch=watch)
    assert watch.seen == sorted(watch.seen)
    assert watch.seen[0] == 0.0
    assert watch.seen[-1] == 1.0
    assert (tmp_path / "made.mkv").stat().st_size > 0


def test_a_failure_carries_command_and_last_words(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing" * 100)
    outputs = [ffmpeg.output(ffmpeg.source(broken), "made.mkv")]
    with pytest.raises(MediaToolError) as caught:
        ffmpeg.run(outputs, out=tmp_path / "out", what="Making it", duration=1, seconds=30, watch=Silent())
    assert caught.value.message.startswith("Making it failed")
    assert f"file:{broken}" in caught.value.command
    assert "Invalid data" in caught.value.stderr


def test_cancel_ends_ffmpeg_within_seconds_and_leaves_nothing(tmp_path: Path) -> None:
    watch = Recorder(stop_after=3)
    with pytest.raises(Cancelled):
        ffmpeg.run(endless(), out=tmp_path, what="It", duration=60, seconds=30, watch=watch)
    assert time.monotonic() - watch.stopped_at < 3
    assert list(tmp_path.iterdir()) == []
    assert running_in(tmp_path) == []


def test_time_limit(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TimeLimit) as caught:
        ffmpeg.run(endless(), out=tmp_path, what="Making it", duration=60, seconds=0.5, watch=Silent())
    assert time.monotonic() - began < 10
    assert "Making it did not end" in caught.value.message
    assert caught.value.command
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_ignores_the_request_to_end_is_killed() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    lines: list[str] = []

    def tick() -> None:
        if lines:
            raise Cancelled("enough")

    began = time.monotonic()
    with pytest.raises(Cancelled):
        confine.run(
            [sys.executable, "-c", stubborn],
            what="It",
            seconds=30,
            on_line=lines.append,
            tick=tick,
            limits=confine.Limits(),
        )
    assert time.monotonic() - began < 15


def test_full_pipes_do_not_hang_a_child() -> None:
    noisy = "import sys\nfor _ in range(40000): print('o' * 50); print('e' * 50, file=sys.stderr)"
    count = 0

    def take(_line: str) -> None:
        nonlocal count
        count += 1

    ended = confine.run(
        [sys.executable, "-c", noisy], what="It", seconds=30, on_line=take, tick=lambda: None, limits=confine.Limits()
    )
    assert (ended.code, count) == (0, 40000)
    assert len(ended.stderr.splitlines()) == 20


def test_a_long_answer_arrives_in_one_piece() -> None:
    lines: list[str] = []
    confine.run(
        [sys.executable, "-c", "print('a' * 200_000)"],
        what="It",
        seconds=30,
        on_line=lines.append,
        tick=lambda: None,
        limits=confine.Limits(),
    )
    assert [len(line) for line in lines] == [200_000]


def test_limits_hold() -> None:
    greedy = "x = bytearray(2**30)"
    ended = confine.run(
        [sys.executable, "-c", greedy],
        what="It",
        seconds=30,
        on_line=lambda _line: None,
        tick=lambda: None,
        limits=confine.Limits(memory=2**29),
    )
    assert ended.code == 1
    assert "MemoryError" in ended.stderr


def test_kill_9_of_the_parent_leaves_no_ffmpeg(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(work)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not (running_in(work) and (work / "made.mkv").exists()):
        assert time.monotonic() < deadline, "ffmpeg did not start"
        time.sleep(0.05)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 2
    while running_in(work):
        assert time.monotonic() < deadline, "ffmpeg outlived its parent"
        time.sleep(0.05)


PARENT = """
import sys
from pathlib import Path
import ffmpeg as tool
from ingest import ffmpeg
from ingest.watch import Silent
source = tool.input("testsrc2=s=640x480:r=30", f="lavfi", re=None)
made = ffmpeg.output(source, "made.mkv", vcodec="libx264", flush_packets=1)
ffmpeg.run([made], out=Path(sys.argv[1]), what="It", duration=60, seconds=60, watch=Silent())
"""


def test_a_part_of_a_watch() -> None:
    whole = Recorder()
    part = Part(whole, 0.5, 0.75)
    for fraction in (0.0, 0.5, 1.0, 7.0):
        part.progress(fraction)
    assert whole.seen == [0.5, 0.625, 0.75, 0.75]
