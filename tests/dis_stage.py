"""A Shure/DIS central unit with its sim on a wire inside the process, and what its keys told.

Owns the stage and the pictures a seat may be asked to show. Must not judge anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from drivers.core.capability import HealthState, KeyPress, SeatOutputs
from drivers.shure_dis.config import ShureDisConfig
from drivers.shure_dis.driver import DisSystem
from drivers.shure_dis.sim import DisSim
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

PLACES = {1: 12, 2: 7, 3: 212, 4: 3}
"""Seats of the room, and their numbers at the central unit."""

DARK = SeatOutputs()
ASKED = SeatOutputs(green="fast")
WAITS = SeatOutputs(green="on")
SPEAKS = SeatOutputs(microphone=True, red="on")
REFUSED = SeatOutputs(red="fast", green="fast")


def units() -> DisSim:
    return DisSim([3, 7, 12, 212, 500], chairs=[12])


def said(sim: DisSim, data: bytes) -> bytes:
    return b"".join(reply.data for reply in sim.receive(data, 0.0))


class Stage:
    """One central unit with its sim, and what its keys told."""

    def __init__(self, system: DisSystem, sim: DisSim, wire: MemoryWire) -> None:
        self.system, self.sim, self.wire = system, sim, wire
        self.presses: list[KeyPress] = []
        self.changes = 0
        self.task: asyncio.Task[None] | None = None
        self.now_s = asyncio.get_running_loop().time

    def take(self, press: KeyPress) -> None:
        self.presses.append(press)

    def changed(self) -> None:
        self.changes += 1

    async def until(self, true: Callable[[], object], limit_s: float = 20.0) -> None:
        start_s = self.now_s()
        while not true():
            assert self.now_s() - start_s < limit_s, self.system.health(self.now_s())
            await asyncio.sleep(0.01)

    def pressed(self) -> list[str]:
        """Seats whose key went down, since the last look."""
        told, self.presses = self.presses, []
        assert [press.source for press in told[::2]] == [press.source for press in told[1::2]]
        assert all(press.key == "mic" and press.released == n % 2 for n, press in enumerate(told))
        return [press.source for press in told[::2]]

    def microphone(self, seat: int) -> bool | None:
        return self.system.seat_state(seat, self.now_s()).microphone.value

    def health(self) -> HealthState:
        return self.system.health(self.now_s()).state

    def seat_fault(self, seat: int) -> str | None:
        health = self.system.seat_health(seat, self.now_s())
        return None if health.state is HealthState.OK else health.reason


def play(
    story: Callable[[Stage], Coroutine[Any, Any, None]],
    manner: str = "perfect",
    sim: DisSim | None = None,
    **settings: Any,
) -> None:
    async def told() -> None:
        device = sim or units()
        wire = MemoryWire(device, manner)
        config = ShureDisConfig(
            **({"driver": "shure_dis", "id": "dis", "port": "tcp:192.0.2.9:3142"} | settings)
        )
        stage: Stage
        system = DisSystem(
            config,
            PLACES,
            lambda press: stage.take(press),
            connect=wire.connect,
            now_s=asyncio.get_running_loop().time,
        )
        stage = Stage(system, device, wire)
        system.on_change = stage.changed
        stage.task = asyncio.create_task(system.run())
        tasks = [asyncio.create_task(wire.run()), stage.task]
        try:
            await stage.until(lambda: stage.health() is HealthState.OK)
            await story(stage)
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait({task})

    run_virtual(told())
