import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from archive.search.analyser import cut, fold, lines, sounds, tokens
from archive.search.pinyin import blur, read, spelled

anything = st.text(st.characters(exclude_categories=[]), max_size=40)


def terms(text):
    return [token.text for token in tokens(text)]


def placed(text):
    return [(token.text, token.position) for token in tokens(text)]


def test_chinese_becomes_characters_and_pairs():
    assert placed("脐带脱") == [("脐", 0), ("脐带", 0), ("带", 1), ("带脱", 1), ("脱", 2)]
    assert placed("胎") == [("胎", 0)]
    assert placed("脐带") == [("脐", 0), ("脐带", 0), ("带", 1)]
    assert terms("") == terms(" ，。—🫀\ud800\0") == []


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
    ],
)
def test_what_is_written_differently_is_the_same(one, other):
    assert fold(one) == fold(other)
    assert placed(one) == placed(other)


def test_words_and_numbers_are_whole():
    assert placed("Fetal-monitoring 110–160次/分") == [
        ("fetal", 0), ("monitoring", 1), ("110", 2), ("160", 3), ("次", 4), ("分", 6),
    ]  # fmt: skip
    assert terms("13mmHg") == terms("13 mmHg") == ["13", "mmhg"]
    assert terms("_a_") == ["a"]


def test_phrases_do_not_reach_across_what_separates():
    assert placed("脐带，脱垂") == [("脐", 0), ("脐带", 0), ("带", 1), ("脱", 3), ("脱垂", 3), ("垂", 4)]
    assert [position for _, position in placed("胎 心")] == [0, 2]
    assert placed("CTG 监") == placed("CTG监") == [("ctg", 0), ("监", 1)]  # a typographer's space
    assert [position for _, position in placed("CTG，监")] == [0, 2]


def test_offsets_are_those_of_the_original():
    text = "①ＣＴＧ㎜ 臍帶e\u0301脫"
    assert [(token.text, text[token.start : token.end]) for token in tokens(text)] == [
        ("1", "①"), ("ctgmm", "ＣＴＧ㎜"), ("脐", "臍"), ("脐带", "臍帶"), ("带", "帶"), ("e", "e"), ("脱", "脫"),
    ]  # fmt: skip
    assert [(token.text, text[token.start : token.end]) for token in sounds(text)] == [
        ("qi", "臍"), ("dai", "帶"), ("tuo", "脫"),
    ]  # fmt: skip


def test_sounds_are_syllables_that_ears_confuse():
    def heard(text):
        return [token.text for token in sounds(text)]

    assert heard("脐带脱垂") == heard("期待脱锤") == heard("期待脫錘") == ["qi", "dai", "tuo", "cui"]
    assert heard("输尿管") == heard("書尿管")
    assert heard("膀胱") == heard("旁光")
    assert heard("重症") == ["zon", "zen"]  # zhòng here, chóng in 重复
    assert heard("重复") == ["con", "fu"]
    assert [blur(syllable) for syllable in ("zhang", "chong", "shi", "lv", "n", "ng", "an")] == [
        "zan", "con", "si", "nv", "n", "ng", "an",
    ]  # fmt: skip


def test_sounds_stand_where_the_characters_stand():
    text = "CTG示脐带，脱垂 ok"
    assert [(token.text, token.position) for token in sounds(text)] == [
        ("si", 1), ("qi", 2), ("dai", 3), ("tuo", 5), ("cui", 6),
    ]  # fmt: skip
    assert lines(text).pieces == "ctg 示 脐 带 . 脱 垂 . ok".replace(" . ok", " ok")
    assert lines(text).pairs == ". 示脐 脐带 . . 脱垂 . ."
    assert lines(text).sounds == "=ctg si qi dai . tuo cui =ok"


def test_typed_pinyin_is_read_in_every_way():
    assert ["qi", "dai", "tuo", "cui"] in spelled("qidaituochui")
    assert spelled("qidaituochui")[0] == ["qi", "dai", "tuo", "cui"]
    assert spelled("xian") == [["xian"], ["xi", "an"]]
    assert spelled("shenglve")[0] == spelled("shenglue")[0] == ["sen", "nve"]
    for other in ("ctg", "", "qi1dai", "脐", "qidaituochuix", "a" * 1000):
        assert spelled(other) == []
    assert len(spelled("xian" * 15)) <= 8


@given(
    st.lists(
        st.sampled_from(
            ["重症", "重", "复", "行医", "银行", "朝阳", "长", "大", "短", "了", "解", "好", "处所", "中", "的"]
        )
    )
)
def test_reading_is_that_of_pypinyin(phrases):
    assert read("".join(phrases)) == lazy_pinyin("".join(phrases))


@given(anything)
@example("\ud800\udfff")
@example("㎜" * 3 + "½ﷺ")
def test_any_text_is_cut_and_offsets_stay_inside(text):
    pieces = cut(text)
    assert sorted({piece.position for piece in pieces}) == [piece.position for piece in pieces]
    for token in [*tokens(text), *sounds(text)]:
        assert 0 <= token.start < token.end <= len(text)
        assert not any(character.isspace() for character in token.text)
    cut_lines = lines(text)
    for line in (cut_lines.pieces, cut_lines.pairs, cut_lines.sounds):
        assert len(line.split(" ")) == (pieces[-1].position + 1 if pieces else 1)


@given(anything, anything)
def test_folding_does_not_look_around(one, other):
    assert fold(one) + fold(other) == fold(one + other)
    assert fold(fold(one)) == fold(one)


@given(anything)
def test_folding_sees_no_difference_between_normal_forms(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFKD", text))
