"""A database whose file is damaged: told as that, put aside, and made anew."""

import fcntl
import sqlite3
from pathlib import Path

import pytest

from archive import mending
from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import CatalogueDamaged, JobFailed
from archive.objects.embedded import Places, open_lock, try_lock
from archive.settings import Settings
from archive.tables import Recording


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path, database_url="", s3_endpoint="")


def kept(settings: Settings, recordings: int = 1) -> Path:
    """Make a catalogue; return its file."""
    engine = connect(settings)
    for number in range(recordings):
        Catalogue(engine).add(Recording(title=f"{number}" * 500), [])
    engine.dispose()
    return settings.home / "catalogue.sqlite"


def test_a_file_that_is_no_database_is_told_and_put_aside(settings: Settings) -> None:
    file = kept(settings)
    file.write_text("garbage\n")
    with pytest.raises(CatalogueDamaged, match=r"catalogue\.sqlite is damaged .*`shijiao rebuild`"):
        connect(settings)
    ((damaged, aside),) = mending.put_aside(settings).items()
    assert damaged == file
    assert aside.read_text() == "garbage\n"
    assert Catalogue(connect(settings)).recordings() == []


def test_damage_behind_the_first_page_is_found(settings: Settings) -> None:
    file = kept(settings, recordings=60)
    with sqlite3.connect(file) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'recording'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as opened:
        opened.seek((root - 1) * size)
        opened.write(b"\xff" * size)
    engine = connect(settings)
    with pytest.raises(CatalogueDamaged):
        Catalogue(engine).recordings()
    engine.dispose()
    assert list(mending.put_aside(settings)) == [file]


def test_what_is_sound_stays(settings: Settings) -> None:
    kept(settings)
    assert mending.put_aside(settings) == {}
    assert len(Catalogue(connect(settings)).recordings()) == 1


def test_nothing_is_moved_from_under_somebody(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kept(settings)
    file.write_text("garbage\n")
    places = Places(settings.home)
    places.make()
    monkeypatch.setattr(mending, "_LETTING_GO", 0.1)
    with open_lock(places.users) as users:
        assert try_lock(users, fcntl.LOCK_SH)
        with pytest.raises(JobFailed, match="is running"):
            mending.put_aside(settings)
    assert file.exists()
