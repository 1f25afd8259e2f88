"""A Televic-family central unit as seats: golden frames on both sides, turns, faults."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

import drivers.televic
from drivers.core.capability import HealthState, SeatOutputs, SeatUnits, Turning
from drivers.televic.codec import Frame, decode, encode
from drivers.televic.config import TelevicConfig
from drivers.televic.sim import TelevicSim
from tests.codec_laws import load_golden
from tests.televic_stage import DARK, SPEAKS, WAITS, Stage, play

GOLDEN = {frame.id: frame.data for frame in load_golden("televic_ascii")}
ACK = GOLDEN["televic-14"]


def said(sim: TelevicSim, data: bytes) -> bytes:
    return b"".join(reply.data for reply in sim.receive(data, 0.0))


def test_the_sim_speaks_the_golden_frames() -> None:
    sim = TelevicSim([1, 2], chairs=[1])
    assert said(sim, GOLDEN["televic-13"]) == ACK
    assert sim.mode == 4
    said(sim, b"%1U0100E7\r")
    assert sim.mode == 1
    sim.press(1)
    assert said(sim, b"") == GOLDEN["televic-09"]
    sim.press(2)
    assert said(sim, b"") == b"", "not before the other is acknowledged"
    assert [reply.data for reply in sim.tick(1.0)] == [GOLDEN["televic-09"]]
    assert said(sim, ACK) == GOLDEN["televic-10"]
    assert said(sim, ACK + GOLDEN["televic-11"]) == ACK + b"%1L0002013F\r"
    assert said(sim, ACK + GOLDEN["televic-12"]) == ACK + GOLDEN["televic-09"]
    assert said(sim, ACK) == b"%1L0002013F\r"
    assert decode(b"%1L0002013F\r") == Frame("1L0002")
    assert said(sim, b"%1T00029999\r") == b"", "a wrong check"


def test_the_sim_shares_no_code_with_the_driver() -> None:
    tree = ast.parse(Path(drivers.televic.__file__).with_name("sim.py").read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("drivers.televic")]


def test_a_panel_socket_is_no_udp_port() -> None:
    with pytest.raises(ValidationError, match="serial line"):
        TelevicConfig(driver="televic", id="dis", port="udp:192.0.2.9:1")


@pytest.mark.parametrize("manner", ["perfect", "bytewise"])
def test_a_request_a_turn_and_its_end(manner: str) -> None:
    async def story(stage: Stage) -> None:
        assert isinstance(stage.system, SeatUnits)
        assert isinstance(stage.system, Turning)
        assert stage.sim.mode == 1
        stage.sim.press(30)
        await stage.until(lambda: stage.presses)
        assert stage.pressed() == ["3"]
        stage.system.set_outputs(3, WAITS)
        stage.system.set_outputs(3, SPEAKS)
        await stage.until(lambda: stage.microphone(3))
        assert stage.sim.show() == {"mode": 1, "open": [30], "requests": []}
        stage.system.set_outputs(3, DARK)
        await stage.until(lambda: stage.microphone(3) is False)
        assert stage.sim.show()["open"] == []
        await asyncio.sleep(10)
        assert stage.pressed() == []
        assert stage.sim.commands.count("1T0030") == 2, "turned over once each way"

    play(story, manner)


def test_fingers_that_close_and_take_back() -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.sim.press(2)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, DARK)
        assert stage.pressed() == ["2"]
        stage.sim.press(2)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, WAITS)
        assert stage.pressed() == ["2"]
        stage.sim.press(2)  # told by nobody: two rounds leave it out
        await stage.until(lambda: stage.presses)
        assert stage.pressed() == ["2"]

    play(story)


def test_a_chairman_s_unit_and_its_priority_key() -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.sim.all_off()
        await stage.until(lambda: stage.presses)
        assert stage.pressed() == ["2"]
        stage.system.set_outputs(2, DARK)
        stage.sim.press(1)
        await stage.until(lambda: stage.presses)
        assert stage.pressed() == ["1"]
        await stage.until(lambda: not stage.sim.show()["open"], 5)  # the floor said nothing

    play(story)


def test_what_it_does_not_tell_is_unknown_with_a_reason() -> None:
    async def story(stage: Stage) -> None:
        state = stage.system.seat_state(2, stage.now_s())
        assert (state.present.value, state.outputs.value) == (None, None)
        assert "does not tell" in (state.present.reason or "")
        stage.sim.press(2)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, SeatOutputs(red="fast", green="fast"))
        await asyncio.sleep(10)
        assert stage.sim.requests == [2], "no order ends a request, and none would open it"

    play(story)


@pytest.mark.parametrize("fault", ["silent", "unplugged", "curt"])
def test_a_fault_is_seen_and_heals(fault: str) -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.wire.set_fault(fault)
        if fault == "unplugged":
            await stage.wire.cut()
        await stage.until(lambda: stage.health() is HealthState.FAULT, 60)
        if fault != "curt":
            await stage.until(lambda: stage.microphone(2) is None, 60)
        stage.wire.set_fault(None)
        await stage.until(lambda: stage.health() is HealthState.OK, 60)
        await stage.until(lambda: stage.microphone(2), 60)
        assert stage.pressed() == []

    play(story)


@pytest.mark.parametrize("fault", ["noisy", "deaf"])
def test_through_trouble_the_floor_holds_in_the_end(fault: str) -> None:
    async def story(stage: Stage) -> None:
        stage.wire.set_fault(fault)
        stage.system.set_outputs(2, SPEAKS)
        stage.system.set_outputs(3, SPEAKS)
        if fault == "deaf":
            await stage.until(
                lambda: stage.system.seat_health(2, stage.now_s()).state is HealthState.FAULT, 60
            )
        else:
            await asyncio.sleep(30)
        stage.system.set_outputs(3, DARK)
        stage.wire.set_fault(None)
        await stage.until(lambda: stage.sim.show()["open"] == [2] and stage.microphone(2), 60)
        await asyncio.sleep(10)
        assert stage.sim.show()["open"] == [2]
        assert stage.microphone(3) is False

    play(story)


def test_whoever_stops_leaves_no_microphone_open() -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.task.cancel()
        await asyncio.wait({stage.task})
        assert stage.sim.show()["open"] == []

    play(story)


def test_what_is_open_at_the_beginning_is_closed_and_no_press() -> None:
    async def story(stage: Stage) -> None:
        await stage.wire.cut()
        stage.sim.press(1)
        await stage.until(lambda: stage.sim.units[1].on)
        await stage.until(lambda: not stage.sim.units[1].on, 30)
        assert stage.pressed() == []
        assert encode(Frame("1T0001")) == b"%1T00010146\r"

    play(story)
