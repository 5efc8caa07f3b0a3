"""The language that is spoken in a recording, as a person says it."""

import re

from archive.errors import InputError, shown

_LANGUAGE = re.compile("auto|[a-z]{2,3}")


def checked(language: str) -> str:
    """Return a language as ISO 639 writes it, or "auto": the one that is heard.

    Raises:
        InputError: it is none.
    """
    if not _LANGUAGE.fullmatch(language):
        raise InputError(f"“{shown(language)}” is no language.", "Write it as ISO 639-1 does: zh, en, …, or auto.")
    return language
