"""The ladder as data: which rungs a picture gets, how large, at what rate, and on which grid of frames.

The sound is no part of it: it is encoded once, as renditions of its own; a rung only says which it goes with.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from ingest.steps.probe import stream_of

Encoder = Literal["libx264", "libsvtav1", "h264_nvenc"]


@dataclass(frozen=True)
class Rung:
    """One size of the picture.

    `height` bounds its short side, in pixels: the lines of a picture that lies, the columns of one that stands.
    `max_rate` (kbit/s, over any second but for what `buffer` seconds of it hold) is what the link must carry; `crf`
    holds the quality of quiet pictures, which then need far less. `sound` names the group of sound it is heard with.
    """

    name: str
    height: int
    max_rate: int
    crf: int
    preset: str = "faster"  # encoded once, watched for years on weak links: 1.4 × the CPU of veryfast for a tenth less
    profile: str = "main"  # CABAC and B pictures, and every device since 2010 plays it
    max_frame_rate: float = 30.0  # 60 costs twice the CPU and a third more bits, and teaches no more
    buffer: float = (
        2.0  # seconds of `max_rate`: half a segment, so that a player's four-second view stays near the rate
    )
    sound: Literal["low", "full"] = "full"
    encoder: Encoder = "libx264"


WEAK = Rung(
    "240p",
    240,
    max_rate=150,  # with sound of 32 kbit/s and a quarter to spare it runs on 256 kbit/s
    crf=27,
    preset="slow",  # bits are dearest here, and at this size it costs little beside the decoding
    max_frame_rate=15.0,  # at this rate more pictures a second would each be mush
    sound="low",
)
"""For the weakest link that still carries a picture."""

STANDARD = (
    Rung("480p", 480, max_rate=700, crf=25),  # a link of 1 Mbit/s, with room for sound and for its bad moments
    Rung("720p", 720, max_rate=1800, crf=24),  # 3G and rural broadband of 2 to 3 Mbit/s
    Rung("1080p", 1080, max_rate=3800, crf=23, profile="high"),  # 8×8 transforms pay at this size; a hall's projector
)
"""From the smallest. A larger source keeps its size only as a copy: nobody reads more from an encoded 2160p."""

_AV1_SAVES = 0.6  # of H.264's rate, for the same quality
_APART = 0.85  # two sizes nearer to each other than this are one
_LEANER = 0.5  # a copied source of less than this part of a rung's highest rate is as light as that rung


@dataclass(frozen=True)
class Plan:
    """What is made of a picture: the weak rung by itself and first, then the rest in one go."""

    weak: Rung | None
    rest: tuple[Rung, ...]


def plan(media: dict[str, Any], *, copied: bool, av1: bool = False, nvenc: bool = False) -> Plan:
    """Return the rungs for a source; `media` is what `probe` found, `copied` whether its picture is served as it is.

    `av1` adds a twin in AV1 to each of the rest, for players that take it; H.264 is always there. `nvenc` has the rest
    encoded by the machine's graphics card (`encoders.nvenc_works` tells). Without a picture nothing is made; beside a
    copied source nothing that is as large or as heavy as that.
    """
    video = stream_of(media, "video")
    if video is None:
        return Plan(None, ())
    short = round(min(upright(video)))
    lean = video["bit_rate"] or float("inf")
    if copied:
        useful = [rung for rung in STANDARD if rung.height <= short * _APART and rung.max_rate * _LEANER * 1000 < lean]
    else:
        top = min(short, STANDARD[-1].height)
        useful = [rung for rung in STANDARD if rung.height <= top * _APART] + [_own(top)] * (top > WEAK.height)
    weak = WEAK if short > WEAK.height else replace(WEAK, max_rate=300, max_frame_rate=30.0)  # the only one
    useless = copied and short <= WEAK.height and lean <= weak.max_rate * 1000
    rest = [replace(rung, encoder="h264_nvenc", preset="p5") for rung in useful] if nvenc else useful
    twins = [_in_av1(rung) for rung in useful] if av1 else []
    return Plan(None if useless else weak, (*rest, *twins))


def _own(height: int) -> Rung:
    """The rung of the source's own size: as the next standard size above it, and that one itself where it is one."""
    above = next(rung for rung in STANDARD if rung.height >= height)
    return above if above.height == height else replace(above, name=f"{height}p", height=height)


def _in_av1(rung: Rung) -> Rung:
    rate = round(rung.max_rate * _AV1_SAVES)
    return replace(
        rung, name=f"{rung.name}-av1", encoder="libsvtav1", max_rate=rate, crf=35, preset="9", profile="main"
    )


def upright(video: dict[str, Any]) -> tuple[float, float]:
    """Return width and height of a stream as it is seen: turned upright, square pixels."""
    width, height = float(video["width"]), float(video["height"])
    across, down = video["sar"]
    if across > 0 and down > 0:
        width *= across / down
    return (height, width) if video["rotation"] % 180 == 90 else (width, height)


def size(video: dict[str, Any], rung: Rung) -> tuple[int, int]:
    """Return width and height of the rung: square pixels, upright, even, never larger than the source."""
    width, height = upright(video)
    scale = min(1.0, rung.height / min(width, height))
    return _even(width * scale), _even(height * scale)


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)


_RATES = [Fraction(rate) for rate in (24, 25, 30, 48, 50, 60)] + [Fraction(n * 1000, 1001) for n in (24, 30, 48, 60)]
_HIGHEST, _LOWEST = 33, 10  # frames a second of the grid


@dataclass(frozen=True)
class Grid:
    """The frames that all rungs of a source share, and where their key frames are. Counted in frames from its start.

    A rung of a lower rate takes every second one; both steps are even, so that its key frames lie at the same times.
    """

    rate: Fraction

    @property
    def step(self) -> int:
        """Frames from one key frame to the next: about 4 s, the length of a segment."""
        return 8 * max(1, round(self.rate / 2))

    @property
    def first_step(self) -> int:
        """The same for the first four: about 1 s, so that the first segment arrives soon."""
        return self.step // 4

    def every(self, rung: Rung) -> int:
        """Return which of the frames the rung takes: each, every second or every fourth."""
        taken = 1
        while self.rate / taken > rung.max_frame_rate * 1.1:
            taken *= 2
        return taken

    def frames(self, media: dict[str, Any]) -> int:
        """Return how many frames there are until the picture's end."""
        video = stream_of(media, "video")
        return 0 if video is None else max(1, round((video["end"] - media["start"]) * self.rate))


def grid(video: dict[str, Any]) -> Grid:
    """Return the grid of a source, of its own frame rate, which is exact where it is a usual one.

    It is halved until it is low enough, and doubled where it is so low (or so uneven: the mean of slides with moments
    of film between them) that motion would be lost. A source that names no rate has 25.
    """
    found = Fraction(video["frame_rate"] or 25).limit_denominator(100_000)
    usual = min(_RATES, key=lambda rate: abs(rate - found))
    rate = usual if abs(usual - found) < usual / 1000 else max(Fraction(1), Fraction(round(found * 2), 2))
    while rate > _HIGHEST:
        rate /= 2
    while rate < _LOWEST:
        rate *= 2
    return Grid(min(rate, Fraction(30)))
