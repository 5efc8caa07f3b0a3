"""What people changed in a transcript, kept apart from it, so that it can be put into any later transcript again.

A better model writes other sentences with other times. An edit therefore names its place twice: by its time on the
recording's timeline, and by the text that stood there.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from archive.errors import TranscriptFormatError
from archive.transcripts.changes import Change, changes
from archive.transcripts.model import Segment, Transcript
from archive.transcripts.rewrite import lead, replaced, worded

FORMAT = "shijiao.edits/1"
EDITED = "edited"
UNDO = "undo"
"""The reason of an edit that takes back a change of the glossary."""

_NEAR = 1.5  # seconds by which two models' times of the same word differ at most
_WHOLE = 0.6  # of a sentence: an edit that covers so much of it stands for all of it
_SCRAP = 0.2  # of a sentence, or of the edit's own time: less of it is only the models' different times


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by a person: `before` became `after`, from `start` to `end` in seconds of the recording.

    `at` is in UTC. `reason` is empty for what somebody wrote.
    """

    start: float
    end: float
    before: str
    after: str
    author: str
    at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end) and 0 <= self.start <= self.end):
            raise TranscriptFormatError(f"An edit runs from {self.start} s to {self.end} s.")


def apply(transcript: Transcript, edits: Sequence[Edit]) -> Transcript:
    """Return the transcript as people left it, of the origin "edited". Edits are made one after the other.

    An edit replaces the text that it names, where that stands near its time. Where it does not, it replaces what is
    said in its time; where nothing is said then, it becomes a sentence of its own. So nothing that a person wrote is
    lost. Only one that took back a glossary's change rests where that change was not made.

    The settings name the "base", the number of "edits", and the "changes" of the glossary that still stand. What is
    edited already can be edited further: the base stays, the edits are counted on.
    """
    lines = [_Line(segment) for segment in transcript.segments]
    for change in changes(transcript):
        lines[change.segment].changes.append(change)
    for edit in edits:
        if not _where_it_stands(lines, edit) and edit.reason != UNDO:
            _where_it_was(lines, edit)
    further = transcript.origin == EDITED
    kept = [replace(change, segment=at) for at, line in enumerate(lines) for change in line.changes]
    settings = {
        **transcript.settings,
        "base": transcript.settings.get("base", "") if further else transcript.origin,
        "edits": len(edits) + (int(transcript.settings.get("edits", 0)) if further else 0),
        "changes": [change.record() for change in kept],
    }
    segments = tuple(line.segment for line in lines)
    return replace(transcript, segments=segments, origin=EDITED, settings=settings)


def undo(transcript: Transcript, change: Change, *, author: str, at: datetime) -> Edit:
    """Return the edit that takes back a glossary's change that stands in a transcript."""
    times = list(_times(transcript.segments[change.segment]))[change.offset : change.offset + len(change.after)]
    start, end = (times[0][0], times[-1][1]) if times else (change.start, change.end)
    return Edit(start, end, change.after, change.before, author, at, UNDO)


def times(segment: Segment) -> list[tuple[float, float]]:
    """Return when each character of a sentence is said: with its word, or evenly where words are not known."""
    return list(_times(segment))


def shifted(edits: Iterable[Edit], seconds: float) -> list[Edit]:
    """Return edits on a timeline that begins so many seconds earlier."""
    return [
        replace(edit, start=max(0.0, edit.start + seconds), end=max(0.0, edit.end + seconds)) if seconds else edit
        for edit in edits
    ]


def write(edits: Iterable[Edit]) -> str:
    """Write edits as JSON, a line for each."""
    lines = [json.dumps(asdict(edit) | {"at": edit.at.isoformat()}, ensure_ascii=False) for edit in edits]
    inner = ",\n  ".join(lines)
    return f'{{"format": "{FORMAT}", "edits": [\n  {inner}\n]}}\n'


