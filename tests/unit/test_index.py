import json
import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.search import Asked, SearchIndex
from archive.search.analyser import searched
from archive.search.files import current
from archive.tables import Kind

LECTURE = Path(__file__).parents[2] / "samples" / "lecture_fetal_monitoring.json"


@pytest.fixture
def index(tmp_path):
    return SearchIndex(tmp_path / "index")


def found(index, query, **how):
    return [hit.recording_id for hit in index.search(query, **how)]


def lit(text, highlights):
    return [text[start:end] for start, end in highlights]


def test_the_sentence_is_found_with_its_second(index, shelf):
    sentences = [segment["text"] for segment in json.loads(LECTURE.read_text(encoding="utf-8"))["segments"]]
    shelf.put("aa", "电子胎心监护", sentences, kind=Kind.LECTURE)
    assert index.follow(shelf) == 1
    (hit,) = index.search("脐带脱垂")
    assert (hit.recording_id, hit.title, hit.kind) == ("aa", "电子胎心监护", "lecture")
    (moment,) = hit.moments
    assert (moment.start, moment.end, moment.by) == (20.0, 24.5, "text")
    assert lit(moment.text, moment.highlights) == ["脐带脱垂"]


def test_every_piece_of_the_lecture_is_found_and_nothing_else(index, shelf):
    sentences = [segment["text"] for segment in json.loads(LECTURE.read_text(encoding="utf-8"))["segments"]]
    shelf.put("aa", "", sentences)
    index.follow(shelf)
    assert_like_a_plain_scan(index, sentences)


def assert_like_a_plain_scan(index, sentences):
    """Every piece is found exactly where it stands, and in quotes nothing else is."""
    pieces = {text[a : a + n] for text in sentences for n in range(1, 5) for a in range(len(text) - n + 1)}
    for piece in pieces:
        wanted = searched(piece)
        if not wanted or any(each in piece for each in '" -:'):  # what has a meaning of its own in a query
            continue
        by_scan = {n * 5.0 for n, text in enumerate(sentences) if wanted in searched(text)}
        hits = index.search(f'"{piece}"', moments=len(sentences) * 2)
        found = [moment for hit in hits for moment in hit.moments]
        assert by_scan <= {moment.start for moment in found}, piece
        for moment in found:
            assert wanted in searched(moment.text), (piece, moment.text)
            assert moment.highlights, (piece, moment.text)
        assert by_scan <= {
            moment.start for hit in index.search(piece, moments=len(sentences) * 2) for moment in hit.moments
        }


@settings(max_examples=25)
@given(st.lists(st.text("脐带脱垂臍帶脫胎心，。 、cT1Ａ\u200b", max_size=14), min_size=1, max_size=6))
@example(["1、", "1 ", "、"])
@example(["脐\0", "\u200b带", " ", "脱"])
def test_any_piece_of_any_sentence_is_found_and_nothing_else(tmp_path_factory, new_shelf, sentences):
    directory = tmp_path_factory.mktemp("index")
    index, shelf = SearchIndex(directory), new_shelf()
    shelf.put("aa", "", sentences)
    index.follow(shelf)
    assert_like_a_plain_scan(index, sentences)
    shutil.rmtree(directory, ignore_errors=True)  # a reader may be about to look into it


def test_what_was_misheard_is_found_by_its_sound_below_what_was_written(index, shelf):
    shelf.put("misheard", "听写", ["处理时先排除期待脱锤。"] * 3)
    shelf.put(
        "written",
        "很长的一讲",
        ["这一句很长很长，讲到了许多别的东西，最后才说到脐带脱垂这四个字，然后又讲别的。", "期待脱锤"],
    )
    index.follow(shelf)
    hits = index.search("脐带脱垂")
    assert [hit.recording_id for hit in hits] == ["written", "misheard"]
    assert hits[0].score > 1 > hits[1].score
    assert [moment.by for moment in hits[0].moments] == ["text", "sound"]
    assert {moment.by for moment in hits[1].moments} == {"sound"}
    assert lit(hits[1].moments[0].text, hits[1].moments[0].highlights) == ["期待脱锤"]


def test_one_syllable_of_four_may_be_misheard_where_nothing_better_is_found(index, shelf):
    shelf.put("aa", "一", ["处理时先排除期待脱寻"])  # what Whisper base wrote for 脐带脱垂
    shelf.put("bb", "二", ["期待已久的脱口秀", "先看脐带"])
    index.follow(shelf)
    (hit,) = index.search("脐带脱垂")
    assert (hit.recording_id, hit.moments[0].by) == ("aa", "sound")
    assert lit(hit.moments[0].text, hit.moments[0].highlights) == ["期待脱寻"]
    shelf.put("cc", "三", ["这是脐带脱垂"])
    index.follow(shelf)
    assert found(index, "脐带脱垂") == ["cc"], "with the real thing there, the near one is noise"
    assert found(index, "脱垂症") == [], "three syllables are too few to forgive one"


