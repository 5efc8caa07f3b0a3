"""Times on a media timeline, in seconds as float, as people and caption files write them."""

import math
import re

from archive.errors import TranscriptFormatError

LONGEST = 7 * 24 * 3600.0
"""No recording is a week long: a time beyond these seconds is a slip or damage, in captions as in a file's header."""

_FULL_WIDTH = str.maketrans("０１２３４５６７８９：，．。", "0123456789:,..")  # as a Chinese keyboard writes them
_TIME = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]{1,3}))?")


def timestamp(seconds: float, *, mark: str = ".") -> str:
    """Return `hh:mm:ss.mmm`, to the nearest millisecond; `mark` stands before the milliseconds (SRT has a comma)."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"


def clock(seconds: float) -> str:
    """Return `hh:mm:ss`, the second that a moment lies in: what a person reads and seeks to."""
    return timestamp(math.floor(seconds)).partition(".")[0]


def parse_time(text: str) -> float:
    """Return the seconds of `[h…:]mm:ss[.mmm]`; a comma will do for the dot, and hours may have up to six digits.

    Full-width digits and marks count as their Latin ones.

    Raises:
        TranscriptFormatError: it is no such time.
    """
    match = _TIME.fullmatch(text.strip().translate(_FULL_WIDTH))
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        raise TranscriptFormatError(f"“{text.strip()}” is not a time.", "Write it as 00:01:02.345.", text=text)
    hours, minutes, seconds = (int(match[group] or 0) for group in (1, 2, 3))
    milliseconds = int((match[4] or "0").ljust(3, "0"))
    return ((hours * 60 + minutes) * 60_000 + seconds * 1000 + milliseconds) / 1000
