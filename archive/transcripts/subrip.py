"""SRT (SubRip): numbers, times with a comma, text as it stands."""

from collections.abc import Iterable, Iterator

from archive.errors import TranscriptFormatError
from archive.transcripts.blocks import Cue, blocks, timing
from archive.transcripts.times import timestamp


def write(spans: Iterable[tuple[float, float, str]]) -> str:
    """Write `(start, end, text)` as an SRT file."""
    return "\n".join(
        f"{number}\n{timestamp(start, mark=',')} --> {timestamp(end, mark=',')}\n{text}{chr(10) if text else ''}"
        for number, (start, end, text) in enumerate(spans, 1)
    )


def read(text: str) -> Iterator[Cue]:
    """Yield the cues of an SRT file; the numbers may be missing or wrong.

    Raises:
        TranscriptFormatError: it is not SRT; the message names the line.
    """
    for number, lines in blocks(text):
        offset = 1 if lines[0].strip().isdigit() and len(lines) > 1 else 0
        if "-->" not in lines[offset]:
            raise TranscriptFormatError(
                f"Line {number + offset}: a cue's times are missing before “{lines[offset].strip()[:40]}”.",
                "Write them as 00:00:01,000 --> 00:00:02,500.",
                line=number + offset,
            )
        yield number + offset, *timing(number + offset, lines[offset]), "\n".join(lines[offset + 1 :])
