"""Every error Shijiao raises, in one tree.

    ShijiaoError
    ├── SettingsError          a setting is missing or wrong
    ├── CatalogueDamaged       the catalogue's file is not as it was written
    ├── InputError             what was handed in cannot be taken
    │   ├── NotMedia           the file is not sound or picture we can read
    │   ├── DamagedMedia       the file is media, but part of it is missing
    │   ├── TranscriptFormatError   not the WebVTT, SRT or JSON it should be
    │   ├── GlossaryError      a line of the hospital's own glossary cannot be used
    │   ├── ProcedureError     a line of a hospital's own standard steps cannot be used
    │   └── DescriptionError   what is said of a recording cannot be
    ├── NotFound               no such recording, job, transcript or object
    ├── NotAllowed             `archive.access.may` said no
    │   └── NotSignedIn        nobody is known to be asking
    ├── StoreError             the object store did not do what was asked
    │   ├── StoreUnavailable   it does not answer
    │   │   └── DiskFull       it answers, but there is no room; also where a step or the catalogue has none
    │   └── FixityError        bytes differ from their digest
    ├── ModelMissing           the speech model's weights are not on this machine
    ├── MediaToolError         ffmpeg failed; carries its command and its last words
    │   ├── IncompleteOutput   it said it succeeded, but less came out than went in
    │   └── TimeLimit          it took longer than it may
    ├── Cancelled              somebody asked for this to stop
    └── JobFailed              a job that was waited for ended badly

The message says what happened to what; `advice` says what to do next. `code` is stable: the portal finds its
sentence in the reader's language by it, with `facts` filled in.
"""

import unicodedata
from typing import Any, ClassVar


def shown(name: str) -> str:
    """Return a file's name or a title as it may stand in a sentence: on one line, whatever it holds."""
    return "".join(_shown(character) for character in name)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else "\N{REPLACEMENT CHARACTER}"  # a wide space is a space


class ShijiaoError(Exception):
    """The root: `message` says what happened to what, `advice` what to do next.

    `exit_code` is what the command line ends with. `facts` are the values in the sentence, for translation.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, advice: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()

    def record(self) -> dict[str, Any]:
        """What a job keeps of its failure, as plain JSON."""
        facts = {key: str(value) for key, value in self.facts.items()}
        return {"code": self.code, "message": self.message, "advice": self.advice, "facts": facts}


class SettingsError(ShijiaoError):
    """A setting is missing or wrong."""

    code = "settings"
    exit_code = 78  # EX_CONFIG of sysexits.h


class CatalogueDamaged(ShijiaoError):
    """The file of the SQLite catalogue is not as it was written; the store has all that makes it anew."""

    code = "catalogue_damaged"
    exit_code = 74


class InputError(ShijiaoError):
    """What was handed in cannot be taken."""

    code = "input"
    exit_code = 65  # EX_DATAERR


class NotMedia(InputError):
    """The file is not sound or picture that we can read."""

    code = "not_media"


class DamagedMedia(InputError):
    """The file is media, but part of it is missing."""

    code = "damaged_media"


class TranscriptFormatError(InputError):
    """A transcript file is not the WebVTT, SRT or JSON that it should be."""

    code = "transcript_format"


class GlossaryError(InputError):
    """A file of the hospital's own glossary cannot be used; the message names it and the line."""

    code = "glossary"


class ProcedureError(InputError):
    """A file of standard steps cannot be used; the message names it and the line."""

    code = "procedure"


class DescriptionError(InputError):
    """What is said of a recording cannot be; `facts` has the `field` and `why`."""

    code = "description"


class NotFound(ShijiaoError):
    """No such recording, job, transcript or object."""

    code = "not_found"
    exit_code = 66  # EX_NOINPUT


class NotAllowed(ShijiaoError):
    """`archive.access.may` said no."""

    code = "not_allowed"
    exit_code = 77  # EX_NOPERM


class NotSignedIn(NotAllowed):
    """Nobody is known to be asking."""

    code = "not_signed_in"


class StoreError(ShijiaoError):
    """The object store did not do what was asked."""

    code = "store"
    exit_code = 74  # EX_IOERR


class StoreUnavailable(StoreError):
    """The object store does not answer."""

    code = "store_unavailable"
    exit_code = 69  # EX_UNAVAILABLE


class DiskFull(StoreUnavailable):
    """There is no room for what was to be written; everything else goes on. As with a store that is away: later."""

    code = "disk_full"
    exit_code = 74


class FixityError(StoreError):
    """Stored bytes differ from their digest."""

    code = "fixity"


class ModelMissing(ShijiaoError):
    """The speech model's weights are not on this machine."""

    code = "model_missing"
    exit_code = 69


class ReadingMissing(ModelMissing):
    """What reads the text on slides is not on this machine, or not whole."""

    code = "reading_missing"


class ReadingError(ShijiaoError):
    """The text of one slide could not be read."""

    code = "reading"


class MediaToolError(ShijiaoError):
    """ffmpeg failed. `command` is what was run, `stderr` its last lines."""

    code = "media_tool"

    def __init__(
        self, message: str, advice: str = "", *, command: list[str] | None = None, stderr: str = "", **facts: Any
    ) -> None:
        super().__init__(message, advice, **facts)
        self.command = command or []
        self.stderr = stderr

    def record(self) -> dict[str, Any]:
        return super().record() | {"command": self.command, "stderr": self.stderr}


class IncompleteOutput(MediaToolError):
    """ffmpeg ended, but its output is shorter than its input."""

    code = "incomplete_output"


class TimeLimit(MediaToolError):
    """ffmpeg took longer than it may."""

    code = "time_limit"


class Cancelled(ShijiaoError):
    """Somebody asked for this to stop."""

    code = "cancelled"
    exit_code = 75  # EX_TEMPFAIL: it may be retried


class JobFailed(ShijiaoError):
    """A job that was waited for ended badly."""

    code = "job_failed"
