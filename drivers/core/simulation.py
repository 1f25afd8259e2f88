"""The shape of a byte-level peer, and the wires that carry it at real speed.

Owns pseudo terminals, UDP and TCP ports for simulated devices, the time a line needs for
its bytes, and the faults of a wire (``silent``, ``noisy``, ``slow``, ``unplugged``). A sim
itself never touches a socket and never shares code with its driver.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import random
import tty
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

BITS_PER_CHARACTER = 10
"""Start bit, eight data bits, stop bit (8N1)."""

NETWORK_BAUD = 1_000_000_000
"""A network is quick, but not timeless: without any time the order of bytes would be chance."""

WIRE_FAULTS = ("silent", "noisy", "slow", "unplugged")
"""Faults any wire can have: says nothing, garbles, answers late, is not there."""

SLOW_EXTRA_S = 0.4
"""How late a slow device answers: beyond most time-outs, short of all patience."""

NOISE_SHARE = 0.015
"""Share of bytes that a noisy line spoils: of a question and its answer every fourth fails."""

TICK_S = 0.02
"""How often physics runs: a 50 Hz picture."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes a sim says ``after_s`` seconds from now; ``hang_up``: it closes the connection then."""

    data: bytes
    after_s: float = 0.0
    hang_up: bool = False


class Sim(Protocol):
    """One simulated device (or a bus of them), as bytes in and bytes out.

    ``faults`` are the names this device knows beyond those of the wire, such as
    ``refuses``; ``fault`` is the one switched on, or None.
    """

    faults: tuple[str, ...]
    fault: str | None

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """Bytes arrived, complete at ``now_s``."""
        ...

    def tick(self, now_s: float) -> list[Reply]:
        """Time passed: motors turn, completions fall due."""
        ...

    def show(self) -> dict[str, Any]:
        """What the hardware itself would see: lamps, relays, angles. JSON-ready."""
        ...


@runtime_checkable
class Greets(Protocol):
    """A sim that speaks first on every connection, as a PJLink projector does."""

    def greet(self, now_s: float) -> list[Reply]:
        """Somebody has connected."""
        ...


