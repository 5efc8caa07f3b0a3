"""Where a new picture begins: slides that stand, cuts, and now and then one of a picture that always moves.

Works on tiny grey pictures, a few in a second, of the smallest rung: no decoder here, only numbers. A speaker beside
his slides must not make a slide of every gesture, so a pixel that keeps on moving is set apart (“restless”) first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

RATE = 4  # pictures in a second
_CELL = 4 * RATE  # pictures that motion is counted over: four seconds
_NEAR, _FAR = 1, 6  # cells on each side: 12 s for what moves all the time, 52 s for what moves now and then
_OFTEN, _SOMETIMES = 12, 8  # movements within them that make a pixel restless
_TICKS = 20  # of any kind: a clock that shows the seconds
_ALWAYS = 0.03  # share of the whole recording in which a restless pixel moves
_LOCAL = 0.3  # share of the picture (in coarse fields) below which a movement is local: a speaker, not a new slide
_MOVES, _JUMPS, _DIFFERS = 10, 20, 16  # steps of grey: a movement, a cut's leap, another picture
_MOVING = 0.002  # share of pixels that move where anything does
_STILL = 0.01  # share of pixels that may move in a picture that stands
_STANDS = RATE  # pictures that it must stand for: one second
_NEW = 0.008  # share of pixels that must differ for a new slide: a short line of text
_BUILD = 0.25  # share up to which more on the same slide is a build
_ERASED = 0.1  # share of what was written before that a build may change
_GROWN = round(2.5 * RATE)  # a build so soon after its slide is still the slide coming in
_CALM = 0.35  # share of the picture that must not be restless for there to be a slide at all
_FROZEN, _UTTERLY = 2, 0.7  # a slide: most of it does not move by more than two steps of grey; a camera's picture does
_CUT = 0.35  # share of pixels that jump in a cut
_APART = 8 * RATE  # pictures between two stills of a moving picture, at least
_LOOK_BACK = 40 * RATE
_CHUNK = 60 * RATE


@dataclass(frozen=True)
class Scene:
    """A picture that is new from `time` on. `kind` is slide or scene; a `build` adds to the slide before it.

    `grab` is the best moment to take it at: it stands, or moves least. Seconds.
    """

    time: float
    grab: float
    kind: str
    build: bool = False


@dataclass(frozen=True)
class Motion:
    """What the first pass counts; one number for each picture, one field of pixels for each cell of four seconds."""

    level: NDArray[np.float32]  # mean absolute difference from the picture before, in steps of grey
    jump: NDArray[np.float32]  # share of pixels that differ by more than a cut's leap
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    moved: NDArray[np.uint8]
    moved_locally: NDArray[np.uint8]
    always: Mask

    @property
    def bare(self) -> Mask:
        """The pictures that show nothing: black, or of one colour."""
        return (self.deviation < 3) | ((self.mean < 14) & (self.deviation < 10))

    def restless(self, at: int) -> Mask:
        """Return the pixels that keep on moving around a picture, with their neighbours."""
        cell = at // _CELL
        often = self.moved[max(0, cell - _NEAR) : cell + _NEAR + 1].sum(0, dtype=np.int32) >= _OFTEN
        far = slice(max(0, cell - _FAR), cell + _FAR + 1)
        sometimes = self.moved_locally[far].sum(0, dtype=np.int32) >= _SOMETIMES
        ticking = self.moved[far].sum(0, dtype=np.int32) >= _TICKS
        return _grown(often | sometimes | ticking | self.always)


class Samples:
    """The tiny grey pictures in order. `read(first, count)` returns them as [count, height, width]; few are kept."""

    def __init__(self, read: Callable[[int, int], Grey], count: int) -> None:
        self._read, self.count = read, count
        self._first, self._kept = 0, read(0, 0)

    def __getitem__(self, at: int) -> Grey:
        if not self._first <= at < self._first + len(self._kept):
            self._first = max(0, at - _LOOK_BACK)
            self._kept = self._read(self._first, min(self.count - self._first, _LOOK_BACK + _CHUNK))
        picture: Grey = self._kept[at - self._first]
        return picture

    def chunks(self) -> Iterator[tuple[int, Grey]]:
        """Give them a minute at a time, each with the picture before it; `first` is the number of the second one."""
        for first in range(1, self.count, _CHUNK):
            yield first, self._read(first - 1, min(_CHUNK, self.count - first) + 1)


def motion(samples: Samples, tick: Callable[[float], None]) -> Motion:
    """Make the first pass: how much moves, when, and where all the time."""
    count, shape = samples.count, samples[0].shape
    level, jump, mean, deviation = (np.zeros(count, np.float32) for _ in range(4))
    found = Motion(
        level=level,
        jump=jump,
        mean=mean,
        deviation=deviation,
        moved=np.zeros((count // _CELL + 1, *shape), np.uint8),
        moved_locally=np.zeros((count // _CELL + 1, *shape), np.uint8),
        always=np.zeros(shape, np.bool_),
    )
    found.mean[0], found.deviation[0] = samples[0].mean(), samples[0].std()
    total = np.zeros(shape, np.int32)
    for first, pictures in samples.chunks():
        last = first + len(pictures) - 1
        change = np.abs(np.diff(pictures.astype(np.int16), axis=0))
        moved = change > _MOVES
        # A new slide moves for a moment and then stands; a speaker goes on.
        lasting = np.convolve(moved.mean((1, 2)) > _MOVING, np.ones(5), "same") >= 3
        local = moved & ((_extent(moved) < _LOCAL) & lasting[: len(moved)])[:, None, None]
        found.level[first:last] = change.mean((1, 2))
        found.jump[first:last] = (change > _JUMPS).mean((1, 2))
        found.mean[first:last] = pictures[1:].mean((1, 2))
        found.deviation[first:last] = pictures[1:].std((1, 2))
        total += local.sum(0, dtype=np.int32)
        for cell in range(first // _CELL, (last - 1) // _CELL + 1):
            within = slice(max(0, cell * _CELL - first), (cell + 1) * _CELL - first)
            found.moved[cell] += moved[within].sum(0, dtype=np.uint8)
            found.moved_locally[cell] += local[within].sum(0, dtype=np.uint8)
        tick(last / count)
    return replace(found, always=total >= max(_SOMETIMES, _ALWAYS * count))


def detect(samples: Samples, found: Motion, *, gap: float, tick: Callable[[float], None]) -> list[Scene]:
    """Return the scenes in order; a picture that moves gets one at least every `gap` seconds."""
    return _Detector(samples, found, round(gap * RATE)).run(tick)


class _Detector:
    """The second pass, picture by picture: is this still the slide that was shown last?"""

    def __init__(self, samples: Samples, found: Motion, gap: int) -> None:
        self.samples, self.found, self.gap = samples, found, gap
        self.bare = found.bare
        self.first = int(np.argmin(self.bare))  # the first picture that shows something
        self.shown: list[tuple[int, str, bool]] = []  # the scenes: the picture's number, the kind, a build?
        self.slide: NDArray[np.int16] | None = None  # what stands
        self.valid: Mask = np.zeros(samples[0].shape, np.bool_)  # where `slide` is known, because it was calm
        self.began = 0  # when the slide first came, before its builds
        self.pending = False  # a cut came too soon after the last still

    def run(self, tick: Callable[[float], None]) -> list[Scene]:
        calm, restless = self.valid, 0.0
        for at in range(self.samples.count):
            if at % _CELL == 0:
                calm = ~self.found.restless(at)
                restless = 1 - float(calm.mean())
                tick(at / self.samples.count)
            if self.bare[at]:
                continue
            if 1 - restless >= _CALM:
                self._standing(at, calm)
            else:
                self.slide = None
                self._cut(at)
            self._overdue(at, restless)
        return [self._scene(number) for number in range(len(self.shown))]

    def _standing(self, at: int, calm: Mask) -> None:
        picture = self.samples[at].astype(np.int16)
        later = self.samples[min(at + _STANDS, self.samples.count - 1)]
        if float(((np.abs(picture - later) > _MOVES) & calm).mean()) > _STILL:
            return
        if self.slide is None:
            self._new_slide(at, picture, calm, calm)
            return
        differs = np.abs(picture - self.slide) > _DIFFERS
        known = calm & self.valid
        changed = differs & known
        uncovered = calm & ~self.valid
        if float(changed.mean()) >= _NEW or float(uncovered.mean()) >= _BUILD:
            self._new_slide(at, picture, calm, changed | uncovered)
            return
        self.slide[uncovered] = picture[uncovered]
        self.valid = known | uncovered

    def _new_slide(self, at: int, picture: NDArray[np.int16], calm: Mask, changed: Mask) -> None:
        first = self._first_there(at, picture, changed)
        if not self._frozen(at):
            self.slide, self.valid = picture, calm
            if not self.shown or float(self.found.jump[max(0, first - 2) : first + 2].max()) > _CUT / 2:
                self._new_scene(first)  # a camera's picture: new where it leapt, not where it went on slowly
            return
        self.pending = False
        build = self._is_build(changed)
        while self.shown and self.shown[-1][1] == "scene" and self.shown[-1][0] >= first - RATE // 2:
            self.shown.pop()  # a cut, or a still that was due: it showed this slide
        if build and first - self.began <= _GROWN and self.shown:
            self.shown[-1] = (first, "slide", self.shown[-1][2])  # the slide is still coming in
        else:
            self.shown.append((first, "slide", build))
            self.began = first if not build else self.began
        self.slide, self.valid = picture, calm

    def _frozen(self, at: int) -> bool:
        """Tell whether it stands as only a slide does, over the next two seconds."""
        last = self.samples.count - 1
        shares = []
        for begin in (at, min(at + _STANDS, last)):
            first = self.samples[begin].astype(np.int16)
            later = [self.samples[min(begin + step, last)] for step in range(1, _STANDS + 1)]
            apart = np.max([np.abs(picture - first) for picture in later], axis=0)
            shares.append(float((apart <= _FROZEN).mean()))
        return sum(shares) / 2 >= _UTTERLY and last - at > _STANDS

    def _new_scene(self, at: int) -> None:
        if self.shown and at - self.shown[-1][0] < _APART:
            self.pending = True  # its still comes a little later
        else:
            self.shown.append((at, "scene", False))
            self.pending = False

    def _first_there(self, at: int, picture: NDArray[np.int16], changed: Mask) -> int:
        """Return since when that picture has been there: a codec goes on sharpening it for a second or two."""
        earliest = max([at - _LOOK_BACK, 0, *(number + 1 for number, kind, _ in self.shown[-1:] if kind == "slide")])
        old = self.slide
        bound = 6.0 if old is None else max(4.0, 0.12 * float(np.abs(picture - old)[changed].mean()))
        while at > earliest:
            before = self.samples[at - 1]
            if self.bare[at - 1] or float(np.abs(picture - before)[changed].mean()) > bound:
                break
            at -= 1
        return at

    def _is_build(self, changed: Mask) -> bool:
        """Tell whether something was added on empty ground, and all else stayed."""
        old = self.slide
        if old is None or float(changed.mean()) > _BUILD:
            return False
        ink = (_detail(old) >= _JUMPS) & self.valid
        erased = float((changed & ink).sum())
        return erased <= _ERASED * float(ink.sum()) and erased <= 2 * _ERASED * float(changed.sum())

    def _cut(self, at: int) -> None:
        """Enter a cut between moving pictures: a leap that stands out of the movement around it."""
        jump = self.found.jump
        if jump[at] < _CUT or at - self.first < 2 * RATE:
            return
        around = np.concatenate([jump[max(0, at - 6) : max(0, at - 1)], jump[at + 2 : at + 7]])
        after = min(at + 2, self.samples.count - 1)
        apart = np.abs(self.samples[after].astype(np.int16) - self.samples[max(0, at - 2)])
        if float(around.max(initial=0)) < jump[at] / 1.5 and float((apart > _JUMPS).mean()) > _CUT * 0.8:
            self._new_scene(at)

    def _overdue(self, at: int, restless: float) -> None:
        """Enter a picture because the last one is long ago: sooner where much moves, not at all where all stands."""
        gap = self.gap if restless >= 0.2 else 5 * self.gap
        if not self.shown:
            if restless >= 0.2 or at - self.first >= _STANDS:
                self.shown.append((self.first, "scene", False))
        elif (self.pending and at - self.shown[-1][0] >= _APART) or (
            restless >= 0.03 and at - self.shown[-1][0] >= gap
        ):
            self._new_scene(at)

    def _scene(self, number: int) -> Scene:
        at, kind, build = self.shown[number]
        until = self.shown[number + 1][0] if number + 1 < len(self.shown) else self.samples.count
        time = 0.0 if at <= RATE and number == 0 else (at + 0.5) / RATE
        return Scene(time, self._grab(at, until, kind), kind, build)

    def _grab(self, at: int, until: int, kind: str) -> float:
        """Return when to take it: just after a key frame (every two seconds) is cheapest; where it moves, at rest."""
        longest = 2 if kind == "slide" else 10
        marks = [
            second
            for second in range(at // RATE + 1, (min(until, at + longest * RATE + 1) - 2) // RATE + 1)
            if second % 2 == 0 and not self.bare[min(second * RATE, self.samples.count - 1)]
        ]
        if not marks:
            return max(0.0, min((at + 0.8) / RATE, (self.samples.count - 1) / RATE))
        if kind == "slide":
            return marks[0] + 0.06
        level = self.found.level
        return min(marks, key=lambda second: float(level[second * RATE : second * RATE + 2].sum())) + 0.06


def _extent(moved: Mask) -> NDArray[Any]:
    """Return for each picture which share of its coarse fields (4 × 4 pixels) anything moves in."""
    count, height, width = moved.shape
    fields = moved[:, : height // 4 * 4, : width // 4 * 4].reshape(count, height // 4, 4, width // 4, 4)
    share: NDArray[Any] = fields.any((2, 4)).mean((1, 2))
    return share


def _grown(mask: Mask) -> Mask:
    """Return a mask one pixel larger on each side."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    wide = grown.copy()
    wide[:, 1:] |= grown[:, :-1]
    wide[:, :-1] |= grown[:, 1:]
    return wide


def _detail(picture: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return how much each pixel differs from its right and lower neighbours."""
    detail = np.zeros_like(picture)
    detail[:, :-1] = np.abs(np.diff(picture, axis=1))
    detail[:-1] = np.maximum(detail[:-1], np.abs(np.diff(picture, axis=0)))
    return detail
