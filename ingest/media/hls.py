"""HLS over one fragmented MP4 per rendition: how ffmpeg is asked for it, and the proof that all of it is there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput
from ingest.media import fragments
from ingest.steps.probe import read
from ingest.watch import Silent

SEGMENT_SECONDS = 4.0  # long enough for a small playlist, short enough for a quick switch of rungs
_PART_SECONDS = {True: 0.9, False: 1.0}  # of picture (whose key frames may lie a little under a second apart), of sound
_EARLY = 4  # parts at the beginning that stay segments by themselves: the first one arrives soon

_READ = 6  # fragments that are read to tell what a file holds
_SLIVER = 0.5  # seconds: an end shorter than that is no segment by itself

_BYTERANGE = re.compile(r"(\d+)@(\d+)")


@dataclass(frozen=True)
class Part:
    """One segment: its seconds, and its bytes in the file."""

    duration: float
    length: int
    offset: int

    def and_(self, after: "Part") -> "Part":
        """This one and the one after it as one."""
        return Part(self.duration + after.duration, self.length + after.length, self.offset)


@dataclass(frozen=True)
class Playlist:
    """A media playlist of byte ranges of one file. `head` is the length of the initialisation part at its front."""

    file: str
    head: int
    parts: tuple[Part, ...]
    ended: bool

    @property
    def duration(self) -> float:
        return sum(part.duration for part in self.parts)

    @property
    def target(self) -> int:
        """The length of the longest segment, as EXT-X-TARGETDURATION wants it."""
        return max(1, max((round(part.duration) for part in self.parts), default=0))

    @property
    def peak(self) -> int:
        """The bit rate of the densest stretch of half to one and a half target durations, as RFC 8216 defines it."""
        rates = [0.0]
        for number in range(len(self.parts)):
            seconds = size = 0.0
            for part in self.parts[number:]:
                seconds, size = seconds + part.duration, size + part.length
                if seconds > 1.5 * self.target:
                    break
                if seconds >= 0.5 * self.target:
                    rates.append(size * 8 / seconds)
        whole = self.duration
        return round(max(rates) or (sum(part.length for part in self.parts) * 8 / whole if whole > 0 else 0))

    def gathered(self, seconds: float = SEGMENT_SECONDS) -> "Playlist":
        """Return it with its parts put together into segments of at least `seconds`, but for the first few.

        A sliver at the end goes with what is before it: whoever seeks close to the end of a recording is given its last
        segment by players, which must then hold that moment (hls.js: within a quarter of a second).
        """
        made: list[Part] = []
        for part in self.parts:
            last = made[-1] if made else None
            early = last is None or len(made) <= _EARLY or last.duration > seconds - 0.3
            if early or last is None or last.duration + part.duration > 1.5 * seconds:
                made.append(part)
            else:
                made[-1] = last.and_(part)
        if len(made) > 1 and made[-1].duration < _SLIVER:
            made[-2:] = [made[-2].and_(made[-1])]
        return Playlist(self.file, self.head, tuple(made), self.ended)

    def text(self) -> str:
        """Return it as a file holds it."""
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{self.target}", "#EXT-X-MEDIA-SEQUENCE:0"]
        lines += ["#EXT-X-PLAYLIST-TYPE:VOD", f'#EXT-X-MAP:URI="{self.file}",BYTERANGE="{self.head}@0"']
        for part in self.parts:
            lines += [f"#EXTINF:{part.duration:.6f},", f"#EXT-X-BYTERANGE:{part.length}@{part.offset}", self.file]
        return "\n".join([*lines, "#EXT-X-ENDLIST", ""] if self.ended else [*lines, ""])


def options(name: str, *, seconds: float = SEGMENT_SECONDS, video: bool) -> dict[str, Any]:
    """Return ffmpeg's output options for the playlist NAME.m3u8 over the file NAME.mp4.

    ffmpeg is asked for parts of about one second (of `seconds`, if that is less) from key frame to key frame; `prove`
    gathers them into segments of four seconds, all but the first few: playing begins soon, the playlist stays small.

    The times of the picture are written as they are, with negative composition offsets instead of an edit list, which
    players of media source extensions ignore: otherwise it lags behind the sound by its frame reordering.
    """
    exact = {"avoid_negative_ts": "disabled", "hls_segment_options": "movflags=+negative_cts_offsets+frag_discont"}
    return {
        "f": "hls",
        "hls_time": min(seconds, _PART_SECONDS[video]),
        "hls_segment_type": "fmp4",
        "hls_flags": "single_file",
        "hls_playlist_type": "vod",
        "hls_segment_filename": f"{name}.mp4",
        "map_metadata": -1,
        "map_chapters": -1,
    } | (exact if video else {})


def parse(text: str) -> Playlist:
    """Read a playlist that we made.

    Raises:
        ValueError: it is not one.
    """
    lines = text.splitlines()
    if not lines or lines[0] != "#EXTM3U":
        raise ValueError("it does not begin with #EXTM3U")
    head = re.search(r'#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@0"', text)
    if head is None:
        raise ValueError("it names no initialisation part")
    parts, duration = [], 0.0
    for line in lines:
        if line.startswith("#EXTINF:"):
            duration = float(line[8:].split(",")[0])
        elif line.startswith("#EXT-X-BYTERANGE:"):
            found = _BYTERANGE.fullmatch(line[17:])
            if found is None:
                raise ValueError(f"{line} is no byte range")
            parts.append(Part(duration, int(found[1]), int(found[2])))
        elif line and not line.startswith("#") and line != head[1]:
            raise ValueError(f"it points to {line} beside {head[1]}")
    return Playlist(head[1], int(head[2]), tuple(parts), lines[-1] == "#EXT-X-ENDLIST")


@dataclass(frozen=True)
class Expected:
    """What a rendition must hold: seconds, and how many packets or frames at least and at most."""

    duration: float
    tolerance: float
    packets: int
    fewer: int
    more: int


def prove(out: Path, name: str, expected: Expected, command: list[str]) -> dict[str, Any]:
    """Prove a rendition complete, gather its segments, and return its facts: files, codecs, bandwidth, size, duration.

    Raises:
        IncompleteOutput: less is there than went in, or the playlist and its file do not agree.
    """

    def fail(why: str) -> IncompleteOutput:
        return IncompleteOutput(
            f"ffmpeg said that it was done, but “{name}” is not complete: {why}.",
            "See that the disk is not full and that the source plays to its end elsewhere, then try again.",
            command=command,
            rendition=name,
        )

    playlist = _checked(out, name, fail).gathered()
    (out / f"{name}.m3u8").write_text(playlist.text(), encoding="utf-8")
    if abs(playlist.duration - expected.duration) > expected.tolerance:
        raise fail(f"it lasts {playlist.duration:.2f} s of {expected.duration:.2f} s")
    try:
        packets, stream = _read_back(out / f"{name}.mp4")
    except ValueError as error:
        raise fail(f"its file cannot be read back: {error}") from error
    if not expected.packets - expected.fewer <= packets <= expected.packets + expected.more:
        raise fail(f"it has {packets} packets where {expected.packets} were expected")
    if stream["rfc6381"] is None:
        raise fail("its codec is not the one that was asked for")
    return {
        "name": name,
        "media": stream["type"],
        "playlist": f"{name}.m3u8",
        "file": f"{name}.mp4",
        "codecs": stream["rfc6381"],
        "bandwidth": playlist.peak,
        "width": stream.get("width"),
        "height": stream.get("height"),
        "frame_rate": stream.get("frame_rate"),
        "duration": playlist.duration,
        "size": (out / f"{name}.mp4").stat().st_size,
    }


def _read_back(path: Path) -> tuple[int, dict[str, Any]]:
    """Return how many packets the indexes of a file name, all of which lie in it, and what its stream is.

    The reader is given the first seconds only: all of a recording of gigabytes would take it as long as its copying.
    """
    beginning = path.with_suffix(".beginning")
    packets = end = 0
    with path.open("rb") as file:
        for number, fragment in enumerate(fragments.fragments(file)):
            packets += fragment.samples
            if number < _READ:
                end = fragment.end
        file.seek(0)
        beginning.write_bytes(file.read(end))
    try:
        answer = read(beginning, Silent(), what=f"Checking “{path.stem}”")
    finally:
        beginning.unlink()
    if "facts" not in answer or len(answer["facts"]["streams"]) != 1:
        raise ValueError("its first seconds tell of no stream")
    return packets, answer["facts"]["streams"][0]


def _checked(out: Path, name: str, fail: Callable[[str], IncompleteOutput]) -> Playlist:
    """Return the playlist if it is ended and its byte ranges cover its file from the first byte to the last."""
    try:
        playlist = parse((out / f"{name}.m3u8").read_text(encoding="utf-8"))
        size = (out / f"{name}.mp4").stat().st_size
    except FileNotFoundError as error:
        raise fail(f"{Path(error.filename).name} is not there") from error
    except ValueError as error:
        raise fail(f"its playlist cannot be used: {error}") from error
    if not playlist.ended:
        raise fail("its playlist has no end")
    if not playlist.parts:
        raise fail("its playlist is empty")
    at = playlist.head
    for part in playlist.parts:
        if part.offset != at:
            raise fail(f"its playlist leaves a hole at byte {at}")
        at += part.length
    if at != size:
        raise fail(f"its playlist covers {at} bytes of a file of {size}")
    return playlist
