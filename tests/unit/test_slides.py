"""What a slide says, from lines that an engine might have read; the engine itself is in tests/contract."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archive.errors import Cancelled, ReadingError
from ingest.ocr import Line, Pixels
from ingest.outline.slides import Shown, blocks, heading, logos, said, same, without_running
from ingest.steps import slides
from ingest.watch import Silent


def line(text: str, top: float, *, left: float = 0.05, em: float = 0.03, confidence: float = 0.99) -> Line:
    return Line(text, confidence, (left, top, left + em * max(len(text), 1), top + 0.06))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line("减速的识别", 0.05), line("· 晚期减速", 0.25), line("变异减速", 0.4)], "减速的识别"),
        ([line("某某医院", 0.02, em=0.012), line("减速的识别", 0.1), line("变异减速", 0.4)], "减速的识别"),
        ([line("妇产科", 0.1, em=0.015), line("产后出血", 0.6, em=0.06), line("王医生", 0.8)], "产后出血"),
        ([line("第一章", 0.05), line("绪论", 0.05, left=0.3), line("概述", 0.3)], "第一章 绪论"),
        ([line("12", 0.03), line("小结", 0.1)], "小结"),
        ([line("·▪", 0.03), line("模糊不清", 0.1, confidence=0.55)], ""),
        ([], ""),
    ],
)
def test_the_heading_is_the_topmost_of_the_large_lines(lines: list[Line], expected: str) -> None:
    assert heading(lines) == expected


def test_bullets_are_not_said() -> None:
    assert [said(line(text, 0.5)) for text in ("· 吸氧", "➢吸氧", "- 5 mg", "—", "", "110–160 次")] == [
        "吸氧",
        "吸氧",
        "5 mg",
        "",
        "",
        "110–160 次",
    ]


def test_footers_and_page_numbers_run_along_and_a_heading_that_comes_again_does_not() -> None:
    pages = [
        [Shown(each, 0.0) for each in (line("减速", 0.05), line("妇产医院", 0.02, em=0.01), line("示教课程", 0.93))]
        + [Shown(line(f"{number}", 0.95, left=0.9), 0.0)]
        for number in range(3)
    ]
    pages[0].insert(0, Shown(line("示教课程", 0.3), 0.0))
    kept = [[shown.line.text for shown in page if not shown.running] for page in without_running(pages)]
    assert kept == [["示教课程", "减速"], ["减速"], ["减速"]], "on the title page it is the title"


def test_a_logo_is_no_heading_but_a_heading_that_comes_again_is() -> None:
    pages = [[line("ETH", 0.02, em=0.05), line(f"第{n}讲内容", 0.15, em=0.04), line("要点", 0.4)] for n in range(4)]
    found = logos([[Shown(each, 0.0) for each in page] for page in pages])
    assert [heading(page, found) for page in pages] == [f"第{n}讲内容" for n in range(4)]
    assert "ETH" in [shown.line.text for shown in without_running([[Shown(each, 0.0) for each in pages[0]]])[0]]
    some = logos([[Shown(line("减速", 0.05), 0.0)]] * 3 + [[Shown(line("小结", 0.05), 0.0)]] * 3)
    assert heading([line("减速", 0.05), line("变异减速", 0.3)], some) == "减速"


def test_a_digit_makes_another_picture_and_noise_does_not() -> None:
    random = np.random.default_rng(1)
    page = np.full((720, 1280, 3), 240, np.uint8)
    page[100:140, 100:600] = 30
    noisy = np.clip(page.astype(int) + random.integers(-8, 9, page.shape), 0, 255).astype(np.uint8)
    other = page.copy()
    other[300:324, 700:712] = 30
    assert same(blocks(page), blocks(noisy))
    assert not same(blocks(page), blocks(other))
    assert same(blocks(page), blocks(other), (0.0, 0.0, 0.5, 0.3)), "there it is the same"
    assert not same(blocks(page), blocks(page[:360]))


class Painted:
    """Stands for the engine: a picture's first pixel says which lines are written in it."""

    def __init__(self, pages: list[list[Line]]) -> None:
        self.pages = pages
        self.read: list[int] = []

    def pixels(self, path: Path) -> Pixels:
        number = int(path.name)
        page = np.full((720, 1280, 3), 250, np.uint8)
        for written in self.pages[number]:
            left, top, right, bottom = (
                round(side * scale) for side, scale in zip(written.box, (1280, 720) * 2, strict=True)
            )
            page[top:bottom:2, left:right] = sum(written.text.encode()) % 150
        page[-1, -1] = number
        return page

    def lines(self, pixels: Pixels) -> list[Line]:
        number = int(pixels[-1, -1, 0])
        self.read.append(number)
        if any(written.text == "坏" for written in self.pages[number]):
            raise ReadingError("A slide could not be read.")
        return self.pages[number]


