"""Listening again: the engine itself says how likely a term is at a place, given the sound, against what it wrote.

A text can only tell that a term sounds like what was written. The engine compares both with the sound, so that terms
may be offered that are further off, and those that were not said are refused.
"""

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archive.transcripts import Segment
from ingest.speech import voice
from ingest.speech.engine import SAMPLE_RATE, Likelihood, Samples, SpeechEngine
from ingest.speech.lexicon import Match

Listen = Callable[[Segment, Sequence[str]], Sequence[Likelihood]]
"""Returns how likely it is, for each text, that the sound of a segment begins with it."""

LEAST = -8.0  # nats: what gains less as a text is not offered

# Log odds that an offer is right. Fitted on narrations of our own, other than those of the bench; see
# `tests/bench/speech.py`.
_ALWAYS = -1.6
_GAIN = 0.2  # for each nat that it gains as a text
_SYLLABLE = 0.6
_CHANGED = 0.28  # for each character that becomes another
_DISTANCE = -0.12  # for each nat that it is off
_UNEVEN = -0.35  # where a syllable was swallowed or put in
_TOKEN = 0.47  # for each token more: a rare character is unlikely before anything was heard
_SAME = 0.008  # for each nat that the sound makes it likelier, where it sounds like what is written,
_OTHER = 0.152  # and so much more where it is one nat off in every syllable
_HEARD = (-30.0, 10.0)  # nats, between which the sound counts

_GUESS = -4.0  # what the sound is guessed to say for each nat that an offer is off, before it is listened to
_BEHIND = 2.0  # log odds, guessed, behind another over the same characters: not listened to
_HOPELESS = -3.0  # log odds, guessed: not listened to
_TURNS = 2  # in which offers are listened to

_AFTER = 4  # characters behind a term whose likelihood tells whether they still fit
_ROOM = 0.5  # seconds around a segment
_BEFORE = 120 * SAMPLE_RATE  # samples before a segment that other threads may still be at


@dataclass(frozen=True, slots=True)
class Offer:
    """A term for the characters of a segment from `start` up to `end`, of which `changed` become others.

    As a text it gains `gain` nats.
    """

    start: int
    end: int
    match: Match
    gain: float
    changed: int


class Listener:
    """A `Listen` on a recording's sound, 16 kHz and one channel, for several threads at once.

    It reads on only: segments come in their order, but for those that the other threads are at.
    """

    def __init__(self, audio: Path, engine: SpeechEngine, language: str) -> None:
        self._engine, self._language = engine, language
        self._blocks = voice.read(audio)
        self._held: Samples = np.zeros(0, np.float32)
        self._offset = 0  # of what is held, in samples
        self._reading = threading.Lock()

    def __call__(self, segment: Segment, texts: Sequence[str]) -> list[Likelihood]:
        samples = self._between(max(0.0, segment.start - _ROOM), segment.end + _ROOM)
        return self._engine.likelihoods(samples, texts, language=self._language)

    def _between(self, start: float, end: float) -> Samples:
        first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
        with self._reading:
            while self._offset + len(self._held) < last:
                block = next(self._blocks, None)
                if block is None:
                    break
                gone = max(0, min(first - _BEFORE - self._offset, len(self._held)))
                self._held = np.concatenate([self._held[gone:], block])
                self._offset += gone
            return self._held[max(0, first - self._offset) : max(0, last - self._offset)]


def chosen(segment: Segment, offers: Iterable[Offer], listen: Listen) -> list[tuple[Offer, float]]:
    """Return the offers that are right rather than not, none over another, in order, each with its log odds.

    Only what the sound can decide is listened to. What stood behind a likelier offer that was not chosen gets its turn.
    """
    left, taken = list(offers), list[tuple[Offer, float]]()
    for _ in range(_TURNS):
        asked = _promising(left)
        taken += _apart([(offer, score) for offer, score in _judged(segment, asked, listen) if score > 0])
        known = {id(offer) for offer in asked}
        left = [
            offer for offer in left if id(offer) not in known and not any(_over(offer, other) for other, _ in taken)
        ]
    return sorted(taken, key=lambda one: one[0].start)