@pytest.mark.parametrize("heard", ["寻带脱垂", "期寻脱锤", "期待寻锤", "期待脱寻", "带脱垂", "期待脱"])
def test_whichever_syllable_was_misheard_it_may_stand_at_an_edge(index, shelf, heard):
    shelf.put("aa", "", [heard])
    shelf.put("bb", "", ["先看" + heard + "再看"])
    shelf.put("cc", "", ["期寻寻锤", "待脱"])
    index.follow(shelf)
    hits = index.search("脐带脱垂")
    assert {hit.recording_id for hit in hits} == {"aa", "bb"}
    assert all(hit.moments[0].by == "sound" for hit in hits)
    assert {lit(hit.moments[0].text, hit.moments[0].highlights)[0].strip("看再") for hit in hits} == {heard}


def test_homophones_of_the_operating_room(index, shelf):
    shelf.put("aa", "", ["注意看書尿管", "分离旁光", "结扎子攻动脉"])
    index.follow(shelf)
    for query, heard in (("输尿管", "書尿管"), ("膀胱", "旁光"), ("子宫动脉", "子攻动脉")):
        (hit,) = index.search(query)
        assert [lit(moment.text, moment.highlights) for moment in hit.moments] == [[heard]]
    assert index.search("宫") == []  # one syllable alone could be anything


def test_pinyin_finds_what_it_spells(index, shelf):
    shelf.put("aa", "产科急症", ["先排除脐带脱垂。"])
    index.follow(shelf)
    for query in ("qidaituochui", "QiDai", "qi'dai", "chankejizheng", "cankejizhen"):
        assert found(index, query) == ["aa"], query
    assert index.search("qidaituo")[0].moments[0].by == "sound"
    assert found(index, "tuoqi") == []


def test_traditional_full_width_and_case_make_no_difference(index, shelf):
    shelf.put("aa", "", ["臍帶脫垂，ＣＴＧ監護 13㎜Hg", "Fetal Monitoring"])
    index.follow(shelf)
    for query in (
        "脐带",
        "臍带脱",
        "ctg监护",
        "CTG 監護",
        "13mmhg",
        "１３ mmHg",
        "fetal",
        '"fetal monitoring"',
        "MONITORING fetal",
    ):
        assert found(index, query) == ["aa"], query
    for query in ('"垂ctg"', '"monitoring fetal"', "setal"):
        assert found(index, query) == [], query


def test_a_piece_of_a_word_is_found_below_the_whole_word_in_all_its_forms(index, shelf):
    shelf.put("piece", "", ["cardiotocographic fetalmonitors"])
    shelf.put("form", "", ["the monitor is on"])
    index.follow(shelf)
    assert found(index, "monitoring") == ["form"]
    assert found(index, "monitor") == ["form", "piece"]
    (hit, _) = index.search("monitors")
    assert (hit.recording_id, lit(hit.moments[0].text, hit.moments[0].highlights)) == ("piece", ["monitors"])


def test_all_words_must_be_found_in_what_is_said_or_in_what_the_recording_is_about(index, shelf):
    shelf.put("aa", "产科急症", ["先排除脐带脱垂。", "立即吸氧"], speakers=["王芳", "Li Na"], procedure="剖宫产")
    shelf.put("bb", "外科", ["先排除脐带脱垂。"], specialty="普外")
    index.follow(shelf)
    assert set(found(index, "排除 脐带")) == {"aa", "bb"}
    assert found(index, "王芳 脐带脱垂") == found(index, "剖宫产 脐带脱垂") == ["aa"]
    assert found(index, "普外 脐带脱垂") == ["bb"]
    assert found(index, "吸氧 胎盘") == []
    (hit,) = index.search("吸氧 脐带")  # both are said in it, though not together
    assert [(moment.text, lit(moment.text, moment.highlights)) for moment in hit.moments] == [
        ("立即吸氧", ["吸氧"]),
        ("先排除脐带脱垂。", ["脐带"]),
    ]
    (hit,) = index.search("急症 脐带脱垂")
    assert lit(hit.title, hit.highlights) == ["急症"]
    assert [moment.text for moment in hit.moments] == ["先排除脐带脱垂。"]
    (hit,) = index.search("Li 剖宫产")
    assert hit.moments == ()
    assert found(index, "王芳 期待脱锤") == ["aa"]  # one word as written, one as heard


