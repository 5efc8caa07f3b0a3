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
    """Yield the cues of an SRT file; the numbers may be missing or wrong, and blank lines may stand within a text.

    Raises:
        TranscriptFormatError: it is not SRT; the message names the line.
    """
    cue: Cue | None = None
    for number, lines in blocks(text):
        numbered = lines[0].strip().isdigit() and len(lines) > 1
        at = number + numbered
        line = lines[numbered]
        if "-->" in line:
            if cue is not None:
                yield cue
            cue = (at, *timing(at, line), "\n".join(lines[numbered + 1 :]))
        elif cue is not None and not numbered and "->" not in line:
            cue = (*cue[:3], "\n".join([cue[3], *lines]))
        else:
            raise TranscriptFormatError(
                f"Line {at}: a cue's times are missing before “{line.strip()[:40]}”.",
                "Write them as 00:00:01,000 --> 00:00:02,500.",
                line=at,
            )
    if cue is not None:
        yield cue
