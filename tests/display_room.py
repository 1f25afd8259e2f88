"""One display with its driver and the wire between them, on a virtual clock.

Owns what the stories of every display driver share. Must not know any protocol.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from drivers.core.capability import HealthState
from drivers.core.simulation import Sim
from drivers.core.transport import Connect
from tests.memory_wire import MemoryWire
from tests.virtual_time import until

Make = Callable[[Connect, Callable[[], float]], Any]
"""The driver, from the way to its wire and a clock."""


class DisplayRoom:
    """A display, its driver and the wire between them."""

    def __init__(self, sim: Sim, make: Make, manner: str = "perfect") -> None:
        """Nothing runs before ``display_room``."""
        self.loop = asyncio.get_running_loop()
        self.wire = MemoryWire(sim, manner)
        self.display = make(self.wire.connect, self.loop.time)

    def now_s(self) -> float:
        """On the virtual clock."""
        return self.loop.time()

    def state(self) -> Any:
        """What the driver says of its display."""
        return self.display.state(self.now_s())

    async def until_health(self, state: HealthState, words: str = "") -> None:
        """Wait until the driver judges so; half an hour is longer than any of its patience."""

        def judged() -> bool:
            health = self.display.health(self.now_s())
            return health.state is state and words in (health.reason or "")

        await until(judged, 1800, 0.1)


@contextlib.asynccontextmanager
async def display_room(sim: Sim, make: Make, manner: str = "perfect") -> AsyncIterator[DisplayRoom]:
    """Wire and driver running."""
    made = DisplayRoom(sim, make, manner)
    tasks = [asyncio.create_task(made.wire.run()), asyncio.create_task(made.display.run())]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
