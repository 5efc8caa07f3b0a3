"""Names under which something is suggested while somebody types: as written, in pinyin, by initials."""

from collections.abc import Iterable, Iterator

from archive.search.analyser import searched
from archive.search.pinyin import read

_END = "\x1f"
_LONGEST = 60


def keys(text: str) -> list[str]:
    """Return what a text begins with for somebody who types it: itself, its pinyin, its initials; without spaces."""
    folded = searched(text)[:_LONGEST]
    syllables = read(folded)
    spelled = "".join(syllables)
    initials = "".join(syllable[:1] for syllable in syllables)
    return list(dict.fromkeys(key.replace(" ", "") for key in (folded, spelled, initials) if key))


def names(title: str, speakers: Iterable[str], procedure: str) -> Iterator[str]:
    """Yield the terms under which a recording is suggested: key, text and what it is."""
    for what, text in (("title", title), *(("speaker", each) for each in speakers), ("procedure", procedure)):
        shown = text.encode(errors="replace").decode().strip()
        for key in keys(shown):
            yield f"{key}{_END}{what}{_END}{shown}"


def named(term: str) -> tuple[str, str, str]:
    """Return the key, the kind and the text of such a term."""
    key, what, text = term.split(_END, 2)
    return key, what, text
