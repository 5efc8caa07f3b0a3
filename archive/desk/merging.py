"""Two people changed one sentence: what both of them wrote, where they wrote in different places."""

from difflib import SequenceMatcher


def merged(before: str, one: str, other: str) -> str | None:
    """Return `before` with the changes of both; None where they touch each other (a three-way merge of characters)."""
    if one == other:
        return one
    changes = sorted([*_changes(before, one), *_changes(before, other)])
    made, at = [], 0
    last: tuple[int, int, str] | None = None
    for start, end, text in changes:
        if (start, end, text) == last:  # both did the same
            continue
        if start < at or (last is not None and start == at == last[1]):
            return None
        made += [before[at:start], text]
        at, last = end, (start, end, text)
    return "".join([*made, before[at:]])


def _changes(before: str, after: str) -> list[tuple[int, int, str]]:
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(i1, i2, after[j1:j2]) for tag, i1, i2, j1, j2 in codes if tag != "equal"]
