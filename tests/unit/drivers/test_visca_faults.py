"""A VISCA camera driver when things are wrong: it says so, the rest goes on, and it heals."""

from __future__ import annotations

import asyncio

import pytest

from drivers.core.capability import HealthState
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.visca.sim import ViscaCameraSim
from tests.visca_room import LEFT, Room, play, there


def test_m5_nothing_is_known_before_the_first_answer_and_when_it_is_old() -> None:
    async def story(room: Room) -> None:
        state = room.camera.state(room.now_s())
        assert (state.aim.value, state.moving.value, state.power.value) == (None, None, None)
        assert state.aim.reason == "not asked yet"
        assert room.arrived(LEFT) is None
        assert room.health() is HealthState.UNCONFIRMED
        await room.ready()
        await asyncio.sleep(5)
        assert room.camera.state(room.now_s()).aim.value is not None
        room.wire.wire_fault = "silent"
        await asyncio.sleep(30)
        state = room.camera.state(room.now_s())
        assert (state.aim.value, state.moving.value, state.power.value) == (None, None, None)
        assert state.aim.reason == "no answer lately"
        assert state.aim.age_s(room.now_s()) == pytest.approx(30, abs=3)
        assert room.arrived(LEFT) is None

    play(story)


@pytest.mark.parametrize("flavour", ["serial", "raw", "sony-ip"])
def test_a_silent_camera_is_a_fault_that_heals(flavour: str) -> None:
    async def story(room: Room) -> None:
        room.wire.wire_fault = "silent"
        await room.until(lambda: room.health() is HealthState.FAULT)
        reason = room.camera.health(room.now_s()).reason or ""
        assert f"VISCA {flavour}" in reason
        await asyncio.sleep(5)
        assert room.camera.health(room.now_s()).reason == reason, "told once, not every second"
        with pytest.raises(NoReply):
            await room.camera.move(LEFT)
        room.wire.wire_fault = None
        await room.ready()
        await there(room, LEFT)

    play(story, flavour)


@pytest.mark.parametrize("flavour", ["serial", "raw", "sony-ip"])
def test_an_unplugged_wire_is_a_fault_that_heals(flavour: str) -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.wire.wire_fault = "unplugged"
        await room.wire.cut()
        await room.until(lambda: room.health() is HealthState.FAULT)
        assert room.camera.state(room.now_s()).aim.value is None
        with pytest.raises(LinkDown):
            await room.camera.move(LEFT)
        room.wire.wire_fault = None
        await room.ready()
        await there(room, LEFT)
        assert room.camera.health(room.now_s()).counters["reconnects"] == 1

    play(story, flavour)


def test_a_camera_that_refuses_says_so_and_is_asked_again() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.sim.fault = "refuses"
        with pytest.raises(Refused) as refused:
            await room.camera.move(LEFT)
        assert refused.value.code == "41"
        moves = [data for data in room.sent if data[2:4] == b"\x06\x02"]
        assert len(moves) == 2  # once more after 240 ms, not for ever
        assert room.health() is HealthState.FAULT
        assert "not_executable" in (room.camera.health(room.now_s()).reason or "")
        await asyncio.sleep(5)
        assert room.health() is HealthState.FAULT
        room.sim.fault = None
        await room.ready()

    play(story)


def test_a_stuck_camera_says_so_and_goes_on_when_free() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.sim.fault = "stuck"
        await room.camera.move(LEFT)
        await room.until(lambda: room.health() is HealthState.FAULT)
        assert "does not go there" in (room.camera.health(room.now_s()).reason or "")
        assert room.arrived(LEFT) is False
        await asyncio.sleep(20)
        assert room.health() is HealthState.FAULT
        room.sim.fault = None
        await room.until(lambda: room.arrived(LEFT))
        assert room.health() is HealthState.OK

    play(story)


def test_a_noisy_line_is_survived() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.wire.wire_fault = "noisy"
        await asyncio.sleep(60)
        room.wire.wire_fault = None
        await room.ready()
        await there(room, LEFT)

    play(story, "serial")


def test_a_network_change_sets_the_addresses_again() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.sim.address = 4  # as after a change of the chain
        room.wire._answer(bytes.fromhex("90 38 FF"))
        await room.until(lambda: room.sim.address == 1)
        await there(room, LEFT)

    play(story, "serial")


def test_sequence_numbers_of_a_camera_that_remembers_another_client() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        room.camera._link._sequence -= 1  # the next number will be the one the camera knows
        await there(room, LEFT)

    play(story, "sony-ip")


def test_a_fixed_sequence_number_is_always_one() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await there(room, LEFT)
        assert {data[4:8] for _, data in room.wire.heard} == {b"\x00\x00\x00\x01"}

    play(
        story, "sony-ip", sim=ViscaCameraSim(flavour="sony-ip", fixed_number=1), fixed_sequence=True
    )
