"""Decode a media file and tell from when to when that fails. Run as a script in a confined child.

    python -I decoding.py PATH FORMATS START THREADS HOLES INDEX…

START is where the time line begins; HOLES, times from which packets of the picture are missing, separated by commas;
INDEX the numbers of the streams to decode.

It prints JSON, one value a line: `{"at": fraction}` now and then, at last `{"lost": {index: [[from, to], …]}}`, in
seconds from START, or `{"error": …}`. Nothing decoded is kept: memory is flat, whatever the length.
"""

import collections
import contextlib
import heapq
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

sys.path.append(str(Path(__file__).parent))  # last: it must not stand before what Python itself brings
from probing import Clock, packets  # type: ignore[import-not-found]

# Where a decoder can look more closely than a player would and is not wrong about healthy streams: what it then refuses
# is a loss. MPEG-1 and MPEG-2 as cameras write them do not stand it.
_CLOSELY = {
    "h264": "crccheck+bitstream+buffer+explode+careful+compliant+aggressive",
    **dict.fromkeys(("flac", "ac3", "eac3"), "crccheck+explode"),
    **dict.fromkeys(("mpeg4", "msmpeg4v3", "wmv1", "wmv2", "wmv3", "vc1", "h263"), "crccheck+bitstream+buffer"),
    "mjpeg": "crccheck+bitstream+buffer+explode",
}
_NEAR = 0.3  # seconds between two losses that make them one
_MANY = 2000  # losses that are told apart
_FEW = 2  # packets without a picture of their own that are no loss: two fields make one, and some repeat the last
_REORDERED = 64  # packets that may be under way in a decoder


class Track:
    """One stream being decoded, and what is lost of it."""

    def __init__(self, stream: Any, start: float, threads: int, holes: list[float]) -> None:
        self.stream = stream
        self.holes = list(holes)  # when packets are missing: what comes after builds on them
        self.start = start
        self.tick = float(stream.time_base or 0)
        self.picture = stream.type == "video"
        self.before: float | None = None
        self.due: float | None = None
        self.shift = 0.0
        self.length = 0.0
        self.waiting: list[float] = []  # times of packets whose frame has not come yet
        self.lost: list[list[float]] = []
        self.shown: float | None = None
        self.recent: collections.deque[float] = collections.deque(maxlen=threads)  # an error may be of any of them
        self.broken: float | None = None  # since when the picture is wrong: until the next key frame
        codec = stream.codec_context.codec.canonical_name
        stream.codec_context.options = {"flags": "+output_corrupt"} | (
            {"err_detect": _CLOSELY[codec]} if codec in _CLOSELY else {}
        )
        stream.codec_context.thread_count = threads
        stream.codec_context.thread_type = "AUTO"

    def take(self, packet: Any, clock: Any) -> None:
        """Decode a packet."""
        dts = packet.pts if packet.dts is None else packet.dts
        at = None
        if dts is not None:
            self.length = (packet.duration or 0) * self.tick
            self.before = clock.corrected(dts * self.tick, self.before, self.due)
            self.due = self.before + self.length
            self.shift = self.before - dts * self.tick
            at = ((dts if packet.pts is None else packet.pts) * self.tick) + self.shift - self.start
            self.recent.append(at)
        if packet.is_corrupt:
            self.lose(at)
        elif packet.pts is not None and at is not None and not packet.is_discard and self.picture:
            heapq.heappush(self.waiting, at)
            if len(self.waiting) > _REORDERED:
                self.lose(heapq.heappop(self.waiting))
        try:
            self.see(packet.decode())
        except (FFmpegError, ValueError, AttributeError):
            self.lose(min(self.recent, default=at) if self.picture else at)

    def see(self, frames: Any) -> None:
        """Look at what came out of the decoder."""
        for frame in frames:
            at = None if frame.pts is None else frame.pts * self.tick + self.shift - self.start
            if self.picture and at is not None:
                self.follow(at, key=bool(frame.key_frame) and not frame.is_corrupt)
            if frame.is_corrupt:
                self.lose(at)

    def follow(self, at: float, *, key: bool) -> None:
        """Compare a picture with the packets that went in before it, and end a loss at a key frame."""
        while self.holes and at >= self.holes[0] - 1e-3:
            self.lose(self.holes.pop(0))
        passed = []
        while self.waiting and self.waiting[0] < at - 1e-4:
            passed.append(heapq.heappop(self.waiting))
        if len(passed) > _FEW and (self.shown is None or at - self.shown > _NEAR):
            self.lose(passed[0])
        self.shown = at
        if self.waiting and self.waiting[0] <= at + 1e-4:
            heapq.heappop(self.waiting)
        if key and self.broken is not None and at > self.broken:
            self.add(self.broken, at)
            self.broken = None

    def lose(self, at: float | None) -> None:
        if at is None:
            at = 0.0 if self.before is None else self.before - self.start
        if not self.picture:
            self.add(at, at + self.length)
        elif self.broken is None or at < self.broken:
            self.broken = at

    def add(self, begin: float, end: float) -> None:
        last = self.lost[-1] if self.lost else None
        if last is not None and last[0] <= begin <= last[1] + _NEAR:
            last[1] = max(last[1], end)
        elif len(self.lost) < _MANY:
            self.lost.append([begin, end])
        elif last is not None:
            last[1] = max(last[1], end)

    def finish(self) -> None:
        """Take what is left in the decoder."""
        with contextlib.suppress(FFmpegError, ValueError, EOFError):
            self.see(self.stream.codec_context.decode(None))
        end = 0.0 if self.due is None else self.due - self.start
        if len(self.waiting) > _FEW:
            self.lose(self.waiting[0])
        if self.broken is not None:
            self.add(self.broken, max(end, self.broken))


def decode(
    path: str, formats: str, start: float, threads: int, holes: list[float], indexes: list[int]
) -> dict[str, Any]:
    """Decode some streams of a file; return {"lost": …} or {"error": …}."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        return {"error": "not a file"}
    size = os.fstat(handle).st_size
    try:
        container = av.open(
            f"file:/proc/self/fd/{handle}", options={"protocol_whitelist": "file", "format_whitelist": formats}
        )
    except (FFmpegError, ValueError, OSError) as error:
        return {"error": str(error)}
    tracks = {index: Track(container.streams[index], start, threads, holes) for index in indexes}
    clock, told = Clock(container), time.monotonic()
    with contextlib.suppress(FFmpegError, ValueError):
        for packet in packets(container, [track.stream for track in tracks.values()]):
            if packet.size and packet.stream_index in tracks:
                tracks[packet.stream_index].take(packet, clock)
            if time.monotonic() - told > 0.2 and packet.pos:
                told = time.monotonic()
                _say({"at": min(1.0, packet.pos / max(1, size))})
    for track in tracks.values():
        track.finish()
    return {"lost": {str(index): track.lost for index, track in tracks.items()}}


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _path, _formats, _start, _threads, _holes, *_indexes = sys.argv[1:]
    _times = [float(word) for word in _holes.split(",") if word]
    _say(decode(_path, _formats, float(_start), int(_threads), _times, [int(word) for word in _indexes]))
