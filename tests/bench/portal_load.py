"""Fifty doctors watching and five trainers working, on one portal: errors, how long a page takes, memory a viewer.

    SHIJIAO_MODELS=… python tests/bench/portal_load.py [SECONDS] [--viewers 50] [--trainers 5]

Without browsers: every one holds the WebSocket that Streamlit's page holds, and asks the gateway as the player does. A
viewer opens the recording and fetches its smallest picture at the pace at which it is played, from a second of their
own; a trainer turns to another page every three seconds. Bounded in number and time, on loopback only.
"""

import argparse
import asyncio
import random
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx
import websockets
from portal_first_frame import COOKIE, serve, shijiao, signed_in
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from archive import tokens
from archive.catalogue import Catalogue
from archive.database import connect
from archive.keys import load_keys
from archive.people import Members
from archive.settings import Settings

PACE = 3.0  # seconds between two steps of a trainer


@dataclass
class Tally:
    """What happened."""

    pages: list[float] = field(default_factory=list)
    pieces: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Window:
    """A page that is open: its WebSocket."""

    def __init__(self, socket: websockets.ClientConnection, tally: Tally) -> None:
        self._socket = socket
        self._tally = tally

    async def turn(self, query: str) -> None:
        """Run the page of an address, and wait until its run has ended."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        began = time.monotonic()
        await self._socket.send(asked.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(await asyncio.wait_for(self._socket.recv(), 30))
            if told.WhichOneof("type") == "script_finished":
                self._tally.pages.append(time.monotonic() - began)
                return


def page_of(address: str, cookie: str) -> websockets.connect:
    return websockets.connect(
        address.replace("http", "ws") + "/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={cookie}"},
        origin=address,
        subprotocols=["streamlit"],
        max_size=2**26,
    )


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


async def watch(address: str, base: str, cookie: str, query: str, tally: Tally, until: float) -> None:
    """One viewer."""
    try:
        async with (
            page_of(address, cookie) as socket,
            httpx.AsyncClient(cookies={COOKIE: cookie}, timeout=30) as client,
        ):
            await Window(socket, tally).turn(query)
            pieces = await segments(client, base)
            at = random.randrange(len(pieces))  # noqa: S311 - where somebody happens to be
            while time.monotonic() < until:
                where, first, last, seconds = pieces[at % len(pieces)]
                began = time.monotonic()
                answer = await client.get(where, headers={"Range": f"bytes={first}-{last}"})
                if answer.status_code != 206 or len(answer.content) != last - first + 1:
                    tally.errors.append(f"{answer.status_code} for a piece")
                tally.pieces.append(time.monotonic() - began)
                at += 1
                await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
    except (OSError, httpx.HTTPError, websockets.WebSocketException, TimeoutError) as error:
        tally.errors.append(repr(error))


async def work(address: str, cookie: str, queries: list[str], tally: Tally, until: float) -> None:
    """One trainer."""
    try:
        async with page_of(address, cookie) as socket:
            window = Window(socket, tally)
            while time.monotonic() < until:
                began = time.monotonic()
                await window.turn(random.choice(queries))  # noqa: S311
                await asyncio.sleep(max(0.0, PACE - (time.monotonic() - began)))
    except (OSError, websockets.WebSocketException, TimeoutError) as error:
        tally.errors.append(repr(error))


def memory(pid: int) -> float:
    """Return a process's resident memory in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


async def load(home: Path, address: str, pid: int, chosen: argparse.Namespace) -> None:
    settings = Settings(home=home, _env_file=None)
    database = connect(settings)
    key = load_keys(settings).signing
    members = Members(database, key)
    (recording,) = Catalogue(database).recordings()
    angle = Catalogue(database).angles(recording.id)[0].id
    watching, working = Tally(), Tally()
    before = memory(pid)
    until = time.monotonic() + chosen.seconds
    everybody = []
    for number in range(chosen.viewers):
        member = members.add(f"viewer {number}")
        cookie = members.redeem(members.invite(member.id))
        base = f"{address}/gate/{tokens.sign(key, tokens.Pass(member.id, recording.id))}/{angle}/"
        everybody.append(watch(address, base, cookie, f"r={recording.id}", watching, until))
    queries = ["", "q=胎心", "q=taixin", f"r={recording.id}", "p=courses", "p=work", "p=usage"]
    trainer = signed_in(home, ("127.0.0.1", int(address.rsplit(":", 1)[1])), "trainer")
    everybody += [work(address, trainer, queries, working, until) for _ in range(chosen.trainers)]
    measured = asyncio.gather(*everybody)
    await asyncio.sleep(chosen.seconds * 0.8)
    during = memory(pid)
    await measured
    print(f"{chosen.viewers} watching, {chosen.trainers} working, for {chosen.seconds:.0f} s")
    print(f"errors: {len(watching.errors) + len(working.errors)} {(watching.errors + working.errors)[:3]}")
    for name, tally in (("opening a recording", watching.pages), ("a trainer's page", working.pages)):
        if tally:
            print(
                f"{name}: {len(tally)} times, p50 {statistics.median(tally) * 1000:.0f} ms, "
                f"p95 {percentile(tally, 0.95) * 1000:.0f} ms"
            )
    print(f"a piece of media: {len(watching.pieces)} times, p95 {percentile(watching.pieces, 0.95) * 1000:.0f} ms")
    each = (during - before) / max(1, chosen.viewers + chosen.trainers)
    print(f"memory of the portal: {before:.0f} MiB before, {during:.0f} MiB with all of them: {each:.2f} MiB each")


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
