"""The first renditions: the picture as it is where browsers play it, and the sound once, for every rung."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest import ffmpeg
from ingest.media import hls, soundtrack
from ingest.media.soundtrack import Ledger
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
    version: int = 2


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Write `source.mp4`/`.m3u8` (only a picture that is web-safe) and `audio.mp4`/`.m3u8` from `inputs["source"]`.

    Returns {"renditions": [{name, media, playlist, file, codecs, bandwidth, width, height, frame_rate, duration,
    size}], which may be empty; "complaints": how often ffmpeg met damaged input, as far as it decoded any}.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    media, audio = recipe.media, stream_of(recipe.media, "audio")

    def make(source: Any, media: dict[str, Any], watch: Watch) -> dict[str, Any]:
        return _in_step(source, out, replace(recipe, media=media), watch)

    # Half a packet at a cut-off end, copied, stops a browser; what is decoded bridges it.
    copies = {"fflags": "+discardcorrupt"} if media["web_safe_video"] or media["web_safe_audio"] else {}
    tracks = [] if audio is None else [audio]
    return soundtrack.in_one_form(make, inputs["source"], media, tracks, out, watch, **copies)


def _in_step(source: Any, out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    ledger = Ledger()
    facts = _made(source, out, recipe, watch, ledger)
    audio = stream_of(recipe.media, "audio")
    if audio is not None and ledger.lossy(audio["index"], recipe.media["duration"]):
        for file in out.iterdir():
            file.unlink()
        ledger = Ledger()
        facts = _made(source, out, recipe, watch, ledger, in_sequence=True)
    return facts | {"complaints": ledger.complaints}


def _made(
    source: Any, out: Path, recipe: Recipe, watch: Watch, ledger: Ledger, *, in_sequence: bool = False
) -> dict[str, Any]:
    """Make both once and prove them; `in_sequence` plays the sound without regard to its times, which are false."""
    media = recipe.media
    video = stream_of(media, "video") if media["web_safe_video"] else None
    audio = stream_of(media, "audio")
    outputs, expected = [], {}
    if video is not None:
        outputs.append(_copy_video(source, video, recipe))
        expected["source"] = _copied(video)
    if audio is not None:
        outputs.append(_sound(source, audio, recipe, in_sequence))
        expected["audio"] = _copied(audio) if media["web_safe_audio"] else _encoded(audio, recipe, in_sequence)
    if not outputs:
        return {"renditions": []}
    command = soundtrack.run(
        outputs,
        [] if audio is None or media["web_safe_audio"] else [audio | {"packets": audio["packets"] - audio["corrupt"]}],
        ledger,
        out=out,
        what="Making the recording watchable",
        duration=media["duration"],
        watch=watch,
    )
    if audio is not None and not in_sequence and ledger.lossy(audio["index"], media["duration"]):
        return {"renditions": []}
    with ffmpeg.removed_on_error(out):
        return {"renditions": [hls.prove(out, name, wanted, command) for name, wanted in expected.items()]}


def _copy_video(source: Any, video: dict[str, Any], recipe: Recipe) -> Any:
    options = hls.options("source", seconds=recipe.segment_seconds, video=True)
    return ffmpeg.output(source[str(video["index"])], "source.m3u8", c="copy", **options)


def _sound(source: Any, audio: dict[str, Any], recipe: Recipe, in_sequence: bool) -> Any:
    options = hls.options("audio", seconds=recipe.segment_seconds, video=False)
    sound = source[str(audio["index"])]
    if recipe.media["web_safe_audio"]:  # a transport stream's AAC has no header of its own
        return ffmpeg.output(sound, "audio.m3u8", c="copy", **{"bsf:a": "aac_adtstoasc"}, **options)
    layout = "mono" if audio["channels"] == 1 else "stereo"
    sound = soundtrack.in_step(
        sound, audio["index"], rate=recipe.audio_sample_rate, layout=layout, in_sequence=in_sequence
    )
    return ffmpeg.output(sound, "audio.m3u8", c="aac", **{"b:a": recipe.audio_rate}, **options)


def _copied(stream: dict[str, Any]) -> hls.Expected:
    """A copy holds every packet, but for those that an edit list hides and one that a cut-off end may cost."""
    return hls.Expected(
        duration=stream["end"] - stream["first"],
        tolerance=0.25 + 0.001 * stream["end"],
        packets=stream["packets"] - stream["corrupt"],
        fewer=stream["hidden"] + 1,
        more=0,
    )


def _encoded(audio: dict[str, Any], recipe: Recipe, in_sequence: bool) -> hls.Expected:
    """As long as its packets say; where their times are false, as long as all of them last together."""
    length = audio["busy"] if in_sequence else audio["end"] - recipe.media["start"]
    packets = round(length * recipe.audio_sample_rate / _AAC_FRAME)
    slack = 0.3 + 0.002 * length
    frames = round(slack * recipe.audio_sample_rate / _AAC_FRAME)
    return hls.Expected(duration=length, tolerance=slack, packets=packets, fewer=frames, more=frames)
