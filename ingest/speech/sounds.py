"""How far apart two Mandarin syllables sound: to an ear, in a dialect, and to a speech engine that mishears.

A distance is a cost in nats: about 0 for what nobody tells apart, `FARTHEST` for what has nothing in common.
"""

import functools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float32]

FARTHEST = 5.0
_OTHER_TONE = 0.8
_RARE_READING = 0.4


class Syllable(NamedTuple):
    """A syllable taken apart; a missing part is "". The tone is 1 to 4, 5 for none, 0 if it is not known."""

    initial: str
    glide: str
    vowel: str
    coda: str
    tone: int = 0


_SPELLED = re.compile("(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)([a-zv]+?)([1-5]?)")
_WHOLE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iou", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "io", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "uei",
    "wan": "uan", "wen": "uen", "wang": "uang", "weng": "ueng", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn",
}  # fmt: skip
_FINALS = {
    "a": ("", "a", ""), "o": ("u", "o", ""), "e": ("", "e", ""), "ai": ("", "a", "i"), "ei": ("", "e", "i"),
    "ao": ("", "a", "u"), "ou": ("", "o", "u"), "an": ("", "a", "n"), "en": ("", "e", "n"), "ang": ("", "a", "ng"),
    "eng": ("", "e", "ng"), "ong": ("", "u", "ng"), "er": ("", "e", "r"), "i": ("", "i", ""), "ia": ("i", "a", ""),
    "ie": ("i", "e", ""), "iao": ("i", "a", "u"), "iou": ("i", "o", "u"), "iu": ("i", "o", "u"),
    "ian": ("i", "a", "n"), "in": ("", "i", "n"), "iang": ("i", "a", "ng"), "ing": ("", "i", "ng"),
    "iong": ("i", "u", "ng"), "io": ("i", "o", ""), "u": ("", "u", ""), "ua": ("u", "a", ""), "uo": ("u", "o", ""),
    "uai": ("u", "a", "i"), "uei": ("u", "e", "i"), "ui": ("u", "e", "i"), "uan": ("u", "a", "n"),
    "uen": ("u", "e", "n"), "un": ("u", "e", "n"), "uang": ("u", "a", "ng"), "ueng": ("", "e", "ng"),
    "v": ("", "v", ""), "ve": ("v", "e", ""), "van": ("v", "a", "n"), "vn": ("", "v", "n"),
}  # fmt: skip


@functools.lru_cache(maxsize=4096)
def take_apart(spelled: str) -> Syllable | None:
    """Return the parts of a syllable in pinyin, its tone as a digit behind it; None if it is none."""
    found = _SPELLED.fullmatch(spelled.replace("ü", "v"))
    whole = spelled.rstrip("12345")
    if whole in _WHOLE:
        glide, vowel, coda = _FINALS[_WHOLE[whole]]
        return Syllable("", glide, vowel, coda, _tone(spelled))
    if found is None:
        return None
    initial, final = found[1], found[2]
    if initial in {"j", "q", "x"} and final.startswith("u"):
        final = "v" + final[1:]
    if final == "i" and initial in {"zh", "ch", "sh", "r", "z", "c", "s"}:
        return Syllable(initial, "", "-i", "", _tone(spelled))
    if final not in _FINALS:
        return None
    return Syllable(initial, *_FINALS[final], _tone(spelled))


def _tone(spelled: str) -> int:
    return int(spelled[-1]) if spelled[-1:].isdigit() else 0


def _symmetric(pairs: dict[str, float]) -> dict[tuple[str, str], float]:
    table: dict[tuple[str, str], float] = {}
    for names, cost in pairs.items():
        for name in names.split():
            one, other = (part.strip("_") for part in name.split("/"))
            table[one, other] = table[other, one] = cost
    return table


