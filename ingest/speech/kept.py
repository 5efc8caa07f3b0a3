"""What was written down so far, a file for each piece: a killed worker loses those that it was at, one cut at most."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from archive.errors import TranscriptFormatError
from archive.transcripts import Segment, Transcript
from ingest.speech.voice import Cut


class Kept:
    """The pieces of one recording with one recipe, in a folder of their own; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def find(self, piece: Cut, language: str) -> list[Segment] | None:
        """Return what was written down of a piece in a language; None where that has not been done."""
        path = self._path(piece, language)
        if path is None or not path.exists():
            return None
        with contextlib.suppress(TranscriptFormatError, UnicodeDecodeError):  # a disk that was full: done again
            return list(Transcript.from_json(path.read_text(encoding="utf-8")).segments)
        return None

    def add(self, piece: Cut, language: str, segments: Sequence[Segment]) -> None:
        """Keep what was written down of a piece."""
        path = self._path(piece, language)
        if path is not None:
            new = path.with_suffix(".new")
            new.write_text(Transcript(language, tuple(segments)).to_json(), encoding="utf-8")
            new.replace(path)

    def _path(self, piece: Cut, language: str) -> Path | None:
        name = f"{piece.start:.4f}-{piece.end:.4f}-{language}.json"
        return None if self._folder is None else self._folder / name
