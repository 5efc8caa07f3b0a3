"""The media gateway: the only way from the object store to a viewer.

Each route asks who is signed in, reads the token, asks `archive.access.may` at that moment, and knows only a
recording's playlists, media files, stills and captions: nothing else in the store has an address here. Media bytes are
streamed in small pieces, or fetched by the browser from a presigned address where the store is reachable from outside.

What is cut from a recording has no address either, but for those who may edit it and whose token says so.
"""

import functools
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from archive import versions
from archive.access import Action, require
from archive.cuts import Ranges, hidden, showing
from archive.cuts.effect import Closed, effect
from archive.cuts.ranges import shifted
from archive.errors import NotAllowed, NotFound, NotSignedIn, ShijiaoError, StoreUnavailable
from archive.ocfl import OcflRoot
from archive.people import COOKIE
from archive.tables import Recording, Rendition, Stills
from archive.transcripts.changes import changes
from dashboard import (
    adding_routes,
    cuts_routes,
    desk,
    details_routes,
    entrance,
    hls,
    learning_routes,
    outline,
    pack,
    pictures,
    ranges,
    scripts,
    search_routes,
    tiles,
    usage_routes,
    work_routes,
)
from dashboard.house import House, house

_PRESIGNED_SECONDS = 900
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_NOT_KEPT = _SAFE | {"Cache-Control": "private, no-store"}
# The viewer's own browser may keep what it has played for as long as one sitting, to go back without fetching again.
_KEPT = _SAFE | {"Cache-Control": "private, max-age=3600"}
_FOR_A_MOMENT = _SAFE | {"Cache-Control": "private, max-age=3"}  # playlists, asked for ahead of the player
_FOR_EVER = _SAFE | {"Cache-Control": "public, max-age=31536000, immutable"}  # their addresses name their content

Answer = Callable[[Request, House, Recording, Ranges], Response]
"""What answers a request about a recording from which ranges of its timeline are cut, for whoever asks."""


def routes() -> list[Route]:
    """Return the gateway's routes; all lie under /gate/."""
    return [
        Route("/gate/{script}.js", _script),
        Route("/gate/player.css", _style),
        *entrance.routes(),
        *usage_routes.routes(),
        *learning_routes.routes(),
        *desk.routes(),
        *outline.routes(),
        *details_routes.routes(),
        *cuts_routes.routes(),
        *adding_routes.routes(),
        *work_routes.routes(),
        *search_routes.routes(),
        *pack.routes(),
        Route("/gate/{token}/captions.{language}.vtt", _guarded(_captions)),
        Route("/gate/{token}/changes.json", _guarded(_changes)),
        Route("/gate/{token}/{angle}/master.m3u8", _guarded(_master)),
        Route("/gate/{token}/{angle}/picture.m3u8", _guarded(_picture)),
        Route("/gate/{token}/{angle}/sound.m3u8", _guarded(_sound)),
        Route("/gate/{token}/{angle}/stills/{name}", _guarded(_still)),
        Route("/gate/{token}/{angle}/tiles/{number:int}.jpg", _guarded(_tile)),
        Route("/gate/{token}/{angle}/{rendition}/{name}", _guarded(_rendition)),
        Route("/gate/{rest:path}", _nothing),  # else Streamlit would answer with its page
    ]


def _guarded(answer: Answer) -> Callable[[Request], Response]:
    """Let a request through to `answer` if its token and the gate in `archive.access` allow it."""

    @functools.wraps(answer)
    def endpoint(request: Request) -> Response:
        try:
            here = house()
            member, granted = here.admit(request.cookies.get(COOKIE, ""), request.path_params["token"])
            recording = here.catalogue.recording(granted.recording_id)
            require(member, Action.WATCH, recording)
            if granted.whole:
                require(member, Action.EDIT, recording)
            return answer(request, here, recording, () if granted.whole else here.cuts.ranges(recording.id))
        except ShijiaoError as error:
            return PlainTextResponse(str(error), status_code=_status(error), headers=_NOT_KEPT)

    return endpoint


