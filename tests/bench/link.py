"""A weak link to a server on this machine: so many bit/s and so long a round trip, shared by all its connections.

A proxy on loopback. Each direction is one queue, as a line has it: what was handed over earlier goes first, at the rate
of the line, and arrives half a round trip later. A connection costs its own round trip before the first byte. Only the
bytes of the line are modelled, not TCP's slow start, which makes a real one a little slower.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_CHUNK = 1460 * 4  # bytes: small, so that one connection does not hold the line from another


@dataclass
class Line:
    """One direction. `rate` in bytes a second, `delay` in seconds."""

    rate: float
    delay: float
    free_at: float = 0.0
    carried: int = 0

    async def carry(self, size: int) -> float:
        """Wait until the line has taken the bytes; return when they arrive."""
        clock = asyncio.get_running_loop().time
        self.free_at = max(clock(), self.free_at) + size / self.rate
        self.carried += size
        arrives = self.free_at + self.delay
        await asyncio.sleep(max(0.0, self.free_at - clock()))
        return arrives


@dataclass
class Link:
    """A link that is open. `address` is what a browser is given instead of the server's."""

    server: tuple[str, int]
    rate: float
    round_trip: float
    port: int = 0
    up: Line = field(init=False)
    down: Line = field(init=False)

    def __post_init__(self) -> None:
        self.up, self.down = (Line(self.rate / 8, self.round_trip / 2) for _ in range(2))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, opened: threading.Event, closing: asyncio.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        opened.set()
        async with server:
            await closing.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.round_trip)
        try:
            there, back = await asyncio.open_connection(*self.server)
        except OSError:
            writer.close()
            return
        with contextlib.suppress(asyncio.CancelledError):  # the link is taken down while something is under way
            await asyncio.gather(_pump(reader, back, self.up), _pump(there, writer, self.down))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line) -> None:
    """Carry what is read over the line to the writer, in order."""
    arriving: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        clock = asyncio.get_running_loop().time
        while True:
            at, piece = await arriving.get()
            await asyncio.sleep(max(0.0, at - clock()))
            if not piece:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()

    delivering = asyncio.create_task(deliver())
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(_CHUNK):
            arriving.put_nowait((await line.carry(len(piece)), piece))
    arriving.put_nowait((0.0, b""))
    with contextlib.suppress(ConnectionError):
        await delivering


@contextlib.contextmanager
def link(server: tuple[str, int], *, megabits: float, round_trip: float) -> Iterator[Link]:
    """Open a link of so many Mbit/s and so many seconds of a round trip to a server, for as long as this lasts."""
    made = Link(server, megabits * 1e6, round_trip)
    opened = threading.Event()
    loop = asyncio.new_event_loop()
    closing = asyncio.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(made.serve(opened, closing))
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    opened.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join(5)
