"""Which language is spoken: in a recording, weighed against what was said of it, and in each cut where nothing was.

A recording's is settled before anything is written down.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice, pairwise

from ingest.speech.engine import SpeechEngine
from ingest.speech.voice import Cut

_LISTENED = 3  # cuts, at most
_FIRST = 12  # cuts, among which they are looked for
_LONG = 2.0  # seconds: a shorter cut tells little
_ENOUGH = 3.0  # seconds listened to, for a doubt to count
_CLEARLY = 0.8  # probability of another language than the recording's, for one cut to be written in it
_COMMON = ("zh", "en")
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
    """Part a cut at the pauses at which the language changes; the recording is in `language`, and none was set for it.

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
    other = heard.language in _COMMON and not _same(heard.language, language)
    return heard.language if other and heard.probability >= _CLEARLY else language


def _weighed(language: str, votes: list[str], seconds: float) -> str:
    agreed = len(set(votes)) == 1 and not _same(votes[0], language)
    if not agreed or seconds < _ENOUGH:
        return language
    return votes[0] if votes[0] in _COMMON or len(votes) == _LISTENED else language


def _same(one: str, other: str | None) -> bool:
    return _CHINESE.get(one, one) == _CHINESE.get(other or "", other)
