"""Recognising a file without reading all of it: its size and sixteen samples, the first and the last bytes among them.

It says which upload to go on with and which source to compare with, never that bytes are the same: whoever sends
compares each part's SHA-256, and whoever receives reads all of them back. The browser does the same in `sending.js`.
"""

import hashlib
from collections.abc import Callable, Iterable

SAMPLE = 64 * 1024  # bytes
SAMPLES = 16


def ranges(size: int) -> list[tuple[int, int]]:
    """Return the samples of a file of so many bytes, as (start, end) with the end exclusive."""
    if size <= SAMPLE * SAMPLES:
        return [(0, size)]
    starts = [(size - SAMPLE) * number // (SAMPLES - 1) for number in range(SAMPLES)]
    return [(start, start + SAMPLE) for start in starts]


def fingerprint(size: int, read: Callable[[int, int], Iterable[bytes]]) -> str:
    """Return the SHA-256 over the size in decimal, a line feed, and the samples; `read` gives bytes start to end."""
    digest = hashlib.sha256(f"{size}\n".encode())
    for start, end in ranges(size):
        for chunk in read(start, end):
            digest.update(chunk)
    return digest.hexdigest()
