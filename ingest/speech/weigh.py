"""The likeliest reading of a stretch of speech: the words as written, or terms that sound like them.

A path through the characters is made of words of the dictionary, which keep what is written, and of terms, which
replace it; each has a score in nats, and the path with the highest sum is taken. So a term that would cut a common
word in two has to pay for it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.speech.lexicon import Match
from ingest.speech.likely import likelihood

Prior = Callable[[str], float | None]
"""The logarithm of the probability that a term is said here; None for what is no term."""

# Fitted on narrations of our own, other than those of the bench; see `tests/bench/speech.py`.
KEEP = 2.4  # nats for each character that stays
TRUST = 1.9  # more for each that the engine is sure of
SOUND = 1.55  # weight of a term's distance
SURE = 0.85  # by which a term must be the likelier

_LONGEST_WORD = 8  # characters of a word of the dictionary
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Cell:
    """One character: how it is read, and how sure the engine is of it, from 0 to 1."""

    character: str
    sound: str
    probability: float


@dataclass(frozen=True, slots=True)
class _Step:
    start: int
    end: int
    score: float
    match: Match | None = None


def gains(cells: Sequence[Cell], matches: Iterable[Match], prior: Prior) -> list[tuple[Match, float]]:
    """Return by how many nats each term makes the stretch likelier, the others left out. Of one spelling the best."""
    written = "".join(cell.character for cell in cells)
    kept = list(_kept(cells, written, prior))
    before = _sums(kept, len(cells))
    behind = _sums([_Step(len(cells) - step.end, len(cells) - step.start, step.score) for step in kept], len(cells))
    best: dict[tuple[int, int, str], tuple[Match, float]] = {}
    for match in matches:
        if written[match.start : match.end] == match.spelling:
            continue
        score = _replacing(cells[match.start : match.end], match, prior)
        gain = before[match.start] + score + behind[len(cells) - match.end] - before[-1]
        key = (match.start, match.end, match.spelling)
        if key not in best or gain > best[key][1]:
            best[key] = match, gain
    return list(best.values())


def _sums(steps: Iterable[_Step], length: int) -> list[float]:
    """Return the highest score of a path to each place."""
    ending: list[list[_Step]] = [[] for _ in range(length + 1)]
    for step in steps:
        ending[step.end].append(step)
    sums = [0.0]
    for end in range(1, length + 1):
        sums.append(max(sums[step.start] + step.score for step in ending[end]))
    return sums


def likeliest(cells: Sequence[Cell], matches: Iterable[Match], prior: Prior) -> Iterator[tuple[Match, float]]:
    """Yield the terms that should replace what is written, in order, each with how many nats likelier it is."""
    written = "".join(cell.character for cell in cells)
    offered = [
        _Step(match.start, match.end, _replacing(cells[match.start : match.end], match, prior), match)
        for match in matches
        if written[match.start : match.end] != match.spelling
    ]
    if not offered:
        return
    kept = list(_kept(cells, written, prior))
    path = _best([*kept, *offered], len(cells))
    total = sum(step.score for step in path)
    for step in path:
        if step.match is not None:
            others = [other for other in offered if other.end <= step.start or other.start >= step.end]
            yield step.match, total - sum(other.score for other in _best([*kept, *others], len(cells)))


def _replacing(cells: Sequence[Cell], match: Match, prior: Prior) -> float:
    likely = prior(match.spelling)
    if likely is None:
        return _NEVER
    same = [cell for cell, meant in zip(cells, match.spelling, strict=False) if cell.character == meant]
    return likely - SOUND * match.distance - SURE + _held(same)


def _held(cells: Iterable[Cell]) -> float:
    """What characters weigh that stay what they are."""
    return sum(KEEP + TRUST * cell.probability for cell in cells)


def _kept(cells: Sequence[Cell], written: str, prior: Prior) -> Iterator[_Step]:
    """What may stay as it is: words of the dictionary, terms, and single characters."""
    for end in range(1, len(cells) + 1):
        for start in range(max(0, end - _LONGEST_WORD), end):
            word = written[start:end]
            known = [score for score in (likelihood(word), prior(word)) if score is not None]
            if known:
                yield _Step(start, end, max(known) + _held(cells[start:end]))


def _best(steps: Iterable[_Step], length: int) -> list[_Step]:
    ending: list[list[_Step]] = [[] for _ in range(length + 1)]
    for step in steps:
        ending[step.end].append(step)
    score = [0.0] * (length + 1)
    taken: list[_Step] = []
    for end in range(1, length + 1):
        step = max(ending[end], key=lambda step: score[step.start] + step.score)
        score[end] = score[step.start] + step.score
        taken.append(step)
    path: list[_Step] = []
    at = length
    while at:
        path.append(taken[at - 1])
        at = taken[at - 1].start
    return path[::-1]
