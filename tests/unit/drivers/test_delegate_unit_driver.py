"""The bus driver on a virtual loop: opening, losing and leaving the wire.

What the bus does meanwhile is told in ``test_delegate_unit_master``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from drivers.core.capability import Device, HealthState, KeyPress, SeatOutputs, SeatUnits
from drivers.core.errors import LinkDown
from drivers.core.transport import Transport
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig
from drivers.delegate_unit.driver import FAREWELL_S, DelegateBus
from drivers.delegate_unit.sim import DelegateBusSim
from tests.memory_pair import MemoryTransport, memory_pair
from tests.memory_wire import MANNERS, MemoryWire
from tests.virtual_time import run_virtual, until

TALKING = SeatOutputs(microphone=True, red="on")


class Hall:
    """Three units, their driver and the wire between them; ``bytewise`` is as slow as 9600."""

    def __init__(self, manner: str = "perfect") -> None:
        self.loop = asyncio.get_running_loop()
        units = dict.fromkeys((1, 2, 3), "phonghop-unit-1")
        self.sim = DelegateBusSim(units, clock=self.loop.time)
        self.wire = MemoryWire(self.sim, manner)
        self.keys: list[KeyPress] = []
        self.on_key: Callable[[KeyPress], None] = self.keys.append
        self.bus = DelegateBus(
            BusConfig(id="bus", port="/dev/ttyUSB0", baud=9600 if manner == "bytewise" else 115200),
            [SeatUnitConfig(number=10 + unit, bus="bus", unit=unit) for unit in units],
            lambda press: self.on_key(press),
            connect=self.wire.connect,
            now_s=self.loop.time,
        )

    def seen(self, unit: int) -> dict[str, Any]:
        """What one sees at the table."""
        shown: dict[str, Any] = self.sim.show()["units"][str(unit)]["slots"]["1"]
        return shown

    def present(self, seat: int) -> bool | None:
        return self.bus.seat_state(seat, self.loop.time()).present.value

    def met(self, seat: int) -> bool:
        """Its outputs were read, so its counters have their baseline."""
        return self.bus.seat_state(seat, self.loop.time()).outputs.value is not None

    async def until_all_met(self) -> None:
        await until(lambda: all(self.met(seat) for seat in (11, 12, 13)))


@contextlib.asynccontextmanager
async def hall(manner: str = "perfect") -> AsyncIterator[Hall]:
    """Wire and driver running."""
    made = Hall(manner)
    tasks = [asyncio.create_task(made.wire.run()), asyncio.create_task(made.bus.run())]
    try:
        yield made
    finally:
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait({task})


def test_it_is_what_the_edge_asks_for() -> None:
    async def story() -> None:
        made = Hall()
        assert isinstance(made.bus, Device)
        assert isinstance(made.bus, SeatUnits)
        health = made.bus.health(0.0)
        assert (health.state, health.reason) == (HealthState.UNCONFIRMED, "not opened yet")
        with pytest.raises(ValueError, match="no seat 99"):
            made.bus.set_outputs(99, SeatOutputs())

    run_virtual(story())


@pytest.mark.parametrize("manner", [manner for manner in MANNERS if manner != "delayed"])
def test_presses_come_and_outputs_go_over_any_wire(manner: str) -> None:
    async def story() -> None:
        async with hall(manner) as made:
            await made.until_all_met()
            made.sim.press(2, "mic", 80)
            await until(lambda: len(made.keys) == 2)
            assert [(key.source, key.key, key.released) for key in made.keys] == [
                ("12", "mic", False),
                ("12", "mic", True),
            ]
            made.bus.set_outputs(12, TALKING)
            await until(lambda: made.seen(2)["microphone"])
            await until(lambda: made.bus.seat_state(12, made.loop.time()).outputs.value == TALKING)

    run_virtual(story())


def test_answers_that_all_come_late_are_no_answers() -> None:
    async def story() -> None:
        async with hall("delayed") as made:
            await asyncio.sleep(5.0)
            assert made.present(11) is False
            health = made.bus.health(made.loop.time())
            assert (health.state, health.reason) == (HealthState.FAULT, "no unit answers")

    run_virtual(story())


def test_outputs_set_before_the_first_contact_are_made_true() -> None:
    async def story() -> None:
        made = Hall()
        made.bus.set_outputs(13, SeatOutputs(green="slow"))
        tasks = [asyncio.create_task(made.wire.run()), asyncio.create_task(made.bus.run())]
        await until(lambda: made.seen(3)["lamps"]["green"] == "slow")
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait({task})

    run_virtual(story())


def test_the_line_goes_and_comes_back() -> None:
    async def story() -> None:
        async with hall() as made:
            await made.until_all_met()
            made.bus.set_outputs(11, SeatOutputs(green="on"))
            await until(lambda: made.seen(1)["lamps"]["green"] == "on")
            made.wire.set_fault("unplugged")
            await made.wire.cut()
            await until(lambda: made.present(11) is None)
            state = made.bus.seat_state(11, made.loop.time())
            assert state.microphone.value is None
            assert state.microphone.reason is not None
            assert state.microphone.reason.startswith("link down")
            assert made.bus.health(made.loop.time()).state is HealthState.FAULT
            assert made.bus.seat_health(11, made.loop.time()).state is HealthState.FAULT
            await asyncio.sleep(60.0)
            made.sim.reboot(1)
            made.wire.set_fault(None)
            back_s = made.loop.time()
            await made.until_all_met()
            assert made.loop.time() - back_s < 8.0
            await until(lambda: made.seen(1)["lamps"]["green"] == "on")
            assert made.keys == []
            assert made.bus.health(made.loop.time()).counters["opened"] == 2

    run_virtual(story())


def test_leaving_closes_every_microphone() -> None:
    async def story() -> None:
        async with hall() as made:
            await made.until_all_met()
            for seat in (11, 12, 13):
                made.bus.set_outputs(seat, TALKING)
            await until(lambda: all(made.seen(unit)["microphone"] for unit in (1, 2, 3)))
            (bus,) = [task for task in asyncio.all_tasks() if "DelegateBus" in repr(task)]
            bus.cancel()
            left_s = made.loop.time()
            await asyncio.wait({bus})
            assert made.loop.time() - left_s < FAREWELL_S
            assert bus.cancelled()
            await asyncio.sleep(0.02)
            assert not any(made.seen(unit)["microphone"] for unit in (1, 2, 3))
            assert all(made.seen(unit)["lamps"]["red"] == "off" for unit in (1, 2, 3))

    run_virtual(story())


@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.0105, 0.5])
def test_leaving_a_bus_that_answers_nothing_is_bounded(after_s: float) -> None:
    async def story() -> None:
        near, _far = memory_pair()
        bus = DelegateBus(
            BusConfig(id="bus", port="/dev/ttyUSB0"),
            [SeatUnitConfig(number=unit, bus="bus", unit=unit) for unit in range(1, 26)],
            lambda press: None,
            connect=_always(near),
            now_s=asyncio.get_running_loop().time,
        )
        task = asyncio.create_task(bus.run())
        await asyncio.sleep(after_s)
        left_s = asyncio.get_running_loop().time()
        task.cancel()
        await asyncio.wait({task})
        assert asyncio.get_running_loop().time() - left_s <= FAREWELL_S + 0.01
        assert near.ended is not None or after_s == 0.0

    run_virtual(story())


def test_units_that_fall_silent_do_not_hold_up_the_farewell() -> None:
    async def story() -> None:
        async with hall() as made:
            await made.until_all_met()
            made.bus.set_outputs(11, TALKING)
            await until(lambda: made.seen(1)["microphone"])
            made.wire.set_fault("silent")
            (bus,) = [task for task in asyncio.all_tasks() if "DelegateBus" in repr(task)]
            bus.cancel()
            left_s = made.loop.time()
            await asyncio.wait({bus})
            assert made.loop.time() - left_s <= FAREWELL_S + 0.01
            await asyncio.sleep(2.0)
            assert made.seen(1)["microphone"] is False, "the unit's own dead-man is the last guard"

    run_virtual(story())


def _always(transport: Transport) -> Callable[[], Any]:
    async def connect() -> Transport:
        return transport

    return connect


def test_a_bug_in_a_callback_reaches_the_task_and_not_only_the_log() -> None:
    async def story() -> None:
        made = Hall()

        def broken(press: KeyPress) -> None:
            raise IndexError("a bug of ours")

        made.on_key = broken
        wire = asyncio.create_task(made.wire.run())
        bus = asyncio.create_task(made.bus.run())
        await made.until_all_met()
        made.sim.press(1, "mic", 50)
        with pytest.raises(IndexError, match="a bug of ours"):
            await bus
        wire.cancel()
        await asyncio.wait({wire})

    run_virtual(story())


def test_an_adapter_that_was_never_there_is_a_fault() -> None:
    async def story() -> None:
        made = Hall()
        made.wire.wire_fault = "unplugged"
        bus = asyncio.create_task(made.bus.run())
        await asyncio.sleep(1.0)
        health = made.bus.health(asyncio.get_running_loop().time())
        assert (health.state, health.reason) == (HealthState.FAULT, "link down: the plug is out")
        bus.cancel()
        await asyncio.wait({bus})

    run_virtual(story())


def test_a_wire_that_dies_under_a_question_is_reopened() -> None:
    async def story() -> None:
        opened: list[MemoryTransport] = []

        async def connect() -> Transport:
            if len(opened) == 3:
                raise LinkDown("no more")
            near, far = memory_pair()
            opened.append(near)
            asyncio.get_running_loop().call_later(0.01, far.end, "gone")
            asyncio.get_running_loop().call_later(0.01, near.end, "gone")
            return near

        bus = DelegateBus(
            BusConfig(id="bus", port="/dev/ttyUSB0"),
            [SeatUnitConfig(number=1, bus="bus", unit=1)],
            lambda press: None,
            connect=connect,
            now_s=asyncio.get_running_loop().time,
        )
        task = asyncio.create_task(bus.run())
        await until(lambda: len(opened) == 3)
        await asyncio.sleep(20.0)
        health = bus.health(asyncio.get_running_loop().time())
        assert health.state is HealthState.FAULT
        assert health.reason is not None
        assert "no more" in health.reason
        task.cancel()
        await asyncio.wait({task})

    run_virtual(story())
