"""What an engine writes that nobody said: removed, and each removal kept with its reason.

Whisper repeats itself, names sounds in brackets, and writes in silence what its training films ended with. A guard
needs more than the words where somebody could really have said them: a midwife does say 用力 five times.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from archive.transcripts import Segment, Word

Span = tuple[float, float]

_BRACKETED = re.compile(r"[(（\[【<《*♪♫][^()（）\[\]【】<>《》*]{0,40}[)）\]】>》*♪♫]|[♪♫]+")
# Credits and calls of films: nobody says them in an operating room.
_CREDITS = re.compile(
    r"字幕\s*(?:by|由|制作|製作|提供|志愿者|组)|amara\.org|subtitles? by|(?:请|請)?(?:不吝)?点赞.{0,12}(?:订阅|转发)"
    r"|(?:请|欢迎|记得).{0,4}订阅.{0,8}(?:频道|转发|打赏)?|明镜与点点|优优独播剧场|独播剧场|中文字幕|like and subscribe"
    r"|please subscribe|subscribe to (?:my|our|the) channel",
    re.IGNORECASE,
)
# Farewells: said at the end of lectures too, so they go only where the engine is unsure or hardly anybody speaks.
_FAREWELLS = re.compile(
    r"(?:谢谢|感谢)(?:大家|您|你)?(?:的)?(?:观看|收看|收听)|下期(?:再见|节目再见)|(?:我们)?下(?:期|集)再见"
    r"|thank(?:s| you)(?: very much)? for watching|see you (?:next time|in the next video)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\W_]+")

_FASTEST = 14.0  # Chinese characters a second; hurried speech has eight
_FASTEST_LETTERS = 45.0
_FEWEST = 6  # characters, fewer tell nothing about a rate
_INSTANT = 0.02  # seconds: a word this short has not been heard
_INSTANT_SHARE = 0.5
_VOICED_SHARE = 0.1  # of a segment's time
_HARDLY = 0.5
_UNSURE = 0.5
_VERY_UNSURE = 0.3
_COMPRESSED = 2.4  # plain text by its size compressed: Whisper's own limit
_REPEATS = {1: 10, 2: 7, 3: 6}  # of a unit of so many characters; longer ones:
_REPEATS_LONG = 4
_CERTAINLY = 2.5  # times as many need no other sign
_LONGEST_UNIT = 30
_SAME_SEGMENTS = 3  # in a row


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out: from when to when in seconds, the text, and why."""

    start: float
    end: float
    text: str
    reason: str

    def record(self) -> dict[str, Any]:
        """As plain JSON, for `settings["removals"]` of the transcript."""
        return asdict(self)


def guard(segments: Sequence[Segment], voice: Sequence[Span] | None = None) -> tuple[list[Segment], list[Removal]]:
    """Return the segments that somebody said, and what was removed.

    `voice` are the stretches in which somebody speaks, in order; None where that is not known.
    """
    kept: list[Segment] = []
    removals: list[Removal] = []
    for segment in segments:
        cleaned, cut = _without_annotations(segment)
        removals += cut
        if cleaned is None:
            continue
        reason = _reason(cleaned, voice)
        if reason is not None:
            removals.append(Removal(cleaned.start, cleaned.end, cleaned.text, reason))
            continue
        held, cut = _without_loop(cleaned)
        removals += cut
        kept.append(held)
    kept, cut = _without_repeated_segments(kept)
    return kept, sorted([*removals, *cut], key=lambda removal: removal.start)


def _reason(segment: Segment, voice: Sequence[Span] | None) -> str | None:
    """Return why nobody can have said this segment, or None."""
    plain = _PLAIN.sub("", segment.text)
    voiced = 1.0 if voice is None else _voiced(segment, voice)
    sure = 1.0 if segment.confidence is None else segment.confidence
    instant = len(segment.words) >= _FEWEST and _instant(segment.words) >= _INSTANT_SHARE
    squeezed = len(plain) >= _FEWEST and sure < _VERY_UNSURE and _compression(plain) > _COMPRESSED
    doubtful = sure < _UNSURE or voiced < _HARDLY
    signs = {
        "no words": not plain,
        "no voice": voiced < _VOICED_SHARE,
        "film credits": _is_mostly(_CREDITS, segment.text),
        "film farewell": doubtful and _is_mostly(_FAREWELLS, segment.text),
        "faster than speech": _too_fast(plain, segment),
        "words without duration": instant,
        "repetitive and unsure": squeezed,
    }
    return next((reason for reason, there in signs.items() if there), None)


