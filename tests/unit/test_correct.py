"""Terms put right by their sound, on transcripts that Whisper base made of narrations with reference texts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from archive.errors import Cancelled
from archive.glossary import Glossary, Term, load
from archive.transcripts import Segment, Transcript, Word
from archive.transcripts.changes import Change, undone
from ingest.speech import sounds
from ingest.speech.correct import Corrected, correct
from ingest.speech.sounds import Inventory, Syllable, take_apart
from ingest.steps import glossary as step
from ingest.watch import Silent

SPEECH = Path(__file__).parent / "speech"
ORDINARY = (SPEECH / "ordinary.txt").read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return load()


def spoken(*texts: str, probability: float = 0.6, pauses: dict[int, float] | None = None) -> Transcript:
    segments, at = [], 0.0
    for text in texts:
        words = []
        for position, character in enumerate(text):
            at += (pauses or {}).get(position, 0.0)
            words.append(Word(at, at + 0.2, character, probability))
            at += 0.2
        segments.append(Segment(words[0].start, at, text, probability, tuple(words)))
        at += 1.0
    return Transcript("zh", tuple(segments))


def text_of(transcript: Transcript) -> str:
    return "".join(segment.text for segment in transcript.segments)


def put_right(glossary: Glossary, *texts: str, title: str = "腹腔镜下子宫切除术", **more: Any) -> Corrected:
    return correct(spoken(*texts, **more), glossary, title=title, specialty="妇产科")


@pytest.mark.parametrize(("name", "recall"), [("lec_pph", 0.9), ("op_myoma", 0.88)])
def test_narrations_gain_their_terms(name: str, recall: float, glossary: Glossary) -> None:
    machine = Transcript.from_json((SPEECH / f"{name}.machine.json").read_text(encoding="utf-8"))
    reference = json.loads((SPEECH / f"{name}.reference.json").read_text(encoding="utf-8"))
    made = correct(machine, glossary, title=reference["title"], specialty=reference["specialty"])
    wanted = Counter(reference["terms"])
    found = {side: text_of(side_of) for side, side_of in (("before", machine), ("after", made.transcript))}
    hits = {side: sum(min(n, text.count(term)) for term, n in wanted.items()) for side, text in found.items()}
    total = sum(wanted.values())
    assert hits["before"] / total < 0.4
    assert hits["after"] / total >= recall
    whole = "".join(part["text"] for part in reference["segments"])
    right = [change for change in made.changes if change.after in whole]
    assert len(right) / len(made.changes) >= 0.95


@pytest.mark.parametrize("name", ["ord1", "ord2"])
def test_ordinary_speech_as_an_engine_heard_it_stays(name: str, glossary: Glossary) -> None:
    machine = Transcript.from_json((SPEECH / f"{name}.machine.json").read_text(encoding="utf-8"))
    for title, specialty in (("", ""), ("腹腔镜下子宫切除术", "妇产科")):
        assert correct(machine, glossary, title=title, specialty=specialty) == Corrected(machine, ())


@pytest.mark.parametrize("probability", [0.9, 0.4])
def test_ordinary_sentences_stay(probability: float, glossary: Glossary) -> None:
    assert len(ORDINARY) > 200
    assert put_right(glossary, *ORDINARY, probability=probability).changes == ()


def test_talk_of_other_things_stays_even_under_a_medical_title(glossary: Glossary) -> None:
    texts = "轮胎气压太高容易爆胎，太低了费油", "水箱里要加防动液，不能直接加自来水"
    assert put_right(glossary, *texts).changes == ()


def test_words_keep_their_times(glossary: Glossary) -> None:
    machine = spoken("下推旁光的时候要看清楚书尿管")
    made = put_right(glossary, "下推旁光的时候要看清楚书尿管")
    segment = made.transcript.segments[0]
    assert segment.text == "下推膀胱的时候要看清楚输尿管" == "".join(word.text for word in segment.words)
    assert (segment.words[0].start, segment.words[-1].end) == (0.0, machine.segments[0].words[-1].end)
    starts = [word.start for word in segment.words]
    assert starts == sorted(starts)


def test_a_word_is_cut_where_a_term_begins_in_it(glossary: Glossary) -> None:
    words = (Word(0, 0.4, " 下推", 0.9), Word(0.4, 1.0, "了旁", 0.4), Word(1.0, 1.6, "光和子宫。", 0.5))
    machine = Transcript("zh", (Segment(0, 1.6, "下推了旁光和子宫。", 0.6, words),))
    segment = correct(machine, glossary, title="腹腔镜下子宫切除术", specialty="妇产科").transcript.segments[0]
    assert segment.text == "下推了膀胱和子宫。"
    assert [(word.text, word.start) for word in segment.words][1:3] == [("了", 0.4), ("膀胱", 0.7)]


def test_never_across_a_pause_a_mark_or_an_edge(glossary: Glossary) -> None:
    def terms(*texts: str, pauses: dict[int, float] | None = None) -> list[str]:
        return [change.after for change in put_right(glossary, *texts, pauses=pauses).changes]

    assert terms("处理子弓动卖") == ["子宫动脉"]
    for parted in (terms("处理子弓动卖", pauses={4: 0.5}), terms("处理子弓，动卖"), terms("处理子弓", "动卖")):
        assert "子宫动脉" not in parted


def test_every_change_can_be_undone(glossary: Glossary) -> None:
    machine = spoken("先建立起腹再置入举攻气", "下推旁光", "处理子弓动卖")
    made = correct(machine, glossary, title="腹腔镜下子宫切除术", specialty="妇产科")
    assert len(made.changes) >= 3
    back = made.transcript
    for change in reversed(made.changes):
        assert Change.from_record(json.loads(json.dumps(change.record()))) == change
        back = undone(back, change)
    assert [segment.text for segment in back.segments] == [segment.text for segment in machine.segments]
    with pytest.raises(ValueError, match="no longer"):
        undone(back, made.changes[0])


def test_a_hospitals_own_term_and_how_it_is_misheard() -> None:
    ours = Glossary((Term("达芬奇机械臂", "ours", misheard=("大风气几只笔",)), *load("laparoscopy").terms))
    made = correct(spoken("术者操作大风气几只笔分离粘连"), ours, title="腹腔镜", specialty="外科")
    assert "达芬奇机械臂" in text_of(made.transcript)


def test_other_languages_and_nothing_stay() -> None:
    english = Transcript("en", (Segment(0, 1, "the ureter"),))
    assert correct(english, load(), title="", specialty="") == Corrected(english, ())
    empty = Transcript("zh", ())
    assert correct(empty, load(), title="", specialty="") == Corrected(empty, ())


def test_characters_are_said_as_medicine_says_them() -> None:
    def said(text: str, *reading: str) -> list[str]:
        return ["".join(part[:4]) for part in sounds.spoken(text, reading) or ()]

    assert said("术后出血")[-1] == said("血压")[0] == "xve"
    assert said("颈椎")[-1] == said("锥体", "zhui", "ti")[0]
    assert said("肋间隙")[0] == said("类")[0]
    assert said("CT") == []


def test_what_dialects_confuse_is_near() -> None:
    def far(one: str, other: str) -> float:
        parts = take_apart(one), take_apart(other)
        assert parts[0] is not None
        assert parts[1] is not None
        return float(Inventory([parts[1]]).distances(parts[0])[0])

    for near in ("zhang zang", "chi ci", "shen sen", "nan lan", "hu fu", "re le", "qin qing", "wan wang"):
        assert far(*near.split()) <= 0.9, near
    for other in ("ba xu", "zhang ku", "nan qi"):
        assert far(*other.split()) > 3, other
    assert take_apart("lüe4") == Syllable("l", "v", "e", "", 4)
    assert take_apart("CT") is None


def test_the_step_keeps_the_changes_with_the_transcript(tmp_path: Path, glossary: Glossary) -> None:
    (tmp_path / "machine.json").write_text(spoken("下推旁光的时候").to_json(), encoding="utf-8")
    inputs = {"transcript": tmp_path / "machine.json"}
    recipe = step.Recipe(digest=glossary.digest, title="腹腔镜下子宫切除术", specialty="妇产科")
    assert step.run(inputs, tmp_path, recipe, Silent(), glossary=glossary) == {"changes": 1}
    made = Transcript.from_json((tmp_path / step.FILE).read_text(encoding="utf-8"))
    assert made.segments[0].text == "下推膀胱的时候"
    assert made.settings["glossary"]["digest"] == glossary.digest
    assert [change["before"] for change in made.settings["changes"]] == ["下推旁光"]
    with pytest.raises(ValueError, match="not the one"):
        step.run(inputs, tmp_path, step.Recipe(digest="other"), Silent(), glossary=glossary)


def test_a_cancelled_step_writes_nothing(tmp_path: Path, glossary: Glossary) -> None:
    class Stop:
        def progress(self, fraction: float) -> None:
            assert fraction == 0
            raise Cancelled("enough")

    (tmp_path / "machine.json").write_text(spoken("下推旁光").to_json(), encoding="utf-8")
    with pytest.raises(Cancelled):
        step.run(
            {"transcript": tmp_path / "machine.json"},
            tmp_path,
            step.Recipe(digest=glossary.digest),
            Stop(),
            glossary=glossary,
        )
    assert not (tmp_path / step.FILE).exists()


@pytest.mark.parametrize(
    ("heard", "written"),
    [("羊水一度污染", "羊水三度污染"), ("青霉素皮试阳性", "青霉素皮试阴性"), ("改为无创机械通气", "改为有创机械通气")],
)
def test_no_word_is_put_right_to_its_opposite(heard: str, written: str) -> None:
    only = Glossary((Term("羊水三度污染", "产科"), Term("皮试阴性", "通用"), Term("有创机械通气", "通用")))
    assert text_of(put_right(only, heard).transcript) == heard
    misheard = written.replace("污染", "污然").replace("皮试", "匹试").replace("机械", "鸡械")
    assert text_of(put_right(only, misheard).transcript) == written
