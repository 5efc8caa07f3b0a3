"""The lock files: complete, hashed, within pyproject's bounds, and naming no host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "infra" / "lock"
HASHED = sorted(path for path in LOCK.glob("*.txt") if path.name != "torch.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(path: Path) -> dict[str, str]:
    """Return name: version of every pinned package."""
    found = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {canonicalize_name(name): version for name, version in found}


def wanted(*, dev: bool) -> list[Requirement]:
    project = PROJECT["project"]
    texts = project["dependencies"] + (project["optional-dependencies"]["dev"] if dev else [])
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize(("name", "dev"), [("requirements.txt", False), ("dev.txt", True)])
def test_lock_holds_every_dependency_within_its_bounds(name: str, dev: bool) -> None:
    pinned = pins(LOCK / name) | pins(LOCK / "torch.txt")
    for requirement in wanted(dev=dev):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in {name}: run `make lock`"
        assert requirement.specifier.contains(version), f"{name} pins {requirement.name} {version}: run `make lock`"


def test_every_dependency_is_bounded() -> None:
    for requirement in wanted(dev=True):
        operators = {part.operator for part in requirement.specifier}
        assert "==" in operators or {">=", "<"} <= operators, f"{requirement} has no upper or lower bound"


def test_dev_set_agrees_with_runtime_set() -> None:
    dev = pins(LOCK / "dev.txt")
    assert pins(LOCK / "requirements.txt").items() <= dev.items()


@pytest.mark.parametrize("path", HASHED, ids=lambda path: path.name)
def test_every_pin_is_hashed_and_nothing_else_stands_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://|^-", text, re.MULTILINE)
    entries = re.findall(r"^[A-Za-z0-9].*", text.replace("\\\n", " "), re.MULTILINE)
    assert len(entries) == len(pins(path)) > 0
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("name", ["requirements.txt", "dev.txt"])
def test_torch_and_its_gpu_packages_stay_out(name: str) -> None:
    strangers = [pin for pin in pins(LOCK / name) if re.match(r"(torch|triton|nvidia-.*|cuda-.*)$", pin)]
    assert strangers == [], "they depend on the machine; infra/lock/torch.txt says why"
