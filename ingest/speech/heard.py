"""Which language is spoken: in a recording, weighed against what was said of it, and in each cut where nothing was.

A recording's is settled before anything is written down.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice, pairwise

from archive.transcripts import Segment
from ingest.speech.engine import SpeechEngine
from ingest.speech.voice import Cut

_LISTENED = 3  # cuts, at most
_FIRST = 12  # cuts, among which they are looked for
_LONG = 2.0  # seconds: a shorter cut tells little
_ENOUGH = 3.0  # seconds listened to, for a doubt to count
# Probabilities of another language than the recording's, for one cut to be written in it: so sure, or less so and then
# in whichever of the two the engine writes more surely. Measured, Mandarin was never taken for English; English with
# noise or an accent was heard with 0.54 to 0.8 in 6 of 60 stretches, and each of these was written more surely as such.
_CLEARLY, _PERHAPS = 0.8, 0.35
# The mean probability of its words, below which a sentence may be in another language than was set: of 341 in Mandarin,
# with noise too, none was below 0.61, and English written as Mandarin was at 0.23 to 0.48.
_DOUBTFUL = 0.6
_COMMON = ("zh", "en")
_HAN, _LATIN = re.compile("[\u3400-\u9fff]"), re.compile("[A-Za-z]{2,}")
_CHINESE = {"yue": "zh"}


def settled(
    cuts: Iterable[Cut], engine: SpeechEngine, language: str | None, *, certain: bool = False
) -> tuple[str | None, Iterator[Cut]]:
    """Return the language to write in, and all of the cuts; None as the language where there is no cut.

    The `language` that was set gives way only to a clear contradiction: every one of the first long cuts sounds like
    one and the same other language. Where that is neither Chinese nor English, all of them must be there to say so: a
    strong dialect may sound like anything for a sentence. `certain` settles it without listening. Without a language
    the first long cuts decide by majority.
    """
    coming = iter(cuts)
    if certain and language is not None:
        return language, coming
    held: list[Cut] = []
    votes: list[str] = []
    seconds = 0.0
    for cut in islice(coming, _FIRST):
        held.append(cut)
        if cut.end - cut.start < _LONG:
            continue
        votes.append(engine.detect(cut.samples).language)
        seconds += cut.end - cut.start
        if _same(votes[-1], language) or len(votes) == _LISTENED:
            break
    if held and not votes and language is None:
        votes.append(engine.detect(held[0].samples).language)
    if language is None:
        return max(votes, key=votes.count, default=None), chain(held, coming)
    return _weighed(language, votes, seconds), chain(held, coming)


def spoken(cut: Cut, engine: SpeechEngine, language: str) -> list[tuple[Cut, str]]:
    """Part a cut at the pauses at which the language changes; the recording is in `language`.

    It is another only where that is Chinese or English, and clearly so: told to write English, Whisper translates
    Mandarin, and a Mandarin sentence with English terms in it is Mandarin.
    """
    borders = [0, *cut.pauses, len(cut.samples)]
    stretches = [(begin, end, _of(cut.between(begin, end), engine, language)) for begin, end in pairwise(borders)]
    parts = [list(together) for _, together in groupby(stretches, key=lambda stretch: stretch[2])]
    return [(cut.between(part[0][0], part[-1][1]), part[0][2]) for part in parts]


def _of(cut: Cut, engine: SpeechEngine, language: str) -> str:
    if cut.end - cut.start < _LONG:
        return language
    heard = engine.detect(cut.samples)
    if heard.language not in _COMMON or _same(heard.language, language) or heard.probability < _PERHAPS:
        return language
    if heard.probability >= _CLEARLY:
        return heard.language
    written = {each: engine.transcribe(cut.samples, language=each, prompt=None) for each in (language, heard.language)}
    return max(written, key=lambda each: sureness(written[each]))


def doubtful(cut: Cut, written: Sequence[Segment], language: str) -> bool:
    """Whether another language than that may have been spoken.

    So it is where the engine was unsure of a sentence, wrote it mostly in the other script, or left a stretch out.
    `written` is on the recording's timeline, as the cut is.
    """
    if any(segment.words and sureness([segment]) < _DOUBTFUL for segment in written):
        return True
    if any(_in_chinese(segment.text) is (language == "en") for segment in written if language in _COMMON):
        return True
    stretches = (cut.between(begin, end) for begin, end in pairwise([0, *cut.pauses, len(cut.samples)]))
    long = [stretch for stretch in stretches if stretch.end - stretch.start >= _LONG]
    words = [word for segment in written for word in segment.words or (segment,)]
    heard = [any(word.start < each.end and word.end > each.start for word in words) for each in long]
    return bool(words) and not all(heard)


def _in_chinese(text: str) -> bool | None:
    """Whether a text has more Chinese characters than Latin words, or fewer; None where as many."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return None if han == latin else han > latin


def sureness(written: Sequence[Segment]) -> float:
    """Return the mean probability of the words that were written; 0 where there are none."""
    known = [word.probability for segment in written for word in segment.words if word.probability is not None]
    return sum(known) / len(known) if known else 0.0


def _weighed(language: str, votes: list[str], seconds: float) -> str:
    agreed = len(set(votes)) == 1 and not _same(votes[0], language)
    if not agreed or seconds < _ENOUGH:
        return language
    return votes[0] if votes[0] in _COMMON or len(votes) == _LISTENED else language


def _same(one: str, other: str | None) -> bool:
    return _CHINESE.get(one, one) == _CHINESE.get(other or "", other)
