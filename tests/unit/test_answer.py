"""What the answer to a query holds beside its hits: filters and counts, other words, suggestions, edges, order."""

from datetime import UTC, datetime

import pytest

from archive.catalogue import Timed
from archive.search import FACETS, Asked, Count, SearchIndex, Suggestion, possible
from archive.search.vectors import Near
from archive.tables import Kind, State


@pytest.fixture
def index(tmp_path):
    return SearchIndex(tmp_path / "index")


@pytest.fixture
def library(index, shelf):
    def put(name, title, *said, year=2024, **about):
        shelf.put(name, title, said, recorded_at=datetime(year, 5, 1, tzinfo=UTC), **about)

    put("aa", "电子胎心监护", "先看胎心基线", kind=Kind.LECTURE, specialty="产科", speakers=["王芳"], duration=300.0)
    put(
        "bb",
        "胎心减速的处理",
        "胎心晚期减速",
        kind=Kind.LECTURE,
        specialty="产科",
        speakers=["李娜", "王芳"],
        year=2025,
    )
    put(
        "cc",
        "子宫切除",
        "注意输尿管",
        "胎心",
        kind=Kind.OPERATION,
        specialty="妇科",
        duration=7200.5,
        institution="省医院",
    )
    put(
        "dd", "Ward round", "fetal monitoring", kind=Kind.WARD_ROUND, language="en", procedure="剖宫产", duration=3600.0
    )
    index.follow(shelf)
    return index


def ids(answer):
    return {hit.recording_id for hit in answer.hits}


def counts(answer, name):
    return {each.value: each.count for each in answer.facets[name]}


def test_answers_are_counted_by_all_that_they_can_be_filtered_by(library):
    answer = library.ask(Asked('"胎心"'))
    assert (ids(answer), answer.total) == ({"aa", "bb", "cc"}, 3)
    assert set(answer.facets) == set(FACETS)
    assert answer.facets["kind"] == (Count("lecture", 2), Count("operation", 1))
    assert counts(answer, "specialty") == {"产科": 2, "妇科": 1}
    assert counts(answer, "speaker") == {"王芳": 2, "李娜": 1}
    assert counts(answer, "year") == {"2024": 2, "2025": 1}
    assert counts(answer, "length") == {"0-10": 1, "120-": 1}
    assert counts(answer, "institution") == {"省医院": 1}
    assert counts(answer, "language") == {"zh": 3}


def test_a_filter_narrows_everything_but_its_own_counts(library):
    answer = library.ask(Asked('"胎心"', filters={"specialty": ["产科"]}))
    assert (ids(answer), answer.total) == ({"aa", "bb"}, 2)
    assert answer.facets["specialty"] == (Count("产科", 2, chosen=True), Count("妇科", 1))
    assert counts(answer, "kind") == {"lecture": 2}
    both = library.ask(Asked('"胎心"', filters={"specialty": ["产科", "妇科"], "year": ["2024"]}))
    assert ids(both) == {"aa", "cc"}
    assert library.ask(Asked('"胎心"', filters={"year": ["1999"], "nonsense": ["x"]})).total == 0
    assert library.ask(Asked("", filters={"kind": ["ward_round"]})).total == 1, "a filter alone is a question too"
    assert library.ask(Asked("")).total == library.ask(Asked("", filters={"kind": []})).total == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("讲者:王芳 胎心", {"aa", "bb"}),
        ("speaker:王 胎心", {"aa", "bb"}),
        ('讲者："李娜"', {"bb"}),
        ("类型:手术", {"cc"}),
        ("kind:讲座 -kind:lecture", set()),
        ("年份:2025", {"bb"}),
        ("year:202 语言:英文", {"dd"}),
        ("术式:剖宫产", {"dd"}),
        ("医院:省", {"cc"}),
        ("标题:胎心", {"aa", "bb"}),
        ("title:胎心 -title:监护", {"bb"}),
        ("length:120-", {"cc"}),
        ("胎心 -减速", {"aa", "cc"}),
        ('胎心 -"晚期减速" -子宫', {"aa"}),
        ("-胎心", set()),
        ("专科:没有 胎心", set()),
        ("讲者: 胎心", {"aa", "bb", "cc"}),
    ],
)
def test_fields_and_exclusions(library, query, expected):
    assert ids(library.ask(Asked(query))) == expected


def test_synonyms_and_translations_are_found_below_the_word_itself_and_told(library):
    answer = library.ask(Asked("CTG"))
    assert {"胎心监护", "fetal monitoring"} <= set(answer.also)
    assert ids(answer) == {"aa", "dd"}
    assert {moment.by for hit in answer.hits for moment in hit.moments} == {"same"}
    first, *others = library.ask(Asked("fetal monitoring")).hits
    assert (first.recording_id, first.score > 2) == ("dd", True)
    assert [(hit.recording_id, 2 > hit.score > 1) for hit in others] == [("aa", True)]


