"""One VISCA camera driver with its sim on a memory wire: the stage of the driver's stories.

Owns taking it up and down on a virtual clock. Must not judge anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from drivers.core.capability import Aim, HealthState
from drivers.visca.config import ViscaConfig
from drivers.visca.driver import ViscaCamera
from drivers.visca.sim import BODIES, ViscaCameraSim
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

PORTS = {"serial": "/dev/ttyUSB0", "raw": "tcp:127.0.0.1:5678", "sony-ip": "udp:127.0.0.1:52381"}
LEFT = Aim(-40.0, 10.0, 20.0)
RIGHT = Aim(60.0, -5.0, 8.0)


class Room:
    """One camera, its sim and its wire, running."""

    def __init__(self, camera: ViscaCamera, sim: ViscaCameraSim, wire: MemoryWire) -> None:
        self.camera, self.sim, self.wire = camera, sim, wire
        self.now_s = asyncio.get_running_loop().time

    async def until(self, true: Callable[[], object], limit_s: float = 30.0) -> float:
        """Wait for a fact; how long it took."""
        start_s = self.now_s()
        while not true():
            assert self.now_s() - start_s < limit_s, self.camera.health(self.now_s())
            await asyncio.sleep(0.01)
        return self.now_s() - start_s

    async def ready(self) -> None:
        await self.until(lambda: self.health() is HealthState.OK)

    def health(self) -> HealthState:
        return self.camera.health(self.now_s()).state

    def arrived(self, aim: Aim) -> bool | None:
        return self.camera.arrived(aim, self.now_s())

    @property
    def sent(self) -> list[bytes]:
        """Every piece the driver wrote, without Sony's header."""
        skip = 8 if self.camera._link.flavour == "sony-ip" else 0
        return [data[skip:] for _, data in self.wire.heard]


Story = Callable[[Room], Coroutine[Any, Any, None]]


def play(
    story: Story,
    flavour: str = "raw",
    manner: str = "perfect",
    *,
    model: str = "sony-srg-300h",
    sim: ViscaCameraSim | None = None,
    seed: int = 1,
    **settings: Any,
) -> None:
    """Run a story on a virtual clock; camera and wire are taken down at its end."""

    async def told() -> None:
        camera_sim = sim or ViscaCameraSim(BODIES[model], flavour)  # type: ignore[arg-type]
        wire = MemoryWire(camera_sim, manner, seed)
        port = {"port": PORTS[flavour]} | {"flavour": flavour} | settings
        config = ViscaConfig(id="cam-1", model=model, **port)
        clock = asyncio.get_running_loop().time
        room = Room(ViscaCamera(config, wire.connect, clock), camera_sim, wire)
        tasks = [asyncio.create_task(wire.run()), asyncio.create_task(room.camera.run())]
        try:
            await story(room)
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait({task})
        for task in tasks:
            assert task.cancelled()

    run_virtual(told())


async def there(room: Room, aim: Aim) -> None:
    """Move and wait until both the camera says and the sim shows that it is there."""
    await room.camera.move(aim)
    await room.until(lambda: room.arrived(aim))
    shown = room.sim.show()
    assert shown["pan_deg"] == pytest.approx(aim.pan_deg, abs=0.3)
    assert shown["tilt_deg"] == pytest.approx(aim.tilt_deg, abs=0.3)
    assert shown["fov_deg"] == pytest.approx(aim.fov_deg, rel=0.04)
