"""What a portal does beside serving pages outlives whatever goes wrong in it."""

import threading

from dashboard.background import _again


def test_what_fails_once_in_an_unforeseen_way_is_done_again() -> None:
    stop, until, times = threading.Event(), threading.Event(), []
    until.set()

    def work() -> None:
        times.append(1)
        if len(times) == 1:
            raise OverflowError
        stop.set()

    _again("the search index", work, until, stop)
    assert len(times) == 2