# Dialects first, then what shares a place or a manner of articulation. `_` is no initial, no glide, no coda.
_INITIALS = _symmetric({
    "zh/z ch/c sh/s": 0.2,
    "n/l h/f r/l": 0.4,
    "b/p d/t g/k j/q z/c zh/ch zh/c z/ch": 0.9,
    "zh/j ch/q sh/x z/j c/q s/x m/n r/n": 1.0,
    "s/z s/c sh/zh sh/ch s/zh s/ch sh/z sh/c x/j x/q k/h g/h p/f b/m m/l": 1.2,
    "_/r _/h _/n _/l _/m _/g t/q d/j t/c d/z t/ch d/zh b/f b/d p/t t/k d/g t/n l/sh l/b": 1.5,
})  # fmt: skip
_ANY_INITIAL = 2.4
_GLIDES = _symmetric({"i/v": 0.3, "u/_": 0.6, "i/_ v/_ u/v": 0.8, "i/u": 1.2})
_VOWELS = _symmetric({
    "i/v i/-i": 0.4, "o/e": 0.5, "o/u a/e a/o e/-i e/i": 0.8, "v/u e/u v/-i": 0.9, "a/i a/u i/u u/-i": 1.6,
})  # fmt: skip
_CODAS = _symmetric({"n/ng": 0.2, "i/_ u/_ n/_ ng/_ r/_": 0.9, "n/i ng/u": 1.0, "i/u ng/i n/u": 1.3})
_ANY = 1.8


# How medicine says them in every word; the dictionary reads some words otherwise (出血 as chu xie, 颈椎 as jing chui).
_ALWAYS = {"血": "xue4", "椎": "zhui1", "肋": "lei4"}

_PARTS = ((_INITIALS, _ANY_INITIAL), (_GLIDES, _ANY), (_VOWELS, _ANY), (_CODAS, _ANY))


def _cost(part: int, heard: Any, meant: Any) -> float:
    """What it costs that one part of a syllable, by its place in it, was meant for another."""
    if heard == meant:
        return 0.0
    if part < len(_PARTS):
        table, other = _PARTS[part]
        return table.get((heard, meant), other)
    return _OTHER_TONE if heard and meant else 0.0


class Inventory:
    """Syllables that may be meant, to be compared with what was heard all at once."""

    def __init__(self, syllables: Sequence[Syllable]) -> None:
        self._parts: list[tuple[list[Any], NDArray[np.intp]]] = []
        for each in zip(*syllables, strict=True):
            values = sorted(set(each))
            number = {value: at for at, value in enumerate(values)}
            self._parts.append((values, np.array([number[value] for value in each], np.intp)))

    def distances(self, heard: Syllable) -> Costs:
        """Return how far what was written lies from each syllable that may have been meant. The same: 0."""
        parts = [
            np.array([_cost(part, heard[part], meant) for meant in values], np.float32)[numbers]
            for part, (values, numbers) in enumerate(self._parts)
        ]
        total: Costs = np.sum(parts, axis=0)
        return np.minimum(total, np.float32(FARTHEST))


@functools.lru_cache(maxsize=20_000)
def readings(character: str) -> tuple[tuple[Syllable, float], ...]:
    """Return the ways to read one character, the usual one first, each with what it costs to assume it."""
    from pypinyin import Style, pinyin

    spelled = pinyin(character, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True, errors="ignore")
    parts = [syllable for way in (spelled[0] if spelled else []) if (syllable := take_apart(way))]
    return tuple((syllable, _RARE_READING if position else 0.0) for position, syllable in enumerate(parts))


def spoken(text: str, reading: tuple[str, ...] = ()) -> tuple[Syllable, ...] | None:
    """Return the syllables of a term, of Chinese characters only; None where it cannot be said so.

    A given reading is without tones: each comes from the character's own reading of that sound.
    """
    from pypinyin import Style, lazy_pinyin

    ways = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    if len(ways) != len(text):
        return None
    syllables = [take_apart(_ALWAYS.get(character, way)) for character, way in zip(text, ways, strict=True)]
    if None in syllables:
        return None
    said = [syllable for syllable in syllables if syllable]
    for position, wanted in enumerate(reading):
        plain = take_apart(wanted)
        if plain is not None and plain[:4] != said[position][:4]:
            toned = [way for way, _ in readings(text[position]) if way[:4] == plain[:4]]
            said[position] = toned[0] if toned else plain
    return tuple(said)
