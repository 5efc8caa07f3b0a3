"""Chapters and descriptions on the real store, with SQLite and PostgreSQL: written at once, restored whole."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import KINDS, database_url

from archive import database, deposit, description, outline
from archive.catalogue import Catalogue
from archive.description import Wanted
from archive.jobs import Jobs
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot
from archive.outline import Change, Point, editing
from archive.rebuild import rebuild
from archive.settings import Settings
from archive.tables import Recording, State

WRITERS, EACH = 4, 5


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    with database_url(request.param, tmp_path) as url:
        made = database.connect(Settings(home=tmp_path, database_url=url, _env_file=None))
        yield made
        made.dispose()


def test_many_hands_lose_nothing_and_rebuild_restores_all_of_it(
    engine: sa.Engine, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue, ocfl = Catalogue(engine), OcflRoot(store)
    ocfl.ensure()
    made = catalogue.add(Recording(title="示教", state=State.PUBLISHED, duration=600.0), [])
    deposit.receive(ocfl, made, [])

    def write(writer: int) -> None:
        for number in range(EACH):
            point = Point(10.0 * writer + number, f"{writer} 写的第 {number} 章")
            change = Change(f"w{writer}n{number}", None, point)
            told = outline.change(engine, made.id, [change], author=f"老师{writer}")
            assert told == [outline.Outcome("saved", point)]
            wanted = {f"case.{('ports', 'risk', 'history', 'followup')[writer]}": Wanted("", f"{writer}")}
            description.change(catalogue, ocfl, made.id, wanted, author=f"老师{writer}")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert len(catalogue.chapters(made.id)) == WRITERS * EACH
    assert catalogue.recording(made.id).case == {"ports": "0", "risk": "1", "history": "2", "followup": "3"}

    outline.fold_due(engine, ocfl)
    assert deposit.read_outline(ocfl, made.id) is None, "somebody may still be at it"
    monkeypatch.setattr(editing, "_QUIET", editing._QUIET * 0)
    outline.fold_due(engine, ocfl)
    head = ocfl.inventory(deposit.object_id(made.id)).head
    outline.fold_due(engine, ocfl)
    assert ocfl.inventory(deposit.object_id(made.id)).head == head, "nothing waits any more"

    before = outline.chapters_of(engine, made.id), description.fields(catalogue.recording(made.id))
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM outline"))
        connection.execute(sa.text("DELETE FROM chapter"))
    assert made.id in dict(rebuild(catalogue, Jobs(engine), store))
    assert (outline.chapters_of(engine, made.id), description.fields(catalogue.recording(made.id))) == before
    assert [row.title for row in catalogue.chapters(made.id)] == [point.title for point in before[0].values()]
    assert not ocfl.verify(deposit.object_id(made.id))


def test_a_hospital_takes_our_steps_as_a_pattern_and_adds_its_own(shijiao: Any, tmp_path: Path) -> None:
    assert len(shijiao.json("procedures")) >= 12
    shown = shijiao.run("procedures", "show", "剖宫产")
    assert shown.returncode == 0, shown.stderr
    file = tmp_path / "our_caesarean.tsv"
    file.write_text(shown.stdout.replace("逐层关腹", "本院的关腹"), encoding="utf-8")
    done = shijiao.run("procedures", "add", file)
    assert done.returncode == 0, done.stderr
    own = [each for each in shijiao.json("procedures") if each["own"]]
    assert [(each["name"], each["steps"][-1]["chinese"]) for each in own] == [("our_caesarean", "本院的关腹")]
    assert "本院的关腹" in shijiao.run("procedures", "show", "子宫下段剖宫产").stdout, "theirs before ours"
    file.write_text("name\tchinese\n", encoding="utf-8")
    refused = shijiao.run("procedures", "add", file)
    assert refused.returncode == 65
    assert "Line 1 of the procedure our_caesarean.tsv" in refused.stderr
    assert shijiao.run("procedures", "show", "阑尾切除").returncode == 65