def _status(error: ShijiaoError) -> int:
    if isinstance(error, NotAllowed):
        return 401 if isinstance(error, NotSignedIn) else 403
    if isinstance(error, NotFound):
        return 404
    return 503 if isinstance(error, StoreUnavailable) else 500


async def _script(request: Request) -> Response:
    content = scripts.served().get(request.path_params["script"])
    if content is None:
        return await _nothing(request)
    return Response(content, media_type="text/javascript", headers=_FOR_EVER)


async def _style(_request: Request) -> Response:
    return Response(scripts.style(), media_type="text/css", headers=_FOR_EVER)


async def _nothing(_request: Request) -> Response:
    return PlainTextResponse("There is nothing here.", status_code=404, headers=_NOT_KEPT)


def _renditions(request: Request, here: House, recording: Recording) -> list[Rendition]:
    """The renditions of the angle that the address names."""
    angle = request.path_params["angle"]
    return [row for row in here.catalogue.renditions(recording.id) if row.source_id == angle]


def _master(request: Request, here: House, recording: Recording, _cut: Ranges) -> Response:
    renditions = _renditions(request, here, recording)
    return _playlist(recording, renditions, hls.master(renditions, language=recording.language))


def _picture(request: Request, here: House, recording: Recording, _cut: Ranges) -> Response:
    renditions = [row for row in _renditions(request, here, recording) if row.media == "video"]
    return _playlist(recording, renditions, hls.picture(renditions))


def _sound(request: Request, here: House, recording: Recording, _cut: Ranges) -> Response:
    renditions = [row for row in _renditions(request, here, recording) if row.media == "audio"]
    return _playlist(recording, renditions, hls.sound(renditions))


def _playlist(recording: Recording, renditions: list[Rendition], composed: str) -> Response:
    if not renditions:
        raise NotFound(f"The recording {recording.id} cannot be played like this yet.", "Wait until it is processed.")
    return Response(composed, media_type=hls.PLAYLIST_TYPE, headers=_FOR_A_MOMENT)


def _captions(request: Request, here: House, recording: Recording, cut: Ranges) -> Response:
    language = request.path_params["language"]
    said = here.catalogue.transcript(recording.id, language)
    if said is None:
        raise NotFound(f"The recording {recording.id} has no captions in “{language}”.")
    said = replace(said, segments=showing.sentences(said.segments, cut))
    return Response(said.to_vtt(), media_type="text/vtt", headers=_NOT_KEPT)


def _changes(_request: Request, here: House, recording: Recording, cut: Ranges) -> Response:
    """What the glossary changed in the transcript that is shown, as `player/changes.js` takes it.

    Sentences are counted as the captions have them: without those that are cut.
    """
    _, said = versions.shown(here.catalogue, OcflRoot(here.store), recording.id)
    seen = [n for n, each in enumerate(said.segments) if not hidden(cut, each.start, each.end)]
    place = {segment: n for n, segment in enumerate(seen)}
    found = [
        {
            "segment": place[change.segment],
            "offset": change.offset,
            "start": change.start,
            "before": change.before,
            "after": change.after,
            "term": change.term,
            "alike": change.distance == 0,
        }
        for change in changes(said)
        if change.segment in place
    ]
    return JSONResponse(found, headers=_NOT_KEPT)


def _still(request: Request, here: House, recording: Recording, cut: Ranges) -> Response:
    """A picture of the angle, or the list of its scenes: only what the facts of its stills name, and may be seen."""
    name = request.path_params["name"]
    row = _stills(request, here, recording, cut)
    if name == "scenes.json":
        return JSONResponse(pictures.scenes(row), headers=_NOT_KEPT)
    if name not in pictures.files(row):
        raise NotFound(f"The recording {recording.id} has no such still.")
    key, kind = row.prefix + name, pictures.content_type(name)
    if name == pictures.storyboard(row):
        return Response(tiles.listed(here.store, row), media_type=kind, headers=_NOT_KEPT if cut else _KEPT)
    etag = _etag(f"{key}{pictures.cut(row) or ''}")
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_KEPT | {"ETag": etag})
    if cut and (picture := tiles.blotted(here.store, row, name)):
        return Response(picture, media_type=kind, headers=_NOT_KEPT | {"ETag": etag})
    if here.settings.s3_public_endpoint and kind == "image/jpeg":
        return RedirectResponse(here.store.presign_get(key, seconds=_PRESIGNED_SECONDS), 307, headers=_NOT_KEPT)
    return Response(here.store.get(key), media_type=kind, headers=_KEPT | {"ETag": etag})


