"""How each encoder is asked for a rung: closed groups of pictures, a bounded rate, nothing left to chance."""

import functools
import tempfile
from pathlib import Path
from typing import Any

from archive.errors import MediaToolError
from ingest import ffmpeg
from ingest.media.rungs import Rung
from ingest.watch import Silent


def options(rung: Rung, *, key_frames: str, step: int, threads: int) -> dict[str, Any]:
    """Return ffmpeg's options; `key_frames` says where they are forced, none is farther from the last than `step`."""
    buffer = round(rung.max_rate * rung.buffer)
    common = {
        "c:v": rung.encoder,
        "preset": rung.preset,
        "maxrate": f"{rung.max_rate}k",
        "bufsize": f"{buffer}k",
        "g": step,
        "force_key_frames": key_frames,
    }
    if rung.encoder == "libx264":
        # A scene's first picture is no key frame: it would lie elsewhere in every rung.
        return common | {"crf": rung.crf, "profile:v": rung.profile, "sc_threshold": 0, "threads": threads}
    if rung.encoder == "libsvtav1":
        return common | {"crf": rung.crf, "svtav1-params": f"lp={threads}:scd=0"}
    exact = {"forced-idr": 1, "no-scenecut": 1, "strict_gop": 1}
    return common | exact | {"rc": "vbr", "cq": rung.crf + 3, "profile:v": rung.profile, "spatial-aq": 1, "bf": 2}


@functools.cache
def nvenc_works() -> bool:
    """Say whether this machine's graphics card really encodes: by having it do so, once."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            ffmpeg.run(
                [ffmpeg.output(ffmpeg.generated("color=s=256x144:d=0.2"), "tried.mp4", **{"c:v": "h264_nvenc"})],
                out=Path(folder),
                what="Trying the graphics card",
                duration=0.2,
                seconds=20,
                watch=Silent(),
            )
        except MediaToolError:  # TimeLimit too
            return False
        return (Path(folder) / "tried.mp4").stat().st_size > 0
