import pytest

from archive.errors import TranscriptFormatError
from archive.transcripts import languages
from archive.transcripts.captions import read
from archive.transcripts.decoding import decode

SRT = "1\n00:00:01,000 --> 00:00:02,000\n{}\n"
MANDARIN = "变异减速常见于脐带受压，处理时先排除脐带脱垂。"
ENGLISH = "Variable decelerations are common when the cord is compressed."


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
    ],
)
@pytest.mark.parametrize("said", [MANDARIN, f"{ENGLISH} 脐"])
def test_every_encoding_that_chinese_tools_write(encoded: str, name: str, said: str) -> None:
    text = SRT.format(said)
    assert decode(text.encode(encoded)) == (text, name)


def test_a_damaged_file_is_not_taken_for_another_encoding() -> None:
    data = SRT.format(MANDARIN * 5).encode()
    cut = data[:-3] + b"\xe5\n"
    with pytest.raises(TranscriptFormatError, match=r"^Line 3: the bytes there are not UTF-8"):
        decode(cut)
    with pytest.raises(TranscriptFormatError, match=r"^Line 2: the bytes there are not GB18030"):
        decode(b"1\n\xff\xff\xff\xfe\x81")


@pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"\0\0\0\x18ftypmp42" + bytes(900) + bytes(range(256)) * 9])
def test_what_is_no_text_is_not_called_a_wrong_encoding(data: bytes) -> None:
    with pytest.raises(TranscriptFormatError, match="not a file of text"):
        decode(data)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (MANDARIN, "zh"),
        ("首先看 CTG，然后 check 一下 blood pressure，再 call for help。", "zh"),
        (ENGLISH, "en"),
        ("We look at 胎心 first, and then at the rest of it.", "en"),
        ("子宮の動脈を見てください", "ja"),
        ("자궁 동맥을 확인합니다", "ko"),
    ],
)
def test_the_language_is_guessed_from_the_text(text: str, language: str) -> None:
    assert languages.guess(text) == language


@pytest.mark.parametrize("text", ["", "12:30", "Wir sehen hier die Arterie und dann den Harnleiter", "матка и артерия"])
def test_what_cannot_be_told_is_asked_for(text: str) -> None:
    with pytest.raises(TranscriptFormatError, match="--language"):
        languages.guess(text)


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-CN", "zh"), ("zh_Hans", "zh"), ("CHS", "zh"), ("en-US", "en"), (" en ", "en"), ("fra", "fra")],
)
def test_a_track_is_named_by_the_first_part_of_its_language(code: str, language: str) -> None:
    assert languages.subtag(code) == language


@pytest.mark.parametrize("code", ["", "english", "z", "../x", "zh/../../y", "中文"])
def test_what_is_no_language_names_no_file(code: str) -> None:
    with pytest.raises(TranscriptFormatError):
        languages.subtag(code)


def test_a_language_that_the_text_does_not_look_like_is_told() -> None:
    assert read(SRT.format(ENGLISH).encode(), language="zh").looks == "en"
    assert read(SRT.format(MANDARIN).encode(), language="zh").looks == ""
    assert read(SRT.format("1, 2, 3").encode(), language="zh").looks == ""


def cues(*times: tuple[str, str]) -> bytes:
    return "\n".join(f"{start} --> {end}\n{MANDARIN}\n" for start, end in times).encode()


def test_what_goes_on_behind_the_end_is_cut_off_and_told() -> None:
    found = read(cues(("00:00:08,000", "00:00:12,000"), ("00:00:10,500", "00:00:12,000")), duration=10.0)
    assert [(one.start, one.end) for one in found.by_language["zh"]] == [(8.0, 10.0)]
    assert (found.cut, found.left_out) == (1, 1)
    assert read(cues(("00:00:08,000", "00:00:12,000"))).cut == 0, "nobody knows yet where the end is"


def test_captions_of_a_longer_recording_are_refused() -> None:
    with pytest.raises(TranscriptFormatError, match=r"^Line 4: a caption begins at 00:01:00, but .* ends at 00:00:10"):
        read(cues(("00:00:08,000", "00:00:09,000"), ("00:01:00,000", "00:01:02,000")), duration=10.0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no captions"),
        (b"WEBVTT\n", "no captions"),
        (b"[Script Info]\nTitle: x\n", "Line 1"),
        (b"1\n00:00:01,000 --> 00:00:00,500\nx\n", "Line 2"),
        (b"1\n-00:00:01,000 --> 00:00:00,500\nx\n", "Line 2"),
        (b"1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,000 --> 00:00:04,000\nb\n", "Line 5: a blank line"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny\n", "Line 5: a blank line"),
        (b"\x00" * 30, "not a file of text"),
        (b"\x1aE\xdf\xa3" * 2000, "Line 1"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(TranscriptFormatError, match=says):
        read(data, language="zh")


def test_a_recording_is_not_read_as_captions() -> None:
    with pytest.raises(TranscriptFormatError, match="holds no captions"):
        read(b"\0" * (20 * 1024 * 1024 + 1))


def test_a_file_in_two_languages_gives_a_track_of_each_or_the_one_that_is_asked_for() -> None:
    data = "".join(SRT.format(f"{MANDARIN}\n{ENGLISH}") + "\n" for _ in range(3)).encode()
    assert {language: track[0].text for language, track in read(data).by_language.items()} == {
        "zh": MANDARIN,
        "en": ENGLISH,
    }
    assert list(read(data, language="en-GB").by_language) == ["en"]
    mandarin = SRT.format(f"{MANDARIN}\nCTG 监护") + "\n" + SRT.format(MANDARIN)
    assert list(read(mandarin.encode()).by_language) == ["zh"]
