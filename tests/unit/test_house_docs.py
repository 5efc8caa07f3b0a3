"""What the documents say exists: commands, options, make targets, settings, decisions."""

import re
import shlex
import subprocess
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import typer

from archive.settings import Settings

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "infra" / "decisions").glob("*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "infra").glob("*.md")), *DECISIONS]
TEXT = {".md", ".py", ".toml", ".txt", ".js", ".css", ".sh", ".yml", ".yaml", ".json", ".mako", ".cfg", ""}
NOT_SETTINGS = {"SHIJIAO_CHROMIUM"}  # read by the browser tests, not by Shijiao


def code(path: Path) -> list[str]:
    """Return what stands in code: each line of a fenced or indented block, each `inline` piece."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    indented = re.findall(r"^(?: {4}|\t)(\S.*)$", text, re.MULTILINE)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return [*lines, *indented, *inline]


def spoken(program: str) -> list[tuple[str, list[str]]]:
    """Return where and how the documents call a program, as (document, words after its name)."""
    found = []
    for path in DOCUMENTS:
        for piece in code(path):
            words = shlex.split(piece, comments=True) if piece.count("'") % 2 == 0 else piece.split()
            if words and words[0].removeprefix(".venv/bin/") == program and len(words) > 1:
                found.append((f"{path.relative_to(ROOT)}: {piece}", words[1:]))
    return found


@pytest.fixture(scope="module")
def shijiao() -> Any:
    app = typer.Typer()
    for room in entry_points(group="shijiao.commands"):
        room.load()(app)
    return typer.main.get_command(app)


def test_every_shijiao_command_in_the_documents_exists(shijiao: Any) -> None:
    mentions = spoken("shijiao")
    assert len(mentions) >= 10
    for where, words in mentions:
        command, rest = shijiao, list(words)
        while rest and hasattr(command, "commands") and not rest[0].startswith("-"):
            assert rest[0] in command.commands, f"{where}: there is no command “{rest[0]}”"
            command = command.commands[rest.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
        assert not unknown, f"{where}: there is no option {unknown}"


def test_every_make_target_in_the_documents_exists() -> None:
    targets = {words[0] for _, words in spoken("make") if "=" not in words[0]}
    assert {"demo", "test"} <= targets
    for target in sorted(targets | {"check", "bench", "lock", "clean", "clean-all", "help"}):
        result = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"make {target}: {result.stderr}"


def test_every_file_that_the_documents_link_to_exists() -> None:
    for path in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (path.parent / link).exists(), f"{path.name} links to {link}"


def settings_table() -> str:
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = (
            "" if field.default_factory else getattr(field.default, "get_secret_value", lambda d=field.default: d)()
        )
        shown = f"`{default}`" if default not in ("", None) else ""
        rows.append(f"| `SHIJIAO_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def test_settings_page_shows_the_settings() -> None:
    page = (ROOT / "infra" / "settings.md").read_text(encoding="utf-8")
    assert settings_table() in page, f"infra/settings.md should hold this table:\n{settings_table()}"


def test_every_setting_in_the_documents_exists() -> None:
    known = {f"SHIJIAO_{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    for path in DOCUMENTS:
        named = set(re.findall(r"SHIJIAO_[A-Z0-9_]*[A-Z0-9]", path.read_text(encoding="utf-8")))
        assert named <= known, f"{path.name} names settings that do not exist: {named - known}"


def test_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:5] for path in DECISIONS] == [f"{number:04}-" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_follows_the_template(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.search(r"^Status: (proposed|accepted|replaced by \d{4})", text, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "What would change our mind"]
    assert len(text.splitlines()) <= 40


def test_no_package_registry_and_no_path_of_a_machine_is_named() -> None:
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
    ]
    hosts += [".".join(parts) for parts in (("deb", "debian", "org"), ("registry", "npmmirror", "com"))]
    paths = [
        "/" + "/".join(parts) + "/" for parts in (("work", "main"), ("work", "shared"), ("tmp", "w"), ("opt", "wheels"))
    ]
    for path in _tracked():
        text = path.read_text(encoding="utf-8", errors="replace")
        named = [word for word in hosts + paths if word in text]
        assert not named, f"{path.relative_to(ROOT)} names {named}"


def _tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name.decode() for name in listing.stdout.split(b"\0") if name]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]
