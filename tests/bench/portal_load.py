"""Fifty doctors watching and five trainers editing, on one portal: errors, how long they wait, memory of each.

    SHIJIAO_MODELS=… python tests/bench/portal_load.py [SECONDS] [--viewers 50] [--trainers 5]

Without browsers, on loopback, on the same cores: everybody holds the WebSocket that Streamlit's page holds, and asks
the gateway as the page's scripts do. Viewers come one after the other in the first third of the time; each opens the
home page, then the recording, fetches its smallest picture at the pace at which it is played, from a second of their
own, and reports every ten seconds what was played. A trainer does one thing every three seconds: turns to a page of
theirs, or saves a correction at the transcript desk. What a page shows instead of itself counts as an error too.
"""

import argparse
import asyncio
import itertools
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import websockets
from portal_first_frame import COOKIE, serve, shijiao
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from archive import tokens
from archive.catalogue import Catalogue
from archive.database import connect
from archive.keys import load_keys
from archive.people import Members
from archive.settings import Settings
from archive.tables import Member, Role

PACE = 3.0  # seconds between two steps of a trainer
REPORT = 10.0  # seconds between two reports of a player
OURS = {"X-Shijiao": "1"}
TROUBLE = (b"trouble", b"closed")  # keys of what a page draws in its place when it cannot be shown
LOST = (OSError, httpx.HTTPError, websockets.WebSocketException, TimeoutError)


@dataclass
class Tally:
    """What happened: seconds waited, by what for; and what went wrong."""

    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    async def clock(self, what: str, act: Awaitable[Any]) -> Any:
        began = time.monotonic()
        answer = await act
        self.waited[what].append(time.monotonic() - began)
        if isinstance(answer, httpx.Response) and not answer.is_success:
            self.errors.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        return answer


@dataclass
class Person:
    """Somebody with the portal open: the WebSocket of their page, and what its scripts ask the gateway with."""

    socket: websockets.ClientConnection
    client: httpx.AsyncClient
    tally: Tally
    until: float

    @property
    def stays(self) -> bool:
        return time.monotonic() < self.until

    async def turn(self, query: str, what: str) -> None:
        """Run the page of an address, and wait until its run has ended."""
        await self.tally.clock(what, self._turn(query))

    async def _turn(self, query: str) -> None:
        asked = BackMsg()
        asked.rerun_script.query_string = query
        await self.socket.send(asked.SerializeToString())
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), 30)
            told = ForwardMsg()
            told.ParseFromString(raw)
            kind = told.WhichOneof("type")
            if kind == "delta" and (told.delta.new_element.WhichOneof("type") == "exception" or _trouble(told)):
                self.tally.errors.append(f"?{query} was not shown: {str(told.delta)[:300]}")
            if kind == "script_finished" and told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return


def _trouble(told: ForwardMsg) -> bool:
    element = told.delta.new_element
    return element.WhichOneof("type") == "bidi_component" and any(
        element.bidi_component.id.encode().endswith(b"-" + name) for name in TROUBLE
    )


async def comes(stack: AsyncExitStack, address: str, cookie: str, tally: Tally, until: float) -> Person:
    """Open the portal."""
    socket = await stack.enter_async_context(
        websockets.connect(
            address.replace("http", "ws") + "/_stcore/stream",
            additional_headers={"Cookie": f"{COOKIE}={cookie}"},
            origin=address,
            subprotocols=["streamlit"],
            max_size=2**26,
        )
    )
    client = httpx.AsyncClient(base_url=address, cookies={COOKIE: cookie}, headers=OURS, timeout=30)
    return Person(socket, await stack.enter_async_context(client), tally, until)


async def segments(client: httpx.AsyncClient, base: str) -> list[tuple[str, int, int, float]]:
    """Return the pieces of the smallest picture: address, first byte, last byte, seconds."""
    master = (await client.get(base + "master.m3u8")).text
    playlist = next(line for line in master.splitlines() if line and not line.startswith("#"))
    lines = (await client.get(base + playlist)).text.splitlines()
    found, seconds, span = [], 0.0, (0, 0)
    for line in lines:
        if line.startswith("#EXTINF:"):
            seconds = float(line[8:].rstrip(","))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            length, _, start = line[17:].partition("@")
            span = (int(start or span[1]), int(start or span[1]) + int(length))
        elif line and not line.startswith("#"):
            found.append((urljoin(base + playlist, line), span[0], span[1] - 1, seconds))
    return found


async def watch(person: Person, base: str, recording: str) -> None:
    """What a viewer does: home, the recording, and playing it."""
    await person.turn("", "home")
    await asyncio.sleep(random.uniform(1, 3))  # noqa: S311 - they read
    await person.turn(f"r={recording}", "opening the recording")
    pieces = await segments(person.client, base)
    at = random.randrange(len(pieces))  # noqa: S311 - where somebody happens to be
    sitting = f"sitting{random.randrange(10**12):012d}"  # noqa: S311
    played, reported = 0.0, time.monotonic()
    begin = sum(seconds for *_, seconds in pieces[:at])
    while person.stays:
        where, first, last, seconds = pieces[at % len(pieces)]
        began = time.monotonic()
        asked = person.client.get(where, headers={"Range": f"bytes={first}-{last}"})
        answer = await person.tally.clock("a piece of media", asked)
        if answer.status_code != 206 or len(answer.content) != last - first + 1:
            person.tally.errors.append(f"{answer.status_code} for a piece, {len(answer.content)} bytes")
        at += 1
        played += seconds
        if time.monotonic() - reported >= REPORT:
            reported = time.monotonic()
            told = {"sitting": sitting, "spans": [[begin, begin + played]], "seconds": played, "position": begin}
            await person.tally.clock("a report", person.client.post(f"/gate/mine/{recording}/progress", json=told))
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))


