"""Caption files as other people's tools write them, and what is taken from each.

`python tests/golden/test_caption_files.py` writes what is taken anew; read the difference before keeping it.
"""

import json
from pathlib import Path

import pytest

from archive.transcripts.captions import read

HERE = Path(__file__).parent / "captions"
FILES = sorted(path.name for path in HERE.iterdir() if path.suffix in (".srt", ".vtt"))
DURATION = 60.0


def taken(name: str) -> str:
    found = read((HERE / name).read_bytes(), duration=DURATION)
    tracks = {
        language: [[one.start, one.end, one.text] for one in segments]
        for language, segments in found.by_language.items()
    }
    facts = {"format": found.form, "encoding": found.encoding, "cut": found.cut, "left_out": found.left_out}
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in facts.items()]
    for language, cues in tracks.items():
        rows = ",\n".join(f"  {json.dumps(cue, ensure_ascii=False)}" for cue in cues)
        lines.append(f" {json.dumps(language)}: [\n{rows}\n ],")
    return "{\n" + "\n".join(lines).removesuffix(",") + "\n}\n"


@pytest.mark.parametrize("name", FILES)
def test_what_is_taken_from_a_file_stays_as_it_is(name: str) -> None:
    assert taken(name) == (HERE / f"{name}.json").read_text(encoding="utf-8")


def test_there_are_files() -> None:
    assert len(FILES) >= 4


if __name__ == "__main__":
    for each in FILES:
        (HERE / f"{each}.json").write_text(taken(each), encoding="utf-8")
