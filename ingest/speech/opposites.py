"""Words that sound alike and say the opposite: what was heard as one is never put right to the other.

A changed degree or sign reads as well as the right one, so nobody would notice it.
"""

_UNITS = "度级期型天周"
_GROUPS = (
    ("阴性", "阳性"),
    ("有创", "无创"),
    *(tuple(number + unit for number in "一二三四五六七八九十") for unit in _UNITS),
)
_GROUP = {word: at for at, words in enumerate(_GROUPS) for word in words}
_LENGTH = 2  # characters of each


def contradicts(heard: str, written: str) -> bool:
    """Whether two texts of one length say opposites at the same place."""
    if len(heard) != len(written):
        return False
    pairs = ((heard[at : at + _LENGTH], written[at : at + _LENGTH]) for at in range(len(heard) - 1))
    return any(one != other and _GROUP.get(one, -1) == _GROUP.get(other, -2) for one, other in pairs)
