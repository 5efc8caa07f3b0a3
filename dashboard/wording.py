"""Lengths, dates and sizes as people read them."""

from datetime import datetime


def length(seconds: float | None) -> str:
    """Return minutes and seconds, with hours where there are any: 0:57, 12:03, 3:41:20."""
    if seconds is None:
        return ""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def date(moment: datetime | None) -> str:
    """Return a day as it stands on the calendar of this machine: 2026-11-23."""
    return moment.astimezone().date().isoformat() if moment else ""


def size(count: int) -> str:
    """Return bytes in the unit that a data plan counts in: 0.4 MB, 86 MB, 1.2 GB."""
    megabytes = count / 1_000_000
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{max(0.1, megabytes):.1f} MB"
