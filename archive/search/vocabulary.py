"""The words of the trade as search uses them: what means the same, and what somebody may have meant."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from archive.errors import GlossaryError
from archive.glossary import Glossary, load
from archive.glossary.table import own_files
from archive.search.analyser import searched
from archive.search.naming import keys
from archive.search.sounds import heard, ways

_MOST_ALIKE = 12


@dataclass(frozen=True)
class Vocabulary:
    """Groups of spellings that mean the same, each as a person writes it, the best first."""

    groups: tuple[tuple[str, ...], ...]

    @functools.cached_property
    def _same(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for group in self.groups:
            for spelling in group:
                found[searched(spelling)] += [other for other in group if other != spelling]
        return found

    def same(self, word: str) -> list[str]:
        """Return other spellings of what a searched word means: synonyms and translations."""
        return list(dict.fromkeys(self._same.get(word, ())))[:_MOST_ALIKE]

    def knows(self, word: str) -> bool:
        """Whether a searched word is one of the spellings."""
        return word in self._same

    def within(self, word: str) -> list[str]:
        """Return the spellings that a longer searched word is made of, the longest at each place."""
        found, at = [], 0
        while at < len(word):
            longest = min(self._longest, len(word) - at)
            length = next((n for n in range(longest, 1, -1) if word[at : at + n] in self._same), 0)
            if length:
                found.append(word[at : at + length])
            at += length or 1
        return found

    def sounding(self, sounds: Iterable[str]) -> list[str]:
        """Return the Chinese spellings that sound so."""
        return list(dict.fromkeys(shown for sound in sounds for shown in self._by_sound.get(sound, ())))[:_MOST_ALIKE]

    @functools.cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word, shown in self._spellings.items():
            if len(word) >= 2 and not word.isascii():
                found[heard(word)].append(shown)
        return found

    @functools.cached_property
    def _longest(self) -> int:
        return max(map(len, self._same), default=0)

    @functools.cached_property
    def _spellings(self) -> dict[str, str]:
        return {searched(spelling): spelling for group in self.groups for spelling in group}

    @functools.cached_property
    def _slips(self) -> dict[str, list[str]]:
        """Spellings by each thing that one slip may make of them: of their sound, or of their letters."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._spellings:
            for slip in _slips_of(word):
                found[slip].append(word)
        return found

    def meant(self, word: str) -> Iterator[str]:
        """Yield spellings that a searched word may have been meant for: alike in sound first, then almost alike."""
        seen = {word}
        forms = [word, *ways(word)]
        for exactly in (True, False):
            for form in forms:
                for slip in [form] if exactly else _slips_of(form, sound=False):
                    for other in self._slips.get(slip, ()):
                        if other not in seen:
                            seen.add(other)
                            yield self._spellings[other]

    @functools.cached_property
    def _by_key(self) -> list[tuple[str, str]]:
        return sorted((key, shown) for shown in self._spellings.values() for key in keys(shown))

    def beginning(self, typed: str, most: int) -> list[str]:
        """Return spellings that begin as typed: as written, in pinyin, or by initials; the shortest first."""
        import bisect

        known = self._by_key
        first = bisect.bisect_left(known, (typed, ""))
        last = bisect.bisect_left(known, (typed + "\U0010ffff", ""), lo=first)
        found = sorted(known[first : min(last, first + 400)], key=lambda pair: (len(pair[0]), pair[1]))
        return list(dict.fromkeys(shown for _, shown in found))[:most]

    def abbreviated(self, letters: str) -> list[str]:
        """Return the Chinese spellings whose initials these letters are: sng may be 输尿管."""
        return self._by_initials.get(letters, [])[:_MOST_ALIKE]

    @functools.cached_property
    def _by_initials(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word, shown in self._spellings.items():
            if len(word) >= 2 and all("\u3400" <= character <= "\u9fff" for character in word):
                found[keys(word)[-1]].append(shown)
        return found


def _slips_of(word: str, *, sound: bool = True) -> Iterator[str]:
    """Yield a word, its sound, and each of them with one of its signs left out, if it is long enough for that."""
    forms = [word, heard(word)] if sound and any(character > "\u2e7f" for character in word) else [word]
    for form in dict.fromkeys(forms):
        yield form
        if len(form) >= (3 if "\ue000" <= form[0] <= "\uf8ff" else 5):
            yield from (f"{form[:gap]}*{form[gap + 1 :]}" for gap in range(len(form)))
            yield from (f"{form[:gap]}{form[gap + 1 :]}" for gap in range(len(form)) if form.isascii())


def _groups(glossary: Glossary) -> Iterator[tuple[str, ...]]:
    text = (resources.files("archive.search") / "equivalents.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield tuple(line.split(";"))
    for term in glossary.terms:
        yield tuple(dict.fromkeys(filter(None, (*term.spellings, term.english))))


def vocabulary(own: Path | None = None) -> Vocabulary:
    """Return the vocabulary, with a hospital's own glossary; it is read again when that changes."""
    try:
        return _vocabulary(own, tuple((path.name, path.stat().st_mtime_ns) for path in own_files(own)))
    except (GlossaryError, OSError):
        return _vocabulary(None, ())  # whoever adds terms is told; whoever searches need not be


@functools.lru_cache(maxsize=2)
def _vocabulary(own: Path | None, _state: Iterable[tuple[str, int]]) -> Vocabulary:
    return Vocabulary(tuple(_groups(load(own=own))))
