"""Listening again: which offers are listened to, and what the sound decides. The engine is a table of likelihoods."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from archive.glossary import Term, load
from archive.transcripts import Segment, Transcript, Word
from ingest.speech.correct import correct
from ingest.speech.engine import SAMPLE_RATE, Heard, Likelihood, Samples
from ingest.speech.lexicon import Match
from ingest.speech.rescore import Listener, Offer, chosen


def offer(start: int, end: int, spelling: str, *, gain: float = 8.0, distance: float = 3.0) -> Offer:
    match = Match(start, end, spelling, Term(spelling, "ours"), distance)
    return Offer(start, end, match, gain, end - start)


def said(*true: str, nats: float = 12.0) -> "Said":
    return Said(true, nats)


class Said:
    """Finds a text likelier for each of some words in it."""

    def __init__(self, true: Sequence[str], nats: float) -> None:
        self.true, self.nats = true, nats
        self.asked: list[str] = []

    def __call__(self, _segment: Segment, texts: Sequence[str]) -> list[Likelihood]:
        self.asked += texts
        return [Likelihood(-40.0 + self.nats * sum(word in text for word in self.true), len(text)) for text in texts]


SEGMENT = Segment(0.0, 4.0, "处理着弓勤再看平旋")


def test_the_sound_decides_between_terms_over_the_same_characters() -> None:
    offers = [offer(2, 5, "子宫颈"), offer(2, 5, "子宫体"), offer(3, 5, "宫颈")]
    assert [one.match.spelling for one, _ in chosen(SEGMENT, offers, said("子宫体"))] == ["子宫体"]


def test_what_was_written_stays_where_it_sounds_likelier() -> None:
    offers = [offer(2, 5, "子宫颈"), offer(7, 9, "贫血")]
    assert [one.match.spelling for one, _ in chosen(SEGMENT, offers, said("着弓勤", "贫血", nats=25))] == ["贫血"]


def test_a_text_is_compared_up_to_a_little_behind_the_term() -> None:
    listen = said()
    chosen(SEGMENT, [offer(2, 5, "子宫颈")], listen)
    assert listen.asked == ["处理着弓勤再看平旋", "处理子宫颈再看平旋"]
    assert chosen(SEGMENT, [], listen) == []


def test_only_what_the_sound_can_decide_is_listened_to() -> None:
    listen = said()
    sure, hopeless = offer(0, 2, "处置", gain=40.0, distance=0.5), offer(7, 9, "贫血", gain=-30.0)
    rivals = [offer(2, 5, "子宫颈", gain=4.0), offer(2, 5, "子宫体", gain=5.0), offer(2, 4, "子宫", gain=-6.0)]
    assert sure in [one for one, _ in chosen(SEGMENT, [sure, hopeless, *rivals], listen)]
    assert listen.asked == [SEGMENT.text, "处理子宫颈再看平旋", "处理子宫体再看平旋"]


def test_what_stood_behind_a_term_that_was_not_chosen_gets_its_turn() -> None:
    longer, shorter = offer(2, 7, "子宫颈管道", gain=-1.0), offer(2, 5, "子宫颈", gain=0.0)
    listen = said("再看", "子宫颈再", nats=25)
    assert [one for one, _ in chosen(SEGMENT, [longer, shorter], listen)] == [shorter]
    assert listen.asked[1::2] == ["处理子宫颈管道平旋", "处理子宫颈再看平旋"]
    assert [one for one, _ in chosen(SEGMENT, [longer, shorter], said("子宫颈管道"))] == [longer]


@pytest.mark.parametrize(
    ("text", "alone", "sound", "heard"),
    [
        ("看到子宫动脉和音道九龙", [("音道", "阴道")], said("阴道穹隆"), [("音道九龙", "阴道穹隆")]),
        ("处理子宫动脉以后再喷枪里冲洗输尿管", [("喷枪", "盆腔")], said("喷枪", nats=25), []),
    ],
)
def test_the_sound_finds_and_refuses_what_the_text_alone_does_not(
    text: str, alone: list[tuple[str, str]], sound: Said, heard: list[tuple[str, str]]
) -> None:
    words = tuple(Word(at * 0.2, at * 0.2 + 0.2, character, 0.7) for at, character in enumerate(text))
    machine = Transcript("zh", (Segment(0.0, words[-1].end, text, 0.7, words),))

    def changes(listen: Said | None) -> list[tuple[str, str]]:
        made = correct(machine, load(), title="腹腔镜下子宫切除术", specialty="妇产科", listen=listen)
        return [(change.before, change.after) for change in made.changes]

    assert changes(None) == alone
    assert changes(sound) == heard


class Ruler:
    """An engine that tells how long the samples are, and their first value."""

    name, model = "ruler", "none"

    def likelihoods(self, samples: Samples, texts: Sequence[str], *, language: str) -> list[Likelihood]:
        assert language == "zh"
        return [Likelihood(float(samples[0]), len(samples)) for _ in texts]

    def detect(self, samples: Samples) -> Heard:
        raise NotImplementedError

    def transcribe(self, samples: Samples, *, language: str | None, prompt: str | None) -> list[Segment]:
        raise NotImplementedError


@pytest.mark.parametrize("seconds", [2, 700])
def test_the_sound_of_a_segment_is_read_on_in_blocks(tmp_path: Path, seconds: int) -> None:
    ramp = np.arange(seconds).repeat(SAMPLE_RATE).astype("<i2") * 32
    with wave.open(str(tmp_path / "ramp.wav"), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes(ramp.tobytes())
    listener = Listener(tmp_path / "ramp.wav", Ruler(), "zh")
    for start in (0.0, 1.0, seconds - 1.0):
        [heard] = listener(Segment(start, start + 1.0, "x"), ["x"])
        first, last = max(0.0, start - 0.5), min(seconds, start + 1.5)
        assert heard.tokens == round((last - first) * SAMPLE_RATE)
        assert heard.logarithm == pytest.approx(int(first) * 32 / 32768)
