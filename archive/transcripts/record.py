"""The transcript as JSON, the form that is kept: format `shijiao.transcript/1`."""

import json
from typing import TYPE_CHECKING, Any

from archive.errors import TranscriptFormatError

if TYPE_CHECKING:
    from archive.transcripts.model import Segment, Transcript

FORMAT = "shijiao.transcript/1"
_HEAD: dict[str, type] = {
    "language": str,
    "origin": str,
    "version": int,
    "engine": str,
    "model": str,
    "settings": dict,
}


def write(transcript: "Transcript") -> str:
    """Write the record. Keys have one order and each word one line, so that two versions can be compared by eye."""
    values = {"format": FORMAT} | {name: getattr(transcript, name) for name in _HEAD}
    try:
        values["settings"] = json.loads(_json(dict(transcript.settings), sort_keys=True))
        head = [f'  "{name}": {_json(value)}' for name, value in values.items()]
    except (TypeError, ValueError, RecursionError) as error:
        raise TranscriptFormatError(f"The settings of a transcript cannot be written as JSON: {error}.") from error
    segments = _block((_segment(segment) for segment in transcript.segments), indent=2)
    return "{\n" + ",\n".join([*head, f'  "segments": {segments}']) + "\n}\n"


def read(text: str) -> tuple[dict[str, Any], list[Any]]:
    """Return the values beside the segments, checked, and the segments as they stand."""
    try:
        record = json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise TranscriptFormatError(
            f"The transcript is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.", line=error.lineno
        ) from error
    except (ValueError, RecursionError) as error:
        raise TranscriptFormatError(f"The transcript is not JSON that can be read: {error}.") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise TranscriptFormatError(f"This is not a transcript: it does not say “format”: “{FORMAT}” of itself.")
    segments = record.pop("segments", None)
    values = {name: record.pop(name, None) for name in _HEAD}
    wrong = [name for name, kind in _HEAD.items() if type(values[name]) is not kind]
    wrong += [] if isinstance(segments, list) else ["segments"]
    unknown = sorted(set(record) - {"format"})
    if wrong or unknown:
        raise TranscriptFormatError(
            f"The transcript's {', '.join(wrong or unknown)} {'cannot be used' if wrong else 'is not known'}.",
            f"The format {FORMAT} has {', '.join(_HEAD)} and segments.",
        )
    return values, segments or []


def _segment(segment: "Segment") -> str:
    values: dict[str, Any] = {"start": segment.start, "end": segment.end, "text": segment.text}
    if segment.confidence is not None:
        values["confidence"] = segment.confidence
    lines = [f'      "{name}": {_json(value)}' for name, value in values.items()]
    if segment.words:
        words = (
            _json(
                {"start": word.start, "end": word.end, "text": word.text}
                | ({} if word.probability is None else {"probability": word.probability})
            )
            for word in segment.words
        )
        lines.append(f'      "words": {_block(words, indent=6)}')
    return "{\n" + ",\n".join(lines) + "\n    }"


def _block(items: Any, *, indent: int) -> str:
    inner = ",\n".join(" " * (indent + 2) + item for item in items)
    return f"[\n{inner}\n{' ' * indent}]" if inner else "[]"


def _json(value: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number of JSON")
