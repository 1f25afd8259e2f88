"""A sim on a wire inside the process, which can treat the bytes badly in repeatable ways.

Owns the manners of the wire: ``perfect``, ``bytewise`` (every byte on its own), ``lossy``
(whole pieces vanish, seeded) and ``delayed``. Must not know any protocol.
"""

from __future__ import annotations

import asyncio
import random

from drivers.core.errors import LinkDown
from drivers.core.simulation import Sim, SimWire
from drivers.core.transport import Transport
from tests.memory_pair import MemoryTransport, memory_pair

MANNERS = ("perfect", "bytewise", "lossy", "delayed")

LOSS = 0.15
DELAY_S = 0.3
BYTE_S = 0.001


class MemoryWire(SimWire):
    """Carries ``sim``; give ``connect`` to a driver and keep ``run`` going."""

    def __init__(self, sim: Sim, manner: str = "perfect", seed: int = 1) -> None:
        """``seed`` decides which pieces are lost."""
        super().__init__(sim, None, seed)
        self.manner = manner
        self.heard: list[tuple[float, bytes]] = []
        self._chance = random.Random(seed)
        self._far: MemoryTransport | None = None
        self._pumps: set[asyncio.Task[None]] = set()

    async def connect(self) -> Transport:
        """One more connection; the older one is hung up on."""
        if self.wire_fault == "unplugged":
            raise LinkDown("the plug is out")
        await self.cut()
        near, far = memory_pair()
        self._far = far
        pump = asyncio.create_task(self._pump(far), name="memory wire")
        self._pumps.add(pump)
        pump.add_done_callback(self._pumps.discard)
        self._greet(self._answer)
        return near

    def _hang_up(self) -> None:
        """Behind the last piece, however late that comes."""
        if self._far is not None:
            self._loop.call_later(2 * DELAY_S, self._end, self._far)

    def _end(self, far: MemoryTransport) -> None:
        far.end("closed")
        if far.peer is not None:
            far.peer.end("closed by the peer")

    async def cut(self) -> None:
        """Hang up; the next ``connect`` works again."""
        if self._far is not None:
            await self._far.close()

    async def _pump(self, far: MemoryTransport) -> None:
        while True:
            try:
                data = await far.read()
            except LinkDown:
                return
            self.heard.append((self._loop.time(), data))
            if not self._loses():
                for piece in self._pieces(data):
                    self._incoming(piece, self._answer)

    def _answer(self, data: bytes) -> None:
        if self._loses():
            return
        late_s = DELAY_S if self.manner == "delayed" else 0.0
        for place, piece in enumerate(self._pieces(data)):
            self._loop.call_later(late_s + place * BYTE_S, self._hand_over, piece)

    def _hand_over(self, piece: bytes) -> None:
        if self._far is not None and self._far.ended is None:
            self._far.write(piece)

    def _pieces(self, data: bytes) -> list[bytes]:
        return [bytes([byte]) for byte in data] if self.manner == "bytewise" else [data]

    def _loses(self) -> bool:
        return self.manner == "lossy" and self._chance.random() < LOSS

    async def run(self) -> None:
        """Tick the sim until cancelled, then hang up."""
        try:
            await self._tick_forever(self._answer)
        finally:
            await self.cut()
            if self._pumps:
                await asyncio.wait(self._pumps)
