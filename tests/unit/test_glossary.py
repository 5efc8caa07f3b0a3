"""The glossary's files: what comes with Shijiao, what a hospital adds, and what is told when a file is wrong."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.errors import GlossaryError, InputError, NotFound
from archive.glossary import Glossary, Term, load, put, remove, specialties

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
        (HEAD.encode() + "膀胱子宫输尿管".encode() * 4 + b"\n\xe8\n", 3, "no text in UTF-8 or GBK"),
        (b"\0\1\2\3" * 90, 1, "no text in UTF-8 or GBK"),
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


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_what_excel_writes_in_china_is_read_and_changed(tmp_path: Path, encoding: str) -> None:
    folder = own(tmp_path, f"{HEAD}膀胱\tpang guang\tbladder\r\n".encode(encoding))
    assert load(own=folder).by_spelling["膀胱"].specialty == "ours"
    put(folder, CUP)
    assert set(load(own=folder).by_spelling) >= {"膀胱", "举宫杯"}
    assert (folder / "ours.tsv").read_text(encoding="utf-8").splitlines()[1].startswith("膀胱")


CUP = Term("举宫杯", "ours", (("ju", "gong", "bei"),), "cup", ("宫杯",), ("巨公杯",))


def test_a_term_is_put_in_changed_and_taken_out_again(tmp_path: Path) -> None:
    folder = tmp_path / "glossary"
    assert put(folder, CUP) == CUP
    file = folder / "ours.tsv"
    file.write_text(file.read_text(encoding="utf-8") + "# 我院\n悬吊带\n", encoding="utf-8")
    changed = Term("举宫杯", "ours", english="uterine cup")
    put(folder, changed)
    assert load(own=folder).by_spelling["举宫杯"] == changed
    assert file.read_text(encoding="utf-8") == HEAD + "举宫杯\t\tuterine cup\n# 我院\n悬吊带\n"
    remove(folder, "举宫杯", "ours")
    assert file.read_text(encoding="utf-8") == HEAD + "# 我院\n悬吊带\n"
    with pytest.raises(NotFound, match=r"举宫杯.*ours\.tsv"):
        remove(folder, "举宫杯", "ours")
    assert [path.name for path in folder.glob("*.new")] == []


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (Term("膀胱", "ours", (("pang",),)), "cannot be taken: it has the pinyin"),
        (Term("膀胱，", "ours"), "not a term"),
        (Term("", "ours"), "has no term"),
        (Term("#膀胱", "ours"), "a tab, a new line or a #"),
        (Term("膀\t胱", "ours"), "a tab"),
        (Term("膀胱", "../ours"), "no name of a specialty"),
        (Term("膀胱", "ours", synonyms=("宫杯",)), "“宫杯” is in ours.tsv already"),
        (Term("举宫杯", "theirs"), "is in ours.tsv already"),
    ],
)
def test_a_term_that_cannot_be_changes_nothing(tmp_path: Path, term: Term, words: str) -> None:
    put(tmp_path, CUP)
    before = load(own=tmp_path).digest
    with pytest.raises(GlossaryError, match=words):
        put(tmp_path, term)
    assert load(own=tmp_path).digest == before
    assert [path.name for path in tmp_path.glob("*.tsv")] == ["ours.tsv"]


def test_a_file_that_needs_mending_is_left_to_a_person(tmp_path: Path) -> None:
    folder = own(tmp_path, HEAD + "膀胱\tpang2\n")
    with pytest.raises(GlossaryError, match="Line 2 of the glossary"):
        put(folder, CUP)
    assert (folder / "ours.tsv").read_text(encoding="utf-8") == HEAD + "膀胱\tpang2\n"


def test_two_people_at_once_both_have_their_terms(tmp_path: Path) -> None:
    words = [f"举宫杯{number}型" for number in range(40)]
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda word: put(tmp_path, Term(word, "ours")), words))
    assert {term.text for term in load(own=tmp_path).terms} >= set(words)
