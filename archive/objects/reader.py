"""An object as a file: random access over ranged reads."""

import io
import os
from collections.abc import Callable, Iterator

_FIRST = 256 * 1024
_LARGEST = 16 * 1024 * 1024
_SKIP = 256 * 1024


class RangeReader(io.RawIOBase):
    """A raw, seekable, read-only file of `size` bytes; `fetch(start, end)` yields the bytes of a range (end exclusive).

    The first read after a jump asks for 256 KiB; each request that follows on asks for twice as much as the one
    before, up to 16 MiB: a demuxer that jumps to an index fetches little, one that reads on needs few requests. Bytes
    are taken from the connection as they are asked for, so memory stays at one chunk whatever the window.
    """

    def __init__(self, fetch: Callable[[int, int], Iterator[bytes]], size: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._position = 0
        self._window = _FIRST
        self._chunks: Iterator[bytes] = iter(())
        self._held = memoryview(b"")
        self._at = 0  # where the first held byte lies in the object
        self._end = 0  # where the request under way ends

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError(22, "seek before the start of the object")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        if self._position >= self._size or not len(buffer):
            return 0
        self._align()
        if not len(self._held):
            self._next()
        count = min(len(buffer), len(self._held))
        buffer[:count] = self._held[:count]
        self._held = self._held[count:]
        self._at += count
        self._position += count
        return count

    def close(self) -> None:
        self._drop()
        super().close()

    def _align(self) -> None:
        """Bring the request under way to the position, or give it up."""
        gap = self._position - self._at
        if gap < 0 or self._position > self._end or gap > len(self._held) + _SKIP:
            self._drop()
            return
        while gap:
            if not len(self._held):
                self._next()
            step = min(gap, len(self._held))
            self._held = self._held[step:]
            self._at += step
            gap -= step

    def _next(self) -> None:
        """Hold the next chunk; ask for the next window where this one is used up."""
        if self._at >= self._end:
            self._end = min(self._size, self._at + self._window)
            self._window = min(self._window * 2, _LARGEST)
            self._chunks = self._fetch(self._at, self._end)
        chunk = next(self._chunks, b"")
        if not chunk:
            raise OSError(5, f"the object ended at byte {self._at:,} of {self._size:,}")
        self._held = memoryview(chunk)

    def _drop(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close:
            close()
        self._chunks, self._held = iter(()), memoryview(b"")
        self._at = self._end = self._position
        self._window = _FIRST
