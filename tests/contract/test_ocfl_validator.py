"""OCFL on the real server, judged by ocfl-py's validator, which we did not write."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import NotFound
from archive.objects.store import ObjectStore
from archive.objects.upload import send
from archive.ocfl import OcflRoot, Placed

pytestmark = pytest.mark.store
ID = "urn:shijiao:recording:validated001"
NAMES = ["示教 第一讲.mp4", "-f.mp4", "quote\"s 'and'\nnewline 😀.mp4", "100%20.mp4", "输" * 80 + ".mp4"]
MIB = 1024 * 1024

VALIDATE = """
import json, sys
import ocfl
from ocfl.validator import Validator

root = ocfl.StorageRoot(root=sys.argv[1])
valid = root.validate(log_warnings=True, log_errors=False, check_digests=True)
print(json.dumps({
    "valid": valid, "objects": root.num_objects, "good": root.good_objects,
    "messages": [str(error) for error in root.errors] + [str(message) for message in root.log.messages],
}))
"""


@pytest.fixture(scope="module")
def validator() -> Path:
    beside = Path(__file__).parents[2] / ".venv" / "ocfl" / "bin" / "python"
    python = Path(os.environ.get("SHIJIAO_OCFL_PYTHON") or beside)
    if not python.exists():
        pytest.skip(f"ocfl-py's validator is not there: no {python} (make it from infra/lock/ocfl.txt)")
    return python


def validate(python: Path, directory: Path) -> dict[str, object]:
    done = subprocess.run([python, "-c", VALIDATE, directory], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def root(store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OcflRoot]:
    """Three objects: one with every odd name and four versions, one small, one whose commit was interrupted."""
    root = OcflRoot(store, "ocfl-validated/")
    root.ensure()
    film = tmp_path_factory.mktemp("film") / "film"
    changes: dict[str, bytes | Placed | None] = {"metadata.json": b"{}", "empty": b""}
    for number, name in enumerate(NAMES):
        film.write_bytes(os.urandom(6 * MIB + number))
        path = f"sources/s{number}/{name}"
        sent = send(store, root.content_key(ID, 1, path), film, part_size=5 * MIB)
        changes[path] = Placed(sent.sha512, sent.size)
    root.commit(ID, changes, message="received")
    root.commit(ID, {"transcripts/zh.json": b'{"text": "\xe8\x84\x90"}'}, message="transcribed", user="shijiao")
    root.commit(ID, {"transcripts/zh.json": b"{}", "copy.json": b"{}"}, message="corrected", user="王医生")
    root.commit(ID, {"copy.json": None}, message="tidied")
    root.commit("urn:shijiao:recording:small", {"a": b"1"}, message="received")
    yield root
    store.delete_prefix("ocfl-validated/")


def test_the_validator_finds_nothing_in_an_export(root: OcflRoot, validator: Path, tmp_path: Path) -> None:
    assert root.export(tmp_path / "export") == 2
    found = validate(validator, tmp_path / "export")
    assert found == {"valid": True, "objects": 2, "good": 2, "messages": []}


def test_the_validator_can_find_something(root: OcflRoot, validator: Path, tmp_path: Path) -> None:
    root.export(tmp_path)
    victim = next(path for path in tmp_path.rglob("*.mp4"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    found = validate(validator, tmp_path)
    assert (found["objects"], found["good"]) == (2, 1)
    assert "E092" in str(found["messages"])


def test_every_odd_name_reads_back(root: OcflRoot, store: ObjectStore) -> None:
    paths = root.inventory(ID).paths()
    assert {path.split("/", 2)[2] for path in paths if path.startswith("sources/")} == set(NAMES)
    for number, name in enumerate(NAMES):
        path = f"sources/s{number}/{name}"
        assert len(root.read(ID, path)) == 6 * MIB + number
        with store.open(root.key(ID, path)) as file:
            file.seek(-1, os.SEEK_END)
            assert len(file.read()) == 1
    assert root.read(ID, "transcripts/zh.json", 2) != root.read(ID, "transcripts/zh.json")
    assert root.verify(ID) == []
    assert set(root.objects()) == {ID, "urn:shijiao:recording:small"}


def test_verify_finds_one_flipped_byte(root: OcflRoot, store: ObjectStore) -> None:
    object_id = "urn:shijiao:recording:flipped"
    root.commit(object_id, {"film": os.urandom(3 * MIB)}, message="received")
    key = root.key(object_id, "film")
    data = bytearray(store.get(key))
    data[2 * MIB] ^= 1
    store.put(key, bytes(data))
    assert [(problem.kind, problem.key) for problem in root.verify(object_id)] == [("altered", key)]
    root.purge(object_id)


def test_purge_leaves_no_key(root: OcflRoot, store: ObjectStore) -> None:
    object_id = "urn:shijiao:recording:purged"
    root.commit(object_id, {"film": b"x"}, message="received")
    store.start_upload(root.content_key(object_id, 2, "film"))
    assert root.purge(object_id) == 6
    assert list(store.list(root.object_prefix(object_id))) == []
    assert store.unfinished(root.object_prefix(object_id)) == []
    with pytest.raises(NotFound):
        root.inventory(object_id)
