"""The scripts of the house: they can be run, they parse, and what they refuse, they refuse in a sentence."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [ROOT / name for name in ("infra/check", "infra/install", "infra/relock", "infra/chromium", ".ci/run")]


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_can_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    assert run("bash", "-n", script).returncode == 0


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    answer = run(_install_elsewhere(tmp_path), "runtime", PYTHON="python-of-tomorrow")
    assert answer.returncode == 1
    assert "There is no “python-of-tomorrow” here." in answer.stderr


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    answer = run(_install_elsewhere(tmp_path), "runtime", PYTHON=str(_python(tmp_path, "exit 1")))
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer" in answer.stderr


def test_a_python_without_ensurepip_and_pip_is_told_where_debian_keeps_it(tmp_path: Path) -> None:
    python = _python(tmp_path, 'case "$2" in *import\\ venv*) exit 1 ;; esac')
    answer = run(_install_elsewhere(tmp_path), "runtime", PYTHON=str(python))
    assert answer.returncode == 1
    assert "apt-get install python3-venv" in answer.stderr


def test_no_chromium_ends_with_one_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    script = tmp_path / "infra" / "chromium"
    script.write_bytes((ROOT / "infra" / "chromium").read_bytes())
    for tool in ("dirname", "id"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    answer = run("/bin/bash", script, PATH=str(tmp_path), SHIJIAO_CHROMIUM="")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "none can be had here" in answer.stderr


def _install_elsewhere(folder: Path) -> Path:
    """A copy of infra/install in a checkout of its own, so that no test can touch this one's .venv."""
    (folder / "infra").mkdir()
    script = folder / "infra" / "install"
    script.write_bytes((ROOT / "infra" / "install").read_bytes())
    script.chmod(0o755)
    return script


def _python(folder: Path, body: str) -> Path:
    """A stand-in for a Python that answers as `body` says."""
    python = folder / "python"
    python.write_text(f"#!/bin/sh\n{body}\n")
    python.chmod(0o755)
    return python
