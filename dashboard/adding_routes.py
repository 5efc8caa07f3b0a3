"""Where a browser sends files to: parts as raw bytes, or the addresses in the store that it sends them to itself.

A part is the most that is held in memory, and no more than `_AT_ONCE` of them are in this process at a time.
"""

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from archive import case, recorded
from archive.access import Action, require
from archive.arrivals import removing, used
from archive.arrivals.arrivals import Arrivals, Described, Offered, Under, check_part, length
from archive.arrivals.looks import is_plainly_not_media
from archive.errors import DescriptionError, FixityError, InputError, NotFound, NotMedia, ShijiaoError
from archive.tables import Kind, Member, Recording, SourceRole, State
from dashboard import posts
from dashboard.house import House
from dashboard.posts import Wish

_AT_ONCE = 8
_ADDRESS_SECONDS = 3600
_MOST_FILES = 50
_LANGUAGE = re.compile(r"[a-z]{2,4}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_room = asyncio.Semaphore(_AT_ONCE)


def routes() -> list[Route]:
    """Return the routes of adding; all lie under /gate/add/."""
    return [
        Route("/gate/add/look", posts.plain(_look), methods=["POST"]),
        Route("/gate/add/begin", posts.plain(_begin), methods=["POST"]),
        Route("/gate/add/mine", posts.plain(_mine)),
        Route("/gate/add/of/{recording}", posts.plain(_state)),
        Route("/gate/add/of/{recording}/describe", posts.plain(_describe), methods=["POST"]),
        Route("/gate/add/of/{recording}/discard", posts.plain(_discard), methods=["POST"]),
        Route("/gate/add/{source}/have", posts.plain(_have)),
        Route("/gate/add/{source}/sent", posts.plain(_sent), methods=["POST"]),
        Route("/gate/add/{source}/{number:int}/address", posts.plain(_address), methods=["POST"]),
        Route("/gate/add/{source}/{number:int}", _part, methods=["PUT"]),
    ]


def arrivals(here: House) -> Arrivals:
    """Return what knows about files on their way in."""
    return Arrivals(here.catalogue, here.store, part_size=here.settings.part_size)


# -- before anything is sent


def _look(here: House, member: Member, _request: Request, asked: Wish) -> Any:
    """Say of each file whether it is here, was begun, or is plainly no recording."""
    require(member, Action.ADD)
    return {"files": [_looked(here, member, file) for file in _list(asked, "files")]}


def _looked(here: House, member: Member, file: Mapping[str, Any]) -> dict[str, Any]:
    offered, inbox = _offered(file), arrivals(here)
    begun = inbox.begun(member.id, offered.size, offered.fingerprint)
    if begun is not None:
        return {"begun": {"recording": begun.recording_id, "source": begun.id}}
    try:
        head = base64.b64decode(str(file.get("head", "")), validate=True)
    except (binascii.Error, ValueError):
        head = b""
    if is_plainly_not_media(head):
        return {"refused": NotMedia.code}
    held = inbox.held(offered.size, offered.fingerprint)
    return {} if held is None else {"known": {"recording": held.id, "title": held.title}}


def _begin(here: House, member: Member, _request: Request, asked: Wish) -> Any:
    require(member, Action.ADD)
    files = [_offered(file) for file in _list(asked, "files")]
    recording = arrivals(here).begin(member.id, files, _at_first(described(asked.get("description"))))
    return state(here, recording)


# -- while it is sent


def _mine(here: House, member: Member, _request: Request, _asked: Wish) -> Any:
    require(member, Action.ADD)
    found = [here.catalogue.recording(name) for name in arrivals(here).mine(member.id)]
    return {"recordings": [state(here, recording) for recording in found], "used": used.words(here.catalogue.engine)}


def _state(here: House, member: Member, request: Request, _asked: Wish) -> Any:
    require(member, Action.ADD)
    return state(here, here.catalogue.recording(request.path_params["recording"]))


def state(here: House, recording: Recording) -> dict[str, Any]:
    """A recording on its way: its description, its files, and whether it is there."""
    under = arrivals(here).under_way(recording.id)
    told = recording.model_dump(mode="json", include={"title", "kind", "language", "specialty", "procedure", "case"})
    told |= {"speakers": recording.speakers, "date": _day(recording.recorded_at)}
    return {
        "id": recording.id,
        "arrived": recording.state is not State.RECEIVING,
        "description": told,
        "files": [_file(each) for each in under],
    }


def _file(under: Under) -> dict[str, Any]:
    return {
        "source": under.source.id,
        "name": under.source.name,
        "role": under.source.role.value,
        "size": under.size,
        "fingerprint": under.arrival.fingerprint,
        "partSize": under.arrival.part_size,
        "done": under.done,
        "sent": under.arrival.sent,
        "checked": under.size if under.source.sha512 else under.arrival.checked,
        "trouble": under.arrival.trouble,
    }


def _have(here: House, member: Member, request: Request, _asked: Wish) -> Any:
    """The parts that are in the store, with the SHA-256 of each: whoever goes on compares them with the file."""
    require(member, Action.ADD)
    inbox = arrivals(here)
    source, arrival, upload = inbox.source(member.id, request.path_params["source"])
    have = inbox.parts(source, upload, arrival.part_size)
    if have:
        inbox.arrived(source, list(have))
    return {
        "partSize": arrival.part_size,
        "have": {str(number): digest for number, digest in have.items()},
        "direct": bool(here.settings.s3_public_endpoint),
        "sent": arrival.sent,
    }


def _address(here: House, member: Member, request: Request, asked: Wish) -> Any:
    """Give the address in the store that one part may be sent to, by whoever has it, for an hour."""
    require(member, Action.ADD)
    inbox, number = arrivals(here), request.path_params["number"]
    source, arrival, upload = inbox.source(member.id, request.path_params["source"])
    check_part(upload.size, arrival.part_size, number, length(upload.size, arrival.part_size, number))
    inbox.promise(source, number, _digest(asked.get("sha256")))
    upload_id = upload.upload_id or inbox.open(source)
    return {"address": here.store.presign_part(source.key, upload_id, number, seconds=_ADDRESS_SECONDS)}


def _sent(here: House, member: Member, request: Request, _asked: Wish) -> Any:
    """Note which parts the store holds by now: the browser has sent some there itself."""
    require(member, Action.ADD)
    inbox = arrivals(here)
    source, arrival, upload = inbox.source(member.id, request.path_params["source"])
    have = inbox.parts(source, upload, arrival.part_size)
    inbox.arrived(source, list(have))
    return {"have": len(have)}


async def _part(request: Request) -> Response:
    """Take one part in: read it, compare its SHA-256 with the one that was said, and put it into the store."""
    try:
        here, member = await run_in_threadpool(posts.visitor, request)
        require(member, Action.ADD)
        said = _digest(request.headers.get("x-part-sha256"))
        inbox, number = arrivals(here), request.path_params["number"]
        source, arrival, upload = await run_in_threadpool(inbox.source, member.id, request.path_params["source"])
        wanted = length(upload.size, arrival.part_size, number)
        async with _room:
            data = await _body(request, wanted)
            check_part(upload.size, arrival.part_size, number, len(data))
            found = await run_in_threadpool(lambda: hashlib.sha256(data).hexdigest())
            if found != said:
                raise FixityError(f"Part {number} was damaged on its way.", "It is sent again.")
            await run_in_threadpool(inbox.put, member.id, source.id, number, said, data)
    except ClientDisconnect:  # the link or the tab went: nobody is there to answer
        return Response(status_code=499)
    except ShijiaoError as error:
        return posts.refusal(error)
    return JSONResponse({"number": number}, headers=posts.HEADERS)


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise InputError("More was sent than the part holds.", "Choose the file again.")
    return bytes(body)


# -- the description, and an end


def _describe(here: House, member: Member, request: Request, asked: Wish) -> Any:
    recording = here.catalogue.recording(request.path_params["recording"])
    require(member, Action.EDIT, recording)
    seen = described(asked["seen"]) if asked.get("seen") else None
    changed = arrivals(here).describe(recording, described(asked.get("description")), seen)
    score = case.score(changed.case)
    return {"told": score.told, "asked": score.asked, "missing": score.missing}


def _discard(here: House, member: Member, request: Request, _asked: Wish) -> Any:
    require(member, Action.ADD)
    recording, inbox = here.catalogue.recording(request.path_params["recording"]), arrivals(here)
    under = inbox.under_way(recording.id)
    if recording.state is not State.RECEIVING or not under or under[0].arrival.member_id != member.id:
        raise NotFound("This recording is not on its way.", "Reload the page.")
    removing.discard(here.catalogue, here.store, recording.id)
    return {}


# -- what a browser says is to be doubted


def _list(asked: Wish, name: str) -> list[Mapping[str, Any]]:
    found = asked.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found) or len(found) > _MOST_FILES:
        raise InputError(f"Up to {_MOST_FILES} files can be added at once.", "Choose fewer.")
    return found


