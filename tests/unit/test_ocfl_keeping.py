"""OCFL on a store in memory: any flipped bit is found, and an export is what is kept."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from archive.errors import FixityError, InputError
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot

ID = "urn:shijiao:recording:0123456789ab"


@pytest.fixture
def memory(memory_store: Any) -> Any:
    return memory_store()


@pytest.fixture
def root(memory: Any) -> OcflRoot:
    return rooted(memory)


def rooted(memory: Any) -> OcflRoot:
    made = OcflRoot(cast(ObjectStore, memory))
    made.ensure()
    return made


def sha512(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def damage(memory: Any, key: str) -> None:
    data = bytearray(memory.objects[key])
    data[len(data) // 2] ^= 1
    memory.objects[key] = bytes(data)


def test_verify_finds_one_flipped_bit_in_any_file(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"11111", "示教/b": b"22222"}, message="one")
    root.commit(ID, {"a": b"33333"}, message="two")
    whole = dict(memory.objects)
    for key in [key for key in whole if key.startswith(root.object_prefix(ID))]:
        memory.objects = dict(whole)
        damage(memory, key)
        problems = root.verify(ID)
        if key.endswith(f"{root.object_prefix(ID)}inventory.json.sha512"):
            assert problems == []  # known to lag after a crash: the version's own sidecar proves the inventory
            continue
        assert problems, key
        assert all(problem.kind != "stray" for problem in problems)
        memory.objects = dict(whole)
        if not key.endswith(("/inventory.json", "/inventory.json.sha512")):
            del memory.objects[key]
            assert [problem.kind for problem in root.verify(ID)] == ["missing"]


def test_verify_finds_strays_and_tells_progress(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"11111", "b": b"22"}, message="one")
    memory.objects[root.object_prefix(ID) + "v1/content/stray"] = b"?"
    seen: list[tuple[int, int]] = []
    assert [problem.kind for problem in root.verify(ID, progress=lambda *at: seen.append(at))] == ["stray"]
    assert seen[-1] == (7, 7)


def test_an_object_whose_inventory_is_damaged_still_is_one(root: OcflRoot, memory: Any) -> None:
    long = "urn:shijiao:recording:" + "长" * 60
    for object_id in (ID, long):
        root.commit(object_id, {"a": b"1"}, message="one")
    assert sorted(root.objects()) == sorted([ID, long])
    memory.objects[root.object_prefix(ID) + "inventory.json"] = b"{"
    assert ID in list(root.objects())
    assert [problem.kind for problem in root.verify(ID)] == ["inventory"]
    assert root.verify(long) == []


def test_reading_altered_bytes_is_refused(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"11111"}, message="one")
    damage(memory, root.key(ID, "a"))
    with pytest.raises(FixityError, match="SHA-512 differs"):
        root.read(ID, "a")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-5],
        lambda text: text.replace('"head"', '"hat"'),
        lambda text: text.replace("v1/content/a", "../../../etc/passwd"),
        lambda text: text.replace('"v1": {', '"v7": {'),
    ],
)
def test_an_inventory_that_contradicts_itself(root: OcflRoot, memory: Any, change: Callable[[str], str]) -> None:
    root.commit(ID, {"a": b"1"}, message="one")
    prefix = root.object_prefix(ID)
    data = change(memory.objects[prefix + "inventory.json"].decode()).encode()
    memory.objects[prefix + "inventory.json"] = data
    memory.objects[prefix + "inventory.json.sha512"] = f"{sha512(data)} inventory.json\n".encode()
    with pytest.raises(FixityError):
        root.inventory(ID)
    assert [problem.kind for problem in root.verify(ID)] == ["inventory"]


# -- export


def test_export_writes_what_is_kept_and_completes_what_was_begun(root: OcflRoot, memory: Any, tmp_path: Path) -> None:
    root.commit(ID, {"a": b"1", "示教 “x”/\n.mp4": b"film"}, message="one")
    root.commit(ID, {"a": b"2"}, message="two")
    root.commit("urn:other", {"a": b"1"}, message="one")
    target = tmp_path / "new" / "folder"
    assert root.export(target) == 2

    def written() -> dict[str, bytes]:
        return {f"ocfl/{path.relative_to(target)}": path.read_bytes() for path in target.rglob("*") if path.is_file()}

    assert written() == memory.objects
    (victim,) = target.rglob("*.mp4")
    victim.write_bytes(b"fiXm")
    next(target.rglob("v2/inventory.json")).unlink()
    untouched = next(path for path in target.rglob("v1/content/a"))
    before = untouched.stat().st_mtime_ns
    assert root.export(target, progress=lambda _done, _total: None) == 2
    assert written() == memory.objects
    assert untouched.stat().st_mtime_ns == before


def test_export_refuses_a_folder_of_something_else(root: OcflRoot, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(InputError, match="holds something else"):
        root.export(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        root.export(tmp_path / "precious.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_export_checks_every_digest(root: OcflRoot, memory: Any, tmp_path: Path) -> None:
    root.commit(ID, {"a": b"11111"}, message="one")
    damage(memory, root.key(ID, "a"))
    with pytest.raises(FixityError, match="digest differs"):
        root.export(tmp_path)
    assert not list(tmp_path.rglob("a"))
    assert not list(tmp_path.rglob("*.part"))


def test_export_goes_on_past_what_is_damaged(root: OcflRoot, memory: Any, tmp_path: Path) -> None:
    root.commit(ID, {"a": b"11111", "b": b"22222"}, message="one")
    root.commit("urn:other", {"c": b"33333"}, message="one")
    root.commit("urn:third", {"d": b"44444"}, message="one")
    damage(memory, root.key(ID, "a"))
    del memory.objects[root.key("urn:other", "c")]
    damage(memory, root.object_prefix("urn:third") + "inventory.json")
    with pytest.raises(FixityError, match="Everything else is in") as told:
        root.export(tmp_path)
    assert len(told.value.facts["failures"]) == 3
    assert {path.name for path in tmp_path.rglob("content/*")} == {"b"}
    assert len([*tmp_path.rglob("v1/inventory.json")]) == 2
