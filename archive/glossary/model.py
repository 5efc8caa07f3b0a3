"""A glossary in memory: terms, and the digest that says which list it was."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType

_LONG_ENOUGH = 5  # characters of an operation's name, for it to be told without its ending


@dataclass(frozen=True, slots=True)
class Term:
    """One row of a file. `readings` are given in pinyin without tones; none where the characters leave no doubt."""

    text: str
    specialty: str
    readings: tuple[tuple[str, ...], ...] = ()
    english: str = ""
    synonyms: tuple[str, ...] = ()
    misheard: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every right way to write it, the term itself first."""
        return (self.text, *self.synonyms)


@dataclass(frozen=True)
class Glossary:
    """Terms in the order of their files. Two glossaries with the same terms have the same digest."""

    terms: tuple[Term, ...]

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the terms, in hexadecimal."""
        rows = json.dumps([astuple(term) for term in self.terms], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(rows.encode()).hexdigest()

    @functools.cached_property
    def by_spelling(self) -> Mapping[str, Term]:
        """The term of each right spelling; where two terms share one, the first.

        An operation is called without 术, too: nobody says all of 盆腔淋巴结清扫术 at the table.
        """
        found: dict[str, Term] = {}
        for term in self.terms:
            for spelling in term.spellings:
                found.setdefault(spelling, term)
        for spelling, term in list(found.items()):
            if spelling.endswith("术") and not spelling.endswith("手术") and len(spelling) >= _LONG_ENOUGH:
                found.setdefault(spelling.removesuffix("术"), term)
        return MappingProxyType(found)
