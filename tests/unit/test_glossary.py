"""The glossary's files: what comes with Shijiao, what a hospital adds, and what is told when a file is wrong."""

from pathlib import Path

import pytest

from archive.errors import InputError, NotFound
from archive.glossary import Glossary, load, specialties

HEAD = "term\tpinyin\tenglish\tsynonyms\tmisheard\n"


def own(folder: Path, text: str | bytes, name: str = "ours.tsv") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_it_covers_the_specialties() -> None:
    known = {"anaesthesia", "fetal_monitoring", "general", "laparoscopy", "obstetrics_gynaecology"}
    assert known | {"respiratory_failure"} <= set(specialties())
    whole = load()
    assert len(whole.terms) >= 1000
    assert all(term.english for term in whole.terms)
    for word in ("输尿管", "肩难产", "呼气末正压", "罗库溴铵", "胎心监护", "正压通气"):
        assert word in whole.by_spelling


def test_no_spelling_stands_twice() -> None:
    spellings = [spelling for term in load().terms for spelling in term.spellings]
    assert len(spellings) == len(set(spellings))


def test_every_pinyin_is_a_reading_of_its_characters() -> None:
    from ingest.speech.sounds import readings, take_apart

    for term in load().terms:
        for reading in term.readings:
            for character, spelled in zip(term.text, reading, strict=True):
                wanted = take_apart(spelled)
                assert wanted is not None, (term.text, spelled)
                assert wanted[:4] in [way[:4] for way, _ in readings(character)], (term.text, spelled)


def test_only_the_wanted_ones() -> None:
    assert {term.specialty for term in load("anaesthesia", "general").terms} == {"anaesthesia", "general"}
    with pytest.raises(NotFound, match="no glossary “dentistry”"):
        load("dentistry")


def test_the_digest_tells_lists_apart() -> None:
    assert load().digest == load().digest
    assert load().digest != load("general").digest
    assert Glossary(()).terms == ()


def test_a_hospital_adds_its_own_and_decides(tmp_path: Path) -> None:
    folder = own(tmp_path, HEAD + "# 我院\n举宫杯\tju gong bei\tcup; ours\t杯子\t\n")
    whole = load(own=folder)
    assert whole.by_spelling["举宫杯"].specialty == "ours"
    assert whole.by_spelling["杯子"].text == "举宫杯"
    assert whole.digest != load().digest
    assert load(own=tmp_path / "none").digest == load().digest


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "columns"),
        ("word\tpinyin\n", 1, "columns"),
        (HEAD + "膀胱\tpang\n", 2, "needs 2 syllables"),
        (HEAD + "\n# x\n膀胱\tpang2 guang1\n", 4, "needs 2 syllables"),
        (HEAD + "\tpang guang\n", 2, "has no term"),
        (HEAD + "膀胱\t\ta\tb\tc\td\n", 2, "6 columns"),
        (HEAD + "膀胱，\n", 2, "not a term"),
        (HEAD.encode() + "膀胱\n".encode("gbk"), 2, "UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        load(own=own(tmp_path, text))
    assert f"Line {line} of the glossary ours.tsv" in caught.value.message
    assert caught.value.facts["line"] == line


def test_a_spreadsheets_ways_are_taken(tmp_path: Path) -> None:
    folder = own(tmp_path, "\ufeff" + HEAD.strip() + "\r\n举宫杯\t\tcup\t杯甲；杯乙\t\r\n")
    assert load(own=folder).by_spelling["杯乙"].text == "举宫杯"
