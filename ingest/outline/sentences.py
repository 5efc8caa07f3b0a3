"""Sentences with their times, as far as a transcript's segments tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archive.transcripts import Segment

# A full stop between digits or inside a word ends nothing.
_ENDS = re.compile(r"[。！？!?；;]+|\.(?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said from `start` to `end`, in seconds."""

    start: float
    end: float
    text: str


def sentences(segments: Iterable[Segment]) -> list[Sentence]:
    """Cut segments at the ends of sentences, and return these in the order of their times.

    Within a segment the time is taken to pass evenly over its characters.
    """
    found = []
    for segment in segments:
        length = max(1, len(segment.text))
        pace = (segment.end - segment.start) / length
        first = 0
        for last in [*(end.end() for end in _ENDS.finditer(segment.text)), len(segment.text)]:
            text = segment.text[first:last].strip()
            if text:
                found.append(Sentence(segment.start + first * pace, segment.start + last * pace, text))
            first = last
    return sorted(found, key=lambda sentence: (sentence.start, sentence.end))
