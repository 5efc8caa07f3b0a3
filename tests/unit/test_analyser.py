import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.search.analyser import BREAK, characters, flow, fold, pairs, searched, terms, traced

anything = st.text(st.characters(exclude_categories=[]), max_size=40)
spaced = st.text("胎心脐ct1Ａ，  \u200b" + BREAK, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("臍帶脫垂", "脐带脱垂"),
        ("腹腔鏡", "腹腔镜"),
        ("乾坤", "干坤"),  # a dictionary of phrases would keep 乾 here, and a search for 干 or 乾 alone would miss it
        ("ＣＴＧ１２", "ctg12"),
        ("㎜Hg", "mmhg"),
        ("PaO₂", "pao2"),
        ("Straße", "STRASSE"),
        ("cafe\u0301", "Café"),
        ("⼼脏", "心脏"),
        ("脐\u200b带\ufe00", "脐带"),
        ("ﾍﾟｰｼﾞ", "ページ"),
        ("a\u3000b\tc\0d", "a b c d"),
    ],
)
def test_what_is_written_differently_is_the_same(one, other):
    assert fold(one) == fold(other)
    assert searched(one) == searched(other)


def test_a_space_between_chinese_and_a_word_is_typography():
    assert searched("CTG 监护  13  mmHg 以下 ") == "ctg监护13 mmhg以下"
    assert searched(" 胎 心 ") == "胎 心", "between two characters it separates"


def test_an_index_gets_every_character_and_every_pair_at_its_place():
    assert characters("脐带 c") == "脐 带 ␣ c"
    assert pairs("脐带 c") == "脐带 带␣ ␣c"
    assert pairs("脐") == pairs("") == ""


def test_few_pairs_make_a_phrase():
    assert terms("脐带") == [(0, "脐带")]
    assert terms("脐带脱") == [(0, "脐带"), (1, "带脱")]
    assert terms("脐带脱垂") == [(0, "脐带"), (2, "脱垂")]
    assert terms("脐带脱垂症") == [(0, "脐带"), (2, "脱垂"), (3, "垂症")]


def test_texts_that_follow_each_other_flow():
    assert flow(["先看胎心", "基线 ", "", " CTG", "fetal.", "Monitoring", "ok"]) == (
        "先看胎心基线ctg fetal.monitoring ok",
        [0, 4, 6, 6, 9, 16, 26, 29],
    )
    assert flow([""]) == ("", [0, 0])


@given(st.lists(spaced, min_size=1, max_size=5))
def test_what_flows_holds_each_text_at_its_place(texts):
    flowing = flow(texts)
    assert len(flowing.places) == len(texts) + 1
    assert flowing.places == sorted(flowing.places)
    for text, start, end in zip(texts, flowing.places, flowing.places[1:], strict=False):
        assert flowing.text[start:end].strip(" ") == searched(text.replace(BREAK, " "))


def test_places_are_those_of_the_original():
    text = " ①ＣＴＧ㎜ 臍帶e\u0301脫"
    found, places = traced(text)
    assert found == "1ctgmm脐带e脱"
    assert [text[place] for place in places] == ["①", "Ｃ", "Ｔ", "Ｇ", "㎜", "㎜", "臍", "帶", "e", "脫"]


@given(anything | spaced)
@example("\ud800\udfff")
@example("㎜" * 3 + "½ﷺ")
def test_any_text_is_searched_and_traced(text):
    found, places = traced(text)
    assert found == searched(text)
    assert len(places) == len(found)
    assert list(places) == sorted(places)
    assert all(0 <= place < len(text) for place in places)
    found.encode()  # the index takes UTF-8
    for cut in (characters(found), pairs(found)):
        assert all(cut.split(" ")) or not cut
        assert not any(each.isspace() for each in cut if each not in (" ", BREAK))


@given(anything, anything)
def test_folding_does_not_look_around(one, other):
    assert fold(one) + fold(other) == fold(one + other)
    assert fold(fold(one)) == fold(one)


@given(anything)
def test_folding_sees_no_difference_between_normal_forms(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFKD", text))