def test_a_phrase_does_not_reach_from_one_field_into_the_next(index, shelf):
    shelf.put("aa", "产科", ["x"], speakers=["王芳", "李娜"], specialty="fetal", procedure="monitoring")
    index.follow(shelf)
    for query in ("科王", "芳李", '"fetal monitoring"'):
        assert found(index, query) == []


def test_the_best_moments_of_each_recording_are_grouped(index, shelf):
    for name in ("aa", "bb", "cc"):
        shelf.put(name, name, ["胎心"] + [f"第{n}句讲到胎心的变化与处理" for n in range(200)])
    shelf.put("dd", "dd", ["只有一句很长的话里面说到了胎心，" + "其余都是别的内容" * 10])
    index.follow(shelf)
    hits = index.search("胎心", moments=3)
    assert sorted(hit.recording_id for hit in hits) == ["aa", "bb", "cc", "dd"]
    assert hits[-1].recording_id == "dd"
    assert [len(hit.moments) for hit in hits] == [3, 3, 3, 1]
    assert all(hit.moments[0].text == "胎心" for hit in hits[:3])
    assert len(index.search("胎心", limit=2)) == 2
    assert index.search("胎心", limit=0) == index.search("胎心", limit=-1) == []
    assert all(hit.moments == () for hit in index.search("胎心", moments=0))


def test_what_is_not_allowed_is_not_matched_counted_or_suggested(index, shelf):
    for n in range(100):
        shelf.put(f"r{n:02}", f"胎心{n}", ["胎心监护"] * (n % 3), speakers=[f"王{n}"], specialty=f"专科{n % 7}")
    index.follow(shelf)
    for allowed in (set(), {"r95"}, {f"r{n}" for n in range(95, 100)}, set(shelf.kept) - {"r07"}, {"elsewhere"}):
        for query in ("胎心", "taixin", "太新", "第胎心", "专科:专科 胎心"):
            answer = index.ask(Asked(query, allowed, limit=1000))
            assert {hit.recording_id for hit in answer.hits} <= allowed, query
            assert answer.total == len(answer.hits)
            assert sum(count.count for count in answer.facets.get("specialty", ())) == answer.total
            assert all(count.count for counts in answer.facets.values() for count in counts)
        assert len(found(index, "胎心", allowed=allowed, limit=1000)) == len(allowed & set(shelf.kept))
        suggested = {each.text for each in index.suggest("taixin", allowed=allowed, limit=1000)}
        titles = {shelf.kept[each].recording.title for each in allowed & set(shelf.kept)}
        assert suggested - {"胎心", "胎心监护"} <= titles
        assert len(suggested & titles) == min(len(titles), 60)
        assert ("胎心监护" in suggested) == any(int(each[1:]) % 3 for each in allowed & set(shelf.kept))
    assert index.ask(Asked("胎新监护", set())).instead == ()
    assert index.ask(Asked("胎新监护", {"r01"})).instead == ("胎心监护",)


def test_the_index_follows_the_catalogue(index, shelf, tmp_path):
    shelf.put("aa", "一", ["脐带"])
    shelf.put("bb", "二", ["脐带"])
    assert (index.follow(shelf), index.follow(shelf), index.count()) == (2, 0, 2)
    shelf.put("aa", "一", ["胎盘"], revision=2)
    shelf.put("cc", "三", [])
    assert (index.follow(shelf), index.follow(shelf), index.count()) == (2, 0, 3)
    assert (found(index, "脐带"), found(index, "胎盘"), found(index, "三")) == (["bb"], ["aa"], ["cc"])
    del shelf.kept["bb"]
    assert (index.follow(shelf), index.count(), found(index, "脐带"), found(index, "二")) == (1, 2, [], [])
    other = SearchIndex(tmp_path / "index")
    assert (other.follow(shelf), other.count(), found(other, "胎盘")) == (0, 2, ["aa"])
    shelf.put("aa", "一", ["羊水"], revision=3)
    other.follow(shelf)
    assert found(index, "羊水") == ["aa"]  # without following: the other one's commit is seen


def test_following_costs_nothing_when_nothing_changed(index, shelf):
    for n in range(500):
        shelf.put(f"r{n}", "胎心", ["胎心监护"])
    index.follow(shelf)
    index.follow(shelf)
    began = time.perf_counter()
    for _ in range(20):
        index.follow(shelf)
    assert (time.perf_counter() - began) / 20 < 0.1  # it takes less than a millisecond


