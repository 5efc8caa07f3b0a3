"""The rules of a watched folder, without a store: what is looked at, what is remembered, how a file is moved."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archive.errors import InputError, StoreUnavailable
from archive.settings import Settings
from archive.tables import SourceRole
from ingest import watchfolder
from ingest.intake import Description
from ingest.watchfolder import WatchFolder


class Taker:
    """Stands where the intake does, and writes down what it is given."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []
        self.error: Exception | None = None

    def take(self, angles: Any, _description: Any, **_: Any) -> Any:
        if self.error is not None:
            raise self.error
        self.taken.append([path.name for path in angles[0].paths])
        return SimpleNamespace(recording=SimpleNamespace(id="r"), known=False)


@pytest.fixture
def taker() -> Taker:
    return Taker()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def watched(taker: Taker, folder: Path, **how: Any) -> WatchFolder:
    settings = Settings(_env_file=None, home=folder.parent / "home")
    how = {"settle": 0.0} | how
    return WatchFolder(settings, taker, folder, Description(), role=SourceRole.ROOM, **how)  # type: ignore[arg-type]


def put(path: Path, age: int, content: str = "x") -> None:
    import os

    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))


def test_oldest_first_and_only_what_is_finished_and_visible(taker: Taker, folder: Path) -> None:
    put(folder / "new.mp4", 1)
    put(folder / "below" / "old.mp4", 9)
    for name in (".hidden.mp4", "a.mp4.part", "b.CRDOWNLOAD", "~$c.mp4", "d.tmp", ".trash/e.mp4"):
        put(folder / name, 5)
    (folder / "link.mp4").symlink_to(folder / "new.mp4")
    watched(taker, folder).look()
    assert taker.taken == [["old.mp4"], ["new.mp4"]]


def test_never_twice_also_after_a_restart_or_a_rename_but_again_when_it_changed(taker: Taker, folder: Path) -> None:
    put(folder / "a.mp4", 1)
    watch = watched(taker, folder)
    watch.look()
    watch.look()
    (folder / "a.mp4").rename(folder / "b.mp4")
    watched(taker, folder).look()
    assert taker.taken == [["a.mp4"]]
    put(folder / "b.mp4", 0, "other")
    watched(taker, folder).look()
    assert taker.taken == [["a.mp4"], ["b.mp4"]]


def test_a_growing_file_and_one_that_is_open_for_writing_wait(
    taker: Taker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(watchfolder.time, "monotonic", lambda: now)
    watch = watched(taker, folder, settle=10)
    for now in (0.0, 6.0, 12.0, 18.0):
        put(folder / "a.mp4", 100 - int(now), "x" * int(now))
        watch.look()
    now = 27.9
    watch.look()
    assert taker.taken == []
    now = 28.0
    with (folder / "a.mp4").open("ab"):
        watch.look()
        assert taker.taken == []
    watch.look()
    assert taker.taken == [["a.mp4"]]


def test_what_its_name_says_is_no_recording_is_skipped_and_said_once(
    taker: Taker, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("notes.txt", "T.XLSX", "still.jpg", "a.mp4", "b.bin"):
        put(folder / name, 1)
    watch = watched(taker, folder)
    assert (watch.look(), watch.look(), watched(taker, folder).look()) == (0, 0, 0)
    assert sorted(taker.taken) == [["a.mp4"], ["b.bin"]]
    told = capsys.readouterr().err
    assert told.count("Skipped") == 1
    assert all(f"“{name}”" in told for name in ("notes.txt", "T.XLSX", "still.jpg"))


def test_a_refused_file_is_not_tried_again_until_it_changes(
    taker: Taker, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.mp4", 1)
    taker.error = InputError("“a.mp4” is no recording.")
    assert watched(taker, folder).look() == 1
    taker.error = None
    assert watched(taker, folder).look() == 0
    assert taker.taken == []
    assert capsys.readouterr().err.count("refused") == 1
    put(folder / "a.mp4", 0)
    watched(taker, folder).look()
    assert taker.taken == [["a.mp4"]]


def test_when_the_store_is_away_everything_waits(
    taker: Taker, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(folder / "a.mp4", 1)
    put(folder / "b.mp4", 1)
    watch = watched(taker, folder)
    taker.error = StoreUnavailable("The store does not answer.")
    watch.look()
    watch.look()
    assert capsys.readouterr().err.count("does not answer") == 1
    taker.error = None
    watch.look()
    assert len(taker.taken) == 2


def test_moving_keeps_names_and_overwrites_nothing(taker: Taker, folder: Path) -> None:
    done = folder / "done"
    put(done / "a.mp4", 1, "was there")
    for _ in range(2):
        put(folder / "a.mp4", 1)
        watched(taker, folder, move_to=done).look()
    put(folder / "room 1" / "c.mp4", 1)
    watched(taker, folder, move_to=done).look()
    assert sorted(str(path.relative_to(done)) for path in done.rglob("*.mp4")) == [
        "a (2).mp4",
        "a (3).mp4",
        "a.mp4",
        "room 1/c.mp4",
    ]
    assert (done / "a.mp4").read_text() == "was there"
    assert not (folder / "a.mp4").exists()


def test_parts_wait_for_each_other_and_are_joined_only_when_asked(
    taker: Taker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchfolder.splits, "is_full", lambda size: size == 4)
    put(folder / "GX010001.MP4", 3, "full")
    now = 0.0
    monkeypatch.setattr(watchfolder.time, "monotonic", lambda: now)
    watch = watched(taker, folder, settle=1, joins=True)
    for now in (0.0, 2.0, 4.0):  # noqa: B007  the clock reads it
        watch.look()
    assert taker.taken == [], "the next part may be on its way"
    put(folder / "GX020001.MP4", 2, "last one")
    watch.look()
    now = 5.5
    watch.look()
    assert taker.taken == [["GX010001.MP4", "GX020001.MP4"]]
    put(folder / "GX010002.MP4", 3, "full")
    put(folder / "GX020002.MP4", 2, "last one")
    watched(taker, folder).look()
    assert taker.taken[1:] == [["GX010002.MP4"], ["GX020002.MP4"]]


def test_two_at_once_are_one_too_many(taker: Taker, folder: Path) -> None:
    one, other = watched(taker, folder), watched(taker, folder)
    with one._lock, pytest.raises(InputError, match="watched already"):
        other.run(every=1, once=True)
    with pytest.raises(InputError, match="no folder"):
        watched(taker, folder / "none")
