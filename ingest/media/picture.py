"""The way of a picture from the decoder to the encoders: one decode, one chain, each rung scaled from the one above."""

from collections.abc import Sequence
from typing import Any

from ingest.media.rungs import Grid, Rung, size, upright

_HDR = {"smpte2084", "arib-std-b67"}  # PQ and HLG
_PEAK = 10  # × 100 cd/m²: what cameras and phones master for; by the file's own word a frame may come out dark
_MATRICES = {"bt709", "smpte170m", "bt470bg"}  # those that a browser shows right when the file names them
_HD = 720  # lines from which a picture that names no colours is taken for BT.709


def branches(
    stream: Any,
    video: dict[str, Any],
    rungs: Sequence[Rung],
    grid: Grid,
    frames: tuple[int, int | None],
    *,
    held: bool = False,
) -> dict[str, Any]:
    """Return the picture of each rung by its name, from the decoded `stream` (which ffmpeg has turned upright).

    `frames` is the part of the grid that is wanted: first, and the one after the last (None: to the end); `held` keeps
    the last picture there is until then.
    """
    ordered = sorted(rungs, key=lambda rung: (grid.every(rung), -rung.height))
    picture = _on_grid(_progressive(stream, video, rungs), grid, frames, held)
    taken, made = 1, {}
    for number, rung in enumerate(ordered):
        if grid.every(rung) != taken:
            picture = picture.filter("framestep", grid.every(rung) // taken)
            taken = grid.every(rung)
        smaller = number == 0 or size(video, rung) != size(video, ordered[number - 1])
        if smaller:
            picture = _scaled(picture, video, rung, first=number == 0)
        if number == 0:
            picture = _in_colour(picture, video)
        if number < len(ordered) - 1:
            both = picture.filter_multi_output("split", 2)
            made[rung.name], picture = both[0], both[1]
        else:
            made[rung.name] = picture
    return made


def _progressive(stream: Any, video: dict[str, Any], rungs: Sequence[Rung]) -> Any:
    if not video["interlaced"]:
        return stream
    if all(2 * size(video, rung)[1] <= upright(video)[1] for rung in rungs):
        return stream.filter("field", "top")  # a field has lines enough, and costs nothing
    return stream.filter("bwdif", mode="send_frame")  # 25 frames of 50 fields: the grid's


def _on_grid(picture: Any, grid: Grid, frames: tuple[int, int | None], held: bool) -> Any:
    """Make the rate constant. A picture that begins late is held from the start, as all rungs share one timeline."""
    picture = picture.filter("fps", fps=str(grid.rate), start_time=0)
    first, end = frames
    if held:
        picture = picture.filter("tpad", stop=-1, stop_mode="clone")
    cut = {"start_pts": first} if first else {}
    cut |= {} if end is None else {"end_pts": end}
    return picture.filter("trim", **cut) if cut else picture


def _scaled(picture: Any, video: dict[str, Any], rung: Rung, *, first: bool) -> Any:
    width, height = size(video, rung)
    # A mean over what each pixel covers would save half of the scaling, and cost 3 points of VMAF at 240 lines.
    how = {"flags": "bicubic"}
    if first and not _is_hdr(video):
        how |= {"out_range": "tv"}
        if _matrix(video) not in _MATRICES:
            how |= {"out_color_matrix": "bt709"}
    return picture.filter("scale", width, height, **how).filter("setsar", 1)


def _in_colour(picture: Any, video: dict[str, Any]) -> Any:
    """Make it 8 bits of 4:2:0 in standard range, and have the file say what its colours are."""
    matrix = _matrix(video)
    if _is_hdr(video):
        transfer = video["color_transfer"]
        linear = {"tin": transfer, "min": "bt2020nc", "pin": "bt2020", "rin": "tv", "t": "linear", "npl": 100}
        picture = picture.filter("zscale", **linear).filter("format", "gbrpf32le").filter("zscale", p="bt709")
        picture = picture.filter("tonemap", "hable", desat=0, peak=_PEAK).filter("zscale", t="bt709", m="bt709", r="tv")
        matrix = "bt709"
    elif matrix not in _MATRICES:
        matrix = "bt709"
    others = "smpte170m" if matrix == "smpte170m" else matrix
    curve = "bt709" if matrix == "bt709" else "smpte170m"
    tags = {"colorspace": matrix, "color_primaries": others, "color_trc": curve, "range": "tv"}
    return picture.filter("format", "yuv420p").filter("setparams", **tags)


def _is_hdr(video: dict[str, Any]) -> bool:
    return video.get("color_transfer") in _HDR


def _matrix(video: dict[str, Any]) -> str:
    """Return how its colours are coded; where the file does not say, as its size lets expect."""
    said = video.get("color_space")
    if said and said not in ("unknown", "unspecified"):
        return str(said)
    if (video["pix_fmt"] or "").startswith(("rgb", "bgr", "gbr", "pal")):
        return "rgb"
    return "bt709" if video["height"] >= _HD else "smpte170m"
