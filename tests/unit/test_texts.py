"""Every text exists in both languages, and says the same things."""

import re
import string
from pathlib import Path

import pytest

from archive import errors
from archive.tables import JobState, Kind, State, StepState
from dashboard.texts import TEXTS, Texts


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_exists_in_both_languages_with_the_same_placeholders(key: str) -> None:
    chinese, english = TEXTS[key]
    assert chinese.strip()
    assert english.strip()
    assert placeholders(chinese) == placeholders(english)
    assert not any("\u4e00" <= character <= "\u9fff" for character in english)
    assert not set("‘’“”") & set(english), "Chinese typefaces, which come first, draw these as wide as a character"


def codes() -> set[str]:
    found, todo = set(), [errors.ShijiaoError]
    while todo:
        kind = todo.pop()
        found.add(kind.code)
        todo += kind.__subclasses__()
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_error_has_a_reason_and_what_to_do(language: str) -> None:
    t = Texts(language)  # type: ignore[arg-type]
    general = t.failure("error")
    for code in codes():
        assert f"error.{code}" in TEXTS, f"no sentence for the error {code}"
        assert f"error.{code}.advice" in TEXTS, f"no advice for the error {code}"
        reason, advice = t.failure(code)
        assert reason != advice
        assert code == "error" or (reason, advice) != general


def test_an_error_of_a_later_version_has_a_sentence_too() -> None:
    assert Texts("zh").failure("from_the_future") == Texts("zh").failure("error")


@pytest.mark.parametrize(("group", "values"), [("kind", Kind), ("state", State), ("step_state", StepState)], ids=str)
def test_every_value_that_a_page_shows_has_a_name(group: str, values: type[Kind]) -> None:
    assert {f"{group}.{value.value}" for value in values} <= TEXTS.keys()


def test_every_way_a_job_can_end_badly_has_a_name() -> None:
    assert {f"state.{state.value}" for state in (JobState.FAILED, JobState.CANCELLED, JobState.WAITING)} <= TEXTS.keys()


def test_facts_are_filled_in_and_one_is_not_many() -> None:
    english = Texts("en")
    assert english.count("library_count", 1) == "1 recording"
    assert english.count("library_count", 2) == "2 recordings"
    assert Texts("zh")("hits_none", query="{x}") == "没有找到“{x}”"
    with pytest.raises(KeyError):
        english("no such text")


def test_a_step_that_is_new_shows_its_bare_name() -> None:
    assert Texts("zh").of("step", "remux") == "生成可播放的画面"
    assert Texts("zh").of("step", "defrost") == "defrost"
    assert Texts("zh").step("defrost:3") == "defrost · 第 3 路"


def test_a_step_of_the_second_angle_says_so() -> None:
    assert Texts("en").step("remux") == "Make it playable"
    assert Texts("en").step("remux:2") == "Make it playable · view 2"


def test_every_text_that_a_page_asks_for_by_name_is_there() -> None:
    asked = re.compile(r"\bt(?:exts)?(\.count)?\(\s*\"([a-z_]+(?:\.[A-Za-z_]+)?)\"")
    for path in (Path(__file__).parents[2] / "dashboard").rglob("*.py"):
        for counted, key in asked.findall(path.read_text(encoding="utf-8")):
            assert key in TEXTS, f"{path.name} asks for {key}"
            assert not counted or f"{key}_one" in TEXTS, f"{path.name} counts {key}"
