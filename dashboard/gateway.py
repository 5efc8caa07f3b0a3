"""The media gateway: the only way from the object store to a viewer.

Each route reads the token, asks `archive.access.may` at that moment, and knows only a recording's own playlists, media
files and captions: nothing else in the store has an address here. Media bytes are streamed in small pieces, or fetched
by the browser from a presigned address where the store is reachable from outside.
"""

import functools
import hashlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from archive.access import Action, require
from archive.errors import NotAllowed, NotFound, ShijiaoError, StoreUnavailable
from archive.tables import Recording, Rendition
from dashboard import hls, ranges
from dashboard.house import House, house

HLS_JS = "1.7.4"
"""Version of the hls.js shipped beside the player. It is part of the address, which may so be cached for ever."""

_SCRIPT = Path(__file__).parent / "player" / "hls.min.js"
_PRESIGNED_SECONDS = 900
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_NOT_KEPT = _SAFE | {"Cache-Control": "private, no-store"}
# The viewer's own browser may keep what it has played for as long as one sitting, to go back without fetching again.
_KEPT = _SAFE | {"Cache-Control": "private, max-age=3600"}

Answer = Callable[[Request, House, Recording], Response]


def routes() -> list[Route]:
    """Return the gateway's routes; all lie under /gate/."""
    return [
        Route("/gate/hls.js", _library),
        Route("/gate/{token}/master.m3u8", _guarded(_master)),
        Route("/gate/{token}/captions.{language}.vtt", _guarded(_captions)),
        Route("/gate/{token}/{rendition}/{name}", _guarded(_rendition)),
        Route("/gate/{rest:path}", _nothing),  # else Streamlit would answer with its page
    ]


def _guarded(answer: Answer) -> Callable[[Request], Response]:
    """Let a request through to `answer` if its token and the gate in `archive.access` allow it."""

    @functools.wraps(answer)
    def endpoint(request: Request) -> Response:
        try:
            here = house()
            member, recording_id = here.admit(request.path_params["token"])
            recording = here.catalogue.recording(recording_id)
            require(member, Action.WATCH, recording)
            return answer(request, here, recording)
        except ShijiaoError as error:
            return PlainTextResponse(str(error), status_code=_status(error), headers=_NOT_KEPT)

    return endpoint


def _status(error: ShijiaoError) -> int:
    if isinstance(error, NotAllowed):
        return 403
    if isinstance(error, NotFound):
        return 404
    return 503 if isinstance(error, StoreUnavailable) else 500


async def _library(_request: Request) -> Response:
    headers = _SAFE | {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(_SCRIPT, media_type="text/javascript", headers=headers)


async def _nothing(_request: Request) -> Response:
    return PlainTextResponse("There is nothing here.", status_code=404, headers=_NOT_KEPT)


def _master(_request: Request, here: House, recording: Recording) -> Response:
    renditions = here.catalogue.renditions(recording.id)
    if not renditions:
        raise NotFound(f"The recording {recording.id} cannot be watched yet.", "Wait until it is processed.")
    return Response(
        hls.master(renditions, language=recording.language), media_type=hls.PLAYLIST_TYPE, headers=_NOT_KEPT
    )


def _captions(request: Request, here: House, recording: Recording) -> Response:
    language = request.path_params["language"]
    said = here.catalogue.transcript(recording.id)
    if said is None or said.language != language:
        raise NotFound(f"The recording {recording.id} has no captions in “{language}”.")
    return Response(said.to_vtt(), media_type="text/vtt", headers=_NOT_KEPT)


def _rendition(request: Request, here: House, recording: Recording) -> Response:
    asked, name = request.path_params["rendition"], request.path_params["name"]
    row = next((row for row in here.catalogue.renditions(recording.id) if row.name == asked), None)
    if row is not None and name == row.playlist:
        playlist = here.store.get(row.prefix + row.playlist).decode()
        return Response(hls.media(playlist, row.file), media_type=hls.PLAYLIST_TYPE, headers=_NOT_KEPT)
    if row is not None and name == row.file:
        return _media(request, here, row)
    raise NotFound(f"The recording {recording.id} has no such file.")


def _media(request: Request, here: House, row: Rendition) -> Response:
    key = row.prefix + row.file
    if here.settings.s3_public_endpoint:
        return RedirectResponse(here.store.presign_get(key, seconds=_PRESIGNED_SECONDS), 307, headers=_NOT_KEPT)
    size = row.size or here.store.head(key).size
    etag = f'"{hashlib.sha256(key.encode()).hexdigest()[:20]}-{size:x}"'  # the key names its content by digest
    headers = _KEPT | {"Accept-Ranges": "bytes", "ETag": etag}
    kind = "audio/mp4" if row.media == "audio" else "video/mp4"
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    valid = request.headers.get("if-range", etag) == etag
    try:
        wanted = ranges.parse(request.headers.get("range") if valid else None, size)
    except ranges.Unsatisfiable:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = wanted or (0, size)
    headers["Content-Length"] = str(end - start)
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if wanted else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=kind)
    return StreamingResponse(_pieces(here, key, start, end), status, headers, media_type=kind)


def _pieces(here: House, key: str, start: int, end: int) -> Iterator[bytes]:
    """Open the stream now, so that a store that fails is answered as such and not as a broken body."""
    chunks = iter(here.store.stream(key, start, end))
    first = next(chunks, b"")
    return chain([first], chunks)
