"""What leaves the room: the director's picture is made true, differences are told, hands win."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from drivers.core.capability import HealthState
from drivers.switcher.config import SwitcherConfig
from drivers.switcher.driver import SerialSwitcher
from drivers.switcher.sim import SwitcherSim
from edge.programme import Programme
from tests.memory_wire import MemoryWire
from tests.virtual_time import run_virtual

INPUTS = {"cam-left": 1, "cam-right": 2, "room:satellite-1": 3}
HAND_S = 15.0


class Stage:
    """A programme on a switcher."""

    def __init__(self, programme: Programme, sim: SwitcherSim, wire: MemoryWire) -> None:
        self.programme, self.sim, self.wire = programme, sim, wire
        self.now_s = asyncio.get_running_loop().time

    async def until(self, true: Callable[[], object], limit_s: float = 20.0) -> float:
        start_s = self.now_s()
        while not true():
            assert self.now_s() - start_s < limit_s, self.programme.health(self.now_s())
            await asyncio.sleep(0.01)
        return self.now_s() - start_s

    async def shows(self, source: str, limit_s: float = 20.0) -> float:
        took_s = await self.until(lambda: self.sim.ties[1] == INPUTS[source], limit_s)
        await self.until(lambda: self.programme.out(self.now_s()).value == source)
        return took_s

    @property
    def health(self) -> HealthState:
        return self.programme.health(self.now_s()).state


def play(story: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
    async def told() -> None:
        sim = SwitcherSim()
        wire = MemoryWire(sim)
        config = SwitcherConfig(
            id="switcher", port="/dev/ttyS9", inputs=INPUTS, dialect="extron-matrix"
        )
        clock = asyncio.get_running_loop().time
        switcher = SerialSwitcher(config, wire.connect, clock)
        stage = Stage(Programme(switcher, HAND_S, clock), sim, wire)
        works = (wire.run(), switcher.run(), stage.programme.run())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await stage.until(lambda: switcher.selected(clock()).value)
            await story(stage)
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait({task})

    run_virtual(told())


def test_cuts_follow_the_director_at_once() -> None:
    async def story(stage: Stage) -> None:
        for source in ("cam-right", "room:satellite-1", "cam-left"):
            stage.programme.show(source)
            assert await stage.shows(source) < 0.1
            assert stage.health is HealthState.OK

    play(story)


def test_the_newest_wish_does_not_wait_for_an_older_one() -> None:
    async def story(stage: Stage) -> None:
        stage.wire.wire_fault = "silent"
        stage.programme.show("cam-right")
        await asyncio.sleep(0.2)
        stage.wire.wire_fault = None
        stage.programme.show("room:satellite-1")
        assert await stage.shows("room:satellite-1") < 0.3

    play(story)


def test_a_failure_is_told_and_tried_again() -> None:
    async def story(stage: Stage) -> None:
        stage.sim.fault = "busy"
        stage.programme.show("cam-right")
        await stage.until(lambda: "E22" in (stage.programme.health(stage.now_s()).reason or ""))
        assert stage.health is HealthState.FAULT
        assert stage.programme.out(stage.now_s()).value == "cam-left"
        stage.sim.fault = None
        assert await stage.shows("cam-right") < 2.0
        assert stage.health is HealthState.OK

    play(story)


def test_a_camera_without_an_input_is_told() -> None:
    async def story(stage: Stage) -> None:
        stage.programme.show("cam-9")
        await stage.until(lambda: "no input has 'cam-9'" in str(stage.programme._trouble))
        stage.programme.show("cam-right")
        await stage.shows("cam-right")

    play(story)


def test_a_hand_at_the_switcher_is_left_alone_for_a_while() -> None:
    async def story(stage: Stage) -> None:
        stage.programme.show("cam-right")
        await stage.shows("cam-right")
        stage.sim.press(1, 7)
        await stage.until(lambda: stage.programme.out(stage.now_s()).value == "input 7")
        reason = stage.programme.health(stage.now_s()).reason
        assert reason == "input 7 is out, not cam-right"
        await asyncio.sleep(HAND_S - 3)
        assert stage.sim.ties[1] == 7
        await stage.shows("cam-right")
        stage.sim.press(1, 7)
        stage.programme.show("cam-left")  # but a new cut is a new wish
        assert await stage.shows("cam-left") < 0.5

    play(story)


def test_a_switcher_that_was_away_is_told_again() -> None:
    async def story(stage: Stage) -> None:
        stage.programme.show("cam-right")
        await stage.shows("cam-right")
        stage.wire.wire_fault = "unplugged"
        await stage.wire.cut()
        await stage.until(lambda: stage.programme.out(stage.now_s()).value is None)
        await asyncio.sleep(2)
        stage.sim.ties[1] = 1  # its power failed, and it starts with its first input
        stage.wire.wire_fault = None
        assert await stage.shows("cam-right") < 8.0

    play(story)


def test_a_room_without_a_switcher_has_nothing_to_fail() -> None:
    async def story() -> None:
        now_s = asyncio.get_running_loop().time
        programme = Programme(None, HAND_S, now_s)
        programme.show("cam-left")
        assert programme.health(now_s()).state is HealthState.OK
        assert programme.out(now_s()).reason == "this room has no switcher"

    run_virtual(story())
