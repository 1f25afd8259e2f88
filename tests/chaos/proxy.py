"""The link between one MQTT client and the broker, with the faults of real networks.

Theory. A client connects to the proxy, the proxy to the broker. Each direction is cut into
whole packets and goes through one queue in order, so that a fault can act between any two of
them, and *slow* and *cut* in the middle of one. A duplicate is what MQTT allows a sender that
lost its connection: a copy with the DUP flag, later, in the order of the originals; the
acknowledgement of the copy is kept from whoever did not send it.

Owns connections and faults. Must not know our topics: a witness may look at what passes.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.packets import Publish, Splitter, puback_mid, publish_of, second_copy

Direction = Literal["up", "down"]
"""``up``: client to broker."""

Witness = Callable[[Direction, Publish], None]

READ_BYTES = 16384
WAITING_PACKETS = 64
"""What a stalled link takes before its ends feel it."""

PIECE_BYTES = 256
"""A slow link hands on so much at once."""

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that turns a close into a reset."""


@dataclass
class Weather:
    """What is wrong with the link now; as made: nothing."""

    delay_s: float = 0.0
    bytes_s: float | None = None
    stalled: bool = False
    deaf: bool = False
    """Half open: both ends believe in the connection and everything is swallowed."""
    refusing: bool = False
    """Cut: no new connection either."""
    doubling: bool = False


class Proxy:
    """One link. Faults act on connections that are there and on new ones alike."""

    def __init__(self, target: tuple[str, int], seed: int = 0) -> None:
        """``target`` is the broker; ``seed`` chooses what is sent twice."""
        self.weather = Weather()
        self.host = "127.0.0.1"
        """Where it listens; another one is set before ``serving``."""
        self.port = 0
        self.witness: Witness = lambda direction, publish: None
        self.copies = 0
        """How many copies have been sent."""
        self._target = target
        self._random = random.Random(seed)
        self._connections: set[_Connection] = set()
        self._changed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Proxy]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._serve, self.host, 0, limit=READ_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            tasks = [connection.task for connection in self._connections]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()

    @property
    def connections(self) -> int:
        """How many connections end here, half-open ones included."""
        return len(self._connections)

    def set(self, weather: Weather) -> None:
        """From now on the link is like this."""
        self.weather = weather
        if weather.refusing:
            self.cut()
        if weather.deaf:
            for connection in self._connections:
                connection.deaf = True
        self._changed.set()
        self._changed = asyncio.Event()

    def cut(self) -> None:
        """Reset every connection, at both ends."""
        for connection in list(self._connections):
            connection.reset()

    async def flowing(self) -> None:
        """Wait until the link is not stalled."""
        while self.weather.stalled:
            await self._changed.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("proxy connection")
        connection = _Connection(self, task, reader, writer)
        self._connections.add(connection)
        try:
            if self.weather.refusing:
                connection.reset()
            else:
                await connection.run(self._target)
        except OSError:
            connection.reset()
        except asyncio.CancelledError:
            connection.reset()  # the server's own callback must not see the cancelling
        finally:
            self._connections.discard(connection)

    def is_doubled(self) -> bool:
        """Throw the dice for one message."""
        return self.weather.doubling and self._random.random() < 0.5


@dataclass(eq=False)
class _Connection:
    """One client, and the broker's end for it."""

    proxy: Proxy
    task: asyncio.Task[None]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    deaf: bool = False
    far: asyncio.StreamWriter | None = None
    copied: dict[Direction, Counter[int]] = field(
        default_factory=lambda: {"up": Counter(), "down": Counter()}
    )
    """Copies sent and not acknowledged, by message and by the direction of the answer."""
    answered: dict[Direction, set[int]] = field(
        default_factory=lambda: {"up": set(), "down": set()}
    )
    """Messages whose first acknowledgement has passed in this direction."""

    async def run(self, target: tuple[str, int]) -> None:
        """Carry until one end is gone."""
        if self.proxy.weather.deaf:
            self.deaf = True
            await _swallow(self.reader)
            return
        far_reader, self.far = await asyncio.open_connection(*target, limit=READ_BYTES)
        ways = (
            _Way(self, "up", self.reader, self.far),
            _Way(self, "down", far_reader, self.writer),
        )
        tasks = [asyncio.create_task(way.carry(), name=f"proxy {way.direction}") for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self.deaf and not tasks[0].done():
                await asyncio.wait(tasks[:1])  # the broker gave up; the client does not hear of it
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.reset()

    def reset(self) -> None:
        """Both ends see the connection break."""
        for writer in (self.writer, self.far):
            if writer is not None and not writer.transport.is_closing():
                sock: socket.socket = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()


class _Way:
    """One direction of one connection."""

    def __init__(
        self,
        connection: _Connection,
        direction: Direction,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.direction = direction
        self._back: Direction = "down" if direction == "up" else "up"
        self._connection = connection
        self._proxy = connection.proxy
        self._reader = reader
        self._writer = writer
        self._splitter = Splitter()
        self._queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WAITING_PACKETS)
        self._copies: deque[bytes] = deque()

    async def carry(self) -> None:
        """Until this direction's sender is gone, or the receiver takes no more."""
        sending = asyncio.create_task(self._send(), name=f"proxy {self.direction} sender")
        reading = asyncio.create_task(self._read(), name=f"proxy {self.direction} reader")
        try:
            await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, reading):
                task.cancel()
            await asyncio.gather(sending, reading, return_exceptions=True)

    async def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := await self._reader.read(READ_BYTES):
                for packet in self._splitter.feed(data):
                    if not self._connection.deaf:
                        await self._take(packet)

    async def _take(self, packet: bytes) -> None:
        if self._is_for_a_copy(packet):
            return
        await self._put(packet)
        publish = publish_of(packet)
        if publish is not None and publish.mid is not None:
            self._connection.answered[self._back].discard(publish.mid)
            if publish.qos == 1 and self._proxy.is_doubled():
                self._copies.append(packet)
        if self._copies and not self._proxy.is_doubled():
            await self._send_copies()

    def _is_for_a_copy(self, packet: bytes) -> bool:
        """A second acknowledgement, of a message that its sender sent once."""
        mid = puback_mid(packet)
        if mid is None:
            return False
        answered = self._connection.answered[self.direction]
        copied = self._connection.copied[self.direction]
        if mid in answered and copied[mid]:
            copied[mid] -= 1
            return True
        answered.add(mid)
        return False

    async def _send_copies(self) -> None:
        """All that are due, in the order of their originals."""
        while self._copies:
            packet = self._copies.popleft()
            publish = publish_of(packet)
            if publish is not None and publish.mid is not None:
                self._connection.copied[self._back][publish.mid] += 1
                self._proxy.copies += 1
                await self._put(second_copy(packet))

    async def _put(self, packet: bytes) -> None:
        await self._queue.put((time.monotonic() + self._proxy.weather.delay_s, packet))

    async def _send(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                due_s, packet = await self._queue.get()
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                await self._proxy.flowing()
                if self._connection.deaf:
                    continue
                await self._write(packet)
                publish = publish_of(packet)
                if publish is not None:
                    self._proxy.witness(self.direction, publish)

    async def _write(self, packet: bytes) -> None:
        bytes_s = self._proxy.weather.bytes_s
        if bytes_s is None:
            self._writer.write(packet)
        else:
            for start in range(0, len(packet), PIECE_BYTES):
                piece = packet[start : start + PIECE_BYTES]
                self._writer.write(piece)
                await asyncio.sleep(len(piece) / bytes_s)
        await self._writer.drain()


async def _swallow(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(READ_BYTES):
            pass
