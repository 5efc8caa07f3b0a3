"""Finding words in a transcript: as they are written, or as they sound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.search.pinyin import blur, read, spelled
from archive.transcripts import Segment


@dataclass(frozen=True)
class Place:
    """Where something was found: `offset` and `length` in characters of the sentence with that number, from 0."""

    sentence: int
    offset: int
    length: int


def written(sentences: Sequence[Segment], wanted: str) -> list[Place]:
    """Return where the text stands, upper and lower case alike."""
    asked = wanted.strip().casefold()
    if not asked:
        return []
    return [
        Place(number, offset, len(asked))
        for number, sentence in enumerate(sentences)
        for offset in _found(_folded(sentence.text), asked)
    ]


def sounding(sentences: Sequence[Segment], wanted: str) -> list[Place]:
    """Return where something stands that sounds like it, in the classes of `pinyin.blur`.

    `wanted` is Chinese, or typed pinyin. What is written exactly so is among them.
    """
    asked = {tuple(way) for way in _sounds(wanted.strip())}
    if not asked:
        return []
    found = []
    for number, sentence in enumerate(sentences):
        sounds = [blur(syllable) for syllable in read(sentence.text)]
        for way in asked:
            size = len(way)
            hits = (at for at in range(len(sounds) - size + 1) if tuple(sounds[at : at + size]) == way)
            found += [Place(number, at, size) for at in hits]
    return sorted(found, key=lambda place: (place.sentence, place.offset))


def _sounds(wanted: str) -> list[list[str]]:
    letters = "".join(wanted.lower().split())
    if letters.isascii():
        return spelled(letters)
    return [[blur(syllable) for syllable in read(wanted)]]


def _folded(text: str) -> str:
    """Fold case where that keeps each character in its place."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else text


def _found(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + len(wanted))