def read(pages: list[list[Line]], monkeypatch: pytest.MonkeyPatch, *, builds: tuple[int, ...] = ()) -> Any:
    engine = Painted(pages)
    monkeypatch.setattr(slides, "Reader", lambda **_: engine)
    scenes = [
        {"kind": "slide", "large": str(number), "time": 10.0 * number, "build": number in builds}
        for number in range(len(pages))
    ]
    recipe = slides.Recipe(slides.shown(scenes, 10.0 * len(pages)), "none")
    pictures = {str(number): Path(str(number)) for number in range(len(pages))}
    return slides.run(pictures, Path(), recipe, Silent()), engine.read


def test_a_slide_that_is_built_up_is_read_once_and_each_line_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[line("减速", 0.05)], [line("减速", 0.05), line("晚期减速", 0.3)]]
    pages.append([*pages[1], line("变异减速", 0.5)])
    found, engine = read([*pages, [line("小结", 0.05)]], monkeypatch, builds=(1, 2))
    assert engine == [2, 3]
    first, last = found["slides"]
    assert (first["time"], first["end"], first["heading"], last["time"], last["end"]) == (0.0, 30.0, "减速", 30.0, 40.0)
    assert [(stage["time"], stage["text"]) for stage in first["stages"]] == [
        (0.0, "减速"),
        (10.0, "晚期减速"),
        (20.0, "变异减速"),
    ]


def test_a_slide_that_comes_again_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[line("减速", 0.05)], [line("小结", 0.05)], [line("减速", 0.05)]]
    found, engine = read(pages, monkeypatch)
    assert (engine, found["read"]) == ([0, 1], 2)
    assert [(slide["time"], slide["heading"]) for slide in found["slides"]] == [
        (0.0, "减速"),
        (10.0, "小结"),
        (20.0, "减速"),
    ]


def test_one_that_cannot_be_read_is_told_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = read([[line("坏", 0.05)], [line("小结", 0.05)]], monkeypatch)
    assert [slide["heading"] for slide in found["slides"]] == ["", "小结"]
    assert [(error["code"], error["time"]) for error in found["unread"]] == [("reading", 0.0)]


def test_a_cancel_is_heard_between_two_slides(monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient:
        def progress(self, fraction: float) -> None:
            if fraction >= 0.5:
                raise Cancelled("Enough.")

    engine = Painted([[line("一", 0.05)], [line("二", 0.05)]])
    monkeypatch.setattr(slides, "Reader", lambda **_: engine)
    scenes = [{"kind": "slide", "large": str(n), "time": 10.0 * n, "build": False} for n in range(2)]
    with pytest.raises(Cancelled):
        slides.run(
            {"0": Path("0"), "1": Path("1")}, Path(), slides.Recipe(slides.shown(scenes, 20.0), "none"), Impatient()
        )
    assert engine.read == [0]


def test_what_a_camera_shows_is_no_slide_and_ends_one() -> None:
    scenes = [
        {"kind": kind, "large": f"{time}.jpg", "time": time, "build": build}
        for kind, time, build in (("slide", 1.0, False), ("slide", 4.0, True), ("scene", 9.0, False))
    ]
    assert [(each["time"], each["end"]) for each in slides.shown(scenes, 20.0)] == [(1.0, 9.0), (4.0, 9.0)]
    assert slides.shown(scenes[2:], 20.0) == []
