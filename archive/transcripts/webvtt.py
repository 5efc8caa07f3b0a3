"""WebVTT as the W3C's recommendation has it, down to plain text with times."""

import html
import re
from collections.abc import Iterable, Iterator

from archive.errors import TranscriptFormatError
from archive.transcripts.blocks import Cue, blocks, is_timing, timing
from archive.transcripts.times import timestamp

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<[0-9:.]+>|</?>")
_HEADER = re.compile(r"WEBVTT(?:[ \t]|$)")
_IGNORED = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")


def write(spans: Iterable[tuple[float, float, str]]) -> str:
    """Write `(start, end, text)` as a WebVTT file."""
    cues = [
        f"{timestamp(start)} --> {timestamp(end)}\n{html.escape(text, quote=False)}{chr(10) if text else ''}"
        for start, end, text in spans
    ]
    return "\n".join(["WEBVTT\n", *cues])


def read(text: str) -> Iterator[Cue]:
    """Yield the cues of a WebVTT file, as plain text.

    Raises:
        TranscriptFormatError: it is not WebVTT; the message names the line.
    """
    found = blocks(text)
    number, header = next(found, (1, [""]))
    if number != 1 or not _HEADER.match(header[0]):
        raise TranscriptFormatError(
            "Line 1: a WebVTT file begins with the line WEBVTT.", "Is it perhaps an SRT file?", line=1
        )
    _refuse_times(2, header[1:])
    for number, lines in found:
        if _IGNORED.match(lines[0]) and not any(map(is_timing, lines[:2])):
            continue
        offset = 0 if "-->" in lines[0] else 1
        if len(lines) <= offset or "-->" not in lines[offset]:
            raise TranscriptFormatError(f"Line {number}: “{lines[0][:40]}” belongs to no cue.", line=number)
        payload = lines[offset + 1 :]
        _refuse_times(number + offset + 1, payload)
        plain = html.unescape(_TAG.sub("", "\n".join(payload)))
        yield number + offset, *timing(number + offset, lines[offset]), plain


def _refuse_times(first: int, lines: list[str]) -> None:
    """Refuse a cue without a blank line before it: browsers end the cue above there, and we would swallow it."""
    for number, line in enumerate(lines, first):
        if is_timing(line):
            raise TranscriptFormatError(f"Line {number}: a blank line is missing before this cue.", line=number)