def _offered(file: Mapping[str, Any]) -> Offered:
    size = file.get("size")
    if not isinstance(size, int) or isinstance(size, bool):
        raise InputError("A file has no size.", "Choose it again.")
    try:
        role = SourceRole(file.get("role", SourceRole.ROOM))
    except ValueError:
        role = SourceRole.ROOM
    name, goes_on = str(file.get("name", "")), file.get("goesOn") is True
    return Offered(name=name, size=size, fingerprint=_digest(file.get("fingerprint")), role=role, goes_on=goes_on)


def _at_first(said: Described) -> Described:
    """Leave out a day that cannot be: nobody said it yet, the file has it from a camera's clock."""
    try:
        return replace(said, recorded_at=said.recorded_at and recorded.checked(said.recorded_at))
    except DescriptionError:
        return replace(said, recorded_at=None)


def _digest(said: object) -> str:
    if not isinstance(said, str) or not _DIGEST.fullmatch(said):
        raise InputError("A digest is missing.", "Reload the page.")
    return said


def described(said: object) -> Described:
    """Return a description of what a browser sent; what cannot be is left out."""
    told: Mapping[str, Any] = said if isinstance(said, dict) else {}
    kind, speakers, told_case = told.get("kind"), told.get("speakers"), told.get("case")
    speakers = speakers if isinstance(speakers, list) else []
    language = str(told.get("language", "zh"))
    return Described(
        title=str(told.get("title", ""))[:300],
        kind=Kind(kind) if kind in tuple(Kind) else Kind.LECTURE,
        language=language if _LANGUAGE.fullmatch(language) else "zh",
        specialty=str(told.get("specialty", ""))[:200],
        procedure=str(told.get("procedure", ""))[:200],
        speakers=[str(each).strip()[:100] for each in speakers if str(each).strip()]
        if isinstance(speakers, list)
        else [],
        recorded_at=_moment(str(told.get("date", ""))),
        case=told_case if isinstance(told_case, dict) else {},
    )


def _moment(day: str) -> datetime | None:
    """The noon of a day, so that it is that day wherever it is read."""
    try:
        return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    except ValueError:
        return None


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
