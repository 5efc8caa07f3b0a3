"""When a recording can have been made: not before there was film, and not in the future."""

from datetime import UTC, datetime, timedelta

from archive.errors import DescriptionError
from archive.tables import now

_EARLIEST = 1900
_AHEAD = timedelta(days=1)  # the day has begun somewhere where it has not here, and clocks are set wrongly


def checked(moment: datetime) -> datetime:
    """Return a moment at which something can have been recorded; one without a zone is of this machine's.

    Raises:
        DescriptionError: it is none; `facts` has the `field`, and `why`.
    """
    latest = now() + _AHEAD
    if moment.year < _EARLIEST:
        raise _wrong(moment, f"that is before {_EARLIEST}", "no_date")
    if moment.year > latest.year + 1 or moment.astimezone(UTC) > latest:  # none so far ahead has a local time
        raise _wrong(moment, "that is not yet", "future")
    return moment


def _wrong(moment: datetime, reason: str, why: str) -> DescriptionError:
    return DescriptionError(
        f"It cannot have been recorded on {moment.date().isoformat()}: {reason}.",
        f"Say a day from {_EARLIEST} to today, such as {now():%Y-%m-%d}.",
        field="date",
        why=why,
    )
