"""The text of a caption file, in whatever encoding the tools of China write it."""

import codecs
import unicodedata

from archive.errors import TranscriptFormatError

_MARKS = ((codecs.BOM_UTF8, "UTF-8"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))
_DAMAGED = 0.05  # share of wrong characters up to which a text is UTF-8 that was damaged, and not another encoding
_ADVICE = "Save the file as UTF-8."
_BINARY = 0.01  # share of control characters from which on a file is none of text
_IN_TEXT = frozenset("\t\n\v\f\r\x1a\x1b")  # of control characters


def decode(data: bytes) -> tuple[str, str]:
    """Return a file's text and the name of its encoding: UTF-8, UTF-16 or GB18030 (which GBK and GB2312 are part of).

    Raises:
        TranscriptFormatError: it is none of them, or no text; the message names the line where that is known.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data, name)
    if data.count(0) > len(data) / 10:  # Latin letters and line ends have a zero byte in UTF-16, and nowhere else
        name = "UTF-16LE" if data[1::2].count(0) >= data[::2].count(0) else "UTF-16BE"
        _must_be_text(data.decode(name, "replace"))
        return _strict(data, name)
    _must_be_text(data.decode("latin-1"))
    if not _is_other_than_utf8(data):
        return _strict(data, "UTF-8")
    text, name = _strict(data, "GB18030")
    if any(unicodedata.category(character) in ("Co", "Cn") for character in text):
        raise TranscriptFormatError("The file's characters are in none of UTF-8, UTF-16 and GB18030.", _ADVICE)
    return text, name


def _must_be_text(text: str) -> None:
    controls = sum(character < " " and character not in _IN_TEXT for character in text)
    if controls > _BINARY * len(text):
        raise TranscriptFormatError("This is not a file of text.", "Check that it is the right one.")


def _is_other_than_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    wrong = text.count("\N{REPLACEMENT CHARACTER}")
    return wrong > _DAMAGED * sum(not character.isascii() for character in text)


def _strict(data: bytes, name: str) -> tuple[str, str]:
    try:
        return data.decode("utf-8-sig" if name == "UTF-8" else name), name.removesuffix("LE").removesuffix("BE")
    except UnicodeDecodeError as error:
        line = data[: error.start].count("\n".encode(name)[-2 if name.startswith("UTF-16") else -1 :]) + 1
        raise TranscriptFormatError(
            f"Line {line}: the bytes there are not {name}, as the rest of the file is.", _ADVICE, line=line
        ) from error
