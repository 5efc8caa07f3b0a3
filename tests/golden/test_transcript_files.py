"""Transcript files as they must stay: ours are kept for decades, and other people's are handed in.

`python tests/golden/test_transcript_files.py` writes them anew; read the difference before keeping it.
"""

from pathlib import Path

import pytest

from archive.transcripts import Segment, Transcript, Word

HERE = Path(__file__).parent / "transcripts"

LECTURE = Transcript(
    language="zh",
    segments=(
        Segment(
            0.0,
            5.47,
            "各位老师大家好，今天我们讲电子胎心监护与母体并发症的识别。",
            0.91,
            (Word(0.0, 0.62, "各位", 0.97), Word(0.62, 1.2, "老师", 0.88)),
        ),
        Segment(6.07, 11.79, 'PaO2 <60 mmHg & pH >7.2 --> "正常"'),
        Segment(3723.0005, 3725.9995, "变异减速常见于脐带受压，\n处理时先排除脐带脱垂。", 0.5),
        Segment(360_000.0, 360_000.0, ""),
    ),
    origin="corrected",
    version=3,
    engine="faster-whisper 1.2.1",
    model="base int8",
    settings={"vad": True, "beam": 5, "temperature": [0.0, 0.2], "prompt": "胎心监护"},
)
WRITERS = {"json": Transcript.to_json, "vtt": Transcript.to_vtt, "srt": Transcript.to_srt, "txt": Transcript.to_text}


@pytest.mark.parametrize("form", WRITERS)
def test_what_we_write_stays_as_it_is(form):
    assert WRITERS[form](LECTURE) == (HERE / f"lecture.{form}").read_text(encoding="utf-8")


def test_what_we_wrote_once_can_be_read():
    assert Transcript.from_json((HERE / "lecture.json").read_text(encoding="utf-8")) == LECTURE


@pytest.mark.parametrize(("form", "read"), [("vtt", Transcript.from_vtt), ("srt", Transcript.from_srt)])
def test_what_others_write_is_read(form, read):
    transcript = read((HERE / f"foreign.{form}").read_bytes().decode("utf-8"), language="zh")
    assert transcript == Transcript.from_json((HERE / f"foreign.{form}.json").read_text(encoding="utf-8"))


def write_anew() -> None:
    for form, writer in WRITERS.items():
        (HERE / f"lecture.{form}").write_text(writer(LECTURE), encoding="utf-8")
    for form, read in (("vtt", Transcript.from_vtt), ("srt", Transcript.from_srt)):
        transcript = read((HERE / f"foreign.{form}").read_bytes().decode("utf-8"), language="zh")
        (HERE / f"foreign.{form}.json").write_text(transcript.to_json(), encoding="utf-8")


if __name__ == "__main__":
    write_anew()
