"""The index among processes: several follow at once, and some are killed in the middle of it.

Run as a script, this file is such a process.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.catalogue import Searchable, Timed
from archive.search import SearchIndex
from archive.tables import Recording

RECORDINGS = 60


class Shelf:
    """As of revision n, every recording says the n-th sentence; `pause_at` makes one of them hang."""

    SENTENCES = ("脐带脱垂", "胎盘早剥", "羊水过少", "子痫前期")

    def __init__(self, revision, *, pause_at=None):
        self.revision = revision
        self.pause_at = pause_at

    def revisions(self):
        return {f"r{n}": self.revision for n in range(RECORDINGS)}

    def searchables(self, recording_ids):
        for recording_id in recording_ids:
            if recording_id == self.pause_at:
                print("half", flush=True)
                time.sleep(60)
            text = self.SENTENCES[self.revision % len(self.SENTENCES)]
            recording = Recording(id=recording_id, title=recording_id, revision=self.revision)
            yield Searchable(recording, [Timed(n, n + 1, "segment", text) for n in range(5)])


def script(*arguments):
    return subprocess.Popen([sys.executable, __file__, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def assert_holds(index, revision):
    """Every recording as of this revision, and nothing of another one."""
    assert index.count() == RECORDINGS
    for n, sentence in enumerate(Shelf.SENTENCES):
        expected = RECORDINGS if n == revision % len(Shelf.SENTENCES) else 0
        hits = index.search(sentence, limit=RECORDINGS * 2)
        assert len([hit for hit in hits if hit.score > 1]) == expected


@pytest.mark.crash
def test_killed_in_the_middle_nothing_of_it_is_there(tmp_path):
    index = SearchIndex(tmp_path / "index")
    index.follow(Shelf(0))
    process = script("hang", tmp_path / "index")
    assert process.stdout.readline() == "half\n"
    process.kill()
    process.communicate()
    assert_holds(index, 0)
    again = SearchIndex(tmp_path / "index")
    assert_holds(again, 0)
    assert again.follow(Shelf(1)) == RECORDINGS
    assert_holds(again, 1)
    assert_holds(index, 1)


@pytest.mark.crash
@pytest.mark.parametrize("after", [0.0, 0.013, 0.04])
def test_killed_at_any_time_the_index_is_as_before_or_after(tmp_path, after):
    process = script("again-and-again", tmp_path / "index")
    for _ in range(2):
        process.stdout.readline()
    time.sleep(after)
    process.kill()
    process.communicate()
    index = SearchIndex(tmp_path / "index")
    held = set(index._snapshot.revisions.values())  # which of the two, only it can say
    assert len(held) == 1
    assert_holds(index, held.pop())
    index.follow(Shelf(4001))
    assert_holds(index, 4001)


def test_two_processes_follow_at_once(tmp_path):
    processes = [script("once", tmp_path / "index") for _ in range(2)]
    counts = sorted(int(process.communicate(timeout=60)[0]) for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert counts == [0, RECORDINGS]  # one did the work, the other one saw it done
    assert_holds(SearchIndex(tmp_path / "index"), 2)


def test_while_another_process_writes_searching_goes_on(tmp_path, monkeypatch):
    index = SearchIndex(tmp_path / "index")
    index.follow(Shelf(0))
    process = script("hang", tmp_path / "index")
    try:
        assert process.stdout.readline() == "half\n"
        monkeypatch.setattr("archive.search.index._LOCK_SECONDS", 0.3)
        began = time.monotonic()
        assert index.follow(Shelf(1)) == 0
        assert 0.2 < time.monotonic() - began < 30
        assert_holds(index, 0)
        assert_holds(SearchIndex(tmp_path / "index"), 0)
    finally:
        process.kill()
        process.communicate()


def main(what: str, directory: Path) -> None:
    index = SearchIndex(directory)
    if what == "hang":
        index.follow(Shelf(1, pause_at=f"r{RECORDINGS // 2}"))
    elif what == "once":
        print(index.follow(Shelf(2)), flush=True)
    else:
        for revision in range(4000):
            print(index.follow(Shelf(revision)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
