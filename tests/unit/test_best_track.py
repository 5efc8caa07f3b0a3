"""Which of several tracks is for speech."""

from ingest.media.best_track import Heard, choose


def test_where_somebody_speaks() -> None:
    assert choose({1: Heard(0.0, 60.0), 2: Heard(40.0, 20.0)}, default=1) == 2


def test_the_default_unless_another_is_clearly_better() -> None:
    assert choose({1: Heard(40.0, 30.0), 2: Heard(41.0, 33.0)}, default=1) == 1
    assert choose({1: Heard(40.0, 30.0), 2: Heard(41.0, 45.0)}, default=1) == 2
    assert choose({1: Heard(40.0, 30.0), 2: Heard(10.0, 60.0)}, default=1) == 1


def test_nobody_speaks() -> None:
    assert choose({1: Heard(0.0, 30.0), 2: Heard(0.0, 40.0)}, default=2) == 2
    assert choose({}, default=3) == 3