def _tile(request: Request, here: House, recording: Recording, cut: Ranges) -> Response:
    """One picture of the storyboard, cut out: a sheet of a hundred would be much to fetch for one."""
    row = _stills(request, here, recording, cut)
    number = request.path_params["number"]
    if not pictures.storyboard(row):
        raise NotFound(f"The recording {recording.id} has no such picture.")
    etag = _etag(f"{row.prefix}{number}{pictures.cut(row) or ''}")
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_KEPT | {"ETag": etag})
    picture = tiles.cut(here.store, row, number)
    return Response(picture, media_type="image/jpeg", headers=_KEPT | {"ETag": etag})


def _stills(request: Request, here: House, recording: Recording, cut: Ranges) -> Stills:
    """The stills of the angle that the address names, as far as they may be seen."""
    angle = request.path_params["angle"]
    row = here.catalogue.stills(recording.id).get(angle)
    if row is None:
        raise NotFound(f"The recording {recording.id} has no such still.")
    return pictures.shown(row, shifted(cut, -_starts(here, recording)[angle])) if cut else row


def _starts(here: House, recording: Recording) -> dict[str, float]:
    """When each angle begins on the recording's timeline, by its id."""
    return {source.id: source.start for source in here.catalogue.sources(recording.id)}


def _rendition(request: Request, here: House, recording: Recording, cut: Ranges) -> Response:
    asked, name = request.path_params["rendition"], request.path_params["name"]
    row = next((row for row in _renditions(request, here, recording) if row.name == asked), None)
    if row is None or name not in (row.playlist, row.file):
        raise NotFound(f"The recording {recording.id} has no such file.")
    closed = _closed(here, recording, row, cut) if cut else None
    if name == row.playlist:
        playlist = here.store.get(row.prefix + row.playlist).decode()
        body = hls.media(playlist, row.file, _version(row), closed)
        return Response(body, media_type=hls.PLAYLIST_TYPE, headers=_FOR_A_MOMENT)
    # A rendition made anew has another version: byte ranges of the one before would cut it in the wrong places.
    if request.query_params.get("v", _version(row)) != _version(row):
        raise NotFound(f"The recording {recording.id} has no such file.")
    return _media(request, here, row, closed)


def _closed(here: House, recording: Recording, row: Rendition, cut: Ranges) -> Closed:
    rows = here.catalogue.renditions(recording.id)
    if all(each.id != row.id for each in rows):
        raise NotFound(f"The recording {recording.id} has no such file any more.")
    return effect(here.store, rows, _starts(here, recording), cut).closed[row.id]


def _version(row: Rendition) -> str:
    return hashlib.sha256((row.prefix + row.file).encode()).hexdigest()[:8]  # the prefix names its content by digest


def _etag(key: str, size: int | None = None) -> str:
    named = hashlib.sha256(key.encode()).hexdigest()[:20]
    return f'"{named}"' if size is None else f'"{named}-{size:x}"'


def _media(request: Request, here: House, row: Rendition, closed: Closed | None) -> Response:
    """The bytes of a rendition: those of a request that asks for one that is closed stay here, all of them."""
    key = row.prefix + row.file
    if here.settings.s3_public_endpoint and closed is None:
        return RedirectResponse(here.store.presign_get(key, seconds=_PRESIGNED_SECONDS), 307, headers=_NOT_KEPT)
    size = row.size or here.store.head(key).size
    etag = _etag(key, size)
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
    if closed is not None and not closed.allows(start, end):
        raise NotAllowed("A part of this was cut out of the recording.", "Load the page again; it goes on behind it.")
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
