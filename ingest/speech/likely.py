"""How likely words are in Chinese at large: the frequencies of jieba's dictionary."""

import functools
import math
from collections.abc import Mapping
from importlib import resources

_UNSEEN = 0.1  # occurrences assumed of a character that the dictionary does not know


@functools.cache
def frequencies() -> Mapping[str, float]:
    """Return the natural logarithm of the probability of each word. Reading them takes about half a second."""
    counts: dict[str, int] = {}
    with (resources.files("jieba") / "dict.txt").open(encoding="utf-8") as file:
        for line in file:
            word, count, *_kind = line.split(" ")
            counts[word] = int(count)
    total = math.log(sum(counts.values()))
    return {word: math.log(count) - total for word, count in counts.items() if count}


def likelihood(word: str) -> float | None:
    """Return the logarithm of a word's probability, None if it is no word; a single character always is one."""
    found = frequencies().get(word)
    if found is None and len(word) == 1:
        return math.log(_UNSEEN) - math.log(60_000_000)
    return found
