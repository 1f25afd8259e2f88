"""A camera that fails in the middle of a shot: another shows it or the room, and nothing hunts.

Two real drivers on simulated cameras, under the room's director, on a virtual clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from drivers.core.capability import HealthState
from drivers.visca.config import ViscaConfig
from drivers.visca.driver import ViscaCamera
from drivers.visca.sim import BODIES, ViscaCameraSim
from edge.camera.subject import Scene
from edge.composition import make_plan
from edge.room import Devices
from edge.shots import Shots
from firmware_config.loader import load_room
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

CAMERAS = ("cam-left", "cam-right")
QUIET, SEAT_12 = Scene(), Scene(speaking=("main/12",))


@dataclass
class Studio:
    """The main room's cameras and its director."""

    shots: Shots
    cameras: dict[str, ViscaCamera]
    sims: dict[str, ViscaCameraSim]
    wires: dict[str, MemoryWire]

    async def run(self, scene: Scene, seconds: float) -> None:
        """Let time pass as the controller does."""
        for _ in range(round(seconds * 10)):
            self.shots.show(scene)
            await asyncio.sleep(0.1)

    async def unplug(self, camera: str) -> None:
        self.wires[camera].wire_fault = "unplugged"
        await self.wires[camera].cut()

    def moves(self) -> int:
        return sum(sim.command_count for sim in self.sims.values())

    def on_air(self) -> tuple[str | None, str | None]:
        """The camera, and its target."""
        direction = self.shots.direction
        return direction.on_air, direction.shots.get(direction.on_air or "")

    def other(self) -> str:
        return next(camera for camera in CAMERAS if camera != self.shots.direction.on_air)

    def why(self, camera: str) -> str:
        return self.shots.direction.why[camera].en


def play(story: Callable[[Studio], Coroutine[Any, Any, None]], *cameras: str) -> None:
    """Both cameras, or those named, work and rest on the whole room when the story begins."""

    async def told() -> None:
        clock = asyncio.get_running_loop().time
        sims = {c: ViscaCameraSim(BODIES["sony-srg-300h"], "raw") for c in cameras or CAMERAS}
        wires = {camera: MemoryWire(sim) for camera, sim in sims.items()}
        drivers = {
            c: ViscaCamera(
                ViscaConfig(id=c, model="sony-srg-300h", port="tcp:127.0.0.1:5678"),
                wires[c].connect,
                clock,
            )
            for c in sims
        }
        plan = make_plan(load_room("main"), "boot")
        studio = Studio(Shots(plan, Devices({}, drivers, {}, None), clock), drivers, sims, wires)
        async with asyncio.TaskGroup() as tasks:
            for runs in (*wires.values(), *drivers.values()):
                tasks.create_task(runs.run())
            studio.shots.start(tasks)
            try:
                await studio.run(QUIET, 8.0)
                assert studio.on_air()[1] == "wide"
                await story(studio)
            finally:
                for task in asyncio.all_tasks() - {asyncio.current_task()}:
                    task.cancel()

    run_virtual(told())


def test_unplugged_on_its_way_the_other_one_takes_the_shot() -> None:
    async def story(studio: Studio) -> None:
        away = studio.other()
        await studio.run(SEAT_12, 0.4)
        assert studio.shots.direction.shots[away] == "main/12"
        assert studio.sims[away].show()["moving"]
        await studio.unplug(away)
        await studio.run(SEAT_12, 8.0)
        camera, target = studio.on_air()
        assert (camera, target) == (next(c for c in CAMERAS if c != away), "main/12")
        assert "the only camera" in studio.why(camera or "")
        health = studio.cameras[away].health(asyncio.get_running_loop().time())
        assert health.state is HealthState.FAULT
        assert "link down" in (health.reason or "")
        before = studio.moves()
        await studio.run(SEAT_12, 30.0)
        assert studio.moves() == before, "nothing hunts"

    play(story)


def test_unplugged_on_air_the_programme_leaves_it_and_says_why() -> None:
    async def story(studio: Studio) -> None:
        await studio.run(SEAT_12, 8.0)
        dead, target = studio.on_air()
        assert target == "main/12"
        await studio.unplug(dead or "")
        await studio.run(SEAT_12, 1.0)
        camera, target = studio.on_air()
        assert camera != dead
        assert target in ("wide", "main/12"), "the room at once, and then the seat again"
        assert studio.why(camera or "").endswith(("has failed", "the only camera"))
        await studio.run(SEAT_12, 6.0)
        assert studio.on_air() == (camera, "main/12")
        before = studio.moves()
        await studio.run(SEAT_12, 20.0)
        studio.wires[dead or ""].wire_fault = None
        await studio.run(SEAT_12, 30.0)
        assert studio.on_air() == (camera, "main/12"), "who comes back waits for its turn"
        assert studio.moves() - before <= 4, "greeted again, and no swing to and fro"

    play(story)


def test_a_camera_alone_gets_its_shot_when_it_is_plugged_in_again() -> None:
    async def story(studio: Studio) -> None:
        (camera,) = studio.cameras
        await studio.run(SEAT_12, 0.4)
        await studio.unplug(camera)
        await studio.run(SEAT_12, 10.0)
        assert studio.shots.arrived(camera) is not True
        studio.wires[camera].wire_fault = None
        await studio.run(SEAT_12, 12.0)
        assert studio.on_air() == (camera, "main/12")
        assert studio.shots.arrived(camera) is True

    play(story, "cam-left")
