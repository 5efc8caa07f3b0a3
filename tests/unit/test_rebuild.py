"""What a rebuild queues: what is not whole, and not what somebody had stopped."""

from pathlib import Path
from typing import Any, cast

import pytest

from archive import deposit
from archive.catalogue import Catalogue
from archive.database import connect
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.rebuild import rebuild
from archive.settings import Settings
from archive.tables import JobState, Recording, State


@pytest.mark.parametrize("running", [False, True])
def test_a_cancelled_recording_stays_cancelled(memory_store: Any, tmp_path: Path, running: bool) -> None:
    engine = connect(Settings(_env_file=None, home=tmp_path, database_url=""))
    catalogue, jobs = Catalogue(engine), Jobs(engine)
    ocfl = OcflRoot(cast(ObjectStore, memory_store()))
    ocfl.ensure()
    made = {title: catalogue.add(Recording(title=title, state=State.RECEIVED), []) for title in ("stopped", "waiting")}
    for recording in made.values():
        deposit.receive(ocfl, recording, [])
        job = jobs.submit(recording.id)
        if recording.title == "stopped":
            if running:  # its worker was killed before it heard of it
                with engine.begin() as connection:
                    connection.exec_driver_sql("UPDATE job SET state = 'running' WHERE id = ?", (job.id,))
            jobs.cancel(job.id)
    restored = dict(rebuild(catalogue, jobs, ocfl.store))
    assert restored == {made["stopped"].id: True, made["waiting"].id: False}

    def state(title: str) -> JobState:
        latest = jobs.latest(made[title].id)
        assert latest is not None
        return latest.job.state

    assert (state("stopped"), state("waiting")) == (JobState.CANCELLED, JobState.QUEUED)
    engine.dispose()
