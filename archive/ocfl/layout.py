"""Where things lie: the storage root's own files, the place of an object, the place of a file's bytes.

Objects lie by OCFL's extension 0003 (hash and id n-tuple): three tuples of three characters of the id's sha256, then
the id itself, percent-encoded: a person sees whose folder it is, and ocfl-py knows this layout (0004 it does not).
Bytes lie under a name that S3 and every file system takes and that a person can still read.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from urllib.parse import unquote

from archive.errors import InputError

DIGEST = "sha512"
INVENTORY = "inventory.json"
SIDECAR = f"{INVENTORY}.{DIGEST}"
OBJECT_DECLARATION = "0=ocfl_object_1.1"
ROOT_DECLARATION = "0=ocfl_1.1"
_EXTENSION = "0003-hash-and-id-n-tuple-storage-layout"
_TUPLE_SIZE = 3
_TUPLES = 3

_CONFIG = {
    "extensionName": _EXTENSION,
    "digestAlgorithm": "sha256",
    "tupleSize": _TUPLE_SIZE,
    "numberOfTuples": _TUPLES,
}
_LAYOUT = {
    "extension": _EXTENSION,
    "description": "Three tuples of three characters of the sha256 of the object's id, then the id percent-encoded.",
}

# What S3 clients, XML listings, FAT, NTFS or a shell would not give back as it was; % because it marks the rest.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\xa0\\:*?"<>|%\u2028\u2029\ufeff\ufffe\uffff]|\A[-.~ ]|[. ]\Z')
_LONGEST_NAME = 200
_LONGEST_PATH = 600
_LONGEST_ID = 100  # by extension 0003
_INVENTORY_KEY = re.compile(rf"(?:[0-9a-f]{{{_TUPLE_SIZE}}}/){{{_TUPLES}}}[\w%-]+/{re.escape(INVENTORY)}", re.ASCII)


def root_files() -> dict[str, bytes]:
    """Return the files that make a folder an OCFL storage root; the declaration is the last."""
    return {
        f"extensions/{_EXTENSION}/config.json": json.dumps(_CONFIG, indent=2).encode(),
        "ocfl_layout.json": json.dumps(_LAYOUT, indent=2).encode(),
        ROOT_DECLARATION: b"ocfl_1.1\n",
    }


def object_path(object_id: str) -> str:
    """Return the folder of an object below the storage root, with a slash at its end."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    tuples = [digest[at : at + _TUPLE_SIZE] for at in range(0, _TUPLES * _TUPLE_SIZE, _TUPLE_SIZE)]
    name = re.sub(r"[^A-Za-z0-9_-]", lambda found: "".join(f"%{byte:02x}" for byte in found[0].encode()), object_id)
    if len(name) > _LONGEST_ID:
        name = f"{name[:_LONGEST_ID]}-{digest}"
    return "/".join([*tuples, name]) + "/"


def object_id(path: str) -> str | None:
    """Return the id of the object whose inventory lies at `path`; None where its folder's name had to be cut short."""
    name = path.split("/")[_TUPLES]
    return unquote(name) if len(name) <= _LONGEST_ID else None


def is_inventory(path: str) -> bool:
    """Return whether a path below the storage root is an object's own (not a version's) inventory."""
    return _INVENTORY_KEY.fullmatch(path) is not None


def content_path(version: int, logical: str) -> str:
    """Return where the bytes of a logical path lie in the object. Different paths never get the same place.

    Raises:
        InputError: it is no logical path.
    """
    check_logical([logical])
    path = "/".join(_file_name(segment) for segment in logical.split("/"))
    if len(path.encode()) > _LONGEST_PATH:
        path = "~" + _short(logical)
    return f"v{version}/content/{path}"


def check_logical(paths: Iterable[str]) -> None:
    """Pass where all of these can be the paths of one version.

    Raises:
        InputError: a path is absolute, has an empty, '.' or '..' segment or is not Unicode, or is a folder of another.
    """
    folders: set[str] = set()
    known: set[str] = set()
    for path in paths:
        segments = path.split("/")
        if any(segment in ("", ".", "..") for segment in segments):
            raise InputError(f"“{path!a}” cannot be the path of a file in an object.", "Give every part of it a name.")
        if any("\ud800" <= character <= "\udfff" for character in path):
            raise InputError(f"The path {path!a} is not valid Unicode.", "Rename the file.")
        known.add(path)
        folders.update("/".join(segments[:count]) for count in range(1, len(segments)))
    for both in sorted(known & folders):
        raise InputError(f"“{both}” cannot be a file and a folder in one object.", "Give one of them another name.")


def _file_name(segment: str) -> str:
    """Encode one segment: letters of every script stay, what is unsafe becomes %XX of its UTF-8."""
    name = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), segment)
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    # Only here may a name begin with "~": an own one that does has it encoded.
    return f"~{_short(segment)}"


def _short(path: str) -> str:
    """Return a name of at most 150 bytes for a long one: its digest, and its ending where that is a plain one."""
    ending = re.search(r"\.[A-Za-z0-9]{1,10}$", path)
    return hashlib.sha256(path.encode()).hexdigest() + (ending[0] if ending else "")
