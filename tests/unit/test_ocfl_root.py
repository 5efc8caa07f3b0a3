"""OCFL's logic on a store in memory: versions, carrying over, sharing bytes, and a crash between any two writes."""

import hashlib
import itertools
import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import FixityError, InputError, NotFound, StoreError
from archive.objects.store import ObjectStore
from archive.ocfl import OcflRoot, Placed

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


def state(root: OcflRoot, version: int | None = None) -> dict[str, bytes]:
    return {path: root.read(ID, path, version) for path in root.inventory(ID).paths(version)}


def test_the_storage_root_says_what_it_is(root: OcflRoot, memory: Any) -> None:
    assert memory.objects["ocfl/0=ocfl_1.1"] == b"ocfl_1.1\n"
    layout = json.loads(memory.objects["ocfl/ocfl_layout.json"])["extension"]
    assert json.loads(memory.objects[f"ocfl/extensions/{layout}/config.json"])["extensionName"] == layout
    before = len(memory.writes)
    root.ensure()
    assert len(memory.writes) == before


def test_an_object_lies_where_extension_0003_says(root: OcflRoot) -> None:
    # The example of the extension's own text: tuples of sha256, then the id with everything but letters escaped.
    digest = hashlib.sha256(ID.encode()).hexdigest()
    place = f"ocfl/{digest[:3]}/{digest[3:6]}/{digest[6:9]}/urn%3ashijiao%3arecording%3a0123456789ab/"
    assert root.object_prefix(ID) == place
    long = "x" * 101
    assert root.object_prefix(long).endswith(f"/{'x' * 100}-{hashlib.sha256(long.encode()).hexdigest()}/")


def test_versions_carry_over_what_is_not_named(root: OcflRoot) -> None:
    assert root.commit(ID, {"a": b"1", "b/c": b"2"}, message="one") == 1
    assert root.commit(ID, {"a": b"3", "d": b"4"}, message="two", user="wang") == 2
    assert root.commit(ID, {"b/c": None}, message="three") == 3
    assert state(root) == {"a": b"3", "d": b"4"}
    assert state(root, 2) == {"a": b"3", "b/c": b"2", "d": b"4"}
    assert state(root, 1) == {"a": b"1", "b/c": b"2"}
    inventory = root.inventory(ID)
    assert [inventory.versions[number].message for number in (1, 2, 3)] == ["one", "two", "three"]
    assert inventory.versions[2].user == "wang"
    assert list(root.objects()) == [ID]
    assert root.verify(ID) == []


def test_the_same_again_makes_no_version_and_writes_nothing(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"1", "gone": b"2"}, message="one")
    root.commit(ID, {"gone": None}, message="two")
    before = len(memory.writes)
    assert root.commit(ID, {"a": b"1"}, message="again") == 2
    assert root.commit(ID, {"gone": None}, message="again") == 2
    assert root.commit(ID, {}, message="nothing") == 2
    assert root.commit(ID, {"a": Placed(sha512(b"1"), 1)}, message="placed") == 2
    assert len(memory.writes) == before


def test_equal_bytes_are_kept_once(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"same", "b": b"same"}, message="one")
    root.commit(ID, {"a": b"other"}, message="two")
    root.commit(ID, {"a": b"same", "c": b"other"}, message="three")
    assert sorted(data for key, data in memory.objects.items() if "/content/" in key) == [b"other", b"same"]
    assert state(root) == {"a": b"same", "b": b"same", "c": b"other"}


def test_what_is_not_there(root: OcflRoot) -> None:
    assert not root.exists(ID)
    with pytest.raises(NotFound, match="no object"):
        root.inventory(ID)
    with pytest.raises(NotFound, match="no object"):
        root.verify(ID)
    root.commit(ID, {"a": b"1"}, message="one")
    for path, version in (("b", None), ("a", 2), ("a", 0)):
        with pytest.raises(NotFound):
            root.read(ID, path, version)
    assert root.purge("urn:none") == 0


def test_an_object_cannot_begin_empty(root: OcflRoot) -> None:
    with pytest.raises(InputError, match="would be empty"):
        root.commit(ID, {"a": None}, message="one")


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", ".", "a/../b", "..", "a/.", "\udcff.mp4"])
def test_paths_that_cannot_be(root: OcflRoot, path: str) -> None:
    with pytest.raises(InputError):
        root.commit(ID, {path: b"x"}, message="one")


def test_a_file_is_no_folder(root: OcflRoot) -> None:
    root.commit(ID, {"a": b"1"}, message="one")
    with pytest.raises(InputError, match="file and a folder"):
        root.commit(ID, {"a/b": b"2"}, message="two")
    assert root.commit(ID, {"a": None, "a/b": b"2"}, message="two") == 2


def test_placed_bytes_stay_where_they_are(root: OcflRoot, memory: Any) -> None:
    key = root.content_key(ID, 1, "sources/x/film.mp4")
    memory.objects[key] = b"film"
    assert root.commit(ID, {"sources/x/film.mp4": Placed(sha512(b"film").upper(), 4)}, message="one") == 1
    assert root.key(ID, "sources/x/film.mp4") == key
    assert memory.writes.count(key) == 0
    assert root.verify(ID) == []


def test_placed_bytes_that_are_not_there_make_no_version(root: OcflRoot, memory: Any) -> None:
    with pytest.raises(StoreError, match="there is nothing"):
        root.commit(ID, {"f": Placed(sha512(b"film"), 4)}, message="one")
    memory.objects[root.content_key(ID, 1, "f")] = b"fil"
    with pytest.raises(StoreError, match="there is 3 bytes"):
        root.commit(ID, {"f": Placed(sha512(b"film"), 4)}, message="one")
    assert not root.exists(ID)
    memory.objects[root.content_key(ID, 1, "f")] = b"film"
    assert root.commit(ID, {"f": Placed(sha512(b"film"), 4)}, message="one") == 1


