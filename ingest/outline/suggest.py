"""Chapters suggested from what was said and shown: every likely beginning is weighed, then the best set is chosen."""

import bisect
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.outline import titles
from ingest.outline.cues import Opening, find
from ingest.outline.sentences import Sentence

_LEAST = 45.0  # a recording of fewer seconds needs no chapters
_APART = 60.0  # seconds between two chapters, at least; less in a short recording where a slide says so
_APART_SHORT = 10.0
_FEW, _SHORTEST, _LONGEST = 10, 120.0, 480.0  # ten chapters, of two to eight minutes
_UNEVEN = 1.5  # what a chapter of e times the ideal length costs
_BEFORE, _AFTER = 4.0, 6.0  # a sentence that begins so near a new slide begins with it
_FLIPPED = 6.0  # seconds: a slide that stands no longer was only leafed through
_TOPIC_SECONDS = 25.0  # in which somebody says what the part is about
_TELLING, _SOMETHING = 10, 6  # how wide a title should be, and must be, in Latin letters
_MOST = 400  # beginnings that are weighed against each other
_SLIDE, _STANDING = 1.7, 0.4
_PAUSE, _SILENCE = 0.7, 1.5  # weight of a pause that is long for this speaker; seconds that count as one at all


@dataclass(frozen=True, slots=True)
class Slide:
    """The `number`th slide (from 1), shown from `time` until `until`; `heading` as far as it could be read."""

    number: int
    time: float
    until: float
    heading: str = ""


@dataclass(slots=True)
class Beginning:
    """A moment at which a part may begin, in seconds, and what speaks for it."""

    time: float
    slide: int | None = None
    heading: str = ""
    cue: str = ""
    opening: str = ""
    pause: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        return sum(self.weights.values())

    @property
    def reason(self) -> str:
        return max(self.weights, key=lambda name: self.weights[name], default="start")

    def why(self) -> dict[str, Any]:
        """What speaks for it, as plain JSON."""
        found = {"slide": self.slide, "cue": self.cue, "opening": self.opening, "pause": round(self.pause, 1)}
        return {name: value for name, value in found.items() if value} | {"weight": round(self.weight, 2)}


def suggest(
    said: Sequence[Sentence], slides: Sequence[Slide], *, duration: float, language: str
) -> list[dict[str, Any]]:
    """Return chapters in order: {"start", "end", "title", "reason", "why"}; none where one would be all.

    `reason` is what speaks most for it: start, slide, cue or pause. `language` is that of the titles, "zh" or "en".
    """
    if duration < _LEAST:
        return []
    found = _beginnings(said, slides, duration)
    first = next((slide.heading for slide in slides if slide.time < _BEFORE), "")
    chosen = [Beginning(0.0, heading=first), *_choose(found, duration)]
    if len(chosen) < 2:
        return []
    ends = [beginning.time for beginning in chosen[1:]] + [duration]
    return [
        {
            "start": round(beginning.time, 3),
            "end": round(end, 3),
            "title": _title(beginning, said, end, language),
            "reason": beginning.reason,
            "why": beginning.why(),
        }
        for beginning, end in zip(chosen, ends, strict=True)
    ]


def _beginnings(said: Sequence[Sentence], slides: Sequence[Slide], duration: float) -> list[Beginning]:
    """Return every moment that something speaks for, in order."""
    starts = [sentence.start for sentence in said]
    found: dict[float, Beginning] = {}

    def at(time: float) -> Beginning:
        return found.setdefault(time, Beginning(time))

    for sentence in said:
        if (cue := find(sentence.text)) is not None:
            beginning = at(sentence.start)
            beginning.cue, beginning.opening = cue.word, cue.opening.value
            beginning.weights["cue"] = cue.weight
    for start, pause, weight in _pauses(said):
        beginning = at(start)
        beginning.pause = pause
        beginning.weights["pause"] = weight
    for slide in slides:
        stands = slide.until - slide.time
        beginning = at(_near(starts, slide.time, found))
        beginning.slide, beginning.heading = slide.number, slide.heading
        steady = min(1.0, stands / 30.0) * _STANDING
        beginning.weights["slide"] = 0.4 if stands < _FLIPPED else _SLIDE + steady
    likely = [one for one in found.values() if one.weight >= 1.0 and 0 < one.time < duration]
    likely = sorted(likely, key=lambda one: (-one.weight, one.time))[:_MOST]
    return sorted(likely, key=lambda one: one.time)


