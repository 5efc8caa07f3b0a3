"""A fault of our own is a sentence too, and what is known of it is kept."""

from pathlib import Path
from typing import Any

import pytest

from archive import cli


def test_a_fault_of_ours_is_one_sentence_that_names_where_the_rest_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fails(*_: Any) -> None:
        raise OverflowError("line one\nline two")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(cli, "app", fails)
    monkeypatch.setattr(cli, "end_with_parent", lambda: None)
    monkeypatch.setattr("os.umask", lambda _: 0)
    monkeypatch.setattr(cli, "entry_points", lambda **_: [])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 70
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "OverflowError: line one line two" in said
    (kept,) = tmp_path.iterdir()
    assert str(kept) in said
    assert "in fails" in kept.read_text(encoding="utf-8")
