"""The sound tracks of a source, decoded once: how loud each is, how long, and how much is spoken on it."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest import ffmpeg
from ingest.media import best_track, loudness, soundtrack
from ingest.media.best_track import Heard
from ingest.media.loudness import Loudness, Meter
from ingest.media.soundtrack import RATE
from ingest.watch import Watch

_TAKEN = 3.0  # dB of peaks above the limit: less hardly changes the loudness
_LEVELLINGS = 2  # how often it is measured again


@dataclass(frozen=True)
class Track:
    """What was measured of a stream. `length`: seconds that came out; `in_sequence`: its times are false.

    `heard` is None where there was no choice between tracks.
    """

    stream: dict[str, Any]
    loudness: Loudness
    length: float
    in_sequence: bool
    heard: Heard | None

    @property
    def index(self) -> int:
        return int(self.stream["index"])

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "integrated": self.loudness.integrated,
            "true_peak": self.loudness.true_peak,
            "gain": self.loudness.gain,
            "silent": self.loudness.silent,
            "voice": None if self.heard is None else self.heard.voice,
            "in_sequence": self.in_sequence,
        }


def usable(media: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sound streams that can be played, in the order of the file."""
    indexes = {media["audio"], *media.get("audio_tracks", ())}
    return [stream for stream in media["streams"] if stream["index"] in indexes]


def measure(source: Any, media: Mapping[str, Any], out: Path, watch: Watch) -> tuple[list[Track], int]:
    """Decode all tracks in one run; return what they are, and how often ffmpeg met damaged input.

    Some tracks are decoded once more: in sequence, where they lose sound to false times; at their new level, where the
    limiter takes much of the gain away again, because something louder than the speech was measured.

    Raises:
        IncompleteOutput: less came out than went in.
        MediaToolError, TimeLimit, Cancelled: as `ffmpeg.run`.
    """
    streams = usable(media)
    decode = functools.partial(_decode, source, media=media, out=out, watch=watch)
    found, meter = decode(streams, listening=len(streams) > 1)
    complaints = meter.complaints
    if false := [track.stream for track in found if meter.lossy(track.index, track.length)]:
        again, meter = decode(false, listening=len(streams) > 1, in_sequence=True)
        complaints = max(complaints, meter.complaints)
        found = _replaced(found, again)
    for _ in range(_LEVELLINGS):
        if not (taken := [track for track in found if track.loudness.excess > _TAKEN]):
            break
        found = _replaced(found, [_levelled(track, decode) for track in taken])
    return found, complaints


def _decode(
    source: Any,
    streams: list[dict[str, Any]],
    *,
    media: Mapping[str, Any],
    out: Path,
    watch: Watch,
    listening: bool = False,
    in_sequence: bool = False,
    levelled: Loudness | None = None,
) -> tuple[list[Track], Meter]:
    outputs, ledger = [], Meter()
    for stream in streams:
        index = stream["index"]
        sound = soundtrack.in_step(source[str(index)], index, in_sequence=in_sequence)
        sound = sound if levelled is None else loudness.level(sound, levelled)
        copies = sound.filter_multi_output("asplit", 2) if listening else [sound]
        outputs.append(ffmpeg.output(loudness.meter(copies[0], index), f"measured-{index}", f="null"))
        if listening:
            heard = best_track.excerpts(copies[1], media["duration"])
            outputs.append(ffmpeg.output(heard, _voice(index), f="s16le"))
    what = "Measuring the sound"
    command = soundtrack.run(outputs, streams, ledger, out=out, what=what, duration=media["duration"], watch=watch)
    with ffmpeg.removed_on_error(out):
        found = []
        for position, stream in enumerate(streams):
            heard = _listen(out / _voice(stream["index"])) if listening else None
            length = ledger.written.get(position * (2 if listening else 1), 0) / RATE
            track = Track(stream, ledger.loudness(stream["index"]), length, in_sequence, heard)
            if not in_sequence and not ledger.lossy(track.index, length):
                soundtrack.prove_length(length, stream, media, ledger, command)
            found.append(track)
    return found, ledger


def _replaced(found: list[Track], again: list[Track]) -> list[Track]:
    newer = {track.index: track for track in again}
    return [newer.get(track.index, track) for track in found]


def _levelled(track: Track, decode: Callable[..., tuple[list[Track], Meter]]) -> Track:
    """Measure a track behind its limiter, and add to the gain what is missing."""
    measured, _ = decode([track.stream], in_sequence=track.in_sequence, levelled=track.loudness)
    behind = measured[0].loudness.integrated
    missing = 0.0 if behind is None else max(0.0, loudness.TARGET - behind)
    return replace(track, loudness=replace(track.loudness, more=track.loudness.more + missing))


def _voice(index: int) -> str:
    return f"voice-{index}.raw"


def _listen(file: Path) -> Heard:
    try:
        return best_track.listen(file)
    finally:
        file.unlink()