def _near(starts: Sequence[float], time: float, found: Mapping[float, Beginning]) -> float:
    """Return the beginning of the sentence that goes with a slide: nobody wants to come into the middle of one."""
    near = [start for start in starts if time - _BEFORE <= start <= time + _AFTER]
    weights = {start: found[start].weight if start in found else 0.0 for start in near}
    return min(near, key=lambda start: (-weights[start], abs(start - time), start), default=time)


def _pauses(said: Sequence[Sentence]) -> list[tuple[float, float, float]]:
    """Return where somebody speaks again after a pause that is long for them: time, the pause's seconds, weight."""
    gaps = []
    silent_since = said[0].end if said else 0.0
    for sentence in said[1:]:
        gaps.append((sentence.start, sentence.start - silent_since))
        silent_since = max(silent_since, sentence.end)
    longest = sorted(gap for _, gap in gaps)
    usual = max(_SILENCE, longest[int(len(longest) * 0.9)] if longest else 0.0)
    return [(start, gap, min(2 * _PAUSE, _PAUSE * (1 + math.log2(gap / usual)))) for start, gap in gaps if gap >= usual]


def _choose(found: Sequence[Beginning], duration: float) -> list[Beginning]:
    """Return the set whose weights, less what uneven lengths cost, are the most; the start is a chapter anyway."""
    ideal = min(_LONGEST, max(_SHORTEST, duration / _FEW))
    apart = max(_APART, ideal / 2)
    short = max(_APART_SHORT, duration / 8) if duration < 8 * _APART else apart
    if short < apart:
        ideal = max(2 * short, min(ideal, duration / 3))
    times = [0.0, *(beginning.time for beginning in found)]
    best, before = [0.0] * len(times), [0] * len(times)
    for at in range(1, len(times)):
        least = short if found[at - 1].weights.get("slide", 0.0) >= 1.0 else apart
        ways = [
            (best[last] - _cost(times[at] - times[last], ideal), -last)
            for last in range(at)
            if times[at] - times[last] >= least and best[last] > -math.inf
        ]
        value, last = max(ways, default=(-math.inf, 0))
        best[at], before[at] = value + found[at - 1].weight - 1.0, -last
    last = max(range(len(times)), key=lambda at: (best[at] - _last_cost(duration - times[at], ideal), -at))
    chosen = []
    while last > 0:
        chosen.append(found[last - 1])
        last = before[last]
    return chosen[::-1]


def _cost(length: float, ideal: float) -> float:
    return _UNEVEN * math.log(length / ideal) ** 2


def _last_cost(length: float, ideal: float) -> float:
    """The last part may be a short summary, but no tail of a few seconds."""
    if length < _APART_SHORT / 2:
        return math.inf
    return _cost(max(length, ideal), ideal)


def _title(beginning: Beginning, said: Sequence[Sentence], end: float, language: str) -> str:
    """Return the heading of its slide, or a title from the first sentences of a part.

    Without these, its slide's number, or what can be said without.
    """
    if beginning.heading:
        return titles.of_slide(beginning.heading)
    first = bisect.bisect_left([sentence.start for sentence in said], beginning.time - 0.001)
    last = min(end, beginning.time + _TOPIC_SECONDS)
    about = list(itertools.takewhile(lambda sentence: sentence.start < last, said[first:]))
    for least in (_TELLING, _SOMETHING):
        for sentence in about:
            if found := titles.title(sentence.text, language=language, least=least):
                return found
    if beginning.slide:
        return f"第 {beginning.slide} 张幻灯片" if language == "zh" else f"Slide {beginning.slide}"
    if beginning.opening == Opening.SUMMARY:
        return titles.SUMMARY[language]
    if beginning.time == 0:
        return "开头" if language == "zh" else "Beginning"
    return "继续" if language == "zh" else "Continued"
