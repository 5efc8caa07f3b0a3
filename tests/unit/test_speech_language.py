"""Which language a recording is in, and each of its cuts. The engine hears what its samples say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archive.transcripts import Segment, Transcript, Word
from ingest.speech.engine import SAMPLE_RATE, Heard, Likelihood, Samples
from ingest.speech.heard import doubtful, settled, spoken
from ingest.speech.voice import Cut
from ingest.steps import transcribe
from ingest.watch import Silent

LANGUAGES = ("zh", "en", "yue", "ja", "nn")


class Ear:
    """An engine that hears the language whose number is the first sample; after the comma, how surely."""

    name, model, at_once = "ear", "none", 1

    def __init__(self) -> None:
        self.wrote: list[str | None] = []

    def detect(self, samples: Samples) -> Heard:
        return Heard(LANGUAGES[int(samples[0])], round(1.0 - float(samples[0]) % 1, 3))

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:  # noqa: ARG002
        """Write a word, surely where it is in the language of the last sample."""
        self.wrote.append(language)
        sure = 0.8 if LANGUAGES[int(samples[-1])] == language else 0.5
        text = {"zh": "先看胎心", "en": "look"}.get(language or "", "x")
        return [Segment(0.0, 1.0, text, sure, (Word(0.0, 1.0, text, sure),))]

    def likelihoods(self, samples: Samples, texts: Sequence[str], *, language: str) -> list[Likelihood]:
        raise NotImplementedError


def cut(language: str, seconds: float = 5.0, *, doubt: float = 0.0, written: str = "") -> Cut:
    samples = np.full(round(seconds * SAMPLE_RATE), LANGUAGES.index(language) + doubt, np.float32)
    samples[-1] = LANGUAGES.index(written or language)
    return Cut(0.0, samples)


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
        (cut("en", doubt=0.3, written="zh"), "zh", "zh"),  # Mandarin with English terms in it
        (cut("en", doubt=0.3), "zh", "en"),  # English with an accent
        (cut("en", doubt=0.7), "zh", "zh"),  # nothing that can be told
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


def test_a_sentence_of_which_the_engine_is_unsure_is_doubtful() -> None:
    def sentence(*sure: float) -> Segment:
        return Segment(0.0, 1.0, "x" * len(sure), None, tuple(Word(0.0, 1.0, "x", each) for each in sure))

    here = cut("zh", 1.5)
    assert doubtful(here, [sentence(0.9, 0.8), sentence(0.4, 0.5)], "en")
    assert not doubtful(here, [sentence(0.9, 0.4), sentence(0.8)], "en")
    assert not doubtful(here, [Segment(0.0, 1.0, "x")], "en")
    assert not doubtful(here, [], "en")


@pytest.mark.parametrize(
    ("text", "language", "doubted"),
    [
        ("这 is a video for testing", "zh", True),
        ("先看 CTG，再做 NST", "zh", False),
        ("CTG", "zh", True),
        ("110 次", "zh", False),
        ("先看胎心", "en", True),
        ("the 输尿管 is here", "en", False),
    ],
)
def test_a_sentence_mostly_in_the_other_script_is_doubtful(text: str, language: str, doubted: bool) -> None:
    assert doubtful(cut("zh", 1.5), [Segment(0.0, 1.0, text)], language) is doubted


def test_a_stretch_of_which_nothing_was_written_is_doubtful() -> None:
    whole = Cut(100.0, np.zeros(10 * SAMPLE_RATE, np.float32), (6 * SAMPLE_RATE,))
    assert doubtful(whole, [Segment(100.0, 105.0, "x")], "en")
    assert not doubtful(whole, [Segment(100.0, 105.0, "x"), Segment(106.5, 109.0, "x")], "en")
    assert not doubtful(whole, [], "en"), "there may have been nothing but noise"


@pytest.mark.parametrize(
    ("recipe", "texts", "wrote"),
    [
        ({"language": "zh"}, ["先看胎心", "look", "先看胎心"], ["zh", "zh", "en", "zh"]),
        ({"language": "auto"}, ["先看胎心", "look", "先看胎心"], ["zh", "en", "zh"]),
        ({"language": "zh", "certain": True}, ["先看胎心"] * 3, ["zh"] * 3),
    ],
)
def test_english_in_a_mandarin_recording_is_written_in_english_unless_somebody_is_certain(
    recipe: dict[str, Any], texts: list[str], wrote: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear()
    cuts = [Cut(10.0 * at, cut(said).samples) for at, said in enumerate(("zh", "en", "zh"))]
    monkeypatch.setattr(transcribe, "engine_for", lambda *_, **__: ear)
    monkeypatch.setattr(transcribe, "_seconds", lambda _: 30.0)
    monkeypatch.setattr(transcribe.voice, "read", lambda _: iter(()))
    monkeypatch.setattr(transcribe.voice, "cuts", lambda _: iter(cuts))
    inputs = {"audio": tmp_path / "none"}
    transcribe.run(inputs, tmp_path, transcribe.Recipe(**recipe), Silent(), models=tmp_path)
    made = Transcript.from_json((tmp_path / transcribe.FILE).read_text(encoding="utf-8"))
    assert [segment.text for segment in made.segments] == texts
    assert ear.wrote == wrote
    assert made.language == "zh"
