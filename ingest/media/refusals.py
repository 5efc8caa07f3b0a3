"""Why a file cannot be taken, each in one sentence that anybody in a hospital understands."""

from pathlib import Path
from typing import Any

from archive.errors import DamagedMedia, InputError, NotMedia
from ingest.media import lengths, missing

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
_CONTAINERS = (
    (b"\x1aE\xdf\xa3", "a Matroska or WebM"),
    (b"OggS", "an Ogg"),
    (b"ID3", "an MP3"),
    (b"fLaC", "a FLAC"),
    (b"FLV", "an FLV"),
    (b"RIFF", "an AVI or WAV"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media"),
)
_LEAST = 1.0  # seconds of a damaged recording that are worth keeping


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
        lost = "its index is missing" if not lengths.has_box(path, b"moov") else "its beginning cannot be read"
        return DamagedMedia(
            f"“{name}” is a video that was cut off: {lost}, so it cannot be played.", _COPY_AGAIN, name=name
        )
    container = next((kind for magic, kind in _CONTAINERS if head.startswith(magic)), None)
    if container is not None:
        return DamagedMedia(
            f"“{name}” was {container} recording, but is so damaged that nothing of it can be read.",
            _COPY_AGAIN,
            name=name,
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


def check_left(name: str, duration: float, ranges: list[dict[str, Any]]) -> None:
    """Refuse a damaged recording of which hardly anything can be read; `duration` seconds are left.

    Raises:
        DamagedMedia: less than a second is; the message says from when to when something is missing.
    """
    if ranges and duration < _LEAST:
        raise DamagedMedia(
            f"“{name}” is damaged: only its first {duration:.1f} s can be read. {missing.sentence(ranges)}",
            _COPY_AGAIN,
            name=name,
            end=missing.clock(duration),
        )


def check_times(path: Path, name: str, found: dict[str, Any], chosen: list[dict[str, Any]]) -> None:
    """Refuse a recording in which single times are far out of order: a picture would stand still for hours.

    A packet of sound that claims to last for long is one of them; but an MP4 with one index writes pauses like that.

    Raises:
        DamagedMedia: there are such times.
    """
    long = any(stream["long"] for stream in chosen if stream["type"] == "audio")
    indexed = "mp4" in found["container"] and not lengths.has_box(path, b"moof")
    if any(stream["strays"] for stream in chosen) or (long and not indexed):
        raise DamagedMedia(
            f"“{name}” is damaged: some of the times in it are false, so that it cannot be played in order.",
            _COPY_AGAIN,
            name=name,
        )


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two at the end of what was read
    return True
