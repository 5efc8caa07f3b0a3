"""Names of kept bytes: any logical path gets a place of its own that every store and file system takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import InputError
from archive.ocfl.layout import check_logical, content_path, is_inventory, object_path

segments = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1).filter(
    lambda text: text not in (".", "..")
)
logical = st.lists(segments, min_size=1, max_size=4).map("/".join)


@given(logical)
def test_every_path_gets_a_safe_place(path: str) -> None:
    place = content_path(3, path)
    assert place.startswith("v3/content/")
    rest = place.removeprefix("v3/content/")
    assert len(place.encode()) < 700
    for name in rest.split("/"):
        assert name not in ("", ".", "..")
        assert len(name.encode()) <= 200
        assert not re.search(r'[\x00-\x1f\x7f\\:*?"<>|]', name)
        assert name[0] not in "-. "
        assert name[-1] not in ". "


@given(logical, logical)
def test_different_paths_get_different_places(one: str, other: str) -> None:
    assert (content_path(1, one) == content_path(1, other)) == (one == other)


@given(segments, segments)
def test_what_looks_escaped_is_not_taken_for_it(one: str, other: str) -> None:
    if content_path(1, one).removeprefix("v1/content/") == other:
        assert one == other or content_path(1, other) != content_path(1, one)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("sources/x/示教 第一讲.mp4", "sources/x/示教 第一讲.mp4"),
        ("-f.mp4", "%2Df.mp4"),
        (".hidden", "%2Ehidden"),
        ("~home", "%7Ehome"),
        ("a\nb\"c'd😀.mp4", "a%0Ab%22c'd😀.mp4"),
        ("100%.mp4", "100%25.mp4"),
        ("C:\\film.avi", "C%3A%5Cfilm.avi"),
    ],
)
def test_what_a_person_can_read_stays_readable(path: str, place: str) -> None:
    assert content_path(1, path) == f"v1/content/{place}"


def test_a_very_long_name_is_shortened_and_keeps_its_ending() -> None:
    name = "输" * 100 + ".mp4"
    place = content_path(1, f"sources/{name}")
    assert re.fullmatch(r"v1/content/sources/~[0-9a-f]{64}\.mp4", place)
    assert content_path(1, f"sources/{name}x") != place


def test_a_file_cannot_be_a_folder() -> None:
    check_logical(["a/b", "a/c", "ab"])
    with pytest.raises(InputError, match="“a/b”"):
        check_logical(["a/b", "a/b/c"])


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_object_is_found_by_its_inventory(object_id: str) -> None:
    place = object_path(object_id)
    assert is_inventory(place + "inventory.json")
    assert not is_inventory(place + "v1/inventory.json")
    assert len(place) < 190