class SimWire:
    """Carries one sim: line speed, wire faults, ticking. The kinds of wire build on it."""

    def __init__(self, sim: Sim, baud: int | None, seed: int = 1) -> None:
        """``baud`` None means a network, whose bytes take no time worth counting."""
        self.sim = sim
        self.wire_fault: str | None = None
        self.ready = asyncio.Event()
        """Set once the port can be found and opened."""
        self.tap: Callable[[str, bytes], None] | None = None
        """Told of every byte that reaches (``to_device``) or leaves (``from_device``) the line."""
        self._byte_s = BITS_PER_CHARACTER / (baud or NETWORK_BAUD)
        self._noise = random.Random(seed)  # seeded on purpose
        self._rx_free_s = 0.0
        self._tx_free_s = 0.0
        self._loop = asyncio.get_running_loop()

    def _incoming(self, data: bytes, answer: Callable[[bytes], None]) -> None:
        """Let ``data`` take its time on the line, then show it to the sim."""
        if self.tap is not None:
            self.tap("to_device", data)
        now_s = self._loop.time()
        self._rx_free_s = max(now_s, self._rx_free_s) + len(data) * self._byte_s
        self._loop.call_at(self._rx_free_s, self._deliver, data, answer, self._rx_free_s)

    def _deliver(self, data: bytes, answer: Callable[[bytes], None], line_s: float) -> None:
        if self.wire_fault in ("silent", "unplugged"):
            return
        if self.wire_fault == "noisy":
            data = self._garble(data)
        # Timers ring up to a millisecond late; the answer starts from when the bytes were due,
        # or a bus of fast questions would run at half its speed.
        self._say(self.sim.receive(data, self._loop.time()), answer, line_s)

    def _say(
        self, replies: list[Reply], answer: Callable[[bytes], None], from_s: float | None = None
    ) -> None:
        if self.wire_fault in ("silent", "unplugged"):
            return
        extra_s = SLOW_EXTRA_S if self.wire_fault == "slow" else 0.0
        from_s = self._loop.time() if from_s is None else from_s
        for reply in replies:
            data = self._garble(reply.data) if self.wire_fault == "noisy" else reply.data
            start_s = max(from_s + reply.after_s + extra_s, self._tx_free_s)
            self._tx_free_s = start_s + len(data) * self._byte_s
            self._loop.call_at(self._tx_free_s, self._send, data, answer, reply.hang_up)

    def _send(self, data: bytes, answer: Callable[[bytes], None], hang_up: bool = False) -> None:
        if data and self.wire_fault not in ("silent", "unplugged"):
            if self.tap is not None:
                self.tap("from_device", data)
            with contextlib.suppress(OSError):
                answer(data)
        if hang_up:
            self._hang_up()

    def _greet(self, answer: Callable[[bytes], None]) -> None:
        """Somebody has connected: let a sim that speaks first do so."""
        if isinstance(self.sim, Greets):
            self._say(self.sim.greet(self._loop.time()), answer)

    def _hang_up(self) -> None:
        """The sim closes the connection; a line that has none has nothing to close."""

    def _garble(self, data: bytes) -> bytes:
        """A bad cable: of the bytes some are lost, some have a bit flipped, some get company."""
        out = bytearray()
        for byte in data:
            chance = self._noise.random()
            if chance < NOISE_SHARE / 3:
                continue
            flip = chance < NOISE_SHARE * 2 / 3
            out.append(byte ^ (1 << self._noise.randrange(8)) if flip else byte)
            if NOISE_SHARE * 2 / 3 <= chance < NOISE_SHARE:
                out.append(self._noise.randrange(256))
        return bytes(out)

    def set_fault(self, fault: str | None) -> None:
        """Switch one fault on, or with None all of them off.

        Raises:
            ValueError: the device has no such fault.
        """
        known = (*WIRE_FAULTS, *self.sim.faults)
        if fault is not None and fault not in known:
            raise ValueError(f"unknown fault {fault!r}; this device knows {', '.join(known)}")
        self.wire_fault = fault if fault in WIRE_FAULTS else None
        self.sim.fault = None if fault in WIRE_FAULTS else fault

    async def _tick_forever(self, answer: Callable[[bytes], None]) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._say(self.sim.tick(self._loop.time()), answer)


class PtyWire(SimWire):
    """A serial line: a pseudo terminal whose device is found through the link ``path``."""

    def __init__(self, sim: Sim, path: Path, baud: int, seed: int = 1) -> None:
        """The link at ``path`` exists while the line is plugged."""
        super().__init__(sim, baud, seed)
        self._path = path
        self._fd: int | None = None

    async def run(self) -> None:
        """Serve until cancelled; while ``unplugged`` the pty is closed and the link gone."""
        try:
            while True:
                if self.wire_fault == "unplugged":
                    await asyncio.sleep(TICK_S)
                    continue
                await self._plugged()
        finally:
            self._unplug()

    async def _plugged(self) -> None:
        self._fd, device = pty.openpty()
        tty.setraw(device)
        os.set_blocking(self._fd, False)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        link = self._path.with_name(self._path.name + ".new")
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(device))
        link.replace(self._path)
        self._loop.add_reader(self._fd, self._readable)
        self.ready.set()
        # The device end stays open here too, or the line would look gone between two users.
        try:
            ticking = asyncio.create_task(self._tick_forever(self._write), name="sim tick")
            try:
                while self.wire_fault != "unplugged":
                    await asyncio.sleep(TICK_S)
            finally:
                ticking.cancel()
                await asyncio.wait({ticking})
        finally:
            self._unplug()
            os.close(device)

    def _readable(self) -> None:
        if self._fd is not None:
            with contextlib.suppress(OSError):
                self._incoming(os.read(self._fd, 4096), self._write)

    def _write(self, data: bytes) -> None:
        if self._fd is not None:
            os.write(self._fd, data)

    def _unplug(self) -> None:
        """The name goes first: whoever notices the hang-up must not find it any more."""
        self._path.unlink(missing_ok=True)
        if self._fd is not None:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None


