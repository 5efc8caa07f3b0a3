"""Segments made readable, and cuts made at pauses; no model is needed for either."""

import numpy as np
import pytest

from archive.transcripts import Segment, Word
from ingest.speech import voice
from ingest.speech.engine import SAMPLE_RATE, engine_for
from ingest.speech.tidy import LONGEST, simplify, tidy


def spoken(text: str, *, seconds: float = 0.5, pauses: dict[int, float] | None = None) -> Segment:
    """One word a character, each as long as the next, with pauses before some."""
    words, at = [], 0.0
    for position, character in enumerate(text):
        at += (pauses or {}).get(position, 0.0)
        mark = character in "，。！？"
        if mark and words:
            words[-1] = Word(words[-1].start, words[-1].end, words[-1].text + character, 0.5)
        else:
            words.append(Word(at, at + seconds, character, 0.5))
            at += seconds
    return Segment(0.0, at, text, 0.9, tuple(words))


def test_sentences_are_segments_on_the_recordings_timeline() -> None:
    made = tidy([spoken("先建立气腹。再置入举宫器！好")], language="zh", start=100.0, end=200.0)
    assert [segment.text for segment in made] == ["先建立气腹。", "再置入举宫器！", "好"]
    assert [(segment.start, segment.end) for segment in made] == [(100.0, 102.5), (102.5, 105.5), (105.5, 106.0)]
    assert all(type(word.start) is float for segment in made for word in segment.words)


def test_what_is_long_is_split_at_commas() -> None:
    made = tidy([spoken("一二三四五六七八九十，" * 6)], language="zh", start=0, end=60)
    assert len(made) > 1
    assert all(segment.end - segment.start <= LONGEST for segment in made)
    assert "".join(segment.text for segment in made) == "一二三四五六七八九十，" * 6


def test_what_is_long_is_split_at_pauses() -> None:
    made = tidy([spoken("一二三四五六七八九十" * 4, pauses={20: 1.0})], language="zh", start=0, end=60)
    assert [len(segment.text) for segment in made] == [20, 20]


def test_traditional_is_folded_in_text_and_words() -> None:
    made = tidy([spoken("輸尿管後面")], language="zh", start=0, end=9)
    assert made[0].text == "输尿管后面"
    assert "".join(word.text for word in made[0].words) == "输尿管后面"
    assert simplify("膽囊動脈") == "胆囊动脉"


def test_other_languages_are_left_alone() -> None:
    assert tidy([spoken("後,")], language="ja", start=0, end=9)[0].text == "後,"


def test_marks_after_chinese_are_full_width() -> None:
    segment = Segment(0, 1, "压力13.5,是的,", None, (Word(0, 1, "压力13.5,是的,", 0.5),))
    assert tidy([segment], language="zh", start=0, end=1)[0].text == "压力13.5,是的，"


def test_broken_and_empty_are_dropped() -> None:
    broken = Segment(0, 2, "\ufffd好\ufffd", 0.5, (Word(0, 1, "\ufffd", 0.1), Word(1, 2, "好\ufffd", 0.9)))
    made = tidy([broken, Segment(2, 3, "  "), Segment(3, 4, "\ufffd")], language="zh", start=0, end=9)
    assert [(segment.text, len(segment.words)) for segment in made] == [("好", 1)]


def test_nothing_reaches_beyond_its_cut() -> None:
    made = tidy([Segment(0, 30, "好", 0.5, (Word(0, 30, "好", 0.5),))], language="zh", start=10, end=12.5)
    assert (made[0].start, made[0].end, made[0].words[0].end) == (10.0, 12.5, 12.5)


def speech(*stretches: tuple[float, float]) -> list[tuple[int, int]]:
    return [(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)) for start, end in stretches]


def test_neighbours_join_as_far_as_a_cut_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    found = speech((1, 10), (11, 20), (20.5, 33), (40, 45))
    monkeypatch.setattr(voice, "_stretches", lambda _samples: found)
    pieces = list(voice._pieces(np.zeros(60 * SAMPLE_RATE, np.float32), 0, found))
    assert [(piece.start, piece.end) for piece in pieces] == [(1, 20), (20.5, 33), (40, 45)]


def test_speech_across_the_edge_of_a_block_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal itself says where speech is: ones."""

    def stretches(samples: np.ndarray) -> list[tuple[int, int]]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], samples, [0]])))
        return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    monkeypatch.setattr(voice, "_stretches", stretches)
    whole = np.zeros(100 * SAMPLE_RATE, np.float32)
    for start, end in speech((5, 9), (48, 52), (99, 100)):
        whole[start:end] = 1
    blocks = [whole[: 50 * SAMPLE_RATE], whole[50 * SAMPLE_RATE :]]
    assert [(cut.start, cut.end) for cut in voice.cuts(blocks)] == [(5, 9), (48, 52), (99, 100)]


def test_missing_weights_say_what_to_run(tmp_path: object) -> None:
    from pathlib import Path

    from archive.errors import ModelMissing

    for engine in ("auto", "faster-whisper", "openai-whisper"):
        with pytest.raises(ModelMissing, match="shijiao models pull base"):
            engine_for(engine, "base", Path(str(tmp_path)), threads=1)
