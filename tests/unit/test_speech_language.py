"""Which language a recording is in, and each of its cuts. The engine hears what its samples say."""

from collections.abc import Sequence

import numpy as np
import pytest

from archive.transcripts import Segment
from ingest.speech.engine import SAMPLE_RATE, Heard, Likelihood, Samples
from ingest.speech.heard import settled, spoken
from ingest.speech.voice import Cut

LANGUAGES = ("zh", "en", "yue", "ja", "nn")


class Ear:
    """An engine that hears the language whose number is the first sample; after the comma, how surely."""

    name, model, at_once = "ear", "none", 1

    def detect(self, samples: Samples) -> Heard:
        return Heard(LANGUAGES[int(samples[0])], round(1.0 - float(samples[0]) % 1, 3))

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:
        raise NotImplementedError

    def likelihoods(self, samples: Samples, texts: Sequence[str], *, language: str) -> list[Likelihood]:
        raise NotImplementedError


def cut(language: str, seconds: float = 5.0, *, doubt: float = 0.0) -> Cut:
    return Cut(0.0, np.full(round(seconds * SAMPLE_RATE), LANGUAGES.index(language) + doubt, np.float32))


@pytest.mark.parametrize(
    ("said", "cuts", "settles"),
    [
        (None, ["zh", "en", "zh"], "zh"),
        (None, [], None),
        ("en", ["zh", "zh", "zh"], "zh"),
        ("en", ["zh", "en"], "en"),
        ("zh", ["yue"], "zh"),
        ("zh", ["ja", "zh"], "zh"),  # a dialect
        ("zh", ["ja"], "zh"),
        ("zh", ["ja", "ja", "ja"], "ja"),
    ],
)
def test_a_recording_is_in_what_was_said_unless_that_is_clearly_wrong(
    said: str | None, cuts: list[str], settles: str | None
) -> None:
    given = [cut(language) for language in cuts]
    language, held = settled(iter(given), Ear(), said)
    assert language == settles
    assert list(held) == given, "no cut is lost by listening to it"


def test_who_is_certain_is_not_doubted() -> None:
    assert settled(iter([cut("zh")] * 3), Ear(), "en", certain=True)[0] == "en"


@pytest.mark.parametrize(
    ("one", "language", "written"),
    [
        (cut("en"), "zh", "en"),
        (cut("zh"), "en", "zh"),
        (cut("en", doubt=0.3), "zh", "zh"),  # Mandarin with English terms in it
        (cut("en", 1.0), "zh", "zh"),  # too short to tell
        (cut("nn"), "zh", "zh"),  # what Whisper takes a noise for
        (cut("yue"), "zh", "zh"),
    ],
)
def test_a_cut_is_in_another_language_only_where_that_is_clear(one: Cut, language: str, written: str) -> None:
    assert [heard for _, heard in spoken(one, Ear(), language)] == [written]


def test_a_cut_is_parted_where_the_language_changes_at_a_pause() -> None:
    said = [cut("zh"), cut("zh", 1.0), cut("en"), cut("en"), cut("zh")]
    samples = np.concatenate([each.samples for each in said])
    at = [round(seconds * SAMPLE_RATE) for seconds in (5.0, 6.0, 11.0, 16.0)]
    parts = spoken(Cut(100.0, samples, tuple(at)), Ear(), "zh")
    assert [(part.start, part.end, language) for part, language in parts] == [
        (100.0, 106.0, "zh"),
        (106.0, 116.0, "en"),
        (116.0, 121.0, "zh"),
    ]
    assert [part.pauses for part, _ in parts] == [(at[0],), (at[2] - at[1],), ()]
