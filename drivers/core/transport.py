"""Bytes in and out: serial, TCP and UDP behind one small protocol.

Owns opening, closing and the moment when a wire is gone. Must not know any frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import termios
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import serial

from drivers.core.address import Port, host_port
from drivers.core.errors import LinkDown

READ_BYTES = 4096
"""Most bytes taken from a port at once; the kernel's tty buffer holds as many."""

OUTGOING_LIMIT_BYTES = 65536
"""A peer that reads nothing may hold back this much before the wire counts as dead."""

OPEN_TIMEOUT_S = 3.0
"""A TCP peer on the room's own network answers within milliseconds or is away."""


OnBytes = Callable[[bytes], None]
OnEnd = Callable[[LinkDown], None]


class Transport(Protocol):
    """An open wire. It dies once; the session opens a new one."""

    name: str

    async def read(self) -> bytes:
        """At least one byte (one whole datagram on UDP).

        Raises:
            LinkDown: the wire is gone.
        """
        ...

    def listen(self, on_bytes: OnBytes, on_end: OnEnd) -> None:
        """Hand bytes, and the end of the wire, to callbacks from now on instead of ``read``.

        For a wire with hundreds of exchanges a second: no task wakes up for each of them.
        The callbacks must not raise.
        """
        ...

    def write(self, data: bytes) -> None:
        """Hand ``data`` over without waiting.

        Raises:
            LinkDown: the wire is gone or takes nothing any more.
        """
        ...

    async def close(self) -> None:
        """Let go of the port at once, whatever a peer does. May be called twice."""
        ...


Connect = Callable[[], Awaitable[Transport]]
"""Opens one transport; raises LinkDown when it cannot."""


class Inbox:
    """The receiving half of a wire: what has come, and the end of the line.

    One reader waits in ``read``, or gives callbacks to ``listen``.
    """

    def __init__(self, name: str) -> None:
        """``name`` is told in the LinkDown that ends the reading."""
        self.name = name
        self.ended: str | None = None
        """Why nothing will come any more, or None."""
        self._chunks: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._listener: tuple[OnBytes, OnEnd] | None = None

    def put(self, data: bytes) -> None:
        """Bytes came."""
        if self._listener is not None:
            self._listener[0](data)
            return
        self._chunks.append(data)
        self._wake()

    def end(self, reason: str) -> None:
        """Nothing will come any more; the first reason stays."""
        if self.ended is None:
            self.ended = reason
            if self._listener is not None:
                self._listener[1](LinkDown(reason, device=self.name))
            self._wake()

    def listen(self, on_bytes: OnBytes, on_end: OnEnd) -> None:
        """See ``Transport.listen``; what has come already is handed over at once."""
        self._listener = (on_bytes, on_end)
        while self._chunks:
            on_bytes(self._chunks.popleft())
        if self.ended is not None:
            on_end(LinkDown(self.ended, device=self.name))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def read(self) -> bytes:
        """See ``Transport.read``; what came before the end is read first."""
        while not self._chunks:
            if self.ended is not None:
                raise LinkDown(self.ended, device=self.name)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._chunks.popleft()


