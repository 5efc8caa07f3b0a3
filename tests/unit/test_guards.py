"""What nobody said goes, with its reason; what people do say stays."""

from pathlib import Path

import pytest

from archive.transcripts import Segment, Transcript, Word
from ingest.speech.guards import guard

SPEECH = Path(__file__).parent / "speech"


def said(text: str, start: float = 0.0, end: float = 5.0, confidence: float | None = 0.8) -> Segment:
    step = (end - start) / max(1, len(text))
    words = tuple(Word(start + at * step, start + (at + 1) * step, c, confidence) for at, c in enumerate(text))
    return Segment(start, end, text, confidence, words)


def reasons(*segments: Segment, voice: list[tuple[float, float]] | None = None) -> list[str]:
    return [removal.reason for removal in guard(segments, voice)[1]]


@pytest.mark.parametrize("text", ["(音樂)", "（掌声）", "♪♪♪", "[Music]", "【笑声】", "*laughs*"])
def test_annotations(text: str) -> None:
    kept, removals = guard([said(text)])
    assert kept == []
    assert [(removal.text, removal.reason) for removal in removals] == [(text, "annotation")]


def test_an_annotation_goes_out_of_a_sentence_and_its_words() -> None:
    kept, removals = guard([said("现在(音乐)建立气腹")])
    assert kept[0].text == "现在建立气腹" == "".join(word.text for word in kept[0].words)
    assert removals[0].text == "(音乐)"


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "字幕by索兰娅",
        "请订阅我的频道",
        "中文字幕",
    ],
)
def test_film_credits(text: str) -> None:
    assert reasons(said(text, confidence=0.95)) == ["film credits"]


@pytest.mark.parametrize("text", ["谢谢观看", "Thank you for watching", "感谢大家的观看", "下期再见"])
def test_a_farewell_goes_only_where_it_is_in_doubt(text: str) -> None:
    assert reasons(said(text, confidence=0.3)) == ["film farewell"]
    assert reasons(said(text), voice=[(0.0, 1.0)]) == ["film farewell"]
    assert reasons(said(text, confidence=0.9), voice=[(0.0, 5.0)]) == []


def test_where_nobody_speaks() -> None:
    assert reasons(said("病人血压平稳"), voice=[(60.0, 70.0)]) == ["no voice"]
    assert reasons(said("病人血压平稳"), voice=[]) == ["no voice"]
    assert reasons(said("病人血压平稳"), voice=[(0.5, 4.0)]) == []
    assert reasons(said("病人血压平稳")) == []


def test_impossible_times() -> None:
    assert reasons(said("这里是子宫动脉注意不要损伤输尿管", end=0.5)) == ["faster than speech"]
    instant = tuple(Word(1.0, 1.0, c, 0.5) for c in "先建立气腹然后")
    assert reasons(Segment(1.0, 6.0, "先建立气腹然后", 0.5, instant)) == ["words without duration"]


def test_loops_leave_their_first() -> None:
    kept, removals = guard([said("子宫动脉" * 12, end=25.0)])
    assert kept[0].text == "子宫动脉" == "".join(word.text for word in kept[0].words)
    assert removals[0].reason == "loop"
    assert removals[0].text == "子宫动脉" * 11
    kept, _ = guard([said("啊" * 60, end=20.0)])
    assert kept[0].text == "啊"
    kept, removals = guard([said("这里就是输尿管。", start=n * 3.0, end=n * 3.0 + 3) for n in range(5)])
    assert [segment.start for segment in kept] == [0.0]
    assert [removal.reason for removal in removals] == ["loop"] * 4


def test_repetitive_and_unsure() -> None:
    text = "我们看一下这里我们看一下那里" * 8
    assert reasons(said(text, end=29.0, confidence=0.15)) == ["repetitive and unsure"]


@pytest.mark.parametrize(
    "text", ["用力用力用力用力用力", "对对对对对", "慢慢慢慢来", "一二三四，一二三四，二二三四", "好，好，好，谢谢大家"]
)
def test_people_do_repeat_themselves(text: str) -> None:
    assert guard([said(text)], [(0.0, 5.0)]) == ([said(text)], [])


def test_nothing_of_ordinary_speech_goes() -> None:
    lines = (SPEECH / "ordinary.txt").read_text(encoding="utf-8").split()
    spoken = [said(line, start=n * 6.0, end=n * 6.0 + 5) for n, line in enumerate(lines)]
    assert guard(spoken, [(0.0, 6.0 * len(lines))]) == (spoken, [])


@pytest.mark.parametrize("file", sorted(SPEECH.glob("*.machine.json")), ids=lambda path: path.name)
def test_nothing_of_what_an_engine_heard_goes(file: Path) -> None:
    segments = list(Transcript.from_json(file.read_text(encoding="utf-8")).segments)
    assert guard(segments, [(segment.start, segment.end) for segment in segments]) == (segments, [])
