"""An engine's segments made readable: simplified characters, nothing broken or empty, a sentence a segment."""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from archive.transcripts import Segment, Word

_SENTENCE = "。！？!?；;"
_CLAUSE = "，,、：:"
LONGEST = 12.0  # seconds of one segment, where punctuation or a pause allows
_PAUSE = 0.6  # seconds between two words that may end a long segment
_FULL_WIDTH = {",": "，", "?": "？", "!": "！", ";": "；", ":": "：", ".": "。"}
_HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff])[,?!;:.]")  # after a Chinese character; numbers keep theirs
_ZHE = re.compile("(?<![显名土编原论巨专卓昭])著(?![名作述称录书者])")  # in mainland spelling the particle is 着
_BROKEN = "\ufffd"  # half a character at the edge of a cut


def tidy(segments: Iterable[Segment], *, language: str, start: float, end: float) -> list[Segment]:
    """Return an engine's segments of one cut on the recording's timeline; the cut runs from `start` to `end` there."""
    tidied = []
    for segment in segments:
        whole = _readable(segment, simplified=language == "zh")
        tidied += [_moved(piece, start, end) for piece in _sentences(whole) if piece.text]
    return tidied


def _readable(segment: Segment, *, simplified: bool) -> Segment:
    """Remove broken characters; fold traditional characters, the words along with the text."""
    words = [word for word in segment.words if word.text.replace(_BROKEN, "").strip()]
    texts = [word.text.replace(_BROKEN, "") for word in words]
    text = "".join(texts) if texts else segment.text.replace(_BROKEN, "")
    if simplified:
        text = _HALF_WIDTH.sub(lambda mark: _FULL_WIDTH[mark[0]], simplify(text))
        texts = _as_words(text, texts)
    return Segment(
        segment.start,
        segment.end,
        text,
        segment.confidence,
        tuple(Word(word.start, word.end, new, word.probability) for word, new in zip(words, texts, strict=True)),
    )


def _as_words(text: str, words: list[str]) -> list[str]:
    """Cut a folded text where its words were. Folding keeps the length but for very few phrases."""
    if len(text) != sum(map(len, words)):
        return [simplify(word) for word in words]
    cut, at = [], 0
    for word in words:
        cut.append(text[at : at + len(word)])
        at += len(word)
    return cut


def simplify(text: str) -> str:
    """Fold traditional into simplified Chinese."""
    folded: str = _converter().convert(text)
    return _ZHE.sub("着", folded)


@functools.cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _sentences(segment: Segment) -> Iterator[Segment]:
    """Split at the ends of sentences, and what is then still long at commas and pauses."""
    if not segment.words:
        yield segment
        return
    for sentence in _split(list(segment.words), _SENTENCE):
        if sentence[-1].end - sentence[0].start <= LONGEST:
            yield _joined(sentence, segment)
        else:
            for clause in _grouped(_split(sentence, _CLAUSE, pause=_PAUSE)):
                yield _joined(clause, segment)


def _split(words: list[Word], marks: str, *, pause: float | None = None) -> list[list[Word]]:
    pieces: list[list[Word]] = [[]]
    for word in words:
        last = pieces[-1]
        paused = pause is not None and last and word.start - last[-1].end >= pause
        if last and (last[-1].text.rstrip()[-1:] in tuple(marks) or paused):
            pieces.append([])
        pieces[-1].append(word)
    return pieces


def _grouped(clauses: list[list[Word]]) -> Iterator[list[Word]]:
    """Join neighbouring clauses again, as many as a segment holds."""
    held: list[Word] = []
    for clause in clauses:
        if held and clause[-1].end - held[0].start > LONGEST:
            yield held
            held = []
        held = held + clause
    yield held


def _joined(words: list[Word], segment: Segment) -> Segment:
    known = [word.probability for word in words if word.probability is not None]
    confidence = sum(known) / len(known) if known else segment.confidence
    text = "".join(word.text for word in words)
    return Segment(words[0].start, max(words[0].start, words[-1].end), text, confidence, tuple(words))


def _moved(segment: Segment, start: float, end: float) -> Segment:
    """Shift to the recording's timeline, and hold inside the cut what an engine put beyond it."""

    def at(seconds: float) -> float:
        return round(min(end, start + seconds), 3)

    words = tuple(Word(at(word.start), at(word.end), word.text, word.probability) for word in segment.words)
    return Segment(at(segment.start), at(segment.end), segment.text, segment.confidence, words)
