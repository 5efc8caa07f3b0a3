"""Which language a text is in, as far as its characters and commonest words tell."""

import re

from archive.errors import TranscriptFormatError

_CODE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*", re.IGNORECASE)
_OLD = {"chi": "zh", "zho": "zh", "chs": "zh", "cht": "zh", "cmn": "zh", "eng": "en"}

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:'[a-z]+)?")
_ENGLISH = re.compile(
    "the|a|an|and|or|of|to|in|is|are|was|were|be|it|that|this|we|you|he|she|they|i|for|on|with|as|at|by|not|have|has|"
    "will|can|do|so|if|but|from|there|here|what|how|now|our|your|let's|it's"
)
_COMMON = 0.15  # share of these words in English that is spoken; about 0.4, and less than 0.1 in its neighbours


def subtag(language: str) -> str:
    """Return a language's first subtag, by which tracks are told apart: "zh" for zh-CN, zh_Hans and chi.

    Raises:
        TranscriptFormatError: it is no code of a language.
    """
    match = _CODE.fullmatch(language.strip())
    if match is None:
        raise TranscriptFormatError(f"“{language}” is not a language's code.", "Write it as zh or en.")
    code = match[1].lower()
    return _OLD.get(code, code)


def guess(text: str) -> str:
    """Return "zh", "en", "ja" or "ko". Mandarin with English terms in it is Mandarin.

    Raises:
        TranscriptFormatError: the text tells none of them.
    """
    han, kana, hangul = (len(pattern.findall(text)) for pattern in (_HAN, _KANA, _HANGUL))
    words = [word.lower() for word in _WORD.findall(text)]
    if hangul > max(han, kana, len(words)):
        return "ko"
    if kana > 0.1 * (han + kana) and han + kana > len(words):
        return "ja"
    if han > len(words):
        return "zh"
    if words and sum(_ENGLISH.fullmatch(word) is not None for word in words) >= _COMMON * len(words):
        return "en"
    raise TranscriptFormatError("The language of the text cannot be told from it.", "Say it: --language en.")


def is_chinese(line: str) -> bool:
    """Whether a line is in Chinese, as lines of captions in two languages are told apart."""
    return _HAN.search(line) is not None


def is_latin(line: str) -> bool:
    """Whether a line is in Latin letters, and in words rather than a single abbreviation."""
    return not is_chinese(line) and len(_WORD.findall(line)) >= 1
