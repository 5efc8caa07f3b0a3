"""The vectors of all texts, on this host: one file that is only appended to, and a list of what in it counts.

They are a copy of the catalogue as the index is: made here, followed by revision, thrown away when in doubt.
A vector is 385 bytes: 384 numbers, and whether the text is in Chinese. A million of them are 385 MB, mapped, not read
into memory.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import filelock
import numpy as np
from numpy.typing import NDArray

from archive.search import meaning
from archive.search.meaning import DIMENSIONS
from archive.searchable import Searchable

_log = logging.getLogger(__name__)

_LIST = "vectors.json"
_WIDTH = DIMENSIONS + 1
_SCALE = 127 / 0.2  # no number of a vector is larger
_SAME = 0.08  # by which texts in the query's own script lie nearer than those in another one
_TEXTS = 16  # that are embedded together
_COMMIT_SECONDS = 10.0
_BLOCK = 8192  # vectors that are compared together: 12 MB as floats
_DEAD = 50_000  # vectors that no longer count, from which on the file is written anew

_Rows = NDArray[np.int8]
_NONE: _Rows = np.empty((0, _WIDTH), np.int8)


class Followed(Protocol):
    """What the vectors follow; `archive.catalogue.Catalogue` is one."""

    def revisions(self) -> dict[str, int]:
        """Return the revision of every recording that search may hold."""

    def searchables(self, recording_ids: Sequence[str]) -> Iterable[Searchable]:
        """Return what search indexes of those recordings that are still there."""


@dataclass(frozen=True)
class Range:
    """Where the vectors of a recording's texts lie in the file, in the order of its texts, as of a revision."""

    revision: int
    first: int
    count: int


@dataclass(frozen=True)
class _Held:
    """What counts, as of one commit."""

    file: str = ""
    ranges: Mapping[str, Range] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return max((each.first + each.count for each in self.ranges.values()), default=0)

    @property
    def dead(self) -> int:
        return self.end - sum(each.count for each in self.ranges.values())


@dataclass(frozen=True)
class Near:
    """A recording that means much the same: its best texts by number, each with its similarity, the best first."""

    recording_id: str
    texts: tuple[tuple[int, float], ...]

    @property
    def similarity(self) -> float:
        return self.texts[0][1]


