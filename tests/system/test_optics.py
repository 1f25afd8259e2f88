"""A room of domes and a switcher: a press at a seat ends as a confirmed picture on the output.

The twin is a process with real ptys and sockets; the room runs here, without a hub.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drivers.core.capability import HealthState
from edge.composition import Room
from edge.twin.client import TwinClient
from firmware_config.loader import load_room
from tests.ports import free_port
from tests.rig import PATIENCE_S as WAIT_S

ROOT = Path(__file__).parents[2]

ROOM = """
seats = [
  { number = 1, bus = "bus-1", unit = 1, role = "chair", position_m = [2.0, 4.5, 1.2] },
  { number = 2, bus = "bus-1", unit = 2, position_m = [3.4, 3.4, 1.2] },
  { number = 3, bus = "bus-1", unit = 3, position_m = [0.6, 3.4, 1.2] },
]
[room]
id = "domes"
title = { vi = "Phòng camera vòm", en = "Room of domes" }
[[buses]]
id = "bus-1"
port = "twin:serial:domes/bus-1"
[[cameras]]
id = "dome-told"
title = { vi = "Camera 1", en = "Camera 1" }
driver = "pelco_d"
port = "twin:serial:domes/line-1"
baud = 9600
address = 1
positions = "told"
fov_deg = 40.0
position_m = [2.0, 0.2, 2.2]
heading_deg = 0
[[cameras]]
id = "dome-mute"
title = { vi = "Camera 2", en = "Camera 2" }
driver = "pelco_d"
port = "twin:serial:domes/line-1"
baud = 9600
address = 2
position_m = [4.0, 0.2, 2.2]
heading_deg = 330
presets = { 2 = 1, wide = 2 }
[switcher]
id = "switcher"
port = "twin:tcp:domes/switcher"
dialect = "extron-matrix"
output = 2
inputs = { dome-told = 3, dome-mute = 4, "room:satellite-1" = 8 }
[stream]
port = PORT
"""

pytestmark = pytest.mark.usefixtures("run_dir")


async def until(true: Callable[[], Any], what: str) -> Any:
    """Wait for a fact."""
    try:
        async with asyncio.timeout(WAIT_S):
            while not (found := true()):
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"{what} did not happen")
    return found


async def shown() -> dict[str, Any]:
    async with TwinClient("domes") as twin:
        return await twin.show()


async def test_a_press_ends_as_a_confirmed_picture(tmp_path: Path) -> None:
    stream_port = free_port()
    file = tmp_path / "domes.toml"
    file.write_text(ROOM.replace("PORT", str(stream_port)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", "twin", "run", "--room", str(file),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            assert (await process.stdout.readline()).startswith(b"twin ready")
        room = Room(load_room(file), tmp_path, f"127.0.0.1:{free_port()}")
        life = asyncio.create_task(room.run())
        try:
            await story(room, stream_port)
        finally:
            life.cancel()
            await asyncio.wait({life})
    finally:
        process.terminate()
        await process.communicate()


async def story(room: Room, stream_port: int) -> None:
    controller, cameras = room.controller, room.devices.cameras
    now_s = asyncio.get_running_loop().time

    def state(ident: str) -> HealthState:
        return room.devices.all()[ident].health(now_s()).state

    await until(lambda: controller.room.authority == "room", "the room leads itself")
    await until(lambda: state("dome-told") is HealthState.OK, "the dome answers")
    assert state("dome-mute") is HealthState.UNCONFIRMED
    async with TwinClient("domes") as twin:
        await twin.press("3", "mic", 80)
    await until(lambda: controller.shots.direction.on_air == "dome-told", "the cut")
    await until(
        lambda: controller.programme.out(now_s()).value == "dome-told", "the confirmed output"
    )
    show = await shown()
    assert show["switcher"]["ties"]["2"] == 3
    aim = controller.shots.orders["dome-told"].aim
    dome = show["cameras"]["dome-told"]
    assert (dome["pan_deg"], dome["tilt_deg"]) == pytest.approx(
        (aim.pan_deg, aim.tilt_deg), abs=0.6
    )

    # Seat 3 has no preset in the mute dome; for seat 2 it may go there, but is not believed.
    mute = cameras["dome-mute"]
    seat_2 = controller.shots.targets["dome-mute"].aim("domes/2")
    assert seat_2 is not None
    await mute.move(seat_2)

    async def rests_there() -> bool:
        seen = (await shown())["cameras"]["dome-mute"]
        return abs(seen["pan_deg"] - seat_2.pan_deg) < 0.6 and not seen["moving"]

    async with asyncio.timeout(WAIT_S):
        while not await rests_there():
            await asyncio.sleep(0.05)
    assert mute.arrived(seat_2, now_s()) is None
    assert not controller.shots.can_show("dome-mute", "domes/3")

    async with TwinClient("domes") as twin:
        await twin.fault("switcher", "busy")
    away = "room:satellite-1"
    controller.shots.direction = replace(
        controller.shots.direction, wanted=away, on_air=away, manual_until_s=float("inf")
    )
    await until(
        lambda: controller.programme.health(now_s()).state is HealthState.FAULT, "the alert"
    )
    assert controller.programme.out(now_s()).value == "dome-told"
    async with TwinClient("domes") as twin:
        await twin.fault("switcher", None)

    async with (
        aiohttp.ClientSession() as web,
        web.get(f"http://127.0.0.1:{stream_port}/programme.jpg") as answer,
    ):
        assert answer.status == 200
        assert (await answer.read()).startswith(b"\xff\xd8")
