"""A Shure/DIS central unit as seats: golden lines on both sides, presses, orders, faults."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

import drivers.shure_dis
from drivers.core.address import RUN_DIR_VARIABLE, twin_path
from drivers.core.capability import HealthState, SeatOutputs, SeatUnits, Turning
from drivers.core.simulation import TcpWire
from drivers.shure_dis.codec import decode
from drivers.shure_dis.config import ShureDisConfig
from drivers.shure_dis.driver import DisSystem
from tests.codec_laws import load_golden
from tests.dis_stage import (
    ASKED,
    DARK,
    PLACES,
    REFUSED,
    SPEAKS,
    WAITS,
    Stage,
    play,
    said,
    units,
)

GOLDEN = {frame.id: frame.data for frame in load_golden("shure_dis")}


def test_the_sim_says_the_golden_lines() -> None:
    sim = units()
    said(sim, b"MIC_MODE manual\r\n")
    assert said(sim, GOLDEN["dis-01"]) == GOLDEN["dis-02"]
    assert said(sim, GOLDEN["dis-01"]) == b""  # nothing changed, nothing is said
    assert said(sim, GOLDEN["dis-07"]) == GOLDEN["dis-08"]
    assert said(sim, b"mic_on 3\n") == b"mic_on 3\r\n"
    assert said(sim, b"mic_off 3\n") == GOLDEN["dis-11"]
    assert said(sim, b"nonsense\r") == GOLDEN["dis-14"]
    sim.units[12].name = "John Jones"
    state = said(sim, GOLDEN["dis-05"])
    assert GOLDEN["dis-04"] in state
    assert state.endswith(GOLDEN["dis-06"])
    assert said(sim, b"mic_off 212\r") == b"mic_off 212\r\n"
    said(sim, b"mic_request_on 212\r")
    assert said(sim, GOLDEN["dis-01"]) == GOLDEN["dis-02"] + GOLDEN["dis-03"]
    sim.press(3)
    assert said(sim, GOLDEN["dis-21"]) == (
        b"mic_request_on 3\r\nmic_request_off 7\r\nmic_request_off 3\r\n"
    )


def test_every_line_of_the_sim_is_one_the_manual_has() -> None:
    sim = units()
    sim.press(12)
    for line in said(sim, b"mic_mode manual\rmic_status\r").splitlines(keepends=True):
        assert decode(line).command != "command_error"


def test_the_sim_shares_no_code_with_the_driver() -> None:
    tree = ast.parse(Path(drivers.shure_dis.__file__).with_name("sim.py").read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("drivers.shure_dis")]


@pytest.mark.parametrize("port", ["/dev/ttyUSB0", "udp:192.0.2.9:3142", "twin:serial:main/dis"])
def test_a_central_unit_is_reached_by_tcp(port: str) -> None:
    with pytest.raises(ValidationError, match="listens on TCP"):
        ShureDisConfig(driver="shure_dis", id="dis", port=port)


@pytest.mark.parametrize("manner", ["perfect", "bytewise", "delayed"])
def test_a_request_a_turn_and_its_end(manner: str) -> None:
    async def story(stage: Stage) -> None:
        assert isinstance(stage.system, SeatUnits)
        assert isinstance(stage.system, Turning)
        assert stage.sim.mode == "manual"
        stage.sim.press(212)
        await stage.until(lambda: stage.presses)
        assert stage.pressed() == ["3"]
        for wish in (ASKED, WAITS, SPEAKS):
            stage.system.set_outputs(3, wish)
        await stage.until(lambda: stage.microphone(3))
        assert stage.sim.show()["open"] == [212]
        assert stage.sim.requests == []
        assert stage.microphone(1) is False
        assert stage.changes
        stage.sim.press(212)  # whoever speaks switches off
        await stage.until(lambda: stage.presses)
        assert stage.pressed() == ["3"]
        stage.system.set_outputs(3, DARK)
        await asyncio.sleep(5)
        assert stage.microphone(3) is False
        assert stage.pressed() == []
        assert stage.system.health(stage.now_s()).counters["errors"] == 0

    play(story, manner)


def test_who_takes_a_request_back_is_told_once() -> None:
    async def story(stage: Stage) -> None:
        stage.sim.press(7)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, WAITS)
        assert stage.pressed() == ["2"]
        stage.sim.press(7)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, DARK)
        await asyncio.sleep(5)
        assert stage.pressed() == ["2"]
        assert stage.sim.requests == []

    play(story)


def test_a_refusal_darkens_the_unit_and_the_floor_may_put_somebody_in_the_queue() -> None:
    async def story(stage: Stage) -> None:
        stage.sim.press(7)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, REFUSED)
        await stage.until(lambda: not stage.sim.requests, 0.5)
        stage.system.set_outputs(4, WAITS)  # asked from a page
        await stage.until(lambda: stage.sim.requests == [3])
        await asyncio.sleep(3)
        assert stage.pressed() == ["2"]

    play(story)


def test_a_press_without_an_answer_is_put_back() -> None:
    async def story(stage: Stage) -> None:
        stage.sim.press(12)  # a chairman's unit opens by itself
        await stage.until(lambda: stage.presses)
        assert stage.microphone(1) is True
        await stage.until(lambda: not stage.sim.units[12].on, 3.0)
        assert stage.pressed() == ["1"]

    play(story)


@pytest.mark.parametrize("heard", [True, False])
def test_the_central_unit_does_not_hand_out_the_floor(heard: bool) -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, WAITS)
        await stage.until(lambda: stage.sim.requests)
        if heard:
            stage.sim.next_on()  # somebody at its web page
        else:
            said(stage.sim, b"mic_next_on\r")  # and the lines are lost: a round finds out
        stage.sim.choose_mode("auto")
        await stage.until(lambda: stage.sim.requests == [7] and not stage.sim.units[7].on)
        await stage.until(lambda: stage.sim.mode == "manual")
        await asyncio.sleep(3)
        assert stage.pressed() == []

    play(story)


def test_what_a_connection_begins_with_is_no_press() -> None:
    sim = units()
    sim.press(7)
    sim.choose_mode("manual")
    sim.press(3)

    async def story(stage: Stage) -> None:
        await stage.until(lambda: not stage.sim.units[7].on and not stage.sim.requests)
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        await stage.wire.cut()
        await stage.until(lambda: stage.microphone(2) is None)
        stage.sim.press(7)
        await stage.until(lambda: stage.sim.units[7].on and stage.microphone(2))
        assert stage.pressed() == []

    play(story, sim=sim)


def test_what_it_cannot_do_is_unknown_with_a_reason() -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SeatOutputs(yes="slow", sign_in="on"))
        outputs = stage.system.seat_state(2, stage.now_s()).outputs
        assert outputs.value is None
        assert "does not tell" in (outputs.reason or "")
        assert "no lamps" in (stage.system.seat_health(2, stage.now_s()).reason or "")
        with pytest.raises(ValueError, match="serves no seat 9"):
            stage.system.set_outputs(9, DARK)

    play(story)


def test_units_leave_and_appear() -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.sim.leave(7)
        await stage.until(lambda: stage.microphone(2) is None)
        assert stage.seat_fault(2) == "the unit is lost or logged out"
        assert stage.system.seat_state(2, stage.now_s()).present.value is False
        assert stage.system.health(stage.now_s()).reason == "no unit at seats 2"
        await asyncio.sleep(3)
        assert stage.pressed() == []
        stage.sim.appear(7)
        await stage.until(lambda: stage.microphone(2))
        assert stage.seat_fault(2) is None
        del stage.sim.units[212]
        await stage.until(lambda: stage.seat_fault(3) == "the central unit has no unit here")

    play(story)


def test_more_than_it_opens_is_a_fault_of_that_seat() -> None:
    async def story(stage: Stage) -> None:
        stage.sim.limits["max_total_speakers"] = 1
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.system.set_outputs(3, SPEAKS)
        await stage.until(lambda: "opens 8 microphones at most" in (stage.seat_fault(3) or ""))
        assert stage.seat_fault(2) is None
        stage.system.set_outputs(2, DARK)
        await stage.until(lambda: stage.microphone(3) and not stage.seat_fault(3))

    play(story)


@pytest.mark.parametrize("fault", ["silent", "unplugged", "drops", "lost"])
def test_a_fault_is_seen_and_heals(fault: str) -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        stage.wire.set_fault(fault)
        if fault == "unplugged":
            await stage.wire.cut()
        await stage.until(lambda: stage.microphone(2) is None, 60)
        assert stage.seat_fault(2)
        if fault != "lost":
            await stage.until(lambda: stage.health() is HealthState.FAULT, 60)
        stage.wire.set_fault(None)
        await stage.until(lambda: stage.microphone(2), 60)
        await stage.until(lambda: stage.health() is HealthState.OK)
        assert stage.pressed() == []

    play(story)


def test_garbage_between_good_lines_is_counted_and_left_out() -> None:
    async def story(stage: Stage) -> None:
        stage.wire.set_fault("garbage")
        stage.sim.press(7)
        await stage.until(lambda: stage.presses)
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.microphone(2))
        assert stage.system.health(stage.now_s()).counters["dropped_bytes"]

    play(story)


def test_a_deaf_one_is_found_out() -> None:
    async def story(stage: Stage) -> None:
        stage.wire.set_fault("deaf")
        stage.system.set_outputs(2, SPEAKS)
        await stage.until(lambda: stage.seat_fault(2))
        assert stage.microphone(2) is False

    play(story)


def test_a_mode_of_its_own_is_a_fault() -> None:
    async def story(stage: Stage) -> None:
        stage.wire.set_fault("stubborn")
        stage.sim.choose_mode("auto")
        await stage.until(lambda: stage.health() is HealthState.FAULT)
        assert "in mode auto" in (stage.system.health(stage.now_s()).reason or "")

    play(story)


def test_whoever_stops_leaves_no_microphone_open() -> None:
    async def story(stage: Stage) -> None:
        stage.system.set_outputs(2, SPEAKS)
        stage.system.set_outputs(4, WAITS)
        await stage.until(lambda: stage.microphone(2) and stage.sim.requests)
        assert stage.task is not None
        stage.task.cancel()
        await asyncio.wait({stage.task})
        assert stage.sim.show()["open"] == []
        assert stage.sim.requests == []

    play(story)


async def test_over_a_real_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN_DIR_VARIABLE, str(tmp_path))
    sim, told = units(), asyncio.Event()
    wire = TcpWire(sim, twin_path("main/dis"))
    config = ShureDisConfig(driver="shure_dis", id="dis", port="twin:tcp:main/dis")
    system = DisSystem(config, PLACES, lambda press: told.set())
    now_s = asyncio.get_running_loop().time
    tasks = [asyncio.create_task(wire.run())]
    await wire.ready.wait()
    tasks.append(asyncio.create_task(system.run()))
    try:
        async with asyncio.timeout(30):
            while system.seat_state(2, now_s()).microphone.value is None:
                await asyncio.sleep(0.01)
            sim.press(7)
            await told.wait()
            system.set_outputs(2, SPEAKS)
            while not system.seat_state(2, now_s()).microphone.value:
                await asyncio.sleep(0.01)
    finally:
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait({task})
    assert sim.show()["open"] == []
