"""Is a JPEG all there? Read from its markers, without a decoder."""

from pathlib import Path

_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the start-of-frame markers


def jpeg_size(file: Path) -> tuple[int, int]:
    """Return width and height of a whole JPEG.

    Raises:
        ValueError: it is missing, empty, no JPEG, or ends before its end marker.
    """
    data = file.read_bytes() if file.is_file() else b""
    if data[:2] != b"\xff\xd8":
        raise ValueError(f"{file.name} is {'no JPEG' if data else 'not there or empty'}")
    if data[-2:] != b"\xff\xd9":
        raise ValueError(f"{file.name} ends too early")
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        if data[at + 1] in _SIZES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise ValueError(f"{file.name} has no picture in it")
