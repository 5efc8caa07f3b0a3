"""What can stand in a filter: of some fields any text, of others only values that recordings can have."""

import re
from collections.abc import Mapping, Sequence

from archive.search.document import LENGTHS
from archive.tables import Kind

_YEAR = re.compile(r"[0-9]{4}")
_LENGTHS = (*(name for _, name in LENGTHS), "120-")
ALLOWED = {"kind": f"one of: {', '.join(Kind)}", "year": "a year, such as 2026", "length": ", ".join(_LENGTHS)}
"""The fields that take not every text, and what they take, in words."""


def is_possible(field: str, value: str) -> bool:
    """Whether any recording could have this value."""
    if field == "kind":
        return value in tuple(Kind)
    if field == "year":
        return _YEAR.fullmatch(value) is not None
    return field != "length" or value in _LENGTHS


def possible(filters: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Leave out what no recording could have, and fields without a value: for addresses, which anybody may write."""
    kept = {name: [each for each in values if each and is_possible(name, each)] for name, values in filters.items()}
    return {name: values for name, values in kept.items() if values}
