"""The storyboard: small pictures in sheets, for hovering over the time line, and the WebVTT that finds them."""

import math
from dataclasses import dataclass

from archive.transcripts.times import timestamp

_STEPS = (2, 5, 10, 15, 20, 30, 60, 120, 300)  # seconds for a tile
_MOST = 750  # tiles of a recording: about 1.5 MB
_ACROSS, _DOWN = 10, 10
_LONG_SIDE = 160


@dataclass(frozen=True)
class Layout:
    """`tiles` of `tile` (width, height) pixels, one for every `seconds`, in sheets of `across` × `down`."""

    seconds: int
    tiles: int
    tile: tuple[int, int]
    across: int
    down: int

    @property
    def sheets(self) -> int:
        return math.ceil(self.tiles / (self.across * self.down))

    @property
    def sheet(self) -> tuple[int, int]:
        """A sheet's width and height in pixels."""
        return self.tile[0] * self.across, self.tile[1] * self.down


def layout(duration: float, width: int, height: int) -> Layout:
    """Lay out a recording of `duration` seconds whose picture is `width` × `height`."""
    seconds = next((step for step in _STEPS if duration / step <= _MOST), math.ceil(duration / _MOST))
    tiles = max(1, math.ceil(round(duration / seconds, 6)))
    down = min(_DOWN, math.ceil(tiles / _ACROSS))
    return Layout(seconds, tiles, fit(width, height, _LONG_SIDE), min(_ACROSS, tiles), down)


def fit(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Return even width and height of the same shape with at most `long_side`, never larger."""
    scale = min(1.0, long_side / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def webvtt(plan: Layout, sheets: list[str], duration: float) -> str:
    """Return the WebVTT: a cue for each tile, from 0 to `duration` without a gap."""
    cues = ["WEBVTT\n"]
    width, height = plan.tile
    for tile in range(plan.tiles):
        sheet, place = divmod(tile, plan.across * plan.down)
        down, across = divmod(place, plan.across)
        end = duration if tile == plan.tiles - 1 else (tile + 1) * plan.seconds
        cues.append(
            f"{timestamp(tile * plan.seconds)} --> {timestamp(end)}\n"
            f"{sheets[sheet]}#xywh={across * width},{down * height},{width},{height}\n"
        )
    return "\n".join(cues)
