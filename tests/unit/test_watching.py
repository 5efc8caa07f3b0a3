"""What counts as watched: spans are merged right, and a report that comes twice, late or inflated changes nothing."""

import itertools
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from archive.catalogue import Catalogue
from archive.database import connect
from archive.errors import NotAllowed
from archive.learning import Shelf, Watching, spans
from archive.learning.shelf import Order, Standing, Wanted
from archive.learning.tables import Sitting
from archive.learning.watching import Report
from archive.settings import Settings
from archive.tables import Kind, Member, Recording, Role, State


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = connect(Settings(home=tmp_path, _env_file=None))
    yield made
    made.dispose()


@pytest.fixture
def recording(engine: sa.Engine) -> Recording:
    return Catalogue(engine).add(Recording(title="胎心监护", state=State.PUBLISHED, duration=100.0), [])


@pytest.fixture
def watching(engine: sa.Engine) -> Watching:
    return Watching(engine)


def test_spans_are_put_together_in_order_and_cut_to_the_recording() -> None:
    assert spans.merged([[50, 60], [0, 10], [8, 20], [20.4, 30], [90, 130], [5, 5], [7, 3], [-4, 1]], limit=100) == [
        [0, 30],
        [50, 60],
        [90, 100],
    ]
    assert spans.merged([]) == []


def test_merging_does_not_mind_order_or_repetition() -> None:
    chance = random.Random(7)  # noqa: S311 -- the same every time
    for _ in range(200):
        given = [sorted((chance.uniform(0, 50), chance.uniform(0, 50))) for _ in range(chance.randint(1, 9))]
        found = spans.merged(given)
        assert spans.merged(chance.sample(given * 2, len(given) * 2)) == found
        assert spans.merged(found) == found
        assert all(one[1] < two[0] for one, two in itertools.pairwise(found))
        assert spans.length(found) >= max(end - start for start, end in given) - 1e-9


def test_only_the_first_seconds_of_spans_are_taken() -> None:
    assert spans.first([[0, 10], [20, 40]], 15) == [[0, 10], [20, 25]]
    assert spans.first([[0, 10]], 0) == []


def test_reports_grow_a_sitting_and_a_late_one_takes_nothing_back(watching: Watching, recording: Recording) -> None:
    watching.report("m", recording, Report("a", [[0, 10]], 10, 10))
    watching.report("m", recording, Report("a", [[0, 20]], 20, 20))
    late = watching.report("m", recording, Report("a", [[0, 10]], 10, 10))  # the network brought it last
    assert (late.spans, late.watched, late.position) == ([[0, 20]], 20, 20)
    (sitting,) = watching.sittings("m")
    assert (sitting.seconds, sitting.spans) == (20, [[0, 20]])


def test_sittings_add_up_and_what_is_seen_again_counts_in_time_alone(watching: Watching, recording: Recording) -> None:
    watching.report("m", recording, Report("a", [[0, 30]], 30, 30))
    done = watching.report("m", recording, Report("b", [[20, 50]], 30, 50))
    assert done.watched == 50
    assert sum(sitting.seconds for sitting in watching.sittings("m")) == 60
    assert watching.progress("somebody", recording.id) is None
    assert len(watching.of_recording(recording.id)) == 2


def test_more_than_can_have_been_played_is_not_believed(watching: Watching, recording: Recording) -> None:
    boast = watching.report("m", recording, Report("a", [[0, 100]], 3, 99))
    assert boast.watched == 7  # three seconds at double speed, and one for the clocks
    (sitting,) = watching.sittings("m")
    assert sitting.seconds == 3
    huge = watching.report("m", recording, Report("b", [[0, 1e12]], 1e9, 1e12))
    assert huge.watched <= 100
    assert huge.position == 100
    assert max(each.seconds for each in watching.sittings("m")) < 1300


def test_a_sitting_is_nobody_elses(watching: Watching, recording: Recording) -> None:
    watching.report("m", recording, Report("a", [[0, 10]], 10, 10))
    with pytest.raises(NotAllowed):
        watching.report("n", recording, Report("a", [[0, 10]], 10, 10))


def test_history_can_be_asked_for_since_a_day(watching: Watching, recording: Recording, engine: sa.Engine) -> None:
    watching.report("m", recording, Report("a", [[0, 10]], 10, 10))
    (sitting,) = watching.sittings("m")
    with Session(engine) as session:
        found = session.get_one(Sitting, "a")
        found.begun_at -= timedelta(days=3)
        session.commit()
    assert watching.sittings("m", since=sitting.begun_at - timedelta(days=1)) == []
    assert len(watching.sittings("m")) == 1


def test_the_shelf_is_sifted_sorted_and_knows_ones_progress(engine: sa.Engine) -> None:
    catalogue, watching, shelf = Catalogue(engine), Watching(engine), Shelf(engine)
    doctor = Member(id="m", name="王医生")
    made = [("乙", Kind.OPERATION, "妇产科", ["王"], 50.0), ("甲", Kind.LECTURE, "麻醉科", ["李", "王"], 90.0)]
    rows = [
        catalogue.add(Recording(title=t, kind=k, specialty=s, speakers=p, duration=d, state=State.PUBLISHED), [])
        for t, k, s, p, d in made
    ]
    catalogue.add(Recording(title="丙", state=State.WITHDRAWN), [])
    catalogue.add(Recording(title="丁", state=State.RECEIVING, duration=5.0), [])

    def titles(**wanted: str) -> list[str]:
        return [entry.recording.title for entry in shelf.find(doctor, Wanted(**wanted)).entries]  # type: ignore[arg-type]

    assert titles() == ["甲", "乙"]
    assert titles(kind="operation") == ["乙"]
    assert titles(specialty="麻醉科") == ["甲"]
    assert titles(speaker="王") == ["甲", "乙"]
    assert titles(order=Order.SHORTEST) == ["乙", "甲"]
    assert titles(order=Order.TITLE) == sorted(["甲", "乙"])
    found = shelf.find(doctor)
    assert (found.specialties, found.speakers, found.whole) == (sorted(["妇产科", "麻醉科"]), sorted(["王", "李"]), 2)
    assert shelf.find(Member(id="t", name="带教", role=Role.TRAINER)).whole == 3

    watching.report("m", rows[0], Report("a", [[0, 20]], 20, 20))
    watching.report("m", rows[1], Report("b", [[0, 85]], 85, 85))
    assert titles(standing="begun") == ["乙"]
    assert titles(standing="watched") == ["甲"]
    assert titles(standing="unseen") == []
    assert [entry.recording.title for entry in shelf.begun(doctor, limit=5)] == ["乙"]
    assert [entry.standing for entry in shelf.watched(doctor)] == [Standing.WATCHED, Standing.BEGUN]
    catalogue.change(rows[0].id, state=State.WITHDRAWN)
    assert shelf.begun(doctor, limit=5) == []
