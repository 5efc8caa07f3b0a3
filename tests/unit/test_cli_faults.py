"""A fault of our own is a sentence too, and what is known of it is kept."""

import errno
from pathlib import Path
from typing import Any

import pytest

from archive import cli


def ended(error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """Run the command line with a command that fails so; return its exit code and what it said."""

    def fails(*_: Any) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fails)
    monkeypatch.setattr(cli, "end_with_parent", lambda: None)
    monkeypatch.setattr("os.umask", lambda _: 0)
    monkeypatch.setattr(cli, "entry_points", lambda **_: [])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code, capsys.readouterr().err


def test_a_fault_of_ours_is_one_sentence_that_names_where_the_rest_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, said = ended(OverflowError("line one\nline two"), monkeypatch, capsys)
    assert (code, said.count("\n")) == (70, 1)
    assert "OverflowError: line one line two" in said
    (kept,) = tmp_path.iterdir()
    assert str(kept) in said
    assert "in fails" in kept.read_text(encoding="utf-8")


def test_a_full_disk_is_told_as_one_wherever_it_is_met(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, said = ended(OSError(errno.ENOSPC, "No space left", str(tmp_path / "made.mp4")), monkeypatch, capsys)
    assert (code, said.count("\n")) == (74, 1)
    assert "made.mp4 is full" in said
