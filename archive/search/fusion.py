"""Several rankings as one, for whoever brings another list beside ours, such as one by meaning."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

Found = TypeVar("Found", bound=Hashable)

K = 60
"""Reciprocal rank fusion's constant (Cormack, Clarke, Büttcher, SIGIR 2009)."""


def fused(*rankings: Sequence[Found], k: int = K) -> list[tuple[Found, float]]:
    """Return what any ranking holds with the sum of 1 / (k + its place, from 1) over all of them, the best first.

    Of equals, what came first in the first ranking that has it stays first.
    """
    scores: dict[Found, float] = defaultdict(float)
    for ranking in rankings:
        for place, found in enumerate(dict.fromkeys(ranking), 1):
            scores[found] += 1 / (k + place)
    return sorted(scores.items(), key=lambda pair: -pair[1])
