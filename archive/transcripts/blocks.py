"""What WebVTT and SRT share: blocks of lines with blank lines between them, and the line with a cue's times."""

import re
from collections.abc import Iterator

from archive.errors import TranscriptFormatError
from archive.transcripts.times import parse_time

Cue = tuple[int, float, float, str]
"""The line that a cue's times stand in (from 1), its start and end in seconds, its text."""

_TIMED = re.compile(r"\s*[0-9:.,]+\s*-->\s*[0-9:.,]+(?:\s.*)?")


def blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each block's first line number (from 1) and its lines. Takes a BOM and every kind of line end."""
    block: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []
    if block:
        yield number - len(block) + 1, block


def is_timing(line: str) -> bool:
    """Whether a line is a cue's times and nothing else could be meant."""
    return "-->" in line and _TIMED.fullmatch(line) is not None


def timing(number: int, line: str) -> tuple[float, float]:
    """Return a cue's start and end in seconds; settings behind them are left out.

    Raises:
        TranscriptFormatError: the line, `number` in its file, does not say so.
    """
    start, _, rest = line.partition("-->")
    try:
        return parse_time(start), parse_time(rest.split(maxsplit=1)[0] if rest.strip() else "")
    except TranscriptFormatError as error:
        raise TranscriptFormatError(f"Line {number}: {error.message}", error.advice, line=number) from error