def read(text: str) -> list[Edit]:
    """Read what `write` wrote.

    Raises:
        TranscriptFormatError: it is something else.
    """
    try:
        record = json.loads(text)
        if record["format"] != FORMAT:
            raise TranscriptFormatError(f"The edits are {record['format']!r}, not {FORMAT!r}.")
        return [_edit(entry) for entry in record["edits"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TranscriptFormatError(f"The edits of a transcript cannot be read: {error}.") from error


def _edit(entry: Mapping[str, Any]) -> Edit:
    return Edit(**{**entry, "at": datetime.fromisoformat(entry["at"])})


class _Line:
    """A sentence that is being edited, and the glossary's changes in it."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.changes: list[Change] = []

    def write(self, start: int, end: int, text: str) -> None:
        """Write over some of its characters; changes behind them move along, those among them are no more."""
        growth = len(text) - (end - start)
        before = [change for change in self.changes if change.offset + len(change.after) <= start]
        behind = [change for change in self.changes if change.offset >= end]
        self.changes = before + [replace(change, offset=change.offset + growth) for change in behind]
        self.segment = replaced(self.segment, start, end, text)


def _where_it_stands(lines: list[_Line], edit: Edit) -> bool:
    """Make an edit where the text that it names stands, nearest to its time; False where it does not."""
    best: tuple[float, int, int] | None = None
    middle = (edit.start + edit.end) / 2
    for number, line in enumerate(lines):
        if line.segment.end < edit.start - _NEAR or line.segment.start > edit.end + _NEAR or not edit.before:
            continue
        times = list(_times(line.segment))
        for offset in _found(line.segment.text, edit.before):
            start, end = times[offset][0], times[offset + len(edit.before) - 1][1]
            if start <= edit.end + _NEAR and end >= edit.start - _NEAR:
                far = abs((start + end) / 2 - middle)
                best = min(best or (far, number, offset), (far, number, offset))
    if best is None:
        return False
    _, number, offset = best
    lines[number].write(offset, offset + len(edit.before), edit.after)
    _drop_if_empty(lines, number)
    return True


def _where_it_was(lines: list[_Line], edit: Edit) -> None:
    """Make an edit in its time: over the words said then, whole sentences where it covers most of them."""
    runs = {number: run for number, line in enumerate(lines) if (run := _run(line.segment, edit)) is not None}
    if not runs:
        if edit.after.strip():
            at = next((n for n, line in enumerate(lines) if line.segment.start > edit.start), len(lines))
            lines.insert(at, _Line(Segment(edit.start, edit.end, edit.after)))
        return
    most = max(runs, key=lambda number: _overlap(lines[number].segment, edit))
    spans = [lines[most].segment]
    for number, run in runs.items():
        if number != most:
            before = lines[number].segment
            lines[number].write(*run, "")
            spans += [] if lines[number].segment.text else [before]
    lines[most].write(*runs[most], edit.after)
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    lines[most].segment = replace(lines[most].segment, start=start, end=end)
    for number in sorted(runs, reverse=True):
        _drop_if_empty(lines, number)


def _overlap(segment: Segment, edit: Edit) -> float:
    return min(segment.end, edit.end) - max(segment.start, edit.start)


def _run(segment: Segment, edit: Edit) -> tuple[int, int] | None:
    """Return which characters of a sentence an edit is about, by its time; None where it is not about it."""
    middles = [(start + end) / 2 for start, end in _times(segment)]
    inside = [at for at, middle in enumerate(middles) if edit.start <= middle <= edit.end]
    if not inside:
        return None
    share = len(inside) / len(middles)
    if share >= _WHOLE:
        return 0, len(middles)
    if share < _SCRAP and _overlap(segment, edit) < _SCRAP * (edit.end - edit.start):
        return None
    return inside[0], inside[-1] + 1


def _times(segment: Segment) -> Iterator[tuple[float, float]]:
    if worded(segment):
        offset = -lead(segment)
        for word in segment.words:
            for _ in word.text:
                if 0 <= offset < len(segment.text):
                    yield word.start, word.end
                offset += 1
        return
    step = (segment.end - segment.start) / max(1, len(segment.text))
    for at in range(len(segment.text)):
        yield segment.start + at * step, segment.start + (at + 1) * step


def _found(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _drop_if_empty(lines: list[_Line], number: int) -> None:
    if not lines[number].segment.text:
        del lines[number]
