"""kill -9 of an `add` that is making the recording watchable: nothing half published, nothing left behind."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from archive.catalogue import Catalogue
from archive.database import connect
from archive.objects import open_store
from archive.settings import Settings
from archive.tables import State
from ingest import ffmpeg

pytestmark = [pytest.mark.crash, pytest.mark.store]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A heavy film that browsers play as it is: noise, several times over."""
    short, long = tmp_path / "short.mp4", tmp_path / "operation.mp4"
    noise = "color=gray:s=1280x720:r=25:d=2,noise=alls=60:allf=t,format=yuv420p"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "18", "-bf", "0", str(short)]
    subprocess.run([ffmpeg.binary(), "-v", "error", "-f", "lavfi", "-i", noise, *encoded], check=True)
    times = str((120 << 20) // short.stat().st_size)
    repeated = ["-stream_loop", times, "-i", str(short), "-c", "copy", str(long)]
    subprocess.run([ffmpeg.binary(), "-v", "error", *repeated], check=True)
    return long


def test_killed_while_the_first_rendition_is_on_its_way(shijiao: Any, film: Path) -> None:
    settings = Settings(home=shijiao.home, _env_file=None)
    with open_store(settings) as store:
        catalogue = Catalogue(connect(settings))
        killed = shijiao.start("add", film)
        shijiao.wait(lambda: store.unfinished("derived/") != [], 90, "for the rendition to be sent")
        killed.kill()
        killed.wait()
        (begun,) = catalogue.recordings()
        assert begun.state is State.RECEIVING
        assert catalogue.renditions(begun.id) == []
        assert [info.key for info in store.list("derived/") if info.key.endswith("source.mp4")] == []
        assert list((shijiao.home / "intake").iterdir()), "the scratch of the killed command"
        (source,) = catalogue.sources(begun.id)
        added = shijiao.json("add", film)
        assert (added["id"], added["state"], added["known"]) == (begun.id, "received", False)
        assert [row["name"] for row in added["renditions"]] == ["source"]
        assert store.head(added["renditions"][0]["prefix"] + "source.mp4").size == added["renditions"][0]["size"]
        assert store.head(source.key).size == film.stat().st_size
        assert list(store.unfinished()) == []
        assert not list((shijiao.home / "intake").iterdir())
