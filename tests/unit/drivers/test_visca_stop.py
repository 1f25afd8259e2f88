"""Stop of a VISCA camera: past every queue, on every axis, on the way out, and until it rests."""

from __future__ import annotations

import asyncio

import pytest

from drivers.core.capability import Aim, HealthState
from drivers.core.errors import LinkDown, Refused
from drivers.visca.config import ViscaConfig
from drivers.visca.driver import ViscaCamera
from drivers.visca.sim import ViscaCameraSim
from tests.memory_wire import MemoryWire
from tests.visca_room import LEFT, PORTS, RIGHT, Room, play, there

STOP = bytes.fromhex("81 01 06 01 01 01 03 03 FF")
ZOOM_STOP = bytes.fromhex("81 01 04 07 00 FF")


@pytest.mark.parametrize("flavour", ["serial", "raw", "sony-ip"])
def test_m18_stop_halts_pan_tilt_and_zoom(flavour: str) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.camera.move(RIGHT)
        await asyncio.sleep(0.3)
        assert room.sim.show()["moving"]
        assert room.sim.show()["sockets"] == [1, 2]  # the buffer is full: the harder case
        written = len(room.sent)
        await room.camera.stop()
        await asyncio.sleep(0.001)
        assert room.sent[written : written + 2] == [STOP, ZOOM_STOP]
        took_s = await room.until(lambda: not room.sim.show()["moving"])
        assert took_s < 0.7  # virtual: brakes from 101°/s, after one refusal and a cancel
        assert room.sim.show()["pan_deg"] < 55
        await room.until(lambda: room.camera.state(room.now_s()).moving.value is False)
        assert room.arrived(RIGHT) is False

    play(story, flavour)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("flavour", ["serial", "sony-ip"])
def test_a_lost_stop_is_repeated_until_the_camera_rests(flavour: str, seed: int) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.camera.drive(20.0, 5.0)
        room.wire.manner = "lossy"
        await room.camera.stop()
        await room.until(lambda: not room.sim.show()["moving"], limit_s=8)

    play(story, flavour, seed=seed)


def test_stop_overtakes_a_move_that_waits_for_a_lost_acknowledgement() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.sim.fault = "ack_lost"
        moving = asyncio.create_task(room.camera.move(RIGHT))
        await asyncio.sleep(0.2)
        written = len(room.sent)
        await room.camera.stop()
        await asyncio.sleep(0.001)
        assert room.sent[written:] == [STOP, ZOOM_STOP]  # at once, though the move still waits
        with pytest.raises(Refused) as refused:
            await moving
        assert refused.value.code == "superseded"
        moves = [data for data in room.sent[written:] if data[2:4] in (b"\x06\x02", b"\x04\x47")]
        assert moves == []  # neither repeated nor continued with the zoom
        await room.until(lambda: not room.sim.show()["moving"])

    play(story)


@pytest.mark.parametrize("order", [None, LEFT], ids=["alone", "with an order after it"])
def test_stop_without_a_wire_is_said_and_sent_later(order: Aim | None) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.camera.drive(5.0, 0.0)
        room.wire.wire_fault = "unplugged"
        await room.wire.cut()
        await asyncio.sleep(0)
        await room.until(lambda: room.health() is HealthState.FAULT)
        with pytest.raises(LinkDown):
            await room.camera.stop()
        if order is not None:
            with pytest.raises(LinkDown):
                await room.camera.move(order)
        assert room.sim.show()["moving"]
        room.wire.wire_fault = None
        await room.until(lambda: not room.sim.show()["moving"], 10)

    play(story)


def test_a_drive_that_nobody_renews_is_stopped() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        for _ in range(4):
            await room.camera.drive(-10.0, 3.0)
            await asyncio.sleep(0.5)
        assert room.sim.show()["moving"]
        shown = room.sim.show()
        assert shown["pan_deg"] < -10
        assert shown["tilt_deg"] > 3
        await asyncio.sleep(1.5)
        assert not room.sim.show()["moving"]

    play(story)


@pytest.mark.parametrize("order", ["move", "drive"])
def test_leaving_stops_a_moving_camera(order: str) -> None:
    sim = ViscaCameraSim(flavour="raw")
    wires: list[MemoryWire] = []

    async def story(room: Room) -> None:
        wires.append(room.wire)
        await room.ready()
        await (room.camera.move(RIGHT) if order == "move" else room.camera.drive(9.0, 0.0))
        await asyncio.sleep(0.2)

    play(story, sim=sim)
    assert [data for _, data in wires[0].heard][-2:] == [STOP, ZOOM_STOP]


def test_leaving_does_not_touch_a_camera_at_rest() -> None:
    wires: list[MemoryWire] = []

    async def story(room: Room) -> None:
        wires.append(room.wire)
        await room.ready()
        await there(room, LEFT)
        await asyncio.sleep(3)

    play(story)
    assert STOP not in [data for _, data in wires[0].heard]


@pytest.mark.parametrize("flavour", ["serial", "raw", "sony-ip"])
def test_m8_leaving_a_camera_that_never_answers_takes_no_time(flavour: str) -> None:
    async def story(room: Room) -> None:
        room.wire.wire_fault = "silent"
        life = asyncio.create_task(
            ViscaCamera(
                ViscaConfig(id="cam-2", model="sony-srg-300h", port=PORTS[flavour]),
                room.wire.connect,
                room.now_s,
            ).run()
        )
        await asyncio.sleep(0.1)
        start_s = room.now_s()
        life.cancel()
        await asyncio.wait({life})
        assert room.now_s() == start_s

    play(story, flavour)
