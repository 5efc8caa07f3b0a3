"""Byte ranges as RFC 9110 has them: one range at most; a header that means nothing is as if it were not there."""

import re

_SINGLE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE | re.ASCII)


class Unsatisfiable(ValueError):
    """The range lies outside the file: 416."""


def parse(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the asked-for range as (start, end), end exclusive, or None for the whole file.

    Several ranges in one request are answered with the whole file, as the standard allows.

    Raises:
        Unsatisfiable: no byte of the range exists.
    """
    found = _SINGLE.fullmatch(header.strip()) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None
    if start >= size or start >= end:
        raise Unsatisfiable(header)
    return start, end
