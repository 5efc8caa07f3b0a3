"""The files that somebody hands in, in the order of the recording that they are to become."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import InputError, shown
from archive.tables import Recording, Source, SourceRole
from ingest.angles import Given, Place, places


@dataclass(frozen=True)
class File:
    """One file of a recording that is to be made. `whole`: it is its angle, and not a part to be joined first."""

    path: Path
    role: SourceRole
    position: int
    part: int
    place: Place
    whole: bool


def files_of(angles: Sequence[Given]) -> list[File]:
    """Return the files of all angles in their order.

    Raises:
        InputError: one is named twice.
    """
    files = [
        File(path, angle.role, position, part, place, whole=len(angle.paths) == 1)
        for position, (angle, place) in enumerate(zip(angles, places(angles), strict=True))
        for part, path in enumerate(angle.paths)
    ]
    paths = [file.path.resolve() for file in files]
    for number, path in enumerate(paths):
        if path in paths[:number]:
            name = shown(name_of(path))
            raise InputError(f"“{name}” is named twice.", "Name each file once.", name=name)
    return files


def sources_of(files: Sequence[File], recording: Recording) -> list[Source]:
    """Return a recording's sources, of which nothing has arrived yet."""
    return [
        Source(
            recording_id=recording.id,
            position=file.position,
            part=file.part,
            role=file.role,
            start=file.place.start if file.part == 0 else 0.0,
            alignment=file.place.alignment,
            name=name_of(file.path),
        )
        for file in files
    ]


def must_be_file(path: Path) -> None:
    """Pass where a path is a file that can be read.

    Raises:
        InputError: it is none, or cannot be read.
    """
    name = shown(str(path))
    if path.is_dir():
        raise InputError(f"“{name}” is a folder, not a recording.", "Name the files in it.", name=name)
    if not path.exists():
        raise InputError(f"There is no file “{name}”.", "Check the name.", name=name)
    if not path.is_file():
        raise InputError(f"“{name}” is not an ordinary file.", "Copy it to a disk first.", name=name)
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"“{name}” cannot be read: {error.strerror}.", "Check its permissions.", name=name) from error


def name_of(path: Path) -> str:
    """The file's name as text; bytes that are no UTF-8 (an old camera's GBK) become marks, not errors."""
    return os.fsencode(path.name).decode("utf-8", "replace")
