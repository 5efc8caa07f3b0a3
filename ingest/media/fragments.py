"""The boxes of a fragmented MP4 that ffmpeg wrote for us, as far as joining needs them (ISO/IEC 14496-12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_LARGEST = 2**24  # bytes of a box that is read whole: tables, never media


@dataclass(frozen=True)
class Box:
    """A box in a file: its type, where it begins, and its size with its header."""

    kind: str
    at: int
    size: int


@dataclass(frozen=True)
class Fragment:
    """A run of boxes that ends with its media data; `start` and `duration` in ticks of the time scale."""

    boxes: tuple[Box, ...]
    start: int
    duration: int
    samples: int

    @property
    def end(self) -> int:
        """The byte after its last."""
        return self.boxes[-1].at + self.boxes[-1].size


def top(file: IO[bytes]) -> Iterator[Box]:
    """Yield the outermost boxes of a file.

    Raises:
        ValueError: it ends within one, or is no MP4.
    """
    end = file.seek(0, 2)
    at = 0
    while at < end:
        file.seek(at)
        header = file.read(8)
        size = int.from_bytes(header[:4], "big")
        if size < 8 or at + size > end:
            raise ValueError(f"the box at byte {at} does not end within the file")
        yield Box(header[4:].decode("latin-1"), at, size)
        at += size


def head(file: IO[bytes]) -> bytes:
    """Return all that stands before the first fragment: the description of the stream, with its parameter sets."""
    first = next((box for box in top(file) if box.kind in ("styp", "sidx", "moof")), None)
    if first is None:
        raise ValueError("it holds no fragment")
    file.seek(0)
    return file.read(first.at)


def time_scale(head_: bytes) -> int:
    """Return the ticks of a second."""
    mdhd = _inside(head_, ("moov", "trak", "mdia", "mdhd"))
    return int.from_bytes(mdhd[20:24] if mdhd[0] else mdhd[12:16], "big")


def fragments(file: IO[bytes]) -> Iterator[Fragment]:
    """Yield the fragments of a file of one stream, in order.

    Raises:
        ValueError: its boxes are not as ffmpeg writes them.
    """
    boxes: list[Box] = []
    times: tuple[int, int, int] | None = None
    for box in top(file):
        if box.kind in ("ftyp", "moov"):
            continue
        boxes.append(box)
        if box.kind == "moof":
            times = _times(whole(file, box))
        if box.kind == "mdat":
            if times is None:
                raise ValueError(f"the media at byte {box.at} has no index")
            yield Fragment(tuple(boxes), *times)
            boxes, times = [], None


def whole(file: IO[bytes], box: Box) -> bytes:
    """Return a small box with its header."""
    if box.size > _LARGEST:
        raise ValueError(f"the {box.kind} at byte {box.at} is too large")
    file.seek(box.at)
    return file.read(box.size)


def numbered(moof: bytes, number: int) -> bytes:
    """Return a fragment's index with another number in the row."""
    if moof[12:16] != b"mfhd":
        raise ValueError("an index does not begin with its number")
    return moof[:20] + number.to_bytes(4, "big") + moof[24:]


def _times(moof: bytes) -> tuple[int, int, int]:
    """Return a fragment's decode time, its duration, and how many samples it has."""
    tfdt = _inside(moof, ("moof", "traf", "tfdt"))
    start = int.from_bytes(tfdt[4:12] if tfdt[0] else tfdt[4:8], "big")
    tfhd, trun = _inside(moof, ("moof", "traf", "tfhd")), _inside(moof, ("moof", "traf", "trun"))
    flags, count = int.from_bytes(trun[1:4], "big"), int.from_bytes(trun[4:8], "big")
    if not flags & 0x100:  # no sample has a duration of its own
        return start, count * _default_duration(tfhd), count
    first = 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    width = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    lengths = (int.from_bytes(trun[at : at + 4], "big") for at in range(first, first + count * width, width))
    return start, sum(lengths), count


def _default_duration(tfhd: bytes) -> int:
    flags = int.from_bytes(tfhd[1:4], "big")
    if not flags & 0x8:
        raise ValueError("its samples have no duration")
    at = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    return int.from_bytes(tfhd[at : at + 4], "big")


def _inside(data: bytes, path: tuple[str, ...]) -> bytes:
    """Return the content of the first box along a path of types."""
    at, end = 0, len(data)
    for kind in path:
        while data[at + 4 : at + 8] != kind.encode():
            size = int.from_bytes(data[at : at + 4], "big")
            if size < 8 or at + size >= end:
                raise ValueError(f"there is no {kind}")
            at += size
        end = at + int.from_bytes(data[at : at + 4], "big")
        at += 8
    return data[at:end]
