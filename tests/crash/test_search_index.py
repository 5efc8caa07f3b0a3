"""The search index of a process that is killed at any moment: nothing of it is lost, and nobody is kept from searching.

Run as a script, this file is such a process: it follows one revision after the other.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archive.catalogue import Searchable, Timed
from archive.search import SearchIndex
from archive.search.files import current
from archive.tables import Recording

pytestmark = pytest.mark.crash

SENTENCES = ("脐带脱垂", "胎盘早剥", "羊水过少", "子痫前期")
RECORDINGS = 40


class Shelf:
    """As of revision n, every recording says the n-th sentence, and every seventh of them is there only then."""

    def __init__(self, revision: int) -> None:
        self.revision = revision

    def revisions(self) -> dict[str, int]:
        return {f"r{n}": self.revision for n in range(RECORDINGS) if n % 7 or self.revision % 2}

    def searchables(self, recording_ids: Sequence[str]) -> Iterator[Searchable]:
        text = SENTENCES[self.revision % len(SENTENCES)]
        for recording_id in recording_ids:
            recording = Recording(id=recording_id, title=recording_id, revision=self.revision)
            yield Searchable(recording, [Timed(n, n + 1, "segment", text) for n in range(20)])


def holds(index: SearchIndex, revision: int) -> bool:
    """Whether it holds every recording as of this revision, and nothing of another one."""
    expected = set(Shelf(revision).revisions())
    said = [{hit.recording_id for hit in index.search(f'"{text}"', limit=RECORDINGS * 2)} for text in SENTENCES]
    place = revision % len(SENTENCES)
    return said.pop(place) == expected and not any(said) and index.count() == len(expected)


def test_killed_at_any_moment_it_is_as_before_or_after_and_goes_on(tmp_path: Path) -> None:
    directory = tmp_path / "index"
    draw = random.Random(4)  # noqa: S311 - the same moments every time
    watching = SearchIndex(directory)
    for _ in range(12):
        process = subprocess.Popen([sys.executable, __file__, directory], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        seen = int(process.stdout.readline())
        time.sleep(draw.random() * 0.12)
        process.kill()
        told = [seen, *map(int, process.communicate()[0].split())]
        index = SearchIndex(directory)
        assert holds(index, told[-1]) or holds(index, told[-1] + 1), "what was committed is there, whole"
        assert holds(watching, told[-1]) or holds(watching, told[-1] + 1), "and whoever had it open sees it"
        index.follow(Shelf(1001))
        assert holds(index, 1001)


def test_while_a_damaged_index_is_made_anew_the_old_one_answers(tmp_path: Path) -> None:
    directory = tmp_path / "index"
    index = SearchIndex(directory)
    index.follow(Shelf(1))
    assert holds(index, 1)
    folder = current(directory)
    assert folder is not None
    for path in folder.glob("*.store"):
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 0xFF
        path.unlink()  # a new file, as a disk would give it to a new process: the old one stays mapped
        path.write_bytes(content)
    (folder / "FORMAT").write_text("shijiao.search/0")
    meanwhile = []

    class Watched(Shelf):
        def searchables(self, recording_ids: Sequence[str]) -> Iterator[Searchable]:
            meanwhile.append(holds(index, 1))
            return super().searchables(recording_ids)

    other = SearchIndex(directory)
    assert other.search("胎盘早剥") == [], "a new process cannot read it"
    assert other.follow(Watched(2)) == len(Shelf(2).revisions())
    assert meanwhile
    assert all(meanwhile), "the one who had it open went on answering"
    assert holds(other, 2)
    assert holds(index, 2), "and sees the new one as soon as it is there"
    assert [path for path in directory.iterdir() if path.is_dir()] == [current(directory)]


def main(directory: Path) -> None:
    index = SearchIndex(directory)
    for revision in range(1000):
        index.follow(Shelf(revision))
        print(revision, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