def test_measures_are_found_however_they_are_written(index, shelf):
    shelf.put("cn", "", ["压力维持在十三毫米汞柱", "心率一百一十次/分"])
    shelf.put("en", "", ["pressure is 13 mmHg", "每分钟110次"])
    index.follow(shelf)
    for query in ("13mmHg", "13 mmHg", "十三毫米汞柱", "110 bpm", "一百一十次每分", "110次/分"):
        assert ids(index.ask(Asked(query))) == {"cn", "en"}, query
    assert ids(index.ask(Asked("130 mmHg"))) == set()


def test_did_you_mean_only_what_would_be_found(library):
    answer = library.ask(Asked("输鸟管"))
    assert answer.instead == ("输尿管",)
    assert library.ask(Asked("旁光镜")).instead == ()
    assert library.ask(Asked("输尿管")).instead == ()
    assert library.ask(Asked("王芳 胎新基线")).instead[:1] == ("王芳 胎心基线",)


def test_a_question_is_answered_by_the_terms_that_it_holds(library):
    answer = library.ask(Asked("手术中怎么看输尿管呢？"))
    assert (ids(answer), answer.loosened) == ({"cc"}, True)
    assert not library.ask(Asked("输尿管")).loosened


def test_initials_find_terms_below_all_else(library):
    assert ids(library.ask(Asked("sng"))) == {"cc"}
    assert library.ask(Asked("sng")).hits[0].score < 1


def test_suggestions_by_characters_pinyin_and_initials(library):
    assert library.suggest("胎心") == [
        Suggestion("胎心", "term"),
        Suggestion("胎心减速的处理", "title"),
        Suggestion("胎心监护", "term"),
    ][: len(library.suggest("胎心"))] or {each.text for each in library.suggest("胎心")} >= {"胎心", "胎心减速的处理"}
    assert Suggestion("输尿管", "term") in library.suggest("shun")
    assert library.suggest("sng") == [Suggestion("输尿管", "term")]
    assert library.suggest("wangf") == library.suggest("wf") == [Suggestion("王芳", "speaker")]
    assert library.suggest("ward") == [Suggestion("Ward round", "title")]
    assert library.suggest("pougong") == [Suggestion("剖宫产", "procedure")]
    assert Suggestion("膀胱", "term") not in library.suggest("膀"), "nobody says it here"
    for nothing in ("", " ", "不存在", "\x1f", "\ud800"):
        assert library.suggest(nothing) == []
    assert len(library.suggest("胎", limit=1)) == 1
    assert library.suggest("胎", limit=0) == []


def test_what_is_said_across_an_edge_is_found_in_both(index, shelf):
    shelf.put("aa", "", ["先看胎心", "基线变异", "fetal", "monitoring"])
    index.follow(shelf)
    (hit,) = index.search("胎心基线")
    (moment,) = hit.moments
    assert (moment.start, moment.end, moment.text) == (0.0, 9.5, "先看胎心基线变异")
    assert [moment.text[a:b] for a, b in moment.highlights] == ["胎心基线"]
    (hit,) = index.search('"fetal monitoring"')
    assert hit.moments[0].text == "fetal monitoring"
    assert index.search("异fetal")[0].moments[0].text == "基线变异fetal"


def test_texts_of_another_kind_or_language_do_not_follow(index, shelf):
    texts = [
        Timed(0, 4, "segment", "先看胎心", "zh"),
        Timed(4, 8, "segment", "基线", "en"),
        Timed(1, 9, "slide", "胎心监护的分类"),
        Timed(2, 2, "chapter", "分类标准"),
        Timed(6, 7, "mark", "注意胎心"),
        Timed(6, 7, "mark", "基线在哪"),
    ]
    shelf.put("aa", "", texts=texts)
    index.follow(shelf)
    assert index.search('"胎心基线"') == []
    (hit,) = index.search("胎心")
    assert [(moment.kind, moment.start, moment.end) for moment in hit.moments] == [
        ("segment", 0.0, 4.0), ("mark", 6.0, 7.0), ("slide", 1.0, 9.0),
    ]  # fmt: skip
    assert [moment.kind for moment in index.search("分类标准")[0].moments] == ["chapter"]


def test_where_enough_is_written_two_syllables_are_not_searched_by_sound(index, shelf):
    for n in range(12):
        shelf.put(f"w{n}", "", ["分离膀胱"] * (n < 11) + ["切断输尿管"] * 12)
    shelf.put("heard", "", ["分离旁光", "切断书尿管"])
    index.follow(shelf)
    assert index.ask(Asked("膀胱")).total == 11
    assert ids(index.ask(Asked("膀胱", {"w0", "w11", "heard"}))) == {"w0", "heard"}
    answer = index.ask(Asked("输尿管", limit=20))
    assert answer.hits[-1].recording_id == "heard", "three syllables say enough"