def test_a_recording_that_goes_while_it_is_followed_is_left_out(index, shelf):
    shelf.put("aa", "一", ["脐带"])
    wanted = shelf.revisions() | {"gone": 7}
    shelf.revisions = lambda: wanted
    index.follow(shelf)
    assert index.count() == 1


def test_a_failure_of_the_catalogue_leaves_the_index_as_it_was(index, shelf):
    shelf.put("aa", "一", ["脐带"])
    index.follow(shelf)
    shelf.put("aa", "一", ["胎盘"], revision=2)
    shelf.put("bb", "二", ["胎盘"])
    searchables = shelf.searchables

    def failing(recording_ids):
        yield from searchables(recording_ids[:1])
        raise RuntimeError("the database went away")

    shelf.searchables = failing
    with pytest.raises(RuntimeError, match="went away") as kept:
        index.follow(shelf)
    assert (found(index, "脐带"), found(index, "胎盘")) == (["aa"], [])
    shelf.searchables = searchables
    assert index.follow(shelf) == 2, kept
    assert sorted(found(index, "胎盘")) == ["aa", "bb"]


def files(directory, suffix):
    return [path for path in directory.iterdir() if path.name.endswith(suffix)]


@pytest.mark.parametrize(
    ("damage", "while_open"),
    [(damage, False) for damage in ("FORMAT", ".term", ".store", ".idx", ".pos", "gone", "cut")]
    + [(damage, while_open) for damage in ("meta.json", "meta-gone", "all") for while_open in (False, True)],
)
def test_a_damaged_index_is_made_anew(tmp_path, shelf, damage, while_open):
    directory = tmp_path / "index"
    for n in range(30):
        shelf.put(f"r{n}", "胎心", [f"第{n}句胎心监护", "脐带脱垂"])
    first = SearchIndex(directory)
    first.follow(shelf)
    if damage in ("meta.json", "FORMAT"):
        (current(directory) / damage).write_text("shijiao.search/0")
    elif damage == "meta-gone":
        (current(directory) / "meta.json").unlink()
    elif damage == "all":
        shutil.rmtree(directory)
    elif damage in ("gone", "cut"):
        for path in files(current(directory), ".term"):
            path.unlink() if damage == "gone" else os.truncate(path, 5)
    else:
        for path in files(current(directory), damage):
            content = bytearray(path.read_bytes())
            content[len(content) // 3] ^= 0xFF
            path.unlink()  # a new file, as a disk would give it to a new process: the old one stays mapped
            path.write_bytes(content)
    index = first if while_open else SearchIndex(directory)
    index.search("胎心")
    index.follow(shelf)
    assert index.count() == 30
    assert sorted(found(index, "脐带脱垂", limit=100)) == sorted(shelf.kept)
    assert index.follow(shelf) == 0


@settings(max_examples=150)
@given(
    query=st.text(st.characters(exclude_categories=[]), max_size=30)
    | st.text("胎心脐 \"“”*():-^~ctg'\\/\0", max_size=12)
)
def test_any_query_has_an_answer(fixed_index, query):
    for hit in fixed_index.search(query):
        assert all(0 <= start < end <= len(hit.title) for start, end in hit.highlights)
        for moment in hit.moments:
            assert all(0 <= start < end <= len(moment.text) for start, end in moment.highlights)


@pytest.fixture(scope="module")
def fixed_index(tmp_path_factory, new_shelf):
    shelf, index = new_shelf(), SearchIndex(tmp_path_factory.mktemp("fixed") / "index")
    shelf.put("aa", "胎心 ctg", ["胎心脐带", "ctg a", "\ud800 🫀", ""])
    shelf.put("bb", "", ["太新期待"])
    index.follow(shelf)
    return index


@pytest.mark.parametrize(
    "query", ["胎" * 5000, '"' * 5000, "a " * 5000, "胎 " * 5000, "x" * 100_000, '"胎', "胎\0心", "\ud800"]
)
def test_long_and_broken_queries(fixed_index, query):
    fixed_index.search(query)


def test_threads_search_while_one_follows(index, shelf):
    shelf.put("aa", "一", ["脐带"])
    index.follow(shelf)
    stop, wrong = threading.Event(), []

    def search():
        while not stop.is_set():
            if found(index, "脐带") != ["aa"]:
                wrong.append(True)
            time.sleep(0.002)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for revision in range(2, 12):
        shelf.put("aa", "一", ["脐带"] * revision, revision=revision)
        index.follow(shelf)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
