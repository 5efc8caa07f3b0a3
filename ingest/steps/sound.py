"""The sound as it is heard: each track at the same loudness, the best one for speech preferred, one for weak links.

One run of ffmpeg measures all tracks, a second one encodes all outputs.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest import ffmpeg
from ingest.media import best_track, hls, loudness, soundtrack, tracks
from ingest.media.soundtrack import RATE, Ledger
from ingest.media.tracks import Track
from ingest.watch import Part, Watch

_AAC_FRAME = 1024  # samples in one packet
_LOUD_ENOUGH = 1.0  # LU beside the target at which a copy of the source's own sound stays
_MEASURING = 0.3  # share of the work


@dataclass(frozen=True)
class Recipe:
    """`media` is what `probe` found. Rates in bit/s, sampling rates in Hz.

    `low_rate` leaves a third of 48 kbit/s to the stills; at half the sampling rate its bits go to the 12 kHz in which
    speech lies. The fast coder is as good as the other at 96 kbit/s and takes half the time; at 32 kbit/s it loses
    whole bands.
    """

    media: dict[str, Any]
    segment_seconds: float = 4.0
    rate: int = 96_000
    coder: str = "fast"
    low_rate: int = 32_000
    low_coder: str = "twoloop"
    low_sample_rate: int = 24_000
    version: int = 1


@dataclass(frozen=True)
class _Rendition:
    name: str
    track: Track
    rate: int
    coder: str
    sample_rate: int
    facts: dict[str, Any]

    def output(self, sound: Any, segment_seconds: float) -> Any:
        options = hls.options(self.name, seconds=segment_seconds, video=False)
        encoder = {"c": "aac", "b:a": self.rate, "aac_coder": self.coder}
        return ffmpeg.output(sound, f"{self.name}.m3u8", **encoder, **options)

    def expected(self, duration: float) -> hls.Expected:
        """As long as the recording, or as the sound where its times are false; to within some packets."""
        length = max(self.track.length, duration)
        packets = math.ceil(length * self.sample_rate / _AAC_FRAME) + 1  # one of delay
        return hls.Expected(duration=length, tolerance=0.15, packets=packets, fewer=2, more=2)


def run(inputs: Mapping[str, Path], out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    """Write `audio`, `audio-2`, … and `audio-low`, each .mp4 and .m3u8, from `inputs["source"]`.

    `audio` is the best track for speech; it is left out where `remux` copied that very track and it is as loud as it
    should be. The one channel of `audio-low` is as loud as the stereo when two loudspeakers play it.

    Returns {"renditions": as `remux`, with "sound", "title", "language", "preferred"; "track": the index of the best
    track or None; "tracks": [{"index", "integrated" (LUFS), "true_peak" (dBTP), "gain" (dB), "silent", "voice"
    (seconds of speech in the excerpts listened to; None where there was no choice), "in_sequence": its times are
    false}]; "complaints": how often ffmpeg met damaged input}.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    heard = tracks.usable(recipe.media)
    if not heard:
        return {"renditions": [], "track": None, "tracks": [], "complaints": 0}

    def make(source: Any, media: dict[str, Any], watch: Watch) -> dict[str, Any]:
        return _made(source, out, replace(recipe, media=media), watch)

    return soundtrack.in_one_form(make, inputs["source"], recipe.media, heard, out, watch)


def _made(source: Any, out: Path, recipe: Recipe, watch: Watch) -> dict[str, Any]:
    media = recipe.media
    found, complaints = tracks.measure(source, media, out, Part(watch, 0.0, _MEASURING))
    best = _best(found, media["audio"])
    wanted = _wanted(found, best, recipe)
    ledger = Ledger()
    command = soundtrack.run(
        _outputs(source, wanted, recipe),
        [track.stream for track in found if any(one.track is track for one in wanted)],
        ledger,
        out=out,
        what="Making the sound",
        duration=media["duration"],
        watch=Part(watch, _MEASURING, 1.0),
    )
    with ffmpeg.removed_on_error(out):
        rows = [hls.prove(out, one.name, one.expected(media["duration"]), command) | one.facts for one in wanted]
    return {
        "renditions": rows,
        "track": best.index,
        "tracks": [track.facts for track in found],
        "complaints": max(complaints, ledger.complaints),
    }


def _best(found: list[Track], default: int) -> Track:
    heard = {track.index: track.heard for track in found if track.heard is not None and not track.loudness.silent}
    index = best_track.choose(heard, default)
    return next(track for track in found if track.index == index)


def _wanted(found: list[Track], best: Track, recipe: Recipe) -> list[_Rendition]:
    full = (recipe.rate, recipe.coder, RATE)
    low = (recipe.low_rate, recipe.low_coder, recipe.low_sample_rate)
    others = (track for track in found if track is not best)
    wanted = [] if _stays(best, recipe.media) else [_rendition("audio", best, full, found)]
    wanted += [
        _rendition(f"audio-{number}", track, full, found, preferred=False) for number, track in enumerate(others, 2)
    ]
    return [*wanted, _rendition("audio-low", best, low, found, sound="low")]


def _rendition(
    name: str,
    track: Track,
    how: tuple[int, str, int],
    found: list[Track],
    *,
    sound: str = "full",
    preferred: bool = True,
) -> _Rendition:
    """A menu calls a track by its own title, or by its number where there are several."""
    stream, number = track.stream, str(found.index(track) + 1) if len(found) > 1 else ""
    language = stream.get("language") or ""
    facts = {
        "sound": sound,
        "title": stream.get("title") or number,
        "language": "" if language == "und" else language,
        "preferred": preferred,
    }
    return _Rendition(name, track, *how, facts)


def _stays(track: Track, media: Mapping[str, Any]) -> bool:
    """Whether `remux` copied this track, and it is as loud as it should be."""
    copied = media["web_safe_audio"] and media["audio"] == track.index and not track.in_sequence
    return copied and abs(track.loudness.gain) <= _LOUD_ENOUGH


def _outputs(source: Any, wanted: list[_Rendition], recipe: Recipe) -> list[Any]:
    """Decode, fit and level each track once, whatever is made of it."""
    outputs = []
    length = math.ceil(recipe.media["duration"] * RATE)
    for track in {one.track.index: one.track for one in wanted}.values():
        sound = soundtrack.in_step(source[str(track.index)], track.index, in_sequence=track.in_sequence)
        sound = loudness.level(sound, track.loudness).filter("apad", whole_len=length)
        made = [one for one in wanted if one.track is track]
        copies = sound.filter_multi_output("asplit", len(made)) if len(made) > 1 else [sound]
        for one, copy in zip(made, copies, strict=False):
            fitted = copy if one.sample_rate == RATE else soundtrack.mono(copy, one.sample_rate)
            outputs.append(one.output(fitted, recipe.segment_seconds))
    return outputs