async def edit(person: Person, recording: str, number: int) -> None:
    """What a trainer does: turning to their pages and, between them, correcting a sentence of their own."""
    queries = ["", "q=胎心", "q=taixin", f"r={recording}", "p=courses", "p=work", "p=usage", f"p=desk&r={recording}"]
    await person.turn("", "home")
    desk = f"/gate/desk/{recording}"
    sheet = (await person.tally.clock("the desk's sheet", person.client.get(f"{desk}/sheet?language=zh"))).json()
    line = sheet["lines"][number % len(sheet["lines"])]
    written = line["text"]
    for turn in itertools.count():
        began = time.monotonic()
        if not person.stays:
            return
        if turn % 2:
            after = written.removesuffix("了") if written.endswith("了") else written + "了"
            wish = {"id": str(turn), "start": line["start"], "end": line["end"], "before": written, "after": after}
            asked = person.client.post(f"{desk}/edits", json={"language": "zh", "edits": [wish]})
            answer = await person.tally.clock("saving a correction", asked)
            if answer.is_success and answer.json()["results"][0]["state"] != "saved":
                person.tally.errors.append(f"a correction: {answer.text}")
            written = after
        else:
            await person.turn(random.choice(queries), "a trainer's page")  # noqa: S311
        await asyncio.sleep(max(0.0, PACE - (time.monotonic() - began)))


def memory(pid: int) -> float:
    """Return a process's resident memory in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@dataclass
class Stage:
    """The portal under load, and the recording that everybody is about."""

    address: str
    key: str
    members: Members
    recording: str
    angle: str

    async def viewer(self, number: int, after: float, until: float, tally: Tally) -> None:
        member = self.members.add(f"viewer {number}")
        base = f"{self.address}/gate/{tokens.sign(self.key, tokens.Pass(member.id, self.recording))}/{self.angle}/"
        await self._present(member, after, until, tally, lambda person: watch(person, base, self.recording))

    async def trainer(self, number: int, after: float, until: float, tally: Tally) -> None:
        member = self.members.add(f"trainer {number}", Role.TRAINER)
        await self._present(member, after, until, tally, lambda person: edit(person, self.recording, number))

    async def _present(
        self, member: Member, after: float, until: float, tally: Tally, act: Callable[[Person], Awaitable[None]]
    ) -> None:
        cookie = self.members.redeem(self.members.invite(member.id))
        await asyncio.sleep(after)
        try:
            async with AsyncExitStack() as stack:
                await act(await comes(stack, self.address, cookie, tally, until))
        except LOST as error:
            tally.errors.append(f"{member.name}: {error!r}")


async def load(home: Path, address: str, pid: int, chosen: argparse.Namespace) -> None:
    settings = Settings(home=home, _env_file=None)
    database = connect(settings)
    catalogue, key = Catalogue(database), load_keys(settings).signing
    (recording,) = catalogue.recordings()
    stage = Stage(address, key, Members(database, key), recording.id, catalogue.angles(recording.id)[0].id)
    first = time.monotonic() + 4  # what is loaded once, by whoever comes first, is no viewer's
    await asyncio.gather(stage.viewer(-1, 0, first, Tally()), stage.trainer(-1, 0, first, Tally()))
    before, tally = memory(pid), Tally()
    until = time.monotonic() + chosen.seconds
    apart = chosen.seconds / 3 / max(1, chosen.viewers)
    everybody = [stage.viewer(number, number * apart, until, tally) for number in range(chosen.viewers)]
    everybody += [stage.trainer(n, n * PACE / chosen.trainers, until, tally) for n in range(chosen.trainers)]
    measured = asyncio.gather(*everybody)
    await asyncio.sleep(chosen.seconds * 0.9)
    during = memory(pid)
    await measured
    database.dispose()
    report(tally, chosen, before, during)


def report(tally: Tally, chosen: argparse.Namespace, before: float, during: float) -> None:
    print(f"{chosen.viewers} watching, {chosen.trainers} editing, for {chosen.seconds:.0f} s")
    print(f"errors: {len(tally.errors)}")
    for error in tally.errors[:5]:
        print(f"  {error}")
    pages = ("home", "opening the recording", "a trainer's page", "saving a correction")
    tally.waited["interaction with a page, all of them"] = [each for what in pages for each in tally.waited[what]]
    print("| what | times | p50 | p95 | most |\n|---|---|---|---|---|")
    for what, waited in sorted(tally.waited.items()):
        if waited:
            each = (statistics.median(waited), percentile(waited, 0.95), max(waited))
            print(f"| {what} | {len(waited)} | " + " | ".join(f"{value * 1000:.0f} ms" for value in each) + " |")
    each = (during - before) / max(1, chosen.viewers + chosen.trainers)
    print(f"memory of the portal: {before:.0f} MiB before, {during:.0f} MiB with them: {each:.2f} each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=60.0)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--trainers", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        shijiao(home, "demo", "--no-serve")
        process, (_, port) = serve(home)
        try:
            asyncio.run(load(home, f"http://127.0.0.1:{port}", process.pid, chosen))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
