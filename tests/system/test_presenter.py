"""A hall with a lectern: who speaks there walks, and the camera goes along.

The twin is a process with real sockets and pictures; the room runs here, without a hub.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from edge.composition import Room
from edge.twin.client import TwinClient
from firmware_config.loader import load_room
from tests.ports import free_port
from tests.rig import PATIENCE_S, until_shown
from tests.virtual_time import until

ROOT = Path(__file__).parents[2]
WALKED_DEG = 8.0

HALL = """
seats = [
  { number = 1, bus = "bus-1", unit = 1, position_m = [2.5, 4.2, 1.65], walks_m = 2.0 },
  { number = 2, bus = "bus-1", unit = 2, role = "chair", position_m = [0.4, 3.0, 1.2] },
]
[room]
id = "hall"
title = { vi = "Hội trường", en = "Hall" }
[[buses]]
id = "bus-1"
port = "twin:serial:hall/bus-1"
[[cameras]]
id = "cam-1"
title = { vi = "Camera", en = "Camera" }
driver = "visca"
model = "sony-srg-300h"
port = "twin:tcp:hall/cam-1"
position_m = [2.5, 0.2, 1.8]
heading_deg = 0
video = { source = "twin:hall/cam-1", latency_ms = 150 }
"""

pytestmark = pytest.mark.usefixtures("run_dir")


async def test_a_presenter_who_walks_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(HALL)
    twin = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", "twin", "run", "--room", str(file),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert twin.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            assert (await twin.stdout.readline()).startswith(b"twin ready")
        room = Room(load_room(file), tmp_path, f"127.0.0.1:{free_port()}")
        life = asyncio.create_task(room.run())
        try:
            await story(room)
        finally:
            life.cancel()
            await asyncio.wait({life})
    finally:
        twin.terminate()
        await twin.communicate()


async def story(room: Room) -> None:
    controller, eye = room.controller, room.controller.eyes["cam-1"]
    camera = room.devices.cameras["cam-1"]
    now_s = asyncio.get_running_loop().time
    await until(lambda: controller.room.authority == "room", PATIENCE_S)
    await until(lambda: eye.sight().picture == "ok", PATIENCE_S)
    async with TwinClient("hall") as hands:
        await hands.press("1", "mic", 80)
    await until(lambda: eye.sight().framed == "following", PATIENCE_S)
    assert controller.shots.direction.on_air == "cam-1"

    def pan_deg() -> float:
        aim = camera.state(now_s()).aim.value
        return 0.0 if aim is None else aim.pan_deg

    start_deg = pan_deg()
    await until(
        lambda: abs(pan_deg() - start_deg) > WALKED_DEG and eye.sight().framed == "following",
        PATIENCE_S,
    )
    assert controller.shots.arrived("cam-1")
    async with TwinClient("hall") as hands:
        await hands.fault("cam-1-video", "frozen")
    await until(lambda: eye.sight().framed == "lost", PATIENCE_S)
    await until_shown(
        "hall",
        lambda show: (c := show["cameras"]["cam-1"])["fov_deg"] > 60 and not c["moving"],
        "the whole stretch, and rest",
    )