def test_words_that_stand_together_come_first(index, shelf):
    shelf.put("aa", "", ["胎心", "羊水", "先看胎心再看羊水", "胎心", "别的", "别的", "羊水"])
    index.follow(shelf)
    (hit,) = index.search("胎心 羊水")
    assert hit.moments[0].text == "先看胎心再看羊水"
    assert (hit.found, len(hit.moments)) == (5, 5)


def test_of_equals_the_complete_and_then_the_recent_come_first(index, shelf):
    def put(name, year, **about):
        shelf.put(name, "", ["脐带"], recorded_at=datetime(year, 1, 1, tzinfo=UTC), **about)

    put("old", 2019)
    put("new", 2025)
    put("published", 2020, state=State.PUBLISHED)
    shelf.put("far-better", "脐带", ["脐带"], recorded_at=datetime(2010, 1, 1, tzinfo=UTC))
    index.follow(shelf)
    assert [hit.recording_id for hit in index.search("脐带")] == ["far-better", "published", "new", "old"]


def test_pages_of_an_answer(index, shelf):
    for n in range(60):
        shelf.put(f"r{n:02}", "", ["脐带"] * (n + 1))
    index.follow(shelf)
    everything = [hit.recording_id for hit in index.search("脐带", limit=100)]
    assert len(set(everything)) == 60
    pages = [index.ask(Asked("脐带", limit=7, offset=offset)) for offset in range(0, 70, 7)]
    assert [hit.recording_id for page in pages for hit in page.hits] == everything
    assert {page.total for page in pages} == {60}


def test_a_recording_is_forgotten_at_once(index, shelf, tmp_path):
    shelf.put("aa", "脐带", ["脐带脱垂"])
    shelf.put("bb", "胎盘", ["脐带"])
    index.follow(shelf)
    other = SearchIndex(tmp_path / "index")
    assert ids(other.ask(Asked("脐带"))) == {"aa", "bb"}
    index.forget("aa")
    index.forget("never-was-here")
    for each in (index, other, SearchIndex(tmp_path / "index")):
        assert ids(each.ask(Asked("脐带"))) == {"bb"}
        assert each.suggest("脐带脱") == []
        assert each.count() == 1
    SearchIndex(tmp_path / "nothing").forget("aa")


def test_a_hospitals_own_terms_are_searched(tmp_path, shelf):
    own = tmp_path / "glossary"
    index = SearchIndex(tmp_path / "index", glossary=own)
    shelf.put("aa", "", ["今天用小蓝车推病人"])
    index.follow(shelf)
    assert index.search("转运床") == []
    own.mkdir()
    (own / "ours.tsv").write_text("term\tpinyin\tenglish\tsynonyms\n转运床\t\tstretcher\t小蓝车\n", encoding="utf-8")
    assert [hit.recording_id for hit in index.search("转运床")] == ["aa"]
    assert [hit.recording_id for hit in index.search("stretcher")] == ["aa"]
    (own / "ours.tsv").write_text("broken", encoding="utf-8")
    assert index.search("小蓝车") != [], "who searches is not told of a file that is not in order"


@pytest.mark.parametrize("many", [10**11, 2**70])
def test_however_many_are_asked_for_there_is_no_more_room_made_than_there_are_recordings(library, many):
    """The engine would take memory for all of them at once, and end the process where there is none."""
    assert ids(library.ask(Asked("胎心", limit=many))) == {"aa", "bb", "cc"}
    assert library.ask(Asked("胎心", offset=many)).hits == ()


def test_an_address_may_name_what_no_recording_has(library):
    named = {"year": ["abc", "2024"], "kind": ["zz"], "length": [""], "specialty": ["牙科"]}
    assert possible(named) == {"year": ["2024"], "specialty": ["牙科"]}
    assert possible({"length": ["60-120", "120-", "9-5"]}) == {"length": ["60-120", "120-"]}


def test_nothing_is_meant_by_signs_alone(tmp_path, shelf):
    class Nearest:
        """To every question something lies nearest."""

        def nearest(self, _query, revisions, **_):
            return [Near(each, ((0, 0.9),)) for each in revisions]

    shelf.put("aa", "胎心监护", ["先看胎心基线"])
    index = SearchIndex(tmp_path / "meant", vectors=Nearest())
    index.follow(shelf)
    assert ids(index.ask(Asked("怎样看"))) == {"aa"}
    for signs in ("-", "((((***[]{}\\^~", "？！", "…"):
        assert index.ask(Asked(signs)).hits == ()
