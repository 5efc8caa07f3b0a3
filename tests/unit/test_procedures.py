"""Standard steps of operations: ours are in order, a hospital's own come first, and what is wrong in one is told."""

from pathlib import Path

import pytest

from archive.errors import ProcedureError
from archive.procedures import load, match, read

HEAD = "name\tchinese\tenglish\tsynonyms\n"


def test_the_common_operations_are_there_with_steps_in_both_languages() -> None:
    known = load()
    assert len(known) >= 12
    for each in known:
        assert len(each.steps) >= 8, each.name
        for step in each.steps:
            assert any("\u4e00" <= character <= "\u9fff" for character in step.chinese), (each.name, step.name)
            assert not any("\u4e00" <= character <= "\u9fff" for character in step.english), (each.name, step.name)
    spelled = [spelling for each in known for spelling in each.spellings]
    assert len(spelled) == len(set(spelled)), "one name, one operation"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("腹腔镜下全子宫切除", "laparoscopic_hysterectomy"),
        ("腹腔镜全子宫切除术", "laparoscopic_hysterectomy"),
        ("TLH 教学", "laparoscopic_hysterectomy"),
        ("阴式全子宫切除", "vaginal_hysterectomy"),
        ("腹腔镜下广泛全子宫切除术", "radical_hysterectomy"),
        ("腹腔镜下子宫肌瘤剔除术", "laparoscopic_myomectomy"),
        ("宫腔镜下子宫肌瘤切除术", "hysteroscopic_myomectomy"),
        ("宫腔镜 子宫内膜息肉电切", "hysteroscopic_polypectomy"),
        ("卵巢囊肿剥除", "laparoscopic_ovarian_cystectomy"),
        ("异位妊娠：输卵管切除", "laparoscopic_salpingectomy"),
        ("子宫下段剖宫产", "caesarean_section"),
        ("剖宫产术中 B-Lynch 缝合", "postpartum_haemorrhage_b_lynch"),
        ("宫颈环扎", "cervical_cerclage"),
        ("肩难产", "shoulder_dystocia"),
        ("产钳助产", "forceps_delivery"),
        ("Ventouse", "vacuum_delivery"),
        ("阴道前壁修补", "pelvic_floor_repair"),
        ("会阴三度裂伤缝合", "perineal_tear_repair"),
    ],
)
def test_an_operation_is_known_by_what_people_call_it(said: str, name: str) -> None:
    found = match(load(), said)
    assert found is not None
    assert found.name == name


def test_the_first_text_that_names_one_tells_and_an_unknown_operation_is_none() -> None:
    found = match(load(), "", "剖宫产的要点")
    assert found is not None
    assert found.name == "caesarean_section"
    assert match(load(), "阑尾切除术", "", "病例讨论") is None


def test_a_hospitals_own_come_first_and_take_the_place_of_ours(tmp_path: Path) -> None:
    steps = "procedure\t剖宫产术（本院）\t\t剖宫产\nopen\t进腹\tOpening\t\n# 以下待定\n\nclose\t关腹\n"
    (tmp_path / "caesarean_section.tsv").write_text("\ufeff" + HEAD + steps, encoding="utf-8")
    (tmp_path / "appendix.tsv").write_text(HEAD + "procedure\t阑尾切除术\nfind\t寻找阑尾\n", encoding="utf-8")
    known = load(tmp_path)
    assert [each.name for each in known[:2]] == ["appendix", "caesarean_section"]
    assert [each.name for each in known].count("caesarean_section") == 1
    assert [(step.name, step.chinese, step.english) for step in known[1].steps] == [
        ("open", "进腹", "Opening"),
        ("close", "关腹", "关腹"),
    ]
    assert match(known, "阑尾切除") is None, "it has no such name"
    assert load(tmp_path / "missing") == load()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("term\tpinyin\n", 1),
        (HEAD, 2),
        (HEAD + "open\t进腹\tOpening\t\n", 2),
        (HEAD + "procedure\t剖宫产术\t\t\n", 3),
        (HEAD + "procedure\t剖宫产术\n" + "open\t进腹\n" + "open\t又进腹\n", 4),
        (HEAD + "procedure\t剖宫产术\n" + "进腹\t进腹\n", 3),
        (HEAD + "procedure\t剖宫产术\n" + "open\t\t\t\n", 3),
        (HEAD + "procedure\t剖宫产术\n" + "open\t1\t2\t3\t4\n", 3),
        (HEAD + "procedure\t剖宫产术\n" + "open\t" + "长" * 121 + "\n", 3),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "own.tsv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ProcedureError) as wrong:
        read(file)
    assert wrong.value.facts == {"file": "own.tsv", "line": line}
    assert wrong.value.advice


def test_bytes_that_are_not_utf8_and_a_name_that_cannot_be_are_told(tmp_path: Path) -> None:
    file = tmp_path / "own.tsv"
    file.write_bytes(HEAD.encode() + "procedure\t剖宫产术\n".encode("gb18030"))
    with pytest.raises(ProcedureError, match=r"Line 2 .* not UTF-8"):
        read(file)
    with pytest.raises(ProcedureError, match="cannot be used"):
        read(tmp_path / "剖宫产.tsv")