class _UdpServer(asyncio.DatagramProtocol):
    def __init__(self, wire: UdpWire) -> None:
        self._wire = wire

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._wire.datagram(data, addr)


class UdpWire(SimWire):
    """A UDP port on loopback, announced as ``host:port`` in the file ``path``."""

    def __init__(self, sim: Sim, path: Path, seed: int = 1) -> None:
        """The port is chosen by the system."""
        super().__init__(sim, None, seed)
        self._path = path
        self._server: asyncio.DatagramTransport | None = None
        self._peer: Any = None

    def datagram(self, data: bytes, peer: Any) -> None:
        """A datagram from ``peer``, who gets later announcements too."""
        self._peer = peer
        self._incoming(data, self._write)

    def _write(self, data: bytes) -> None:
        server = self._server
        if server is not None and self._peer is not None and not server.is_closing():
            server.sendto(data, self._peer)

    async def run(self) -> None:
        """Serve until cancelled; ``unplugged`` swallows everything, as a pulled cable does."""
        self._server, _ = await self._loop.create_datagram_endpoint(
            lambda: _UdpServer(self), local_addr=("127.0.0.1", 0)
        )
        announce(self._path, self._server.get_extra_info("sockname"))
        self.ready.set()
        try:
            await self._tick_forever(self._write)
        finally:
            self._server.abort()
            self._path.unlink(missing_ok=True)
            await asyncio.sleep(0)


class _TcpServer(asyncio.Protocol):
    def __init__(self, wire: TcpWire) -> None:
        self._wire = wire
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream by construction
        self._wire.connected(self._transport)

    def data_received(self, data: bytes) -> None:
        self._wire.stream(data, self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.disconnected(self._transport)


class TcpWire(SimWire):
    """A TCP port on loopback, announced as ``host:port`` in the file ``path``."""

    def __init__(self, sim: Sim, path: Path, seed: int = 1) -> None:
        """The port is chosen by the system."""
        super().__init__(sim, None, seed)
        self._path = path
        self._peers: list[asyncio.Transport] = []

    def connected(self, peer: asyncio.Transport) -> None:
        """A client came."""
        if self.wire_fault == "unplugged":
            peer.abort()
            return
        self._peers.append(peer)
        self._greet(peer.write)

    def disconnected(self, peer: asyncio.Transport) -> None:
        """A client left."""
        if peer in self._peers:
            self._peers.remove(peer)

    def stream(self, data: bytes, peer: asyncio.Transport) -> None:
        """Bytes from one client; the answer goes to that client."""
        self._incoming(data, peer.write)

    def _write(self, data: bytes) -> None:
        for peer in self._peers:
            peer.write(data)

    def _hang_up(self) -> None:
        for peer in list(self._peers):
            peer.close()

    def set_fault(self, fault: str | None) -> None:
        """``unplugged`` hangs up on everybody."""
        super().set_fault(fault)
        if fault == "unplugged":
            for peer in list(self._peers):
                peer.abort()

    async def run(self) -> None:
        """Serve until cancelled."""
        server = await self._loop.create_server(lambda: _TcpServer(self), "127.0.0.1", 0)
        announce(self._path, server.sockets[0].getsockname())
        self.ready.set()
        try:
            await self._tick_forever(self._write)
        finally:
            server.close()
            for peer in list(self._peers):
                peer.abort()
            self._path.unlink(missing_ok=True)
            await asyncio.sleep(0)


def announce(path: Path, address: tuple[Any, ...]) -> None:
    """Write ``host:port`` where an edge looks for it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(f"{address[0]}:{address[1]}\n")
    draft.replace(path)
