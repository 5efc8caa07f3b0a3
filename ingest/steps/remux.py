"""The first renditions: the picture as it is where browsers play it, and the sound once, for every rung."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import ffmpeg
from ingest.steps import hls
from ingest.steps.probe import stream_of
from ingest.watch import Watch

_AAC_FRAME = 1024  # samples in one packet


@dataclass(frozen=True)
class Recipe:
    """`media` is what `probe` found. Sound that is not AAC-LC is encoded at `audio_rate` and 48 kHz."""

    media: dict[str, Any]
    segment_seconds: float = 4.0
    audio_rate: str = "96k"
    audio_sample_rate: int = 48000
    version: int = 1


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Write `source.mp4`/`.m3u8` (only a picture that is web-safe) and `audio.mp4`/`.m3u8` from `inputs["source"]`.

    Returns {"renditions": [{name, media, playlist, file, codecs, bandwidth, width, height, frame_rate, duration,
    size}]}, which may be empty.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    media = recipe.media
    source = ffmpeg.source(inputs["source"])
    video = stream_of(media, "video") if media["web_safe_video"] else None
    audio = stream_of(media, "audio")
    outputs, expected = [], {}
    if video is not None:
        outputs.append(_copy_video(source, video, recipe))
        expected["source"] = _copied(video)
    if audio is not None:
        outputs.append(_sound(source, audio, recipe))
        expected["audio"] = _copied(audio) if media["web_safe_audio"] else _encoded(audio, recipe)
    if not outputs:
        return {"renditions": []}
    command = ffmpeg.run(
        outputs,
        out=out,
        what="Making the recording watchable",
        duration=media["duration"],
        seconds=ffmpeg.time_limit(media["duration"], speed=0.5),
        watch=watch,
    )
    with ffmpeg.removed_on_error(out):
        return {"renditions": [hls.prove(out, name, wanted, command) for name, wanted in expected.items()]}


def _copy_video(source: Any, video: dict[str, Any], recipe: Recipe) -> Any:
    options = hls.options("source", seconds=recipe.segment_seconds, video=True)
    return ffmpeg.output(source[str(video["index"])], "source.m3u8", c="copy", **options)


def _sound(source: Any, audio: dict[str, Any], recipe: Recipe) -> Any:
    how: dict[str, Any] = {"c": "copy", "bsf:a": "aac_adtstoasc"}  # a transport stream's AAC has no header of its own
    if not recipe.media["web_safe_audio"]:
        # Silence where the file has none, so that the sound stays beside the picture.
        how = {
            "c": "aac",
            "b:a": recipe.audio_rate,
            "ar": recipe.audio_sample_rate,
            "ac": min(2, audio["channels"]),
            "af": "aresample=async=1:first_pts=0",
        }
    options = hls.options("audio", seconds=recipe.segment_seconds, video=False)
    return ffmpeg.output(source[str(audio["index"])], "audio.m3u8", **how, **options)


def _copied(stream: dict[str, Any]) -> hls.Expected:
    """A copy holds every packet, but for those that an edit list hides and one that a cut-off end may cost."""
    return hls.Expected(
        duration=stream["end"] - stream["first"],
        tolerance=0.25 + 0.001 * stream["end"],
        packets=stream["packets"],
        fewer=stream["hidden"] + 1,
        more=0,
    )


def _encoded(audio: dict[str, Any], recipe: Recipe) -> hls.Expected:
    length = audio["end"] - recipe.media["start"]
    packets = round(length * recipe.audio_sample_rate / _AAC_FRAME)
    slack = 0.3 + 0.002 * length
    frames = round(slack * recipe.audio_sample_rate / _AAC_FRAME)
    return hls.Expected(duration=length, tolerance=slack, packets=packets, fewer=frames, more=frames)
