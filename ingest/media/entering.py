"""Which files can be entered in the middle at the very frame, and which can once their packets are copied.

MP4 and Matroska have an index. Transport and program streams (AVCHD, DVD) have none, and a search in them ends near the
frame; copied into a container that has one they are as good. Of AVI and others nothing is known to be sure.
"""

from typing import Any

from ingest.media.rungs import grid
from ingest.steps.probe import stream_of

_INDEXED = {"mp4", "matroska"}
_STREAMS = {"mpegts", "mpeg"}
_NEAR = 0.002  # seconds: Matroska counts in thousandths
_PICTURE = (
    *("codec", "width", "height", "sar", "rotation", "interlaced", "pix_fmt"),
    *("color_range", "color_primaries", "color_transfer", "color_space"),
)  # fmt: skip


def is_indexed(media: dict[str, Any]) -> bool:
    """Whether the index of a file leads to every frame of it; `media` is what `probe` found."""
    return bool(_INDEXED & set(media["container"].split(",")))


def is_after_copying(media: dict[str, Any]) -> bool:
    """Whether a copy of the packets can be expected to have such an index: where nothing points to damage."""
    return bool(_STREAMS & set(media["container"].split(","))) and not media["missing"] and not media["complaints"]


def is_same(copy: dict[str, Any], media: dict[str, Any]) -> bool:
    """Whether a copy shows the same picture at the same times: a clock that jumps on the way, for one, it does not."""
    one, other = stream_of(copy, "video"), stream_of(media, "video")
    if one is None or other is None or copy["complaints"] or any(one[name] != other[name] for name in _PICTURE):
        return False
    times = [
        (one[name] - copy["start"], other[name] - media["start"]) for name in ("first", "end")
    ]  # on the timeline of the recording
    return (
        (one["packets"], one["strays"], len(one["gaps"])) == (other["packets"], other["strays"], len(other["gaps"]))
        and all(abs(here - there) <= _NEAR for here, there in times)
        and grid(one) == grid(other)
        and grid(one).frames(copy) == grid(other).frames(media)
    )
