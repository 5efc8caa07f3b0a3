"""A disk that is really full: what is kept can be read, and whatever wants to write says why it cannot."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import DiskFull
from archive.glossary import own
from archive.glossary.model import Term
from archive.objects import open_store
from archive.settings import Settings
from archive.tables import Recording
from ingest import ffmpeg
from ingest.watch import Silent

Fill = Callable[[int], None]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "none", str(disk)], check=False, capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a disk that can be filled needs a mount, which only root may make: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)  # a store may be ending still


@pytest.fixture
def settings(small: Path) -> Settings:
    return Settings(_env_file=None, home=small / "home", database_url="", s3_endpoint="", s3_public_endpoint="")


@pytest.fixture
def fill(small: Path) -> Fill:
    """Fill the disk but for so many bytes."""

    def filled(left: int) -> None:
        filling = small / "filling"
        try:
            with filling.open("wb", buffering=0) as file:
                while file.write(b"x" * 65536) == 65536:
                    pass
        except OSError:
            pass
        with filling.open("r+b") as file:
            file.truncate(filling.stat().st_size // 4096 * 4096 - left)

    return filled


def ended(settings: Settings, store_processes: Callable[[Path], list[int]]) -> None:
    end = time.monotonic() + 20
    while store_processes(settings.home):
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.store
def test_a_store_that_has_no_room_is_read_from_and_later_written_to(
    settings: Settings, fill: Fill, small: Path, store_processes: Callable[[Path], list[int]]
) -> None:
    with open_store(settings) as store:
        store.put("kept", b"what was taken in")
    ended(settings, store_processes)
    fill(300_000)
    with open_store(settings, attempts=1) as store:
        assert store.get("kept") == b"what was taken in"
        with pytest.raises(DiskFull, match=r"^The disk of .* is full \(0\.\d MB free\)\. Make room"):
            store.put("more", bytes(1_000_000))
    (small / "filling").unlink()
    ended(settings, store_processes)  # one that runs sees the room within a minute
    with open_store(settings) as store:
        store.put("more", bytes(1_000_000))


def test_the_catalogue_is_read_with_no_room_at_all_and_says_why_it_is_not_written(
    settings: Settings, fill: Fill
) -> None:
    engine = connect(settings)
    Catalogue(engine).add(Recording(title="取卵"), [])
    engine.dispose()
    fill(0)
    with pytest.raises(DiskFull) as refused:
        connect(settings)
    assert refused.value.exit_code == 74, "what is tried again later, not what a wrong setting ends with"
    reading = connect(settings, reading=True)
    assert [recording.title for recording in Catalogue(reading).recordings()] == ["取卵"]
    with pytest.raises(DiskFull):
        Catalogue(reading).add(Recording(title="x" * 100_000), [])
    reading.dispose()


def test_a_catalogue_that_is_open_tells_of_a_disk_that_fills(settings: Settings, fill: Fill) -> None:
    engine = connect(settings)
    catalogue = Catalogue(engine)
    catalogue.add(Recording(title="取卵"), [])
    fill(0)
    with pytest.raises(DiskFull):
        catalogue.add(Recording(title="x" * 100_000), [])
    assert len(catalogue.recordings()) == 1
    engine.dispose()


def test_what_ffmpeg_made_without_room_is_told_of_as_that(small: Path, fill: Fill) -> None:
    out = small / "out"
    out.mkdir()
    fill(200_000)
    picture = ffmpeg.generated("nullsrc=s=640x360:r=25:d=4,geq=random(1)*255:128:128")
    hls = ffmpeg.output(
        picture, "x.m3u8", f="hls", hls_segment_type="fmp4", hls_flags="single_file", preset="ultrafast"
    )
    with pytest.raises(DiskFull):  # ffmpeg ends with 0, and says nothing
        ffmpeg.run([hls], out=out, what="Making it", duration=4, seconds=60, watch=Silent())
    assert not list(out.iterdir())


def test_a_term_for_which_there_is_no_room(settings: Settings, fill: Fill) -> None:
    folder = settings.glossary_dir
    own.put(folder, Term("举宫杯", "ours"))
    fill(0)
    with pytest.raises(DiskFull):
        own.put(folder, Term("骨折线", "ours"))
    assert not list(folder.glob("*.new"))
