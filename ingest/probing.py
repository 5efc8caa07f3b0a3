"""Read a media file and tell what is really in it. Run as a script in a confined child: the file may be hostile.

    python -I probing.py PATH FORMATS        (FORMATS: the demuxers that may be used, separated by commas)

It prints JSON, one value a line: `{"at": fraction}` now and then, at last `{"facts": …}` or `{"error": …}`. It reads
every packet, so what it says is not what the header promises but what can be read. It imports nothing of ours.
"""

import json
import os
import stat
import struct
import sys
import time
from typing import Any

import av
from av.error import FFmpegError

_LOOKED_AT = 3  # frames decoded of each picture stream, for rotation and interlacing
_GIVE_UP = 60  # packets after which no frame is expected any more
_UPRIGHT = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)  # the display matrix that changes nothing


class Stream:
    """What is found of one stream. Times in seconds as the file counts them."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.tick = float(stream.time_base or 0)
        self.picture = stream.type == "video" and not int(stream.disposition) & _cover()
        self.packets = self.size = self.untimed = self.unkeyed = self.hidden = 0
        self.promised_packets, self.promised_end = self.promise()
        self.first: float | None = None
        self.end: float | None = None
        self.busy = 0.0
        self.last_key: float | None = None
        self.key_gap = 0.0
        self.frames = 0
        self.interlaced = False
        self.rotation = 0
        self.upright = True

    def promise(self) -> tuple[int, float | None]:
        """Return how many packets an MP4's index names, and the time of the last. Edit lists are applied already."""
        if "mp4" not in self.stream.container.format.name:
            return 0, None
        index = self.stream.index_entries
        return len(index), index[len(index) - 1].timestamp * self.tick if len(index) else None

    def take(self, packet: Any) -> None:
        self.packets += 1
        self.size += packet.size
        pts = packet.pts
        if pts is None:
            self.untimed += 1
            pts = packet.dts
        if self.last_key is None and not packet.is_keyframe:
            self.unkeyed += 1
        if packet.is_discard:  # an edit list hides it
            self.hidden += 1
        elif pts is not None:
            start = pts * self.tick
            length = (packet.duration or 0) * self.tick
            self.busy += length
            self.first = start if self.first is None or start < self.first else self.first
            self.end = start + length if self.end is None or start + length > self.end else self.end
            if packet.is_keyframe:
                if self.last_key is not None:
                    self.key_gap = max(self.key_gap, start - self.last_key)
                self.last_key = start
        if self.picture and self.frames < _LOOKED_AT and self.packets <= _GIVE_UP:
            self.look(packet)

    def look(self, packet: Any) -> None:
        try:
            frames = packet.decode()
        except (FFmpegError, ValueError, AttributeError):
            return
        for frame in frames:
            self.frames += 1
            self.interlaced = self.interlaced or bool(frame.interlaced_frame)
            matrix = frame.side_data.get("DISPLAYMATRIX")
            if matrix is not None:
                self.rotation = int(frame.rotation)
                self.upright = struct.unpack("=9i", bytes(matrix)[:36]) == _UPRIGHT

    def facts(self) -> dict[str, Any]:
        stream, context = self.stream, self.stream.codec_context
        codec = context.codec.canonical_name if context else None
        found = {
            "index": stream.index,
            "type": stream.type if self.picture or stream.type != "video" else "cover",
            "codec": codec,
            "profile": context.profile if context else None,
            "default": bool(int(stream.disposition) & 1),
            "language": stream.language,
            "packets": self.packets,
            "promised_packets": self.promised_packets,
            "promised_end": self.promised_end,
            "first": self.first,
            "end": self.end,
            "busy": self.busy,
            "untimed": self.untimed,
            "hidden": self.hidden,
            "size": self.size,
            "bit_rate": _rate(self.size, self.first, self.end),
        }
        if stream.type == "video" and context:
            found |= self.picture_facts(context)
        if stream.type == "audio" and context:
            found |= {"sample_rate": context.sample_rate, "channels": context.channels}
        return found | {"rfc6381": _rfc6381(codec, context.extradata if context else None)}

    def picture_facts(self, context: Any) -> dict[str, Any]:
        rate = self.stream.average_rate or self.stream.guessed_rate
        sar = self.stream.sample_aspect_ratio
        gap = self.key_gap
        if self.last_key is not None and self.end is not None:
            gap = max(gap, self.end - self.last_key)
        return {
            "width": context.width,
            "height": context.height,
            "sar": [sar.numerator, sar.denominator] if sar else [1, 1],
            "rotation": self.rotation,
            "upright": self.upright,
            "pix_fmt": context.pix_fmt,
            "level": context.level,
            "frame_rate": float(rate) if rate else None,
            "interlaced": self.interlaced or context.field_order > 1,
            "keyframe_max_gap": gap,
            "packets_before_keyframe": self.unkeyed,
            "decoded": self.frames > 0,
        }


def _cover() -> int:
    from av.stream import Disposition

    return int(Disposition.attached_pic)


def _rate(size: int, first: float | None, end: float | None) -> int | None:
    return None if first is None or end is None or end <= first else int(size * 8 / (end - first))


def _rfc6381(codec: str | None, extradata: bytes | None) -> str | None:
    """Return the codec's name for a playlist, e.g. avc1.64001f, from an MP4's avcC or AudioSpecificConfig."""
    if codec == "h264" and extradata and len(extradata) > 3 and extradata[0] == 1:
        return f"avc1.{extradata[1:4].hex()}"
    if codec == "aac" and extradata:
        return f"mp4a.40.{extradata[0] >> 3}"
    return None


def probe(path: str, formats: str) -> dict[str, Any]:
    """Read all of a file; return {"facts": …} or {"error": kind, "text": …}."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        return {"error": "not_a_file", "text": ""}
    size = os.fstat(handle).st_size
    # By number, not by name: no name can then be taken for an option, a URL or a pattern, nor hint at a format.
    name = f"file:/proc/self/fd/{handle}"
    try:
        container = av.open(name, options={"protocol_whitelist": "file", "format_whitelist": formats})
    except (FFmpegError, ValueError, OSError) as error:
        return {"error": "unreadable", "text": str(error)}
    if not set(container.format.name.split(",")) & set(formats.split(",")):
        return {"error": "unreadable", "text": f"format {container.format.name}"}
    streams = [Stream(stream) for stream in container.streams]
    for found in streams:
        if found.picture and found.stream.codec_context:
            found.stream.codec_context.thread_count = 1
    trouble = _read(container, streams, size)
    start = container.start_time
    return {
        "facts": {
            "container": container.format.name,
            "size": size,
            "promised": None if container.duration is None else container.duration / 1e6,
            "file_start": None if start is None else start / 1e6,
            "trouble": trouble,
            "streams": [found.facts() for found in streams],
        }
    }


def _read(container: Any, streams: list[Stream], size: int) -> str:
    """Take every packet. Return what ended the reading early, or nothing."""
    told = time.monotonic()
    by_index = {found.stream.index: found for found in streams}
    try:
        for packet in container.demux():
            if packet.size == 0:
                continue
            found = by_index.get(packet.stream_index)  # a transport stream can bring up new ones on the way
            if found is not None:
                found.take(packet)
            if time.monotonic() - told > 0.2 and packet.pos:
                told = time.monotonic()
                _say({"at": min(1.0, packet.pos / max(1, size))})
    except (FFmpegError, ValueError) as error:
        return str(error)
    return ""


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(probe(sys.argv[1], sys.argv[2]))
