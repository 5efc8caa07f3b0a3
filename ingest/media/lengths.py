"""How long a file should be, by its own header, and whether it breaks off in the middle of something.

Only bytes are looked at, a few of them; nothing here decodes.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.transcripts.times import LONGEST
from ingest import complaints

_HEAD = 64 * 1024
# Containers whose header states the length. The others' is a guess from the bit rate, which proves nothing.
_STATED = {"matroska", "webm", "flv", "w64", "flac", "mxf", "aiff", "caf"}
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_PES = {0xBD, *range(0xC0, 0xF0)}  # stream ids of picture and sound in a program stream
_TS_SYNC = 0x47


@dataclass(frozen=True)
class Stated:
    """What a file says of itself. `length` in seconds, None where it says nothing that could be trusted.

    `broken_off`: its last bytes are the beginning of something, or its reader gave up: more was to come. `lost`: the
    bytes at its end in which its reader found no way, as a share of the file.
    """

    length: float | None
    broken_off: bool
    lost: float = 0.0


def stated(path: Path, found: dict[str, Any]) -> Stated:
    """Return what the file says of itself; `found` are the reader's facts."""
    kinds = set(found["container"].split(","))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    length = _length(kinds, head, found)
    broken_off, lost = bool(found["trouble"]) or _ended_prematurely(found), 0.0
    if "mp4" in kinds and has_box(path, b"moof"):  # each fragment states its own length, and none the whole one's
        length, cut, lost = None, *_fragments(path)
        broken_off = broken_off or cut
    elif kinds & {"mpegts", "mpeg", "ogg"}:
        broken_off = broken_off or _ends_within(path, kinds, head)
    if length is not None and not 0 < length < LONGEST:  # the header is damaged itself
        length, broken_off = None, True
    return Stated(length, broken_off, lost)


def _length(kinds: set[str], head: bytes, found: dict[str, Any]) -> float | None:
    if "avi" in kinds:
        return _avi(head)
    if "asf" in kinds:
        return _asf(head)
    if "mp4" in kinds:  # an index names its packets one by one: only one that is damaged itself is not believed
        return found["promised"] if complaints.count(found["heard"]) and not found["trouble"] else None
    if "wav" in kinds:
        return _wav(head)
    states = bool(kinds & _STATED) or ("mp3" in kinds and (b"Xing" in head or b"Info" in head))
    return found["promised"] if states and not _guessed(found) else None


def _fragments(path: Path) -> tuple[bool, float]:
    """Return whether a fragmented MP4 ends within a box, and the share of it that no chain of boxes leads to."""
    end, size = _boxes(path)[-1][2], path.stat().st_size
    return end > size, max(0.0, (size - end) / size)


def _ends_within(path: Path, kinds: set[str], head: bytes) -> bool:
    """Tell whether a container that states no length ends within one of its packets or pages."""
    size = path.stat().st_size
    if "mpegts" in kinds:
        return _ts_remainder(head, size)
    with path.open("rb") as file:
        file.seek(max(0, size - 4 * _HEAD))
        tail = file.read()
    return _ogg_broken(tail) if "ogg" in kinds else _pes_broken(tail)


def _ended_prematurely(found: dict[str, Any]) -> bool:
    return any("ended prematurely" in line for line in found["heard"])


def _guessed(found: dict[str, Any]) -> bool:
    return any("from bitrate" in line for line in found["heard"])


def _wav(head: bytes) -> float | None:
    """Return the length of a WAV's data by its byte rate; nothing where a stream's header was never completed."""
    form, data = head.find(b"fmt "), head.find(b"data")
    if head[:4] != b"RIFF" or form < 0 or data < 0 or data + 8 > len(head):
        return None
    rate, size = struct.unpack_from("<I", head, form + 16)[0], struct.unpack_from("<I", head, data + 4)[0]
    return float(size / rate) if rate and 0 < size < 2**32 - 2**16 else None


def _avi(head: bytes) -> float | None:
    """Return the longest stream's length: frames or samples, by their rate."""
    lengths, at = [0.0], head.find(b"strh")
    while 0 <= at <= len(head) - 44:
        kind = head[at + 8 : at + 12]
        scale, rate, _start, length = struct.unpack_from("<4I", head, at + 28)
        if kind == b"vids" and scale and rate:
            lengths.append(length * scale / rate)
        at = head.find(b"strh", at + 8)
    return max(lengths) or None


def _asf(head: bytes) -> float | None:
    """Return the play duration of an ASF's file properties, without the time it fills its buffer."""
    at = head.find(_ASF_FILE_PROPERTIES)
    if at < 0 or at + 88 > len(head):
        return None
    play, _send, preroll = struct.unpack_from("<3Q", head, at + 64)
    return float(play / 1e7 - preroll / 1e3) if play else None


def _boxes(path: Path) -> list[tuple[bytes, int, int]]:
    """Return the top-level boxes of an MP4 (type, from, to), as far as they can be followed, without their content."""
    found = []
    with path.open("rb") as file:
        at, size = 0, path.stat().st_size
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if not all(32 <= byte < 127 or byte == 0xA9 for byte in head[4:8]):
                break
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            elif length == 0:  # it reaches to the end
                length = size - at
            if length < 8:
                break
            found.append((head[4:8], at, at + length))
            at += length
    return found


def has_box(path: Path, wanted: bytes) -> bool:
    """Tell whether an MP4 has a top-level box of that type."""
    return any(kind == wanted for kind, _, _ in _boxes(path))


def _ts_remainder(head: bytes, size: int) -> bool:
    """Tell whether a transport stream ends within a packet; packets are 188 bytes, 192 with a camera's time codes."""
    first = head.find(_TS_SYNC)
    for length in (188, 192):
        if (
            first >= 0
            and len(head) > first + 2 * length
            and head[first + length] == head[first + 2 * length] == _TS_SYNC
        ):
            start = first - (4 if length == 192 and first >= 4 else 0)
            return bool((size - start) % length)
    return False


def _pes_broken(tail: bytes) -> bool:
    """Tell whether the last packet of a program stream is shorter than it says."""
    at = len(tail)
    while (at := tail.rfind(b"\0\0\1", 0, at)) >= 0:
        if at + 6 <= len(tail) and tail[at + 3] in _PES:
            return at + 6 + int.from_bytes(tail[at + 4 : at + 6], "big") > len(tail)
    return False


def _ogg_broken(tail: bytes) -> bool:
    """Tell whether the last page of an Ogg is shorter than it says."""
    at = tail.rfind(b"OggS")
    if at < 0 or at + 27 > len(tail):
        return True
    table = tail[at + 27 : at + 27 + tail[at + 26]]
    return at + 27 + tail[at + 26] + sum(table) > len(tail)
