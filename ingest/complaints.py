"""What ffmpeg says about damaged input, told apart from what it says about healthy files.

Whatever a demuxer or decoder says counts, unless it is known to be said of healthy files too: a complaint that is
counted in vain costs one decoding (`steps/check.py`), one that is passed over a false "ready".
"""

import re
from collections.abc import Sequence

# Who speaks of what we make, or of what we do to it, and not of the input.
_NOT_THE_INPUT = re.compile(
    r"Svt\[|\[(out#|vost#|aost#|[avs]f#|graph|Parsed_|swscaler|SWR|lib|hls|mp4|null|flac_enc|enc:|Eval|AVFilterGraph|AVIO|"
    r"fc#|scale|zscale|aresample|ebur128|loudnorm|yadif|bwdif|tonemap|silencedetect|volumedetect|ass|png|auto_)"
)
_HARMLESS = re.compile(
    r"Last message repeated"
    r"|DTS discontinuity in stream|timestamp discontinuity|[Nn]on-?\s?monoton|DTS \S+ < \S+ out of order"
    r"|Invalid DTS|invalid dts/pts|Timestamps are unset|Could not update timestamps"
    r"|Guessed Channel Layout|Estimating duration|invalid concatenated file|start time for stream|not set in estimate"
    r"|no TS found at start|Consider increasing the value|Could not find codec parameters|Unsupported codec with id"
    r"|sample size \(\d+\) != block align|edit list|Missing key frame while searching|Cannot find an index entry"
    r"|[Dd]eprecated|timescale not set|Past duration|[Tt]hread|Multiple frames in a packet|Application provided"
    r"|[Ii]ncreasing reorder buffer|co located POCs unavailable|First frame is no keyframe|SEI type"
    r"|DOVI|[Dd]olby|ICC profile|[Cc]losed caption|[Ss]ubtitle|Unknown cover type|Unknown profile|unknown tag"
    r"|Duplicated? (SBR|MOOV)|Found duplicated MOOV|Stream mapping|Queue input is backward|Reconfiguring filter"
    r"|Changing video frame properties|No accelerated colorspace|Skipping cover|Ignoring attached"
    r"|Detected creation time|ambiguous|hwaccel|Too many bits|clamping to max|guessing layout|unspecified size"
    r"|Opening '|frame duration|Incorrect number of samples|use of the -?|^\s*$|^\s+(Stream|Metadata|Duration)"
    r"|^Output #|^Input #|^Press |^frame=|^size="
)


def count(heard: Sequence[str]) -> int:
    """Return how many of the lines that ffmpeg said on stderr mean that its input is damaged."""
    return sum(1 for line in heard if line and not _NOT_THE_INPUT.match(line) and not _HARMLESS.search(line))
