"""Chapters as a trainer would accept them: of a lecture written for this, and of our own sample."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.transcripts import Segment, Transcript
from ingest.outline import titles
from ingest.outline.cues import find
from ingest.outline.sentences import Sentence, sentences
from ingest.outline.suggest import Slide, suggest
from ingest.steps import chapters

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


class Watch:
    def progress(self, fraction: float) -> None:
        assert 0 <= fraction <= 1


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("接下来讲病因", "接下来"),
        ("好的，那我们接下来看一下并发症", "我们接下来"),
        ("下面我们看一下出血量", "下面"),
        ("第二步，按摩子宫", "第二步"),
        ("第二，注意生命体征", "第二"),
        ("最后总结一下今天的内容", "最后总结一下"),
        ("最后，我们看一个病例", "最后"),
        ("病例一，患者三十二岁", "病例一"),
        ("Okay, so next we'll look at the cord", "next"),
        ("Step two, apply pressure", "Step two"),
        ("Finally, call for help", "Finally"),
        ("In summary, call early", "In summary"),
    ],
)
def test_words_that_open_a_part(sentence: str, word: str) -> None:
    cue = find(sentence)
    assert cue is not None
    assert cue.word == word
    assert cue.weight >= 1


@pytest.mark.parametrize(
    "sentence",
    [
        "第二产程延长的处理",
        "最后一次月经是三月",
        "下面的血管要凝闭",
        "子宫下面是膀胱",
        "Next to the uterus lies the ureter",
        "The next day she bled again",
        "Nextera",
        "第一助手牵拉",
    ],
)
def test_medicine_that_only_looks_like_it(sentence: str) -> None:
    assert find(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("各位老师大家好，今天我们讲电子胎心监护与母体并发症的识别。", "电子胎心监护与母体并发症的识别"),
        ("首先看胎心基线，正常胎心基线是每分钟一百一十次到一百六十次。", "胎心基线"),
        ("好的，那我们接下来来看一下第二个问题，就是胎盘早剥怎么处理", "第二个问题：胎盘早剥怎么处理"),
        ("第二步，分离膀胱", "第二步：分离膀胱"),
        ("首先我们先来讲先兆流产的诊断", "先兆流产的诊断"),
        ("最后总结一下，早识别、早呼救、早处理。", "小结：早识别、早呼救、早处理"),
        ("好，下面进入提问环节", "提问环节"),
        ("现在处理子宫动脉，先充分裸化血管再凝切。", "处理子宫动脉"),
        ("谢谢大家", ""),
        ("嗯，那个", ""),
        ("在腹腔镜下我们要把膀胱从宫颈上面一点一点地往下推开避免损伤它", "在腹腔镜下我们要把膀胱从宫颈上面一点一点地…"),
    ],
)
def test_titles_say_what_it_is_about(sentence: str, title: str) -> None:
    assert titles.title(sentence, language="zh") == title


def test_titles_in_english_are_cut_between_words() -> None:
    long = "So next we'll look at the umbilical cord and the placenta in rather more detail than before."
    assert titles.title(long, language="en") == "Umbilical cord and the placenta in rather…"
    assert titles.title("In summary, call for help early.", language="en") == "Summary: Call for help early"


def test_a_segment_is_cut_into_sentences_with_their_times() -> None:
    found = sentences([Segment(10, 20, "先建立气腹。压力是1.5倍"), Segment(0, 1, "Ready? Go")])
    assert [one.text for one in found] == ["Ready?", "Go", "先建立气腹。", "压力是1.5倍"]
    assert found[3].start == pytest.approx(10 + 10 * 6 / 13)


PARTS = {
    0: "各位老师大家好，今天我和大家一起学习产后出血的识别与处理。",
    95: "首先我们来看一下产后出血的定义，胎儿娩出后二十四小时内出血超过五百毫升。",
    260: "接下来讲病因，常说的四个T，宫缩乏力、产道损伤、胎盘因素和凝血功能障碍。",
    420: "第一个是宫缩乏力，占到百分之七十以上。",
    560: "第二个是产道损伤，要仔细检查宫颈和阴道。",
    690: "下面我们看一下出血量怎么估计，称重法、容积法和休克指数。",
    930: "好，那么处理方面，第一步是呼救，建立两条静脉通道。",
    1100: "第二步，按摩子宫，同时使用缩宫素。",
    1400: "病例一，患者三十二岁，孕三十九周，自然分娩后出血八百毫升。",
    1600: "最后总结一下，早识别、早呼救、早处理。",
    1690: "好，下面进入提问环节，大家有什么问题。",
}
BETWEEN = [
    "这个在临床上是非常常见的",
    "我们要注意观察患者的生命体征",
    "然后呢这个量往往是被低估的",
    "所以一定要强调早期的识别",
    "下面的血管要注意看",
    "第二产程延长的病人要特别小心",
    "我们可以先把病人稳定下来再转诊",
    "最后一次月经要问清楚",
]


def lecture(length: float = 1800.0) -> list[Segment]:
    """Half an hour in eleven parts, with what people say between."""
    dice = random.Random(3)  # noqa: S311 -- nothing secret
    said = []
    for begin, end in zip(PARTS, [*list(PARTS)[1:], length], strict=True):
        said.append(Segment(begin, begin + 6, PARTS[begin]))
        time = begin + 6.5
        while time < end - 8:
            until = time + dice.uniform(3, 6)
            said.append(Segment(time, until, dice.choice(BETWEEN) + "。"))
            time = until + dice.uniform(0.1, 1.0)
    return said


def test_a_lecture_is_divided_as_its_speaker_divides_it() -> None:
    found = suggest(sentences(lecture()), [], duration=1800.0, language="zh")
    assert [round(one["start"]) for one in found] == list(PARTS)
    assert [one["title"] for one in found] == [
        "产后出血的识别与处理",
        "产后出血的定义",
        "病因",
        "第一个：宫缩乏力",
        "第二个：产道损伤",
        "出血量怎么估计",
        "处理",
        "第二步：按摩子宫",
        "病例一：患者三十二岁",
        "小结：早识别、早呼救、早处理",
        "提问环节",
    ]
    assert found[2]["why"]["cue"] == "接下来"
    assert [one["end"] for one in found] == [one["start"] for one in found[1:]] + [1800.0]


def test_slides_without_a_word_are_numbered() -> None:
    times = [0.0, 150.0, 152.0, 300.0, 430.0, 600.0, 750.0, 900.0]
    slides = [Slide(n, a, b) for n, (a, b) in enumerate(zip(times, [*times[1:], 1000.0], strict=True), 1)]
    found = suggest([], slides, duration=1000.0, language="zh")
    assert [one["title"] for one in found] == ["开头", "第 3 张幻灯片", "第 4 张幻灯片"] + [
        f"第 {number} 张幻灯片" for number in (5, 6, 7, 8)
    ]
    assert {one["reason"] for one in found} == {"start", "slide"}


def run(folder: Path, said: list[Segment], scenes: list[dict[str, Any]], duration: float) -> Any:
    file = folder / "transcript.json"
    file.write_text(Transcript("zh", tuple(said)).to_json(), encoding="utf-8")
    return chapters.run({"transcript": file}, folder, chapters.Recipe(duration, scenes), Watch())["chapters"]


def test_our_own_lecture_of_a_minute(tmp_path: Path) -> None:
    sample = json.loads((SAMPLES / "lecture_fetal_monitoring.json").read_text(encoding="utf-8"))
    said = [Segment(each["start"], each["end"], each["text"]) for each in sample["segments"]]
    scenes = [{"time": slide["start"], "kind": "slide", "build": False} for slide in sample["slides"]]
    found = run(tmp_path, said, scenes, 57.16)
    assert [(one["start"], one["title"]) for one in found] == [
        (0.0, "电子胎心监护与母体并发症的识别"),
        (18.23, "晚期减速提示胎盘功能不足"),
        (36.08, "母体并发症"),
        (47.25, "胎心监护必须结合临床"),
    ]
    assert run(tmp_path, said[:3], scenes[:2], 20.0) == [], "a clip of twenty seconds needs none"
    assert run(tmp_path, [], [], 3600.0) == []


def test_a_chapter_that_begins_with_a_slide_has_its_heading(tmp_path: Path) -> None:
    sample = json.loads((SAMPLES / "lecture_fetal_monitoring.json").read_text(encoding="utf-8"))
    said = [Segment(each["start"], each["end"], each["text"]) for each in sample["segments"]]
    scenes = [
        {"time": slide["start"], "kind": "slide", "build": False, "heading": slide["title"]}
        for slide in sample["slides"]
    ]
    found = run(tmp_path, said, scenes, 57.16)
    assert [(one["start"], one["title"]) for one in found] == [
        (0.0, "电子胎心监护与母体并发症的识别"),
        (18.23, "减速的识别与处理"),
        (36.08, "母体并发症"),
        (47.25, "小结"),
    ]
    scenes[2]["heading"] = "一张幻灯片的标题写得实在太长" * 3
    assert run(tmp_path, said, scenes, 57.16)[1]["title"].endswith("…")


def test_builds_and_cameras_are_no_slides_and_all_is_the_same_each_time(tmp_path: Path) -> None:
    scenes = [
        {"time": 0.0, "kind": "scene", "build": False},
        {"time": 95.5, "kind": "slide", "build": False},
        {"time": 180.0, "kind": "slide", "build": True},
    ]
    made = run(tmp_path, lecture(), scenes, 1800.0)
    assert made == run(tmp_path, lecture(), scenes, 1800.0)
    assert [one["why"].get("slide") for one in made] == [None, 1, *[None] * 9]
    assert made[1]["why"]["cue"] == "首先"
    alone = chapters.run({}, tmp_path, chapters.Recipe(1800.0, scenes, language="en"), Watch())["chapters"]
    assert [one["title"] for one in alone] == ["Beginning", "Slide 1"]


@settings(max_examples=60)
@given(
    duration=st.floats(1, 20_000),
    parts=st.lists(st.tuples(st.floats(0, 1), st.sampled_from([*PARTS.values(), *BETWEEN, "", "嗯。"])), max_size=60),
    shown=st.lists(st.floats(0, 1), max_size=60, unique=True),
)
def test_however_it_is_spoken_the_chapters_are_in_order_and_apart(
    duration: float, parts: list[tuple[float, str]], shown: list[float]
) -> None:
    said = [Sentence(at * duration, min(duration, at * duration + 4), text) for at, text in sorted(parts)]
    times = sorted(at * duration for at in shown)
    slides = (
        [Slide(n, a, b) for n, (a, b) in enumerate(zip(times, [*times[1:], duration], strict=True), 1)] if times else []
    )
    found = suggest(said, slides, duration=duration, language="zh")
    starts = [one["start"] for one in found]
    lengths = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert len(found) != 1
    assert all(one["title"] for one in found)
    if found:
        assert starts[0] == 0
        assert min(lengths) >= (59.9 if duration >= 480 else 9.9)
        assert duration - starts[-1] >= 4.9
        assert len(found) <= max(6.0, duration / 60)
    if duration < 45:
        assert found == []
