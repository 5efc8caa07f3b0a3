"""Whether every browser plays a stream as it is, so that it can be copied instead of encoded."""

from typing import Any

_KEYFRAME_GAP = 12.0  # seconds: a seek and a segment can be no finer
_OFFSET = 0.1  # seconds a stream may begin beside the file's start; a copy cannot mend more
_SLACK = 0.2  # seconds of sound that may be missing or hidden
_AAC_FRAME = 1024  # samples in one packet
_CONTAINERS = {"mov", "mp4", "matroska", "mpegts", "flv"}
_PROFILES = {"Baseline", "Constrained Baseline", "Main", "High"}


def why_not_video(stream: dict[str, Any] | None, start: float, container: str, *, torn: bool = False) -> str:
    """Return why a picture must be encoded anew, or nothing.

    `start` is where the file's timeline begins; `torn`: something is missing before its end.
    """
    if stream is None:
        return "there is no picture"
    if stream["codec"] != "h264":
        return f"it is {stream['codec']}, not H.264"
    untrue = [
        (stream["profile"] in _PROFILES, f"its profile is {stream['profile']}"),
        (stream["pix_fmt"] in ("yuv420p", "yuvj420p"), f"its pixels are {stream['pix_fmt']}"),
        ((stream["level"] or 0) <= 52, "its level is above 5.2"),
        (not stream["interlaced"], "it is interlaced"),
        (stream["upright"], "it is turned or mirrored"),
        (stream["keyframe_max_gap"] <= _KEYFRAME_GAP, f"key frames are {stream['keyframe_max_gap']:.0f} s apart"),
        (stream["packets_before_keyframe"] == 0, "it does not begin with a key frame"),
        (stream["hidden"] == 0, "an edit list hides part of it"),
        (not torn, "it is damaged"),
        *_timing(stream, start, container),
    ]
    return "; ".join(reason for holds, reason in untrue if not holds)


def why_not_audio(stream: dict[str, Any] | None, start: float, container: str, *, torn: bool = False) -> str:
    """Return why sound must be encoded anew, or nothing. `start` and `torn` as of `why_not_video`."""
    if stream is None:
        return "there is no sound"
    if stream["codec"] != "aac":
        return f"it is {stream['codec']}, not AAC"
    frame = _AAC_FRAME / stream["sample_rate"]
    sounding = (stream["packets"] - stream["hidden"]) * frame
    untrue = [
        (stream["profile"] == "LC", f"its profile is {stream['profile']}"),
        (stream["channels"] in (1, 2), f"it has {stream['channels']} channels"),
        (abs(stream["end"] - stream["first"] - sounding) <= _SLACK, "it has holes"),
        (not stream["gaps"] and not stream["overlaps"], "its packets do not follow one another"),
        (not torn, "it is damaged"),
        (stream["hidden"] * frame <= _SLACK, "an edit list hides part of it"),  # a little is the encoder's delay
        *_timing(stream, start, container),
    ]
    return "; ".join(reason for holds, reason in untrue if not holds)


def _timing(stream: dict[str, Any], start: float, container: str) -> list[tuple[bool, str]]:
    return [
        (not _CONTAINERS.isdisjoint(container.split(",")), f"{container} keeps no exact times"),
        (stream["untimed"] == 0, "it carries no times"),
        (abs(stream["first"] - start) <= _OFFSET, "it does not begin where the file does"),
    ]