@pytest.mark.parametrize("data", [b"", b"film"])
def test_bytes_placed_for_a_version_others_made_are_brought_along(root: OcflRoot, memory: Any, data: bytes) -> None:
    root.commit(ID, {"a": b"1"}, message="one")
    key = root.content_key(ID, 2, "f")
    memory.objects[key] = data
    root.commit(ID, {"a": b"2"}, message="by somebody else")
    assert key in memory.objects
    placed = Placed(sha512(data), len(data), key)
    assert root.commit(ID, {"f": placed}, message="mine") == 3
    assert root.key(ID, "f") == root.content_key(ID, 3, "f")
    assert key not in memory.objects
    assert root.verify(ID) == []
    assert root.commit(ID, {"f": placed}, message="again") == 3


def test_other_bytes_are_not_brought_along(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"1"}, message="one")
    memory.objects["elsewhere"] = b"filn"
    with pytest.raises(FixityError, match="not those that were sent"):
        root.commit(ID, {"f": Placed(sha512(b"film"), 4, "elsewhere")}, message="two")
    assert root.inventory(ID).head == 1
    assert memory.uploads == {}
    assert "elsewhere" in memory.objects


def test_purge_leaves_nothing(root: OcflRoot, memory: Any) -> None:
    storage_root = set(memory.objects)
    root.commit(ID, {"a": b"1"}, message="one")
    root.commit("urn:other", {"a": b"1"}, message="one")
    root.commit(ID, {"a": b"2"}, message="two")
    assert root.purge(ID) == 9
    assert not root.exists(ID)
    assert list(root.objects()) == ["urn:other"]
    root.purge("urn:other")
    assert set(memory.objects) == storage_root
    assert root.commit(ID, {"a": b"3"}, message="anew") == 1


# -- crashes

First = dict[str, bytes | None]
CHANGES: list[tuple[First, First]] = [
    ({}, {"a": b"1", "b": b"2"}),
    ({"a": b"1", "keep": b"0"}, {"a": b"3", "b": b"2", "keep": None}),
]


@pytest.mark.parametrize(("first", "second"), CHANGES)
def test_a_crash_between_any_two_writes(memory_store: Any, first: First, second: First) -> None:
    for writes in itertools.count():
        memory = memory_store()
        root = rooted(memory)
        if first:
            root.commit(ID, first, message="first")
        old = state(root) if first else None
        new = {path: data for path, data in {**first, **second}.items() if data is not None}
        memory.left = writes
        try:
            root.commit(ID, second, message="second")
            done = True
        except memory_store.Crash:
            done = False
        memory.left = None
        found = state(root) if root.exists(ID) else None
        assert found in (old, new), f"after {writes} writes"
        if found is not None:
            strays = [problem for problem in root.verify(ID) if problem.kind != "stray"]
            assert strays == [], f"after {writes} writes"
        # Whatever was left: the same commit again, and a different one, end in a whole object without strays.
        copy = memory_store()
        copy.objects = dict(memory.objects)
        assert root.commit(ID, second, message="second") == (2 if first else 1)
        assert state(root) == new
        assert root.verify(ID) == []
        other = rooted(copy)
        other.commit(ID, {"z": b"another"}, message="another")
        assert state(other)["z"] == b"another"
        assert other.verify(ID) == [], f"after {writes} writes"
        if done:
            assert writes > 5
            return


def test_a_sidecar_that_lags_behind_is_put_right_by_reading(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"1"}, message="one")
    sidecar = root.object_prefix(ID) + "inventory.json.sha512"
    old = memory.objects[sidecar]
    root.commit(ID, {"a": b"2"}, message="two")
    for lagging in (old, None):
        if lagging is None:
            del memory.objects[sidecar]
        else:
            memory.objects[sidecar] = lagging
        assert root.inventory(ID).head == 2
        assert memory.objects[sidecar] != old
        assert root.verify(ID) == []


def test_a_crash_in_a_purge_does_not_leave_a_seeming_object(root: OcflRoot, memory: Any) -> None:
    root.commit(ID, {"a": b"1"}, message="one")
    memory.left = 2
    with pytest.raises(memory.Crash):
        root.purge(ID)
    memory.left = None
    assert not root.exists(ID)
    assert list(root.objects()) == []
    root.purge(ID)
    assert not [key for key in memory.objects if key.startswith(root.object_prefix(ID))]


# -- any history


paths = st.lists(st.sampled_from(["a", "b", "示", "😀", "%41", "A"]), min_size=1, max_size=3).map("/".join)
changes = st.dictionaries(paths, st.none() | st.sampled_from([b"", b"1", b"2", b"3"]), max_size=4)


@settings(max_examples=60)
@given(st.lists(changes, max_size=6))
def test_any_history_reads_back(memory_store: Any, history: list[dict[str, bytes | None]]) -> None:
    root = rooted(memory_store())
    expected: list[dict[str, bytes]] = []
    for change in history:
        now = {**(expected[-1] if expected else {}), **change}
        wanted = {path: data for path, data in now.items() if data is not None}
        try:
            version = root.commit(ID, change, message="m")
        except InputError:
            continue
        if not expected or wanted != expected[-1]:
            expected.append(wanted)
        assert version == len(expected)
    for number, wanted in enumerate(expected, 1):
        assert state(root, number) == wanted
    if expected:
        assert root.verify(ID) == []
