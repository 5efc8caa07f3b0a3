"""A worker killed in the middle of a transcription: what it had written down is not written down again."""

import signal
from pathlib import Path
from typing import Any

import pytest

from archive.objects import open_store
from archive.settings import Settings

pytestmark = [pytest.mark.crash, pytest.mark.store]
NARRATION = Path(__file__).resolve().parents[2] / "samples" / "operation_hysterectomy_narration.flac"


@pytest.fixture
def home(shijiao: Any, models: Path) -> Any:
    shijiao.settings |= {"SHIJIAO_MODELS": str(models)}
    return shijiao


def cuts(home: Any) -> dict[str, int]:
    """The cuts that are kept, and when each was written."""
    found = {}
    for path in (home.home / "work").glob("*/cuts-*/*.json"):
        try:
            found[path.name] = path.stat().st_mtime_ns
        except FileNotFoundError:  # the job has ended meanwhile
            return {}
    return found


def test_a_killed_worker_loses_one_cut_at_most(home: Any) -> None:
    with open_store(Settings(home=home.home, _env_file=None)):
        recording = home.json("add", NARRATION)["id"]
        worker = home.start("worker")
        home.wait(lambda: len(cuts(home)) >= 2, 180, "for two cuts")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        before = cuts(home)
        home.start("worker")
        home.wait(lambda: len(cuts(home)) > len(before), 120, "for one more")
        after = cuts(home)
        assert {name: after[name] for name in before} == before
        home.wait(lambda: home.json("show", recording)["job"]["state"] == "succeeded", 240, "for the end")
    assert cuts(home) == {}, "nothing is left in the job's folder"
    said = home.run("transcript", recording).stdout
    assert said.count("子宫") >= 2
    assert len(set(said.splitlines())) == len(said.splitlines()), "no sentence twice"
