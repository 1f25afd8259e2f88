"""A Televic-family central unit with its sim on a wire inside the process.

Owns the stage and the pictures a seat may be asked to show. Must not judge anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from drivers.core.capability import HealthState, KeyPress, SeatOutputs
from drivers.televic.config import TelevicConfig
from drivers.televic.driver import TelevicSystem
from drivers.televic.sim import TelevicSim
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

PLACES = {1: 1, 2: 2, 3: 30}
DARK, WAITS = SeatOutputs(), SeatOutputs(green="on")
SPEAKS = SeatOutputs(microphone=True, red="on")


class Stage:
    """One central unit with its sim, and what its keys told."""

    def __init__(self, sim: TelevicSim, wire: MemoryWire, config: TelevicConfig) -> None:
        self.sim, self.wire = sim, wire
        self.presses: list[KeyPress] = []
        self.now_s = asyncio.get_running_loop().time
        self.system = TelevicSystem(
            config, PLACES, self.presses.append, connect=wire.connect, now_s=self.now_s
        )
        self.task = asyncio.create_task(self.system.run())

    async def until(self, true: Callable[[], object], limit_s: float = 20.0) -> None:
        start_s = self.now_s()
        while not true():
            assert self.now_s() - start_s < limit_s, (self.system.health(self.now_s()), self.sim)
            await asyncio.sleep(0.01)

    def pressed(self) -> list[str]:
        told = [press.source for press in self.presses if not press.released]
        self.presses.clear()
        return told

    def microphone(self, seat: int) -> bool | None:
        return self.system.seat_state(seat, self.now_s()).microphone.value

    def health(self) -> HealthState:
        return self.system.health(self.now_s()).state


def play(story: Callable[[Stage], Coroutine[Any, Any, None]], manner: str = "perfect") -> None:
    async def told() -> None:
        wire = MemoryWire(TelevicSim([1, 2, 30, 40], chairs=[1]), manner)
        serving = asyncio.create_task(wire.run())
        config = TelevicConfig(driver="televic", id="dis", port="tcp:192.0.2.9:4001")
        stage = Stage(wire.sim, wire, config)  # type: ignore[arg-type]  # made above
        try:
            await stage.until(lambda: stage.health() is HealthState.OK)
            await story(stage)
        finally:
            for task in (stage.task, serving):
                task.cancel()
                await asyncio.wait({task})

    run_virtual(told())
