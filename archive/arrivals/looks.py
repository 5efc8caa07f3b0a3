"""A cheap look at a file's first bytes: what is plainly something else is refused before any of it is sent.

It only refuses what it knows. Whether the rest is media is told by the probe, after it has arrived.
"""

_SOMETHING_ELSE = (
    b"%PDF", b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"MZ", b"\x7fELF",
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"<!DOCTYPE", b"<html",
)  # fmt: skip
_TEXT = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D}
_LEAST = 32  # bytes: no recording has less


def is_plainly_not_media(head: bytes) -> bool:
    """Whether a file that begins so is a document, an archive, a program, a picture, plain text, or next to nothing.

    Of a beginning that is empty nothing is said.
    """
    if head.startswith(_SOMETHING_ELSE) or 0 < len(head) < _LEAST:
        return True
    return bool(head) and _is_text(head)


def _is_text(head: bytes) -> bool:
    if all(byte in _TEXT for byte in head):
        return True
    try:
        text = head.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character that the end of the sample cut in two
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\r\n" for character in text)
