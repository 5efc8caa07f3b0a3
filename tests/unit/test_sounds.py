import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from archive.search.pinyin import blur, read, readings, spelled
from archive.search.sounds import ANY, heard, nearly, pattern, ways


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("脐带脱垂", "期待脱锤"),
        ("输尿管", "書尿管".replace("書", "书")),
        ("膀胱", "旁光"),  # 膀 alone is bang
        ("子宫动脉", "子攻动脉"),
        ("侵犯", "亲犯"),  # -ng and -n
        ("重症", "众症"),
        ("重复", "虫复"),
    ],
)
def test_what_ears_confuse_sounds_the_same(one, other):
    assert heard(one) == heard(other)


def test_a_sound_has_the_length_of_its_text_and_leaves_alone_what_is_no_chinese():
    assert heard("ctg13 mmhg, ok") == "ctg13 mmhg, ok"
    text = "ctg示脐带,脱垂 カ"
    assert len(heard(text)) == len(text)
    assert [a == b for a, b in zip(heard(text), text, strict=True)] == [c.isascii() or c == "カ" for c in text]


def test_a_word_sounds_as_it_may_be_read():
    assert ways("shuniaoguan")[0] == ways("输尿管")[0]
    assert heard("先") in [way[:1] for way in ways("xianguan")]
    assert ways("西安")[0] in ways("xian")
    assert heard("重") + heard("症")[0] in ways("重症")
    for short in ("宫", "a", "ctg", "", "13"):
        assert ways(short) == ()
    assert ways("ctg示脐带")[0].startswith("ctg")


def test_of_four_syllables_any_one_may_be_misheard():
    (way, *_) = ways("脐带脱垂")
    assert nearly(way)[3] == way[:3] + ANY
    assert [pattern(each) for each in nearly("a+bc")] == [r".?\+bc", "a.bc", r"a\+.c", r"a\+b.?"]
    assert nearly(ways("输尿管")[0]) == []


def test_classes_of_syllables():
    assert [blur(syllable) for syllable in ("zhang", "chong", "shi", "lv", "n", "ng", "an")] == [
        "zan", "con", "si", "nv", "n", "ng", "an",
    ]  # fmt: skip
    assert readings("女")[0] == "nv"
    assert readings("膀")[:2] == ["bang", "pang"]
    assert readings("a") == []


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


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_has_a_sound(text):
    assert len(heard(text)) == len(text)
    ways(text)