class FileTransport(Inbox):
    """A non-blocking file descriptor on the event loop: a serial port or a pty.

    No thread stands between the loop and the port, so ``close`` can never queue behind a
    read that blocks (the mistake of one-thread serial wrappers).
    """

    def __init__(self, name: str, fd: int, on_close: Callable[[], None]) -> None:
        """Take over an open, non-blocking ``fd``; ``on_close`` gives it back to its owner."""
        super().__init__(name)
        self._fd = fd
        self._on_close = on_close
        self._outgoing = bytearray()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._loop.add_reader(fd, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._die(f"{self.name} is gone: {error.strerror}")
            return
        if data:
            self.put(data)
        else:
            self._die(f"{self.name} is gone: end of file")

    def _die(self, reason: str) -> None:
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self.end(reason)

    def write(self, data: bytes) -> None:
        """See ``Transport.write``."""
        if self.ended is not None:
            raise LinkDown(self.ended, device=self.name)
        if self._outgoing:
            self._outgoing += data
        else:
            self._outgoing += data[self._send(data) :]
            if self._outgoing and self.ended is None:
                self._loop.add_writer(self._fd, self._writable)
        if len(self._outgoing) > OUTGOING_LIMIT_BYTES:
            self._die(f"{self.name} takes nothing any more")
            raise LinkDown("the port takes nothing any more", device=self.name)

    def _writable(self) -> None:
        del self._outgoing[: self._send(self._outgoing)]
        if not self._outgoing:
            self._loop.remove_writer(self._fd)

    def _send(self, data: bytes | bytearray) -> int:
        """How many bytes the port took; it dies here when it is gone."""
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            self._die(f"{self.name} is gone: {error.strerror}")
            return 0

    async def close(self) -> None:
        """See ``Transport.close``."""
        if not self._closed:
            self._closed = True
            self._die("closed")
            self._on_close()


Parity = Literal["N", "E", "O"]


def serial_connect(port: Port, baud: int, parity: Parity) -> Connect:
    """Open a serial port: eight data bits, one stop bit, no flow control, exclusive."""

    async def connect() -> Transport:
        path = port.resolve()
        try:
            opened = serial.Serial(path, baud, parity=parity, timeout=0, exclusive=True)
        except (serial.SerialException, OSError, ValueError, termios.error) as error:
            raise LinkDown(f"cannot open: {error}", device=str(port)) from error
        return FileTransport(str(port), opened.fileno(), opened.close)

    return connect


class _StreamTransport(Inbox, asyncio.Protocol):
    """A TCP connection."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._wire: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = transport  # type: ignore[assignment]  # a stream by construction
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        self.put(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(f"{self.name} closed the connection" + (f": {exc}" if exc else ""))

    def write(self, data: bytes) -> None:
        wire = self._wire
        if wire is None or wire.is_closing() or self.ended is not None:
            raise LinkDown(self.ended or "closed", device=self.name)
        wire.write(data)
        if wire.get_write_buffer_size() > OUTGOING_LIMIT_BYTES:
            wire.abort()
            raise LinkDown("the peer takes nothing any more", device=self.name)

    async def close(self) -> None:
        if self._wire is not None:
            self._wire.abort()
        self.end("closed")
        await asyncio.sleep(0)  # lets the loop run connection_lost and free the socket


def tcp_connect(port: Port) -> Connect:
    """Open a TCP connection; asyncio sets TCP_NODELAY on its sockets by itself."""

    async def connect() -> Transport:
        host, number = host_port(port.resolve())
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                _, transport = await loop.create_connection(
                    lambda: _StreamTransport(str(port)), host, number
                )
        except (OSError, TimeoutError) as error:
            raise LinkDown(f"cannot connect: {error or 'no answer'}", device=str(port)) from error
        return transport

    return connect


class _DatagramTransport(Inbox, asyncio.DatagramProtocol):
    """A connected UDP socket; an ICMP refusal ends it like a hang-up."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = transport  # type: ignore[assignment]  # a datagram endpoint by construction

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data:
            self.put(data)

    def error_received(self, exc: Exception) -> None:
        self.end(f"{self.name} refuses: {exc}")

    def connection_lost(self, exc: Exception | None) -> None:
        self.end("closed")

    def write(self, data: bytes) -> None:
        if self._wire is None or self._wire.is_closing() or self.ended is not None:
            raise LinkDown(self.ended or "closed", device=self.name)
        self._wire.sendto(data)

    async def close(self) -> None:
        if self._wire is not None:
            self._wire.abort()
        self.end("closed")
        await asyncio.sleep(0)  # lets the loop free the socket


def udp_connect(port: Port) -> Connect:
    """Open a UDP socket towards one peer."""

    async def connect() -> Transport:
        host, number = host_port(port.resolve())
        loop = asyncio.get_running_loop()
        try:
            _, transport = await loop.create_datagram_endpoint(
                lambda: _DatagramTransport(str(port)), remote_addr=(host, number)
            )
        except OSError as error:
            raise LinkDown(f"cannot open: {error}", device=str(port)) from error
        return transport

    return connect


def connect_to(port: Port, baud: int = 9600, parity: Parity = "N") -> Connect:
    """The transport that ``port`` names; ``baud`` and ``parity`` count on serial lines only."""
    match port.kind:
        case "serial":
            return serial_connect(port, baud, parity)
        case "tcp":
            return tcp_connect(port)
        case "udp":
            return udp_connect(port)


async def close_quietly(transport: Transport | None) -> None:
    """Close and swallow what a dying wire has to say."""
    if transport is not None:
        with contextlib.suppress(LinkDown, OSError):
            await transport.close()
