import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.document import FACETS
from archive.search.measures import same
from archive.search.query import FIELDS, Query, loosened, parse
from archive.search.vocabulary import Vocabulary, vocabulary

WORDS = Vocabulary((("CTG", "胎心监护", "fetal monitoring"), ("输尿管", "ureter"), ("膀胱", "bladder")))


def asked(typed):
    return parse(typed, WORDS)


def texts(typed):
    return [word.text for word in asked(typed).words]


def test_words_phrases_exclusions_and_fields():
    query = asked('输尿管 “fetal  Monitoring” -膀胱 -"a b" 讲者:王芳 year:2025 -kind:lecture 标题："胎 心"')
    assert [word.text for word in query.words] == ["输尿管", "fetal monitoring"]
    assert query.without == ("膀胱", "a b")
    assert query.fields == (("speaker", "王芳"), ("year", "2025"), ("-kind", "lecture"), ("title", "胎 心"))


def test_a_phrase_in_quotes_is_that_and_nothing_else():
    (word,) = asked('"输尿管"').words
    assert (word.others, word.ways) == ((), ())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"胎心', ["胎心"]),
        ('胎"心"', ["胎", "心"]),
        ("注意：看", ["注意:看"]),
        ("http://a", ["http://a"]),
        ("110-160", ["110-160"]),
        ('- -- "" “” : ：', ["-", "--", ":"]),
        ("", []),
        ("  \0 ", []),
    ],
)
def test_what_is_no_syntax_is_text(typed, expected):
    assert texts(typed) == expected


def test_other_ways_to_say_a_word():
    (word,) = asked("ctg").words
    assert [other.shown for other in word.others] == ["胎心监护", "fetal monitoring"]
    (word,) = asked("Fetal Monitoring").words
    assert (word.text, [other.shown for other in word.others]) == ("fetal monitoring", ["CTG", "胎心监护"])
    (word,) = asked("sng").words
    assert [(other.shown, other.weight < 0.1) for other in word.others] == [("输尿管", True)]
    assert word.ways == asked("输尿管").words[0].ways[:1]


@pytest.mark.parametrize(
    ("one", "others"),
    [
        ("13mmhg", ["13 mmhg", "十三毫米汞柱", "13毫米汞柱"]),
        ("十三毫米汞柱", ["13mmhg", "13 mmhg", "十三mmhg"]),
        ("110bpm", ["一百一十次/分", "110次/分", "每分钟一百一十次", "一百一次/分"]),
        ("一百一十次/分", ["110bpm", "每分钟110次"]),
        ("每分钟一百一十次", ["110bpm", "110次/分"]),
        ("百分之五十", ["50%"]),
        ("50%", ["百分之五十", "百分之50"]),
        ("零点五毫克", ["0.5mg", "0.5 mg"]),
        ("两千毫升", ["2000ml"]),
        ("2000ml", ["两千毫升", "二千毫升"]),
        ("三十七周", ["37周"]),
        ("105", ["一百零五", "一零五"][:1]),
        ("一万零五十", ["10050"]),
    ],
)
def test_a_measure_is_found_however_it_is_written(one, others):
    assert set(others) <= set(same(one))


@pytest.mark.parametrize("word", ["十百", "一", "千万", "5", "脐带", "13mmhg以下", "万", "点五", "1.2.3", "九十" * 30])
def test_what_is_no_measure_stays_itself(word):
    assert same(word) == []


@given(st.integers(0, 99_999))
def test_numbers_are_read_as_they_are_written(number):
    for written in same(f"{number}ml"):
        if written.endswith("毫升") and not written[0].isdigit():
            assert f"{number}ml" in same(written), written


def test_a_question_is_loosened_to_the_terms_that_it_holds():
    less = [[word.text for word in query.words] for query in loosened(asked("怎么看输尿管？"), WORDS, lambda _: True)]
    assert less == [["怎么看输尿管"], ["输尿管"]]
    _, query = loosened(asked("膀胱和输尿管，在哪里"), WORDS, lambda word: word.text != "膀胱")
    assert [word.text for word in query.words] == ["输尿管", "在哪里"], "a term that nobody says is no condition"
    assert list(loosened(asked('"怎么看输尿管？"'), WORDS, lambda _: True)) == []
    assert list(loosened(asked("输尿管"), WORDS, lambda _: True)) == []


def test_what_may_have_been_meant():
    known = vocabulary()
    assert next(iter(known.meant("书尿管"))) == "输尿管"
    assert "胎心监护" in list(known.meant("胎新监户"))
    assert "输尿管" in list(known.meant("shuniaoguan"))
    assert "laparoscopy" in [*known.meant("laparascopy"), *known.meant("laparoscpy")] or "laparoscope" in list(
        known.meant("laparoscop")
    )


@given(st.text(st.characters(exclude_categories=[]), max_size=60) | st.text('胎心 -":：“”讲者年ab', max_size=30))
def test_any_text_is_a_query(typed):
    query = parse(typed, WORDS)
    assert isinstance(query, Query)
    for less in loosened(query, WORDS, lambda word: len(word.text) % 2 == 0):
        assert less.words
    query.nearly()


def test_whatever_the_answer_is_filtered_by_can_be_typed():
    assert set(FACETS) <= set(FIELDS.values())
