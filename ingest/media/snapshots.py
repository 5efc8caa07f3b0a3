"""Stills from the large rendition, taken by seeking; of each as many sizes as it takes to keep within a weak link."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import IncompleteOutput
from ingest import ffmpeg
from ingest.media.jpeg import jpeg_size
from ingest.media.storyboard import fit
from ingest.watch import Part, Watch

LARGE = 1280
SMALL = ((854, 5), (640, 6), (480, 8), (320, 10), (160, 12))  # the longer side, and ffmpeg's quality (1 is best)
_QUALITY = 3  # of the large ones: text must stay readable
_BATCH = 4  # moments in one ffmpeg: starting one costs as much as two stills, each open decoder 15 MB
# The picture that is on the screen at the moment sought: the last one that began before it. ffmpeg's own way gives the
# first one after it, which in a screen recording with a picture for each change is the next slide, or none.
_SHOWN = "fps=25:start_time=0"
RATE = 15_000  # bit/s that the small stills may take beside the sound of 32 kbit/s
_AHEAD, _SAVED = 48.0, 96.0  # seconds of that rate which a still may use in advance, and which quiet times may save


@dataclass(frozen=True)
class Moment:
    """A picture to take: NAME.jpg at `time` seconds; with `sizes` also NAME-854.jpg and smaller ones."""

    name: str
    time: float
    sizes: bool = True


def large_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of the large still of a rendition."""
    return fit(width, height, LARGE)


def take(large: Path, small: Path, out: Path, moments: list[Moment], *, shape: tuple[int, int], watch: Watch) -> None:
    """Write the JPEGs of all moments from `large`; where that has no picture, from `small`, which was decoded whole.

    Raises:
        IncompleteOutput: a picture is missing or not whole.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    batches = [moments[first : first + _BATCH] for first in range(0, len(moments), _BATCH)]
    for number, batch in enumerate(batches):
        part = Part(watch, number / len(batches), (number + 1) / len(batches))
        _run(large, out, batch, shape, part)
        again = [moment for moment in batch if _fault(out, moment, shape)]
        if not again:
            continue
        for moment in again:
            for file in _files(moment, shape):
                (out / file.name).unlink(missing_ok=True)
        command = _run(small, out, again, shape, part)
        for moment in again:
            if fault := _fault(out, moment, shape):
                raise IncompleteOutput(
                    f"ffmpeg said that it was done, but the still at {moment.time:.2f} s is not complete: {fault}.",
                    "See that the disk is not full, then try again.",
                    command=command,
                )


def allot(out: Path, moments: list[Moment], times: list[float], shape: tuple[int, int], duration: float) -> list[int]:
    """Keep of each moment the largest size that the rate allows, as NAME.jpg; return their bytes.

    `times` is when each is shown. The rate holds over the recording, and nearly over any few minutes.
    """
    bytes_a_second = RATE / 8
    credit, total, before = _AHEAD * bytes_a_second, duration * bytes_a_second, 0.0
    kept: list[int] = []
    for moment, time in zip(moments, times, strict=True):
        credit = min(credit + (time - before) * bytes_a_second, (_AHEAD + _SAVED) * bytes_a_second)
        before = time
        files = _files(moment, shape)[1:]
        sizes = [(out / file.name).stat().st_size for file in files]
        # Half of what there is, as the next slide may come at once; and to each its part of a short recording.
        most = min(credit / 2, total / (len(moments) - len(kept)))
        best = next((n for n, size in enumerate(sizes) if size <= most), len(files) - 1)
        for number, file in enumerate(files):
            if number == best:
                (out / file.name).rename(out / f"{moment.name}.jpg")
            else:
                (out / file.name).unlink()
        credit, total = credit - sizes[best], total - sizes[best]
        kept.append(sizes[best])
    return kept


@dataclass(frozen=True)
class _File:
    name: str
    size: tuple[int, int]
    quality: int


def _files(moment: Moment, shape: tuple[int, int]) -> list[_File]:
    """Return what is written of a moment, the large one first."""
    files = [_File(f"{moment.name}-large.jpg" if moment.sizes else f"{moment.name}.jpg", large_size(*shape), _QUALITY)]
    if moment.sizes:
        files += [_File(f"{moment.name}-{side}.jpg", fit(*shape, side), quality) for side, quality in SMALL]
    return files


def _run(source: Path, out: Path, moments: list[Moment], shape: tuple[int, int], watch: Watch) -> list[str]:
    outputs = []
    for moment in moments:
        # One thread: with frame threads a decoder opens, and fills, several pictures for the one that is wanted.
        picture = ffmpeg.source(source, ss=f"{moment.time:.3f}", noaccurate_seek=None, threads=1)["v:0"]
        outputs += [
            ffmpeg.output(
                picture,
                file.name,
                vf=f"{_SHOWN},{scaled(file.size)}",
                **jpeg(file.quality),
                update=1,
                **{"frames:v": 1},
            )
            for file in _files(moment, shape)
        ]
    limit = ffmpeg.time_limit(60.0 * len(moments), speed=1.0)
    return ffmpeg.run(outputs, out=out, what="Taking the stills", duration=0.0, seconds=limit, watch=watch)


def scaled(size: tuple[int, int]) -> str:
    """Return the filters to that size and to the colours that JPEG means: full range, BT.601."""
    return f"scale={size[0]}:{size[1]}:flags=area:out_color_matrix=bt601:out_range=pc,setsar=1,format=yuvj420p"


def jpeg(quality: int) -> dict[str, Any]:
    """Return ffmpeg's options for JPEG files."""
    return {"f": "image2", "c:v": "mjpeg", "q:v": quality, "threads": 1, "map_metadata": -1}


def _fault(out: Path, moment: Moment, shape: tuple[int, int]) -> str:
    """Say what is wrong with a moment's files; nothing when they are whole."""
    for file in _files(moment, shape):
        try:
            size = jpeg_size(out / file.name)
        except ValueError as error:
            return str(error)
        if size != file.size:
            return f"{file.name} is {size[0]} × {size[1]}"
    return ""
