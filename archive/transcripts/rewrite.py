"""Writing other characters into a segment, so that its words still are its text and keep their times."""

from dataclasses import replace

from archive.transcripts.model import Segment, Word


def worded(segment: Segment) -> bool:
    """Whether the words are the text, but for white space at its ends."""
    return "".join(word.text for word in segment.words).strip() == segment.text


def lead(segment: Segment) -> int:
    """Return how many characters of its words come before the segment's text."""
    text = "".join(word.text for word in segment.words)
    return len(text) - len(text.lstrip())


def replaced(segment: Segment, start: int, end: int, text: str) -> Segment:
    """Write `text` over characters of a segment; what is left of the words at its edges stays a word of its own."""
    whole = segment.text[:start] + text + segment.text[end:]
    if not worded(segment) or start >= end:
        return replace(segment, text=whole)
    words: list[Word] = []
    over: list[Word] = []
    place = 0
    offset = -lead(segment)
    for word in segment.words:
        first, last = start - offset, end - offset
        offset += len(word.text)
        if last <= 0 or first >= len(word.text) or not word.text:
            words.append(word)
            continue
        if first > 0:
            words.append(_part(word, 0, first))
        if not over:
            words.append(word)  # its place: the new word comes here
            place = len(words) - 1
        over.append(_part(word, max(0, first), min(len(word.text), last)))
        if last < len(word.text):
            words.append(_part(word, last, len(word.text)))
    if not text:
        del words[place]
        return replace(segment, text=whole, words=tuple(words))
    known = [word.probability for word in over if word.probability is not None]
    words[place] = Word(over[0].start, over[-1].end, text, sum(known) / len(known) if known else None)
    return replace(segment, text=whole, words=tuple(words))


def _part(word: Word, first: int, last: int) -> Word:
    """Return some of a word's characters, with their share of its time."""
    step = (word.end - word.start) / len(word.text)
    start = word.start if first == 0 else round(word.start + first * step, 3)
    end = word.end if last == len(word.text) else round(word.start + last * step, 3)
    return Word(start, max(start, end), word.text[first:last], word.probability)
