"""How Chinese sounds: pinyin without tones, and in the classes that ears and dialects confuse."""

import functools
import re
import unicodedata
from typing import Any, cast

_LONGEST_SPELLING = 64


def read(characters: str) -> list[str]:
    """Return one syllable a character, as `pypinyin.lazy_pinyin` reads them, several times faster.

    A dictionary of phrases chooses between several readings; most time goes into what a phrase sounds like, so that is
    remembered.
    """
    from pypinyin.seg.mmseg import seg

    return [syllable for phrase in seg.cut(characters) for syllable in _read_phrase(phrase)]


@functools.lru_cache(maxsize=100_000)
def _read_phrase(phrase: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    syllables: list[str] = lazy_pinyin([phrase], style=Style.NORMAL, errors=cast(Any, list))
    if len(syllables) != len(phrase):  # never seen; but positions must not shift
        return list(phrase)
    return syllables


@functools.lru_cache(maxsize=4096)
def blur(syllable: str) -> str:
    """Fold a syllable into the class that ears confuse: zh=z, ch=c, sh=s, -ng=-n, l=n."""
    syllable = re.sub("^([zcs])h", r"\1", syllable)
    syllable = re.sub("^l", "n", syllable)
    return re.sub("(?<=[a-z])ng$", "n", syllable)


_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))


@functools.lru_cache(maxsize=4096)
def plain(syllable: str) -> str:
    """Return a syllable without its tone, `v` for ü: "lǜ" is "lv"."""
    bare = unicodedata.normalize("NFD", syllable).translate(_TONES)
    return unicodedata.normalize("NFC", bare).replace("ü", "v").replace("ê", "e")


def readings(character: str) -> list[str]:
    """Return the syllables that a character may be read as, without tones, the commonest first; none if none."""
    from pypinyin.pinyin_dict import pinyin_dict

    known = pinyin_dict.get(ord(character), "")
    return list(dict.fromkeys(plain(each) for each in known.split(",") if each))


@functools.cache
def every_syllable() -> frozenset[str]:
    """Every syllable of Mandarin has a character in GB 2312."""
    characters = "".join(
        bytes([high, low]).decode("gb2312", errors="ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
    )
    syllables = {each for character in characters for each in readings(character)[:2] if re.search("[aeiouv]", each)}
    return frozenset(syllables | {"lue", "nue"})  # as everybody types lve and nve


def spelled(letters: str, *, most: int = 8) -> list[list[str]]:
    """Return the ways in which typed letters are pinyin, fewest syllables first: "xian" is 先 and 西安.

    Each way is a list of syllables in the classes of `blur`; none when the letters are not pinyin.
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) >= _LONGEST_SPELLING:
        return []
    known = every_syllable()
    ways: list[list[list[str]]] = [[[]]]  # ways[n]: how the first n letters can be read
    for end in range(1, len(letters) + 1):
        here = [
            [*way, letters[begin:end]]
            for begin in range(max(0, end - 6), end)
            if letters[begin:end] in known
            for way in ways[begin]
        ]
        ways.append(sorted(here, key=len)[:most])
    return [
        [blur(syllable.replace("ue", "ve") if syllable[0] in "ln" else syllable) for syllable in way]
        for way in ways[-1]
    ]
