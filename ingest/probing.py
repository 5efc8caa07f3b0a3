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

_LOOKED_AT = 3  # frames decoded of each stream: whether it can be, and a picture's rotation and interlacing
_GIVE_UP = 60  # packets after which no frame is expected any more
_GIVE_UP_SOUND = 1500  # the same of sound: half a minute
_HIDDEN = 1500  # more of them where an edit list hides the first ones: those give no frames
_UPRIGHT = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)  # the display matrix that changes nothing
_CLOCK_JUMPS = 0x200  # AVFMT_TS_DISCONT: a container whose clock may jump
_JUMP = 10.0  # seconds: ffmpeg's dts_delta_threshold
_NO_TIME = 30 * 3600.0  # seconds: ffmpeg's dts_error_threshold: it takes no heed of such a time
_GAP = 0.3  # seconds between two packets of one stream that are worth telling
_OVERLAP = 0.05  # seconds by which a packet may begin before the one before it is over
_MANY = 2000  # gaps, and lines of the demuxer, that are remembered
_PATIENCE = 20_000  # times that a demuxer may stumble over bytes without meaning (64 KiB each in a transport stream)

# ffmpeg's names of the numbers of ISO/IEC 23091-2.
_RANGES = {1: "tv", 2: "pc"}
_PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020"}
_PRIMARIES |= {10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}
_TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100"}
_TRANSFERS |= {10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12"}
_TRANSFERS |= {16: "smpte2084", 17: "smpte428", 18: "arib-std-b67"}
_SPACES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc"}
_SPACES |= {10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp"}


class Clock:
    """Times as ffmpeg will count them: where a container's clock may jump, it closes the jumps, and so do we."""

    def __init__(self, container: Any) -> None:
        self.jumps = bool(container.format.flags & _CLOCK_JUMPS)
        self.shift = 0.0
        self.last: float | None = None

    def corrected(self, dts: float, before: float | None, due: float | None) -> float:
        """Return a decoding time; `before` and `due` are its stream's last one, and when that was over."""
        if not self.jumps:
            return dts
        at = dts + self.shift
        due = self.last if due is None else due
        if due is not None and (abs(at - due) > _JUMP or (before is not None and at + 0.1 < before)):
            self.shift -= at - due
            at = due
        self.last = at
        return at


class Stream:
    """What is found of one stream. Times in seconds, as `Clock` counts them."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.tick = float(stream.time_base or 0)
        self.picture = stream.type == "video" and not int(stream.disposition) & _cover()
        self.sound = stream.type == "audio"
        self.packets = self.size = self.untimed = self.unkeyed = self.hidden = 0
        self.corrupt = self.strays = self.overlaps = self.long = 0
        self.cut = False
        self.promised_packets, self.promised_end = self.promise()
        self.first: float | None = None
        self.end: float | None = None
        self.before: float | None = None
        self.due: float | None = None
        self.stray: float | None = None
        self.heard = 0
        self.gaps: list[list[float]] = []
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

    def take(self, packet: Any, clock: Clock, heard: int) -> None:
        """Count a packet; `heard` is how many lines the demuxer has said so far."""
        self.packets += 1
        self.size += packet.size
        self.corrupt += bool(packet.is_corrupt)
        self.cut = bool(packet.is_corrupt)
        if packet.pts is None:
            self.untimed += 1
        if self.last_key is None and not packet.is_keyframe:
            self.unkeyed += 1
        if packet.is_discard:  # an edit list hides it
            self.hidden += 1
        else:
            self.place(packet, clock, heard)
        patience = (_GIVE_UP if self.picture else _GIVE_UP_SOUND) + min(self.hidden, _HIDDEN)
        if (self.picture or self.sound) and self.frames < _LOOKED_AT and self.packets <= patience:
            self.look(packet)

    def place(self, packet: Any, clock: Clock, heard: int) -> None:
        """Put a packet on the time line."""
        dts = packet.pts if packet.dts is None else packet.dts
        if dts is None:
            return
        length = (packet.duration or 0) * self.tick
        at = clock.corrected(dts * self.tick, self.before, self.due)
        if not clock.jumps and self.strayed(at):
            return
        if self.due is not None and at - self.due > _GAP and len(self.gaps) < _MANY:
            self.gaps.append([self.due, at, self.heard, heard, self.corrupt])
        self.long += length > _JUMP
        self.overlaps += self.due is not None and at < self.due - _OVERLAP
        self.before, self.due, self.heard = at, at + length, heard
        ahead = ((dts if packet.pts is None else packet.pts) - dts) * self.tick
        start = at + (ahead if abs(ahead) < _JUMP else 0.0)
        self.busy += length
        self.first = start if self.first is None or start < self.first else self.first
        self.end = start + length if self.end is None or start + length > self.end else self.end
        if packet.is_keyframe:
            if self.last_key is not None:
                self.key_gap = max(self.key_gap, start - self.last_key)
            self.last_key = start

    def strayed(self, at: float) -> bool:
        """Tell whether a time is out of all order: far ahead, and what comes next goes back to where it was."""
        if self.stray is not None:
            returned = at < self.stray - _JUMP
            self.stray = None
            if not returned:  # it was no stray: the time line goes on from there
                self.strays -= 1
                return False
        if self.due is not None and abs(at - self.due) > _NO_TIME:
            return True
        if self.due is not None and abs(at - self.due) > _JUMP:
            self.stray = at if at > self.due else None  # what goes far back follows on no healthy packet
            self.strays += 1
            return True
        return False

    def look(self, packet: Any) -> None:
        try:
            frames = packet.decode()
        except (FFmpegError, ValueError, AttributeError):
            return
        self.frames += len(frames)
        for frame in frames if self.picture else ():
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
            "title": stream.metadata.get("title"),
            "packets": self.packets,
            "promised_packets": self.promised_packets,
            "promised_end": self.promised_end,
            "first": self.first,
            "end": self.end,
            "busy": self.busy,
            "untimed": self.untimed,
            "hidden": self.hidden,
            "corrupt": self.corrupt,
            "cut": self.cut,
            "overlaps": self.overlaps,
            "long": self.long,
            "strays": self.strays,
            "gaps": self.gaps,
            "size": self.size,
            "bit_rate": _rate(self.size, self.first, self.end),
            "decoded": self.frames > 0,
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
            "color_range": _RANGES.get(int(context.color_range)),
            "color_primaries": _PRIMARIES.get(int(context.color_primaries)),
            "color_transfer": _TRANSFERS.get(int(context.color_trc)),
            "color_space": _SPACES.get(int(context.colorspace)),
            "level": context.level,
            "frame_rate": float(rate) if rate else None,
            "interlaced": self.interlaced or context.field_order > 1,
            "keyframe_max_gap": gap,
            "packets_before_keyframe": self.unkeyed,
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
    if codec == "av1" and extradata and len(extradata) > 3 and extradata[0] == 0x81:
        depth = 8 if not extradata[2] & 0x40 else 12 if extradata[2] & 0x20 else 10
        tier = "H" if extradata[2] & 0x80 else "M"
        return f"av01.{extradata[1] >> 5}.{extradata[1] & 0x1F:02d}{tier}.{depth:02d}"
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
    av.logging.set_level(av.logging.WARNING)
    with av.logging.Capture(local=False) as said:
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
        heard: list[str] = []
        trouble = _read(container, streams, size, said, heard)
    start = container.start_time
    return {
        "facts": {
            "container": container.format.name,
            "size": size,
            "promised": None if container.duration is None else container.duration / 1e6,
            "file_start": None if start is None else start / 1e6,
            "trouble": trouble,
            "heard": heard,
            "streams": [found.facts() for found in streams],
        }
    }


def _read(container: Any, streams: list[Stream], size: int, said: list[Any], heard: list[str]) -> str:
    """Take every packet, and write down what the demuxer says. Return what ended the reading early, or nothing."""
    told = time.monotonic()
    by_index = {found.stream.index: found for found in streams}
    clock = Clock(container)
    try:
        for packet in packets(container):
            _listen(said, container.format.name, heard)
            if packet.size == 0:
                continue
            found = by_index.get(packet.stream_index)  # a transport stream can bring up new ones on the way
            if found is not None:
                found.take(packet, clock, len(heard))
            if time.monotonic() - told > 0.2 and packet.pos:
                told = time.monotonic()
                _say({"at": min(1.0, packet.pos / max(1, size))})
    except (FFmpegError, ValueError) as error:
        return str(error)
    finally:
        _listen(said, container.format.name, heard)
    return ""


def packets(container: Any, streams: list[Any] | None = None) -> Any:
    """Yield every packet; like ffmpeg, try again where a demuxer stumbled, for there may be more behind it."""
    for _ in range(_PATIENCE):
        try:
            yield from container.demux() if streams is None else container.demux(streams)
        except BlockingIOError:
            continue
        return


def _listen(said: list[Any], demuxer: str, heard: list[str]) -> None:
    """Keep the demuxer's own words; what the decoders say of three frames is of no weight."""
    if said:
        heard += [f"[{name}] {text.strip()}" for _, name, text in said if name == demuxer][: _MANY - len(heard)]
        del said[:]


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(probe(sys.argv[1], sys.argv[2]))
