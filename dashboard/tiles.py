"""Single pictures of a storyboard, cut out of the sheets on which they lie by the hundred."""

import functools
import io
import re
from collections import OrderedDict
from threading import Lock

from PIL import Image

from archive.errors import NotFound
from archive.objects.store import ObjectStore
from archive.tables import Stills
from dashboard import pictures

_TILE = re.compile(r"^(\S+?)#xywh=(\d+),(\d+),(\d+),(\d+)\s*$", re.MULTILINE)
_MOST_SHEETS = 12  # that are kept decoded, about 4 MB each
_QUALITY = 80
_GREY = (128, 128, 128)

_sheets: OrderedDict[str, Image.Image] = OrderedDict()
_lock = Lock()

Tile = tuple[str, int, int, int, int]  # sheet, left, top, width, height


def cut(store: ObjectStore, stills: Stills, number: int) -> bytes:
    """Return tile `number`, from 0 in the order of the time line, as a JPEG; the last one for what lies beyond it.

    Raises:
        NotFound: the storyboard has no tile, or none that may be seen.
        StoreUnavailable: the object store does not answer.
    """
    found = _tiles(store.get(stills.prefix + pictures.storyboard(stills)).decode())
    if not found:
        raise NotFound(f"The storyboard of {stills.recording_id} is empty.")
    number = min(number, len(found) - 1)
    sheet, left, top, width, height = found[number]
    if sheet not in pictures.files(stills) or pictures.tile_hidden(stills, number):
        raise NotFound(f"The storyboard of {stills.recording_id} has no picture {number}.")
    return _jpeg(_sheet(store, stills.prefix + sheet).crop((left, top, left + width, top + height)))


def blotted(store: ObjectStore, stills: Stills, sheet: str) -> bytes | None:
    """Return a sheet on which tiles that may not be seen are grey, as a JPEG; None where there are none on it.

    Raises:
        StoreUnavailable: the object store does not answer.
    """
    found = _tiles(store.get(stills.prefix + pictures.storyboard(stills)).decode())
    gone = [tile for number, tile in enumerate(found) if tile[0] == sheet and pictures.tile_hidden(stills, number)]
    if not gone:
        return None
    picture = _sheet(store, stills.prefix + sheet).copy()
    for _, left, top, width, height in gone:
        picture.paste(_GREY, (left, top, left + width, top + height))
    return _jpeg(picture)


def listed(store: ObjectStore, stills: Stills) -> str:
    """Return the storyboard's WebVTT, without the tiles that may not be seen.

    Raises:
        StoreUnavailable: the object store does not answer.
    """
    told = store.get(stills.prefix + pictures.storyboard(stills)).decode()
    if not pictures.cut(stills):
        return told
    head, *cues = re.split(r"\n\s*\n", told.strip())
    numbered = enumerate(cue for cue in cues if _TILE.search(cue))
    return "\n\n".join([head, *(cue for number, cue in numbered if not pictures.tile_hidden(stills, number))]) + "\n"


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


@functools.lru_cache(maxsize=32)
def _tiles(webvtt: str) -> list[Tile]:
    return [(name, *map(int, numbers)) for name, *numbers in _TILE.findall(webvtt)]


def _sheet(store: ObjectStore, key: str) -> Image.Image:
    """A sheet, decoded; what lies at a key never changes."""
    with _lock:
        if key in _sheets:
            _sheets.move_to_end(key)
            return _sheets[key]
    with Image.open(io.BytesIO(store.get(key))) as opened:
        found = opened.convert("RGB")
    with _lock:
        _sheets[key] = found
        while len(_sheets) > _MOST_SHEETS:
            _sheets.popitem(last=False)
    return found