def _judged(segment: Segment, offers: Iterable[Offer], listen: Listen) -> list[tuple[Offer, float]]:
    """Return each offer with its log odds; those that are likely whatever the sound says are not listened to."""
    judged: list[tuple[Offer, float]] = []
    unsure: list[Offer] = []
    for group in _overlapping(offers):
        if len(group) == 1 and odds(group[0], _HEARD[0], 0) > 0:
            judged.append((group[0], _guessed(group[0])))
        else:
            unsure += group
    return judged + [(offer, odds(offer, nats, tokens)) for offer, nats, tokens in evidence(segment, unsure, listen)]


def odds(offer: Offer, nats: float, tokens: int) -> float:
    """Return the log odds of an offer that is so many nats likelier by its sound, in so many more tokens."""
    length, distance = len(offer.match.spelling), offer.match.distance
    score = _ALWAYS + _GAIN * offer.gain + _SYLLABLE * length + _DISTANCE * distance + _TOKEN * tokens
    score += _CHANGED * offer.changed + _UNEVEN * (offer.end - offer.start != length)
    return score + (_SAME + _OTHER * min(distance / length, 1.0)) * min(max(nats, _HEARD[0]), _HEARD[1])


def _guessed(offer: Offer) -> float:
    return odds(offer, _GUESS * offer.match.distance, 0)


def _promising(offers: Iterable[Offer]) -> list[Offer]:
    """Return the offers that may be right, as far as one can tell before listening."""
    guessed = [(offer, _guessed(offer)) for offer in offers]
    return [
        offer
        for offer, score in guessed
        if score > _HOPELESS and not any(better > score + _BEHIND and _over(offer, other) for other, better in guessed)
    ]


def _over(one: Offer, other: Offer) -> bool:
    return one.start < other.end and other.start < one.end


def evidence(segment: Segment, offers: Iterable[Offer], listen: Listen) -> list[tuple[Offer, float, int]]:
    """Return each offer with how many nats likelier its sound makes it than what is written, and its tokens more."""
    texts: list[str] = []
    asked: list[tuple[Offer, int, int]] = []  # an offer, the place of its text, that of what is written
    for group in _overlapping(offers):
        end = max(offer.end for offer in group) + _AFTER
        written = len(texts)
        texts.append(segment.text[:end])
        for offer in group:
            asked.append((offer, len(texts), written))
            texts.append(segment.text[: offer.start] + offer.match.spelling + segment.text[offer.end : end])
    if not asked:
        return []
    found = listen(segment, texts)
    return [
        (offer, found[new].logarithm - found[old].logarithm, found[new].tokens - found[old].tokens)
        for offer, new, old in asked
    ]


def _overlapping(offers: Iterable[Offer]) -> list[list[Offer]]:
    """Group offers that stand over the same characters."""
    groups: list[list[Offer]] = []
    end = -1
    for offer in sorted(offers, key=lambda offer: (offer.start, offer.end)):
        if offer.start >= end:
            groups.append([])
        groups[-1].append(offer)
        end = max(end, offer.end)
    return groups


def _apart(judged: list[tuple[Offer, float]]) -> list[tuple[Offer, float]]:
    """Choose those that together have the highest score, none over another."""
    judged = sorted(judged, key=lambda one: one[0].end)
    ends: list[int] = []
    best: list[tuple[float, list[tuple[Offer, float]]]] = [(0.0, [])]
    for offer, score in judged:
        total, before = best[bisect_right(ends, offer.start)]
        taken = (total + score, [*before, (offer, score)])
        best.append(max(best[-1], taken, key=lambda one: one[0]))
        ends.append(offer.end)
    return best[-1][1]
