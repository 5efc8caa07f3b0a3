"""How much later further angles begin than the first, found by the sound that they share."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.media import correlation
from ingest.media.correlation import Match, Onsets
from ingest.speech import voice
from ingest.watch import Part, Watch

_LISTENING = 0.8  # share of the work


@dataclass(frozen=True)
class Recipe:
    """`first` is the angle whose beginning is 0."""

    first: str
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:  # noqa: ARG001
    """Compare the `speech.flac` of each angle, by its id, with all others; write no file.

    Returns {"offsets": {angle: {"start", "certain"}} of all but the first, "pairs": what was found of each two}.
    `start` is in seconds after the first angle's beginning (negative: it began earlier), 0 where it is not certain:
    where nothing shared stands out. An angle that shares sound only with another further one is placed by that one.

    Raises:
        Cancelled: the watch said so.
    """
    angles = [recipe.first, *sorted(set(inputs) - {recipe.first})]
    heard: dict[str, Onsets] = {}
    for number, angle in enumerate(angles):
        watch.progress(_LISTENING * number / len(angles))
        heard[angle] = correlation.onsets(voice.read(inputs[angle]))
    pairs = list(itertools.combinations(angles, 2))
    matches: dict[tuple[str, str], Match] = {}
    for number, (one, other) in enumerate(pairs):
        Part(watch, _LISTENING, 1.0).progress(number / len(pairs))
        matches[one, other] = correlation.match(inputs[one], inputs[other], heard[one], heard[other])
    starts = placed(recipe.first, matches)
    watch.progress(1.0)
    return {
        "offsets": {
            angle: {"start": round(starts.get(angle, 0.0), 4), "certain": angle in starts} for angle in angles[1:]
        },
        "pairs": [_facts(one, other, match) for (one, other), match in matches.items()],
    }


def placed(first: str, matches: Mapping[tuple[str, str], Match]) -> dict[str, float]:
    """Return where each angle begins that certain matches tie to the first, by the strongest of them."""
    ties = {pair: match for pair, match in matches.items() if match.certain}
    starts = {first: 0.0}
    while reachable := [pair for pair in ties if (pair[0] in starts) != (pair[1] in starts)]:
        one, other = max(reachable, key=lambda pair: ties[pair].strength)
        if one in starts:
            starts[other] = starts[one] + ties[one, other].start
        else:
            starts[one] = starts[other] - ties[one, other].start
    return starts


def _facts(one: str, other: str, match: Match) -> dict[str, Any]:
    return {
        "of": [one, other],
        "start": round(match.start, 4),
        "strength": round(match.strength, 1),
        "lead": round(match.lead, 2),
        "agreeing": round(match.agreeing, 2),
        "certain": match.certain,
    }
