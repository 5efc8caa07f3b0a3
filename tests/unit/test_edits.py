"""What people wrote is found again in every later transcript, wherever its sentences begin and whatever they say."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import TranscriptFormatError
from archive.transcripts import Segment, Transcript, Word, edits
from archive.transcripts.changes import Change, changes
from archive.transcripts.edits import UNDO, Edit

AT = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
STEP = 0.2  # seconds of a character


def sentence(start: float, text: str, *, words: bool = True) -> Segment:
    spoken = [Word(start + n * STEP, start + (n + 1) * STEP, character) for n, character in enumerate(text)]
    return Segment(start, start + len(text) * STEP, text, 0.8, tuple(spoken) if words else ())


def change(said: Transcript, before: str, after: str, *, nth: int = 0) -> Change:
    """A change of the glossary that stands in a transcript."""
    places = [(n, s.text.find(after), s) for n, s in enumerate(said.segments) if after in s.text]
    number, offset, segment = places[nth]
    start = segment.start + offset * STEP
    return Change(number, offset, start, start + len(after) * STEP, before, after, after, 0.0, 3.0)


@pytest.fixture
def corrected() -> Transcript:
    said = (sentence(1.0, "先把膀胱推开。"), sentence(5.0, "再看膀胱和输尿管。"), sentence(9.0, "最后缝合。"))
    bare = Transcript("zh", said, origin="corrected", engine="e", model="m")
    found = [change(bare, "旁光", "膀胱"), change(bare, "旁光", "膀胱", nth=1), change(bare, "书尿管", "输尿管")]
    return bare.noting(changes=[each.record() for each in found])


def texts(transcript: Transcript) -> list[str]:
    return [segment.text for segment in transcript.segments]


def wrote(start: float, end: float, before: str, after: str, reason: str = "") -> Edit:
    return Edit(start, end, before, after, "王医生", AT, reason)


def test_undo_takes_back_one_change_and_keeps_the_places_of_the_others(corrected: Transcript) -> None:
    second = changes(corrected)[1]
    edit = edits.undo(corrected, second, author="王医生", at=AT)
    assert (edit.before, edit.after, edit.reason, edit.author) == ("膀胱", "旁光", UNDO, "王医生")
    made = edits.apply(corrected, [edit])
    assert texts(made) == ["先把膀胱推开。", "再看旁光和输尿管。", "最后缝合。"]
    assert made.origin == "edited"
    assert (made.settings["base"], made.settings["edits"]) == ("corrected", 1)
    assert [(each.segment, each.before) for each in changes(made)] == [(0, "旁光"), (1, "书尿管")]
    assert [word.text for word in made.segments[1].words] == [*"再看", "旁光", *"和输尿管。"]


def test_offsets_of_later_changes_move_with_the_text(corrected: Transcript) -> None:
    longer = edits.apply(corrected, [wrote(5.4, 5.8, "膀胱", "充盈的膀胱后壁")])
    assert texts(longer)[1] == "再看充盈的膀胱后壁和输尿管。"
    assert [each.after for each in changes(longer)] == ["膀胱", "输尿管"], "the edited one is no longer the glossary's"
    back = edits.apply(longer, [edits.undo(longer, changes(longer)[1], author="", at=AT)])
    assert texts(back)[1] == "再看充盈的膀胱后壁和书尿管。"


def test_the_nearest_in_time_of_two_that_read_the_same() -> None:
    said = Transcript("zh", (sentence(0.0, "膀胱在前膀胱在后"),))
    assert texts(edits.apply(said, [wrote(0.9, 1.1, "膀胱", "子宫")])) == ["膀胱在前子宫在后"]
    assert texts(edits.apply(said, [wrote(60.0, 61.0, "膀胱", "子宫", UNDO)])) == texts(said), "not a minute away"


BETTER = {
    "the same sentences, a little later": (
        [(1.3, "先把膀光推开。"), (5.2, "再看输尿管。")],
        ["先推开膀胱。", "再看输尿管。"],
    ),
    "two sentences became one": ([(1.0, "先把膀光推开，再看输尿管。")], ["先推开膀胱。再看输尿管。"]),
    "one sentence became two": ([(1.0, "先把膀"), (1.7, "光推开。"), (5.0, "再看。")], ["先推开膀胱。", "再看。"]),
    "nothing is heard there": ([(5.0, "再看输尿管。")], ["先推开膀胱。", "再看输尿管。"]),
    "nothing is heard at all": ([], ["先推开膀胱。"]),
    "it hears the same": ([(1.0, "先把旁光推开。")], ["先推开膀胱。"]),
}


@pytest.mark.parametrize("case", BETTER)
@pytest.mark.parametrize("words", [True, False])
def test_a_better_model_keeps_what_a_person_wrote(case: str, words: bool) -> None:
    heard, wanted = BETTER[case]
    again = Transcript("zh", tuple(sentence(start, text, words=words) for start, text in heard))
    made = edits.apply(again, [wrote(1.0, 2.4, "先把旁光推开。", "先推开膀胱。")])
    assert texts(made) == wanted
    starts = [segment.start for segment in made.segments]
    assert starts == sorted(starts)


def test_an_undo_rests_where_the_change_is_not_made() -> None:
    better = Transcript("zh", (sentence(5.0, "再看宫颈和输尿管。"),))
    edit = wrote(5.4, 5.8, "膀胱", "旁光", UNDO)
    assert texts(edits.apply(better, [edit])) == ["再看宫颈和输尿管。"]


def test_a_sentence_can_be_taken_out_and_an_edit_edited(corrected: Transcript) -> None:
    made = edits.apply(corrected, [wrote(9.0, 10.0, "最后缝合。", ""), wrote(1.0, 2.4, "先把膀胱推开。", "甲")])
    assert texts(made) == ["甲", "再看膀胱和输尿管。"]
    assert (
        texts(edits.apply(corrected, [wrote(1.0, 2.4, "先把膀胱推开。", "甲"), wrote(1.0, 2.4, "甲", "乙")]))[0] == "乙"
    )


def test_edits_and_changes_move_along_with_their_angle(corrected: Transcript) -> None:
    edit = edits.undo(corrected, changes(corrected)[1], author="", at=AT)
    moved = corrected.shifted(12.0)
    assert [each.start for each in changes(moved)] == pytest.approx([each.start + 12 for each in changes(corrected)])
    (later,) = edits.shifted([edit], 12.0)
    assert texts(edits.apply(moved, [later])) == texts(edits.apply(corrected, [edit]))


edit_of = st.builds(
    Edit,
    st.floats(0, 50),
    st.floats(50, 99),
    st.text(max_size=9),
    st.text(max_size=9),
    st.text(max_size=9),
    st.just(AT),
)


@given(st.lists(edit_of, max_size=4))
def test_edits_are_read_as_they_were_written(made: list[Edit]) -> None:
    assert edits.read(edits.write(made)) == made


SAID = st.lists(st.text(alphabet="膀胱子宫，。", min_size=1, max_size=8), max_size=5)
SHORT = st.text(alphabet="膀胱子宫甲", max_size=4)
ANY = st.builds(
    Edit, st.floats(0, 9), st.floats(9, 12), SHORT, SHORT, st.just(""), st.just(AT), st.sampled_from(["", UNDO])
)


@given(SAID, st.lists(ANY, max_size=4), st.booleans())
def test_whatever_is_edited_stays_a_transcript(said: list[str], made: list[Edit], words: bool) -> None:
    lines = tuple(sentence(n * 2.5, text, words=words) for n, text in enumerate(said))
    result = edits.apply(Transcript("zh", lines), made)
    assert all(segment.text for segment in result.segments[len(lines) :])
    assert Transcript.from_json(result.to_json()) == result
    assert all(not edit.after or edit.reason or edit.after in "".join(texts(result)) for edit in made[-1:])


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": "x", "edits": []}', '{"format": "shijiao.edits/1", "edits": [{}]}']
)
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(TranscriptFormatError):
        edits.read(text)


def test_an_edit_without_a_place_is_refused() -> None:
    values: list[Any] = [(3.0, 2.0), (-1.0, 2.0), (float("nan"), 2.0)]
    for start, end in values:
        with pytest.raises(TranscriptFormatError):
            wrote(start, end, "", "")
