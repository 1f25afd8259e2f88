"""One RS-485 line with several Pelco-D cameras: who speaks when.

Theory. One pair of wires serves both directions, and most cameras never answer. So frames go
out one by one with a rest between them; a question keeps the line until its answer came or is
overdue. A stop does not wait: it is written at once, and because that frame may have met
another one on the wire, twice more in turn, before anything else.

Owns turns, rests and repeats. Must not know angles, nor what a camera is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from drivers.core.address import parse_port
from drivers.core.errors import LinkDown, Refused
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.pelco_d.codec import Frame, PelcoDecoder, encode

GAP_S = 0.03
"""Rest after each frame: receivers need about 20 ms (makers' manuals), and direction turns."""

ANSWER_S = 0.25
"""Two frames at 2400 baud and a slow camera."""

STOPS_IN_TURN = 2

BITS_PER_CHARACTER = 10


class PelcoLine:
    """One line. Every camera on it calls ``run``; one of them keeps it open for all."""

    def __init__(
        self,
        port: str,
        baud: int,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``connect`` replaces the port in tests."""
        self.session: Session[Frame] = Session(
            port, connect or connect_to(parse_port(port), baud), PelcoDecoder, now_s=now_s
        )
        self._byte_s = BITS_PER_CHARACTER / baud
        self._now_s = now_s
        self._turn = asyncio.Lock()
        self._keeper = asyncio.Lock()
        self._free_s = 0.0
        self._stops: dict[Frame, int] = {}
        self._owed = asyncio.Event()

    async def run(self) -> None:
        """Keep the line open, until cancelled; whoever waits here takes over."""
        async with self._keeper, asyncio.TaskGroup() as tasks:
            tasks.create_task(self.session.run(), name=f"{self.session.device} session")
            tasks.create_task(self._pay_stops(), name=f"{self.session.device} stops")

    async def order(self, frame: Frame, command: str, wanted: Callable[[], bool]) -> None:
        """Write a frame when it is its turn. Nothing tells that it was heard.

        It takes the place of a stop that is still owed, whose repeating would end it; if it is
        not written, the stop is owed again.

        Raises:
            LinkDown: the line is down.
            Refused: ``wanted`` said no when its turn came (code ``superseded``).
        """
        replaced = [stop for stop in self._stops if stop.address == frame.address]
        for stop in replaced:
            del self._stops[stop]
        try:
            async with self._turn:
                await self._quiet()
                if not wanted():
                    raise Refused("replaced by a newer order", code="superseded", command=command)
                self._write(frame, command)
                replaced.clear()
        finally:
            for stop in replaced:
                self._stops[stop] = STOPS_IN_TURN
                self._owed.set()

    async def ask(self, frame: Frame, answer: int, command: str) -> int:
        """Ask one camera; the value in its answer, whose second command byte is ``answer``.

        Raises:
            LinkDown, NoReply
        """

        def fits(said: Frame) -> int | None:
            mine = (said.address, said.cmd1, said.cmd2) == (frame.address, 0, answer)
            return said.value if mine else None

        async with self._turn:
            await self._quiet()
            try:
                return await self.session.request(encode(frame), fits, ANSWER_S, command)
            finally:
                self._free_s = self._now_s() + GAP_S

    def stop(self, frame: Frame) -> None:
        """Write ``frame`` past every queue, and again in turn.

        Raises:
            LinkDown: the line is down; the stop is sent first of all when it is back.
        """
        self._stops[frame] = STOPS_IN_TURN
        self._owed.set()
        self._write(frame, "stop")

    async def settle(self) -> None:
        """Return when every stop that is owed has been written.

        Raises:
            LinkDown
        """
        async with self._turn:
            await self._quiet()

    def _write(self, frame: Frame, command: str) -> None:
        data = encode(frame)
        self.session.send_now(data, command)
        self._free_s = max(self._free_s, self._now_s()) + len(data) * self._byte_s + GAP_S

    async def _quiet(self) -> None:
        """Return when the line has rested; whoever has the turn pays owed stops before."""
        while True:
            while (left_s := self._free_s - self._now_s()) > 0:
                await asyncio.sleep(left_s)
            frame = next(iter(self._stops), None)
            if frame is None:
                return
            self._write(frame, "stop")
            self._stops[frame] -= 1
            if not self._stops[frame]:
                del self._stops[frame]

    async def _pay_stops(self) -> None:
        while True:
            await self._owed.wait()
            self._owed.clear()
            await self.session.wait_ready()
            with contextlib.suppress(LinkDown):
                await self.settle()
            if self._stops:
                self._owed.set()
