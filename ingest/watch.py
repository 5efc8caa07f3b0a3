"""How a step tells how far it is, and hears that it should stop."""

from typing import Protocol


class Watch(Protocol):
    """What a step is given to report to. Cheap: it is called several times a second."""

    def progress(self, fraction: float) -> None:
        """Report how much is done, from 0 to 1.

        Raises:
            Cancelled: somebody asked for this to stop.
        """


class Silent:
    """A watch that nobody looks at: for one-off calls."""

    def progress(self, fraction: float) -> None:
        """Take note of nothing."""


class Part:
    """A watch on one part of a larger work: its 0 to 1 becomes `start` to `end` of the whole."""

    def __init__(self, whole: Watch, start: float, end: float) -> None:
        self._whole, self._start, self._end = whole, start, end

    def progress(self, fraction: float) -> None:
        self._whole.progress(self._start + (self._end - self._start) * min(1.0, max(0.0, fraction)))
