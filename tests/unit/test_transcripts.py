import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.errors import TranscriptFormatError
from archive.transcripts import LONGEST, Segment, Transcript, Word, clock, parse_time, timestamp

HEADS = ["NOTE", "STYLE\n", "WEBVTT", "00:00:01.000 --> 00:00:02.000", "00:00:01,000 --> 00:00:02,000"]
# Everything that UTF-8 can carry but NUL, and what breaks captions more often than chance would bring it.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30) | st.lists(
    st.sampled_from(
        [
            *HEADS,
            "脐带脱垂",
            "-->",
            "\n",
            "\n\n",
            "\r\n",
            "<v 王>",
            "</v>",
            "&amp;",
            "&",
            "<",
            ">",
            "1",
            " ",
            "\ufeff",
            "\u2028",
        ]
    ),
    max_size=8,
).map("".join)
times = st.floats(0, 1000) | st.floats(0, LONGEST)
probabilities = st.none() | st.floats(0, 1)
spans = st.tuples(times, times).map(sorted)
words = st.builds(lambda span, text, p: Word(*span, text, p), spans, texts, probabilities)
segments = st.builds(
    lambda span, text, p, inside: Segment(*span, text, p, tuple(inside)),
    spans,
    texts,
    probabilities,
    st.lists(words, max_size=3),
)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('abc脐"\\\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab脐", max_size=3), inner, max_size=3),
    max_leaves=6,
)
transcripts = st.builds(
    Transcript,
    language=st.sampled_from(["zh", "en"]),
    segments=st.lists(segments, max_size=5).map(tuple),
    origin=st.sampled_from(["machine", "corrected"]),
    version=st.integers(1, 10**6),
    engine=st.sampled_from(["", "faster-whisper 1.2.1"]),
    settings=st.dictionaries(st.text("ab脐", max_size=3), plain, max_size=3),
)


@given(transcripts)
def test_json_keeps_everything(transcript):
    text = transcript.to_json()
    assert Transcript.from_json(text) == transcript
    assert Transcript.from_json(text).to_json() == text
    json.loads(text.encode("utf-8"))


def half_a_millisecond(seconds: float) -> float:
    """What rounding to a millisecond may move a time by, and what a float of that size cannot tell apart."""
    return 0.0005 + 2 * math.ulp(seconds)


@pytest.mark.parametrize("form", ["vtt", "srt"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@given(st.lists(segments, max_size=5))
@example([Segment(0, 1, "00:00:01.000 --> 00:00:02.000\n2\n00:00:03,000 --> 00:00:04,000"), Segment(1, 2, "")])
@example([Segment(0, 1, "5"), Segment(1, 2, ""), Segment(2, 3, ""), Segment(360_000.0004, 4e5, "<v 王>&lt;")])
def test_captions_keep_texts_exactly_and_times_to_the_millisecond(form, line_end, made):
    written = getattr(Transcript("zh", tuple(made)), f"to_{form}")().replace("\n", line_end)
    read = getattr(Transcript, f"from_{form}")("\ufeff" + written, language="zh").segments
    assert [segment.text for segment in read] == [segment.text for segment in made]
    for ours, theirs in zip(made, read, strict=True):
        assert abs(ours.start - theirs.start) <= half_a_millisecond(ours.start)
        assert abs(ours.end - theirs.end) <= half_a_millisecond(ours.end)
    again = getattr(Transcript("zh", read), f"to_{form}")()
    assert again.replace("\n", line_end) == written


@given(st.integers(0, int(LONGEST * 1000)), st.sampled_from(".,"))
def test_every_millisecond_has_one_time(milliseconds, mark):
    assert parse_time(timestamp(milliseconds / 1000, mark=mark)) == milliseconds / 1000


def test_times_as_people_write_them():
    assert parse_time("01:02.5") == 62.5
    assert parse_time(" 1:00:00,5 ") == 3600.5
    assert parse_time("120:00:00") == 432_000
    assert timestamp(0.9996) == "00:00:01.000"
    assert clock(59.9996) == "00:00:59"
    assert clock(100 * 3600 + 61) == "100:01:01"
    for wrong in [
        "",
        "1",
        "00:60",
        "00:00:60.000",
        "00:00:01.0000",
        "-1:00",
        "٠٠:٠١",
        "9999999:00:00",
        "00:00:01.",
        "nan",
    ]:
        with pytest.raises(TranscriptFormatError):
            parse_time(wrong)


def test_a_segment_is_made_storable():
    segment = Segment(0, 1, "  一\r\n\r\n \x85 二\u2028三 ")
    assert segment.text == "一\n二\n三"
    assert type(segment.start) is float

    class Float(float):  # as numpy's is
        pass

    word = Word(Float(0.5), Float(1), " 管", Float(0.9))
    assert (word.text, type(word.start), type(word.probability)) == (" 管", float, float)
    assert type(Segment(0, 1, "x", Float(0.25)).confidence) is float


@pytest.mark.parametrize("kind", [Word, Segment])
@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (-0.1, 1, ""),
        (2, 1, ""),
        (math.nan, 1, ""),
        (0, math.inf, ""),
        (0, LONGEST + 1, ""),
        (0, 1, "a\0b"),
        (0, 1, "\ud800"),
        ("x", 1, ""),
        (None, 1, ""),
        (0, 10**400, ""),
        (0, 1, None),
    ],
)
def test_what_no_caption_can_say_is_refused(kind, start, end, text):
    with pytest.raises(TranscriptFormatError):
        kind(start, end, text)