class Vectors:
    """The vectors in one directory. Threads may share it; so may processes, each with one of its own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._format = f"shijiao.vectors/1 {meaning.version()}"
        self._opened: tuple[object, _Held, _Rows] = None, _Held(), _NONE

    def follow(self, catalogue: Followed, *, stop: Callable[[], bool] = lambda: False) -> int:
        """Bring the vectors up to the catalogue's revisions; return how many recordings were embedded or removed.

        What is done is kept every ten seconds, and when `stop` says so. While another process writes, nothing is done.

        Raises:
            OSError: they cannot be written, for example on a full disk.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(filelock.Timeout), filelock.FileLock(self._directory / "lock", timeout=0):
            return self._catch_up(catalogue, stop)
        return 0

    def nearest(
        self, query: str, revisions: Mapping[str, int], *, limit: int, texts: int, least: float, spread: float
    ) -> list[Near]:
        """Return the recordings whose texts mean most nearly what is asked, and of each its best texts.

        Only recordings in `revisions`, and only as of that revision, are looked at; all of their texts are. No
        recording is returned whose best text is less similar than `least`, and of its other texts those that are within
        `spread` of it. Similarity is the cosine, less what a text gains by being in the query's script.
        """
        held, rows = self._current()
        found = [
            (each.first, each.count, recording_id)
            for recording_id, revision in revisions.items()
            if (each := held.ranges.get(recording_id)) and each.revision == revision and each.count
        ]
        if not found or not query.strip():
            return []
        found.sort()
        scores = _compared(rows, [(first, count) for first, count, _ in found], query)
        starts = np.cumsum([0, *(count for _, count, _ in found)])
        best = np.maximum.reduceat(scores, starts[:-1])
        order = np.argsort(-best, kind="stable")[:limit]
        return [
            Near(found[at][2], _best(scores[starts[at] : starts[at + 1]], texts, spread))
            for at in order.tolist()
            if best[at] >= least
        ]

    def count(self) -> int:
        """Return how many texts have a vector."""
        return sum(each.count for each in self._current()[0].ranges.values())

    def _current(self) -> tuple[_Held, _Rows]:
        """Return the newest commit, whichever process made it; nothing where it cannot be read."""
        path = self._directory / _LIST
        opened, held, rows = self._opened
        try:
            facts = path.stat()
            generation = facts.st_ino, facts.st_mtime_ns, facts.st_size
            if generation != opened:
                held, rows = self._read(path)
                self._opened = generation, held, rows
        except FileNotFoundError:
            return _Held(), _NONE
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the vectors in %s cannot be read and are made anew: %s", self._directory, error)
            return _Held(), _NONE
        return held, rows

    def _read(self, path: Path) -> tuple[_Held, _Rows]:
        listed = json.loads(path.read_text(encoding="utf-8"))
        if listed["format"] != self._format:
            raise ValueError(f"they are {listed['format']}")
        held = _Held(listed["file"], {name: Range(*each) for name, each in listed["ranges"].items()})
        file = self._directory / Path(held.file).name
        if not held.end:
            return held, _NONE
        return held, np.memmap(file, np.int8, "r", shape=(held.end, _WIDTH))  # a file that is too short is an error

    def _catch_up(self, catalogue: Followed, stop: Callable[[], bool]) -> int:
        held, _ = self._current()
        wanted = catalogue.revisions()
        ranges = {name: each for name, each in held.ranges.items() if name in wanted}
        changed = [name for name, revision in wanted.items() if name not in ranges or ranges[name].revision != revision]
        done = len(held.ranges) - len(ranges)
        if not changed and not done:
            return 0
        file = held.file or f"{time.time_ns():x}.vectors"
        committed = time.monotonic()
        with (self._directory / file).open("r+b" if held.file else "wb") as out:
            end = held.end
            out.truncate(end * _WIDTH)  # what a crash left behind what counts
            out.seek(0, os.SEEK_END)
            for recording_id in changed:
                made = self._embed(catalogue, recording_id, stop)
                if made is None:
                    break
                out.write(made.tobytes())
                ranges[recording_id] = Range(wanted[recording_id], end, len(made))
                end += len(made)
                done += 1
                if time.monotonic() - committed > _COMMIT_SECONDS:
                    self._commit(out.fileno(), _Held(file, dict(ranges)), out.flush)
                    committed = time.monotonic()
            self._commit(out.fileno(), _Held(file, ranges), out.flush)
        self._compact()
        return done

    def _embed(self, catalogue: Followed, recording_id: str, stop: Callable[[], bool]) -> _Rows | None:
        """Return the vectors of a recording's texts; None where this is to stop."""
        texts = [text.text for found in catalogue.searchables([recording_id]) for text in found.texts]
        rows = np.zeros((len(texts), _WIDTH), np.int8)
        for first in range(0, len(texts), _TEXTS):
            if stop():
                return None
            some = texts[first : first + _TEXTS]
            vectors = meaning.encoder().texts(some)
            rows[first : first + len(some), :DIMENSIONS] = np.clip(np.rint(vectors * _SCALE), -127, 127)
            rows[first : first + len(some), DIMENSIONS] = [meaning.is_chinese(text) for text in some]
        return rows

    def _commit(self, descriptor: int, held: _Held, flush: Callable[[], None]) -> None:
        flush()
        os.fsync(descriptor)
        ranges = {name: (each.revision, each.first, each.count) for name, each in held.ranges.items()}
        beside = self._directory / f"{_LIST}.new"
        with beside.open("w", encoding="utf-8") as out:
            json.dump({"format": self._format, "file": held.file, "ranges": ranges}, out)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self._directory / _LIST)

    def _compact(self) -> None:
        """Write what counts into a new file, where more than half of the old one does not, and remove others."""
        held, rows = self._current()
        if held.dead > max(_DEAD, held.end // 2):
            file = f"{time.time_ns():x}.vectors"
            ranges: dict[str, Range] = {}
            end = 0
            with (self._directory / file).open("wb") as out:
                for name, each in held.ranges.items():
                    out.write(rows[each.first : each.first + each.count].tobytes())
                    ranges[name] = Range(each.revision, end, each.count)
                    end += each.count
                held = _Held(file, ranges)
                self._commit(out.fileno(), held, out.flush)
        for path in self._directory.glob("*.vectors"):
            if path.name != held.file:
                path.unlink(missing_ok=True)  # who has it mapped keeps it until then


def _compared(rows: _Rows, ranges: Sequence[tuple[int, int]], query: str) -> NDArray[np.float32]:
    """Return the similarity of all rows in these ranges, which lie in order."""
    asked = np.zeros(_WIDTH, np.float32)
    asked[:DIMENSIONS] = meaning.encoder().query(query) / _SCALE
    chinese = meaning.is_chinese(query)
    asked[DIMENSIONS] = -_SAME if chinese else _SAME
    scores = np.empty(sum(count for _, count in ranges), np.float32)
    floats = np.empty((_BLOCK, _WIDTH), np.float32)
    at = 0
    for first, count in _together(ranges):
        for begin in range(first, first + count, _BLOCK):
            block = rows[begin : min(begin + _BLOCK, first + count)]
            np.copyto(floats[: len(block)], block)
            np.dot(floats[: len(block)], asked, out=scores[at : at + len(block)])
            at += len(block)
    return scores if chinese else scores - np.float32(_SAME)


def _together(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that follow each other."""
    joined: list[tuple[int, int]] = []
    for first, count in ranges:
        if joined and sum(joined[-1]) == first:
            joined[-1] = joined[-1][0], joined[-1][1] + count
        else:
            joined.append((first, count))
    return joined


def _best(scores: NDArray[np.float32], most: int, spread: float) -> tuple[tuple[int, float], ...]:
    order = np.argsort(-scores, kind="stable")[: max(most, 1)]
    return tuple((int(at), float(scores[at])) for at in order if scores[at] >= scores[order[0]] - spread)
