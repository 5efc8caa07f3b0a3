"""What is to be known of how a transcript came to be, in short."""

from typing import Any

from archive.transcripts.changes import changes
from archive.transcripts.model import Transcript

NO_SOUND, NO_SPEECH, NO_WORDS = "no_sound", "no_speech", "no_words"
"""Why nothing was written down: there is no sound; nobody speaks; what was spoken could not be made out."""


def facts(transcript: Transcript) -> dict[str, Any]:
    """Return what the catalogue keeps of a transcript's settings; what does not apply is left out.

    "silent": why nothing was written down. "set": the language that the recording was said to be in, where another was
    heard. "glossary": {"digest", "terms"} that it was checked against. "changes": how many of the glossary's stand in
    it. "edits": how many people made, on the transcript of origin "base".
    """
    settings = transcript.settings
    glossary = settings.get("glossary") or {}
    known = {
        "silent": settings.get("silent"),
        "set": settings.get("set"),
        "glossary": {name: glossary[name] for name in ("digest", "terms") if name in glossary},
        "changes": len(changes(transcript)),
        "edits": settings.get("edits"),
        "base": settings.get("base"),
    }
    return {name: value for name, value in known.items() if value}
