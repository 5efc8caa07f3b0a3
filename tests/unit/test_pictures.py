"""The poster that somebody chose, and the one that is ours to choose."""

from pathlib import Path
from typing import Any

import pytest

from archive.catalogue import Catalogue
from archive.database import connect
from archive.settings import Settings
from archive.tables import Recording, Source, State, Stills
from dashboard import pictures

SCENES = [{"time": time, "file": f"{time}.jpg", "large": f"{time}-large.jpg"} for time in (0, 12, 27)]
FACTS: dict[str, Any] = {"poster": {"file": "poster.jpg", "time": 3.0}, "scenes": SCENES}
STILLS = Stills(source_id="one", recording_id="r", prefix="p/", facts=FACTS)


@pytest.mark.parametrize(
    ("chosen", "file"),
    [
        ({}, "poster.jpg"),
        ({"angle": "one", "time": 0.0}, "0-large.jpg"),
        ({"angle": "one", "time": 19.0}, "12-large.jpg"),
        ({"angle": "one", "time": 900.0}, "27-large.jpg"),
        ({"angle": "another", "time": 12.0}, "poster.jpg"),
    ],
)
def test_the_still_nearest_to_what_was_chosen_is_the_poster(chosen: dict[str, Any], file: str) -> None:
    assert pictures.poster(STILLS, chosen) == file
    assert file in pictures.files(STILLS), "the gateway gives it out"


def test_where_no_scene_was_kept_the_poster_is_ours() -> None:
    bare = Stills(source_id="one", recording_id="r", prefix="p/", facts={"poster": {"file": "poster.jpg"}})
    assert pictures.poster(bare, {"angle": "one", "time": 5.0}) == "poster.jpg"


def test_the_angle_of_which_a_poster_was_chosen_stands_for_the_recording(tmp_path: Path) -> None:
    engine = connect(Settings(home=tmp_path, _env_file=None))
    catalogue = Catalogue(engine)
    made = Recording(title="两路画面", state=State.PUBLISHED)
    angles = [Source(recording_id=made.id, name="a.mp4"), Source(recording_id=made.id, name="b.mp4", position=1)]
    catalogue.add(made, angles)
    for angle in angles:
        catalogue.put_stills(Stills(source_id=angle.id, recording_id=made.id, prefix="p/", facts=FACTS))

    def shown() -> str:
        return catalogue.posters([made.id])[made.id].source_id

    assert shown() == angles[0].id
    catalogue.change(made.id, poster={"angle": angles[1].id, "time": 1.0})
    assert shown() == angles[1].id
    catalogue.change(made.id, poster={"angle": "gone", "time": 1.0})
    assert shown() == angles[0].id
    engine.dispose()