def _voiced(segment: Segment, voice: Sequence[Span]) -> float:
    """The share of a segment's time in which somebody speaks."""
    length = max(segment.end - segment.start, 0.1)
    return sum(max(0.0, min(segment.end, end) - max(segment.start, start)) for start, end in voice) / length


def _is_mostly(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a phrase is most of a text: within a sentence somebody may speak of it."""
    found = sum(len(_PLAIN.sub("", match[0])) for match in pattern.finditer(text))
    return found * 2 >= len(_PLAIN.sub("", text)) > 0 and found > 0


def _too_fast(plain: str, segment: Segment) -> bool:
    seconds = max(segment.end - segment.start, 0.01)
    han = sum("\u3400" <= character <= "\u9fff" for character in plain)
    letters = len(plain) - han
    return len(plain) >= _FEWEST and han / _FASTEST + letters / _FASTEST_LETTERS > seconds


def _instant(words: Sequence[Word]) -> float:
    return sum(word.end - word.start <= _INSTANT for word in words) / len(words)


def _compression(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def _without_annotations(segment: Segment) -> tuple[Segment | None, list[Removal]]:
    """Cut “(音乐)” and “♪” out; what is left, if anything, and what was cut."""
    spans = [match.span() for match in _BRACKETED.finditer(segment.text)]
    if not spans:
        return segment, []
    held = _cut(segment, spans)
    removals = [Removal(segment.start, segment.end, segment.text[a:b], "annotation") for a, b in spans]
    return (held if _PLAIN.sub("", held.text) else None), removals


def _without_loop(segment: Segment) -> tuple[Segment, list[Removal]]:
    """Keep the first of what repeats itself without end."""
    found = _loop(segment.text)
    if found is None:
        return segment, []
    start, end, unit, times = found
    needed = _REPEATS.get(unit, _REPEATS_LONG)
    seconds = max(segment.end - segment.start, 0.01)
    hurried = len(segment.text) / seconds > 0.6 * _FASTEST
    unsure = segment.confidence is not None and segment.confidence < _UNSURE
    instant = bool(segment.words) and _instant(segment.words) > 0.2
    if times < needed * _CERTAINLY and not (hurried or unsure or instant):
        return segment, []
    cut = Removal(segment.start, segment.end, segment.text[start + unit : end], "loop")
    return _cut(segment, [(start + unit, end)]), [cut]


def _loop(text: str) -> tuple[int, int, int, int] | None:
    """Return where something repeats itself, the length of it and how often; the longest repetition."""
    best = None
    for unit in range(1, min(_LONGEST_UNIT, len(text) // 2) + 1):
        run = 0
        for at in range(unit, len(text) + 1):
            if at < len(text) and text[at] == text[at - unit]:
                run += 1
                continue
            times = run // unit + 1
            enough = times >= _REPEATS.get(unit, _REPEATS_LONG)
            if enough and (best is None or run + unit > best[1] - best[0]):
                start = at - run - unit
                best = (start, start + unit * times, unit, times)
            run = 0
    return best


def _without_repeated_segments(segments: Iterable[Segment]) -> tuple[list[Segment], list[Removal]]:
    """Keep the first of several segments in a row that say the same, where nobody would say it so often."""
    kept: list[Segment] = []
    removals: list[Removal] = []
    for group in _alike(segments):
        plain = _PLAIN.sub("", group[0].text)
        spare = group[1:] if len(group) >= _SAME_SEGMENTS and len(plain) >= _FEWEST else []
        kept += group[: len(group) - len(spare)]
        removals += [Removal(segment.start, segment.end, segment.text, "loop") for segment in spare]
    return kept, removals


def _alike(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    group: list[Segment] = []
    for segment in segments:
        if group and _PLAIN.sub("", group[-1].text) != _PLAIN.sub("", segment.text):
            yield group
            group = []
        group.append(segment)
    if group:
        yield group


def _cut(segment: Segment, spans: Sequence[tuple[int, int]]) -> Segment:
    """Take ranges of characters out of a segment, and out of its words where they are its text."""

    def outside(first: int, text: str) -> str:
        inside = (any(a <= first + at < b for a, b in spans) for at in range(len(text)))
        return "".join(character for character, gone in zip(text, inside, strict=True) if not gone)

    whole = "".join(word.text for word in segment.words)
    text = outside(0, segment.text)
    if whole.strip() != segment.text:
        return replace(segment, text=text, words=())
    offset = len(whole.lstrip()) - len(whole)
    words: list[Word] = []
    for word in segment.words:
        rest = outside(offset, word.text)
        offset += len(word.text)
        if rest:
            words.append(replace(word, text=rest))
    if not words:
        return replace(segment, text=text, words=())
    return replace(segment, text=text, words=tuple(words), start=words[0].start, end=max(words[-1].end, words[0].start))
