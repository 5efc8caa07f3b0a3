"""Why a file cannot be taken, each in one sentence that anybody in a hospital understands."""

from pathlib import Path
from typing import Any

from archive.errors import DamagedMedia, InputError, NotMedia

_CHOOSE = "Choose the recording's own file: what the camera, the recorder or the conference system saved."
_COPY_AGAIN = "Copy it again from the camera or recorder, and check that the copy is as large as the original."

_KNOWN = (
    (b"%PDF", "a PDF document"),
    (b"#EXTM3U", "a playlist that only points to other files"),
    (b"ffconcat", "a list that only points to other files"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89PNG", "a single picture"),
    (b"\xff\xd8\xff", "a single picture"),
    (b"GIF8", "a single picture"),
    (b"{\\rtf", "a text document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
# Containers whose header states the length. The others' is a guess from the bit rate, which proves nothing.
_STATES_LENGTH = {"matroska", "webm", "flv", "wav", "w64", "flac", "asf", "mxf", "aiff", "caf"}


def check_file(path: Path, name: str) -> None:
    """Refuse what is not a file with something in it.

    Raises:
        NotMedia: it is a folder, a device, missing or empty.
    """
    if path.is_dir():
        raise NotMedia(f"“{name}” is a folder, not a recording.", "Choose the files in it.", name=name)
    if not path.is_file():
        raise NotMedia(f"“{name}” is not a file that can be read.", _CHOOSE, name=name)
    if path.stat().st_size == 0:
        raise NotMedia(f"“{name}” is empty: it has no bytes.", _COPY_AGAIN, name=name)


def unreadable(path: Path, name: str) -> InputError:
    """Return why no demuxer of ours opened the file: media cut off, or no media at all."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"moov"):
        lost = "its index is missing" if not _has_box(path, b"moov") else "its beginning cannot be read"
        return DamagedMedia(
            f"“{name}” is a video that was cut off: {lost}, so it cannot be played.", _COPY_AGAIN, name=name
        )
    kind = next((kind for magic, kind in _KNOWN if head.startswith(magic)), None)
    if kind is None:
        kind = "a text file" if _is_text(head) else "of a kind that we do not know"
    return NotMedia(f"“{name}” is not a video or sound recording: it is {kind}.", _CHOOSE, name=name, kind=kind)


def empty(path: Path, name: str, streams: list[dict[str, Any]]) -> InputError:
    """Return why a container with no usable stream is refused."""
    known = [stream for stream in streams if stream["type"] in ("video", "audio")]
    if any(stream["packets"] < max(1, stream["promised_packets"]) for stream in known):
        return DamagedMedia(
            f"“{name}” is cut off: its beginning is there, but no picture or sound after it.", _COPY_AGAIN, name=name
        )
    if not known and path.stat().st_size:
        return NotMedia(f"“{name}” holds no picture and no sound.", _CHOOSE, name=name)
    return NotMedia(
        f"“{name}” holds picture or sound of a kind that cannot be decoded.",
        "Convert it to MP4 with H.264 and AAC, and add the result.",
        name=name,
    )


def check_complete(path: Path, name: str, found: dict[str, Any], chosen: list[dict[str, Any]]) -> None:
    """Compare what the file promises with what was read.

    Raises:
        DamagedMedia: more than a second and more than 2 % of it is missing; the message says from when to when.
    """
    for stream in chosen:
        promised = stream["promised_end"]
        if promised is not None and stream["packets"] < stream["promised_packets"]:
            _compare(name, "picture" if stream["type"] == "video" else "sound", stream["end"], promised)
    start = found["file_start"] or 0.0
    end = max(stream["end"] for stream in chosen)
    if found["promised"] is not None and _states_length(path, found["container"]):
        _compare(name, "recording", end - start, found["promised"])
    if found["container"] in ("avi", "wav", "asf"):
        _check_size(path, name, end - start)


def _states_length(path: Path, container: str) -> bool:
    if container == "mp3":  # only with the header that encoders of variable rate write
        with path.open("rb") as file:
            head = file.read(64 * 1024)
        return b"Xing" in head or b"Info" in head
    return not _STATES_LENGTH.isdisjoint(container.split(","))


def _compare(name: str, what: str, end: float, promised: float) -> None:
    if promised - end > max(1.0, 0.02 * promised):
        raise DamagedMedia(
            f"“{name}” is cut off: its {what} should last until {clock(promised)}, but ends at {clock(end)}; "
            f"{clock(end)} to {clock(promised)} is missing.",
            _COPY_AGAIN,
            name=name,
            end=clock(end),
            promised=clock(promised),
        )


def _check_size(path: Path, name: str, end: float) -> None:
    """An AVI, WAV or WMV states its own size in bytes, and nothing else that could be trusted."""
    size, stated = path.stat().st_size, _stated_size(path)
    if stated - size > max(2**16, 0.02 * stated):
        raise DamagedMedia(
            f"“{name}” is cut off: {size:,} of {stated:,} bytes are there, and it ends at {clock(end)}.",
            _COPY_AGAIN,
            name=name,
            end=clock(end),
        )


def _stated_size(path: Path) -> int:
    """Return the size in bytes that a RIFF or ASF header gives, 0 where it gives none."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if head[:4] == b"RIFF":
        stated = int.from_bytes(head[4:8], "little") + 8
        return stated if stated < 2**32 - 2**16 else 0  # a stream's header is written before its size is known
    at = head.find(_ASF_FILE_PROPERTIES)
    return int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0


def _has_box(path: Path, wanted: bytes) -> bool:
    """Walk the top-level boxes of an MP4, by their sizes, without reading what is in them."""
    with path.open("rb") as file:
        at, size = 0, path.stat().st_size
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if head[4:8] == wanted:
                return True
            length = int.from_bytes(head[8:16], "big") if length == 1 else length
            if length < 8:
                break
            at += length
    return False


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two at the end of what was read
    return True


def clock(seconds: float) -> str:
    """Write a time as people do: 0:57, 1:02:03."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
