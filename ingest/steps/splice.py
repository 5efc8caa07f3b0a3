"""The pieces of a long recording put together into the rungs that one run would have made, without a seam.

Each piece is a fragmented MP4 whose times are those of the whole recording and whose head is the same as every other's:
so the rung is one head and then every fragment, byte for byte, with its number in the row set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from archive.errors import IncompleteOutput
from ingest.ffmpeg import removed_on_error
from ingest.media import hls
from ingest.media.fragments import Box, fragments, head, numbered, time_scale, whole
from ingest.media.rungs import Rung, grid
from ingest.steps.ladder import expected
from ingest.steps.probe import stream_of
from ingest.watch import Watch

_BLOCK = 2**20


@dataclass(frozen=True)
class Recipe:
    """`media` and `rungs` as of the pieces; `chunks`: the frame range of each piece, in order."""

    media: dict[str, Any]
    rungs: tuple[Rung, ...]
    chunks: tuple[tuple[int, int], ...]
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Join `inputs["0/480p"]`, `inputs["1/480p"]` … into `480p.mp4`/`.m3u8`, and so on for each rung.

    Returns {"renditions": [… as of `ladder`]}.

    Raises:
        IncompleteOutput: the pieces do not fit together, or are fewer frames than the source has.
        Cancelled: the watch said so.
    """
    video = stream_of(recipe.media, "video") or {}
    frames = grid(video)
    made = []
    with removed_on_error(out):
        for number, rung in enumerate(recipe.rungs):
            watch.progress(number / len(recipe.rungs))
            pieces = [inputs[f"{position}/{rung.name}"] for position in range(len(recipe.chunks))]
            starts = [first / frames.rate for first, _ in recipe.chunks]
            try:
                playlist = _join(pieces, starts, out / f"{rung.name}.mp4", watch)
            except ValueError as error:
                raise IncompleteOutput(
                    f"The pieces of “{rung.name}” do not fit together: {error}.",
                    "Try again; if it happens again, see that all workers run the same version.",
                    rendition=rung.name,
                ) from error
            (out / f"{rung.name}.m3u8").write_text(playlist.text(), encoding="utf-8")
            count = recipe.chunks[-1][1]
            rate = float(frames.rate / frames.every(rung))
            wanted = expected(frames, rung, count, exact=False)
            made.append(hls.prove(out, rung.name, wanted, []) | {"frame_rate": rate, "sound": rung.sound})
    watch.progress(1.0)
    return {"renditions": made}


def _join(pieces: Sequence[Path], starts: Sequence[Fraction], file: Path, watch: Watch) -> hls.Playlist:
    """Write the pieces one after the other; return the playlist of it.

    Raises:
        ValueError: they were not encoded alike, or one does not begin where the one before ends.
    """
    parts: list[hls.Part] = []
    first_head = b""
    now: int | None = None
    with file.open("wb") as out:
        for position, (piece, start) in enumerate(zip(pieces, starts, strict=True)):
            with piece.open("rb") as source:
                own = head(source)
                if not first_head:
                    first_head = own
                    out.write(own)
                if own != first_head:
                    raise ValueError(f"piece {position + 1} was encoded otherwise than the first")
                scale = time_scale(own)
                now = round(start * scale) if now is None else now
                if now != round(start * scale):
                    raise ValueError(
                        f"piece {position} ends at {now / scale:.3f} s, the next is of {float(start):.3f} s"
                    )
                for fragment in fragments(source):
                    if fragment.start != now:
                        raise ValueError(f"piece {position + 1} begins at {fragment.start / scale:.3f} s")
                    now += fragment.duration
                    at = out.tell()
                    for box in fragment.boxes:
                        _copy(source, box, out, len(parts) + 1)
                    parts.append(hls.Part(fragment.duration / scale, out.tell() - at, at))
                    watch.progress(0.0)
    return hls.Playlist(file.name, len(first_head), tuple(parts), ended=True)


def _copy(source: IO[bytes], box: Box, out: IO[bytes], number: int) -> None:
    if box.kind == "moof":
        out.write(numbered(whole(source, box), number))
        return
    source.seek(box.at)
    left = box.size
    while left:
        block = source.read(min(left, _BLOCK))
        out.write(block)
        left -= len(block)