def test_text_for_reading():
    transcript = Transcript("zh", (Segment(61.9, 63, "脐带\n脱垂"), Segment(360_000, 360_001, "完")))
    assert transcript.to_text() == "[00:01:01] 脐带 脱垂\n[100:00:00] 完\n"


CUE = "00:01.000 --> 00:02.000\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("1\n00:00:01,000 --> 00:00:02,000\nSRT\n", 1),
        ("\n\nWEBVTT\n", 1),
        ("WEBVTTX\n", 1),
        (f"WEBVTT\n{CUE}x", 2),
        ("WEBVTT\n\njust text\n", 3),
        ("WEBVTT\n\nid\n\n00:01.000 --> 00:02.000\nx", 3),
        ("WEBVTT\n\n00:01.000 --> \nx", 3),
        ("WEBVTT\n\nid\n00:01.000 --> 00:02:61.000\nx", 4),
        ("WEBVTT\n\n00:03.000 --> 00:02.000\nx", 3),
        (f"WEBVTT\r\n\r\n{CUE}a\r\n{CUE}b", 5),
        (f"WEBVTT\n\n{CUE}a\0b", 3),
    ],
)
def test_bad_webvtt_names_the_line(text, line):
    with pytest.raises(TranscriptFormatError, match=rf"^Line {line}:") as caught:
        Transcript.from_vtt(text, language="zh")
    assert caught.value.facts["line"] == line


def test_srt_takes_blank_lines_within_a_text():
    text = "1\n00:00:01,000 --> 00:00:02,000\na\n\nb\nc\n\n2\n00:00:03,000 --> 00:00:04,000\nd\n"
    assert [segment.text for segment in Transcript.from_srt(text, language="zh").segments] == ["a\nb\nc", "d"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello\n", 1),
        ("1\n", 1),
        ("1\nhello\n", 2),
        ("1\n00:00:01,000 --> 00:00:02,000\na\n\n2\nb\n", 6),
        ("1\n00:00:01,000 --> 00:00:99,000\na", 2),
        ("\n\n1\n00:00:02,000 --> 00:00:01,000\na", 4),
        ("1\n --> \na", 2),
    ],
)
def test_bad_srt_names_the_line(text, line):
    with pytest.raises(TranscriptFormatError, match=rf"^Line {line}:") as caught:
        Transcript.from_srt(text, language="zh")
    assert caught.value.facts["line"] == line


GOOD = Transcript("zh", (Segment(0, 1, "x", 0.5, (Word(0, 1, "x"),)),)).to_json()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1"),
        (GOOD.replace('"x",', '"x"', 1), "line 14"),
        ("[]", "not a transcript"),
        (GOOD.replace("transcript/1", "transcript/2"), "not a transcript"),
        (GOOD.replace('"version": 1', '"version": true'), "version"),
        (GOOD.replace('"language": "zh"', '"language": null'), "language"),
        (GOOD.replace('"start": 0.0', '"start": NaN', 1), "NaN"),
        (GOOD.replace('"start": 0.0', '"start": "0"', 1), "Segment 1"),
        (GOOD.replace('"start": 0.0', '"start": true', 1), "Segment 1"),
        (GOOD.replace('"start": 0.0', '"start": 5', 1), "Segment 1"),
        (GOOD.replace('"text": "x"', '"txt": "x"', 1), "Segment 1"),
        (GOOD.replace('"text": "x"', '"text": 7', 1), "Segment 1"),
        (GOOD.replace('"origin"', '"orogin"'), "origin"),
        (GOOD.replace("{", '{"further": 1,', 1), "further"),
        (GOOD[: GOOD.index("[")] + "[[]]}", "Segment 1"),
        (GOOD[: GOOD.index("[")] + "[3]}", "Segment 1"),
        (GOOD[: GOOD.index("[")] + '[{"start": 0, "end": 1, "text": "", "words": 3}]}', "Segment 1"),
        (GOOD[: GOOD.index("[")] + '[{"start": 0, "end": 1, "text": "", "words": [3]}]}', "Segment 1"),
        ("[" * 100_000, "not JSON"),
        ('{"a": ' + "1" * 5000 + "}", "not JSON"),
        (GOOD.replace('"start": 0.0', '"start": 1' + "0" * 400, 1), "Segment 1"),
    ],
)
def test_bad_json_says_where(text, says):
    with pytest.raises(TranscriptFormatError, match=says):
        Transcript.from_json(text)


def test_settings_that_are_not_json_are_refused():
    for settings in ({"path": object()}, {"x": math.nan}, {"y": {1, 2}}):
        with pytest.raises(TranscriptFormatError, match="settings"):
            Transcript("zh", (), settings=settings).to_json()


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["WEBVTT", "\n", "\n\n", CUE, "NOTE", "<", "-->", "1"])).map("".join)
)
def test_any_text_is_read_or_refused(text):
    for read in (
        Transcript.from_json,
        lambda text: Transcript.from_vtt(text, language="zh"),
        lambda text: Transcript.from_srt(text, language="zh"),
    ):
        try:
            read(text)
        except TranscriptFormatError as error:
            assert error.message  # noqa: PT017 - most texts are refused, some are not


def test_shifted_onto_a_timeline_that_begins_earlier() -> None:
    said = Transcript("zh", (Segment(1.0, 2.0, "一", words=(Word(1.0, 1.5, "一"),)),))
    later = said.shifted(12.5)
    assert (later.segments[0].start, later.segments[0].end) == (13.5, 14.5)
    assert (later.segments[0].words[0].start, later.segments[0].words[0].end) == (13.5, 14.0)
    assert said.shifted(0) == said
    assert said.shifted(-1.5).segments[0].start == 0.0
