"""What `scenes` makes of tiny grey pictures: drawn here, so that every change and every disturbance is known."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.media import poster, scenes, storyboard
from ingest.media.scenes import RATE, Samples, Scene

HEIGHT, WIDTH = 36, 64
Film = NDArray[np.float64]


def slide(seed: int, lines: int = 4, ground: int = 235, ink: int = 60) -> NDArray[np.float64]:
    """A page with a heading and some lines of text, as grey as text is when it is this small."""
    random = np.random.default_rng(seed)
    page = np.full((HEIGHT, WIDTH), float(ground))
    for line in range(lines + 1):
        top, length = 3 + line * 6, random.integers(20, 55)
        page[top : top + 2, 4 : 4 + length] = ink + random.integers(0, 90, (2, length))
    return page


def standing(picture: NDArray[np.float64], seconds: float) -> Film:
    return np.repeat(picture[None], round(seconds * RATE), axis=0)


def fade(one: NDArray[np.float64], other: NDArray[np.float64], seconds: float) -> Film:
    steps = np.linspace(0, 1, round(seconds * RATE) + 1)[1:]
    return np.array([one * (1 - step) + other * step for step in steps])


def operation(seconds: float, seed: int) -> Film:
    """A camera that never rests: a soft random field that is moved about."""
    random = np.random.default_rng(seed)
    field = random.normal(size=(150, 300))
    for _ in range(40):
        field = (
            field + np.roll(field, 1, 0) + np.roll(field, 1, 1) + np.roll(field, -1, 0) + np.roll(field, -1, 1)
        ) / 5
    field = 110 + 60 * field / field.std()
    film = []
    for number in range(round(seconds * RATE)):
        time = number / RATE
        down = int(50 + 40 * np.sin(time / 9) + 2 * np.sin(time * 1.9))
        across = int(110 + 90 * np.sin(time / 17) + 3 * np.cos(time * 1.3))
        film.append(field[down : down + HEIGHT, across : across + WIDTH])
    return np.array(film)


def with_speaker(film: Film, seed: int) -> Film:
    """A speaker in the lower right corner: he gestures, pauses for seconds, and takes another stance."""
    random = np.random.default_rng(seed)
    film, busy = film.copy(), 0
    person = 90 + random.normal(0, 35, (10, 15))
    for picture in film:
        if busy == 0 and random.random() < 0.12:
            busy = int(random.integers(1, 9))
        if busy:
            person, busy = 90 + 0.5 * (person - 90) + random.normal(0, 30, (10, 15)), busy - 1
        picture[-11:-1, -16:-1] = person
    return film


def found(film: Film, *, gap: float = 45.0, noise: float = 0.5) -> list[Scene]:
    random = np.random.default_rng(1)
    pictures = np.clip(film + random.normal(0, noise, film.shape), 0, 255).astype(np.uint8)
    samples = Samples(lambda first, count: pictures[first : first + count], len(pictures))
    return scenes.detect(samples, scenes.motion(samples, lambda _: None), gap=gap, tick=lambda _: None)


def slides(film: Film, **options: float) -> list[float]:
    return [scene.time for scene in found(film, **options) if scene.kind == "slide"]


DISTURBED: dict[str, Callable[[Film], Film]] = {
    "alone": lambda film: film,
    "with a speaker": lambda film: with_speaker(film, 7),
    "with another speaker": lambda film: with_speaker(film, 8),
}


@pytest.mark.parametrize("disturbed", DISTURBED.values(), ids=DISTURBED.keys())
def test_every_slide_is_found_at_its_moment_and_none_is_invented(disturbed: Callable[[Film], Film]) -> None:
    lengths = [6, 12.5, 3, 59.75, 40, 2.5, 18, 95, 7]  # one change lies on the border between two chunks
    film = disturbed(np.concatenate([standing(slide(number), length) for number, length in enumerate(lengths)]))
    begins = [0.0, *np.cumsum(lengths)[:-1]]
    assert slides(film) == pytest.approx(begins, abs=0.3)


def test_going_back_and_forth_between_two_slides() -> None:
    """Again and again the same few pixels change, but they stand between."""
    film = np.concatenate([standing(slide(number % 2, lines=1), 6) for number in range(20)])
    assert slides(film) == pytest.approx([6 * number for number in range(20)], abs=0.3)


def test_a_slide_that_fades_in_begins_when_it_is_there() -> None:
    one, two, three = slide(1), slide(2), slide(3, ground=30, ink=190)
    film = np.concatenate(
        [standing(one, 10), fade(one, two, 1), standing(two, 10), fade(two, three, 3), standing(three, 10)]
    )
    assert slides(film) == pytest.approx([0, 11, 24], abs=0.5)


def test_a_build_is_marked_and_a_change_of_page_is_not() -> None:
    film = np.concatenate([standing(slide(5, lines), 8) for lines in (1, 2, 3)] + [standing(slide(6, 1), 8)])
    assert [(scene.time, scene.build) for scene in found(film)] == [
        (0.0, False),
        (pytest.approx(8, abs=0.3), True),
        (pytest.approx(16, abs=0.3), True),
        (pytest.approx(24, abs=0.3), False),
    ]


def test_a_slide_that_comes_in_line_by_line_is_one() -> None:
    film = np.concatenate(
        [standing(slide(1), 10), standing(slide(5, 1), 1.25), standing(slide(5, 2), 1.25), standing(slide(5, 3), 20)]
    )
    times = slides(film)
    assert len(times) == 2
    assert times[1] == pytest.approx(12.5, abs=0.3)


def test_a_pointer_a_clock_and_a_change_of_brightness_are_no_slides() -> None:
    film = standing(slide(1), 120)
    for number, picture in enumerate(film):
        picture[10 + number % 15, 20 + number % 31] = 40  # the pointer
        picture[1:4, 56:62] = 60 if number // RATE % 2 else 200  # the clock
        picture[:] = picture * (1 - 0.03 * np.sin(number / 100))
    assert slides(film) == [0.0]


def test_a_video_inside_a_lecture() -> None:
    film = np.concatenate([standing(slide(1), 30), operation(60, 3), standing(slide(2), 30)])
    times = slides(film)
    assert times == pytest.approx([0, 90], abs=0.5)
    moving = [scene.time for scene in found(film) if scene.kind == "scene"]
    assert moving
    assert all(29 <= time <= 90 for time in moving)


def test_an_operation_has_a_still_every_so_often_and_no_slides() -> None:
    film = operation(300, 5)
    stills = found(film)
    assert {scene.kind for scene in stills} == {"scene"}
    times = [scene.time for scene in stills] + [300]
    assert times[0] == 0
    assert max(np.diff(times)) <= 46
    assert len(stills) <= 300 / scenes._APART * RATE


def test_a_cut_in_an_operation_is_found() -> None:
    film = np.concatenate([operation(30, 5), operation(31, 6) * 0.5, operation(30, 9)])
    times = [scene.time for scene in found(film, gap=1000)]
    assert times == pytest.approx([0, 30, 61], abs=0.5)


def test_many_cuts_do_not_make_many_stills() -> None:
    film = np.concatenate([operation(2, seed) for seed in range(60)])
    stills = found(film)
    assert 10 <= len(stills) <= 16
    assert np.diff([scene.time for scene in stills]).min() >= 8


def test_black_is_no_scene() -> None:
    black = np.full((HEIGHT, WIDTH), 2.0)
    film = np.concatenate([standing(black, 4), fade(black, slide(1), 1), standing(slide(1), 10), standing(black, 5)])
    stills = found(film)
    assert [scene.time for scene in stills] == pytest.approx([5], abs=0.5)
    assert 5 <= stills[0].grab < 15
    assert found(standing(black, 10)) == []


def test_a_still_is_taken_while_its_slide_stands() -> None:
    lengths = [3.2, 2.1, 5.0, 2.3, 4.6, 10]
    film = np.concatenate([standing(slide(number), length) for number, length in enumerate(lengths)])
    ends = np.cumsum([round(length * RATE) / RATE for length in lengths])
    for number, scene in enumerate(found(film)):
        assert ends[number] - lengths[number] - 0.2 <= scene.grab <= ends[number] - 0.1
        assert scene.grab >= scene.time


@pytest.mark.parametrize("seconds", [0.25, 0.5, 1.0, 1.5, 3.0])
def test_the_shortest_recordings(seconds: float) -> None:
    for film in (standing(slide(1), seconds), operation(seconds, 2)):
        stills = found(film)
        assert [scene.time for scene in stills] == [0.0]
        assert 0 <= stills[0].grab <= seconds


def test_the_same_pictures_give_the_same_scenes() -> None:
    film = with_speaker(np.concatenate([standing(slide(1), 30), operation(30, 3)]), 4)
    assert found(film) == found(film)


def test_the_poster_is_not_black_not_blurred_not_fading_and_not_missing() -> None:
    def shown(picture: NDArray[np.float64], size: int = 4) -> NDArray[np.float64]:
        return np.kron(picture, np.ones((size, size)))

    def blurred(picture: NDArray[np.float64]) -> NDArray[np.float64]:
        for _ in range(30):
            picture = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1)) / 3
        return picture

    sharp = shown(slide(1, ground=200))
    pictures = [0 * sharp, sharp * 0.25, blurred(sharp), blurred(sharp), sharp, sharp, 0 * sharp, sharp * 0.3]
    candidates = np.array(pictures).astype(np.uint8)
    level = np.full(16 * RATE, 0.5, np.float32)

    def chosen(**changes: object) -> float:
        options = {"level": level, "duration": 16.0, "missing": []} | changes
        return poster.choose(candidates, 2.0, **options)  # type: ignore[arg-type]

    assert chosen() == pytest.approx(8.9)
    assert chosen(missing=[{"from": 8.0, "to": 9.5, "what": "picture"}]) == pytest.approx(10.9)
    assert chosen(missing=[{"from": 8.0, "to": 9.5, "what": "sound"}]) == pytest.approx(8.9)
    fading = level.copy()
    fading[34:38] = 20
    assert chosen(level=fading) == pytest.approx(10.9)


def test_there_is_a_poster_even_of_a_black_recording() -> None:
    black = np.zeros((3, HEIGHT, WIDTH), np.uint8)
    assert 0 <= poster.choose(black, 2.0, np.zeros(24, np.float32), 6.0, []) <= 6


@pytest.mark.parametrize("duration", [0.04, 1.0, 2.0, 57.16, 600.0, 1440.0, 1441.0, 14_400.0, 86_400.0])
@pytest.mark.parametrize("shape", [(1920, 1080), (720, 1280), (640, 480), (480, 200), (64, 64)])
def test_the_storyboard_covers_all_without_a_gap(duration: float, shape: tuple[int, int]) -> None:
    plan = storyboard.layout(duration, *shape)
    assert plan.tiles <= 750
    assert max(plan.tile) <= 160
    assert plan.tile[0] / plan.tile[1] == pytest.approx(shape[0] / shape[1], rel=0.03)
    sheets = [f"sheet-{number:03}.jpg" for number in range(1, plan.sheets + 1)]
    text = storyboard.webvtt(plan, sheets, duration)
    blocks = text.strip().split("\n\n")
    assert blocks[0] == "WEBVTT"
    before, seen = "00:00:00.000", []
    for block in blocks[1:]:
        clock, target = block.split("\n")
        begin, _, end = clock.partition(" --> ")
        assert begin == before < end
        before = end
        name, _, place = target.partition("#xywh=")
        left, top, width, height = map(int, place.split(","))
        assert (width, height) == plan.tile
        assert left + width <= plan.sheet[0]
        assert top + height <= plan.sheet[1]
        seen.append((name, left, top))
    assert len(set(seen)) == len(seen) == plan.tiles
    assert {name for name, _, _ in seen} == set(sheets)
    hours, minutes, seconds = before.split(":")
    assert int(hours) * 3600 + int(minutes) * 60 + float(seconds) == pytest.approx(duration, abs=0.001)
