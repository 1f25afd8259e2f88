"""The console's driver on gpiozero's mock pins: whole stories on a virtual clock."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.exc import GPIOZeroError
from gpiozero.pins.mock import MockFactory

from drivers.console.config import ConsoleConfig, ConsoleContact, ConsoleKey, ConsoleLamp
from drivers.console.driver import Console
from drivers.core.capability import Device as LiveDevice
from drivers.core.capability import HealthState, KeyPress, Keys
from drivers.core.errors import LinkDown
from tests.virtual_time import run_virtual, until

CONFIG = ConsoleConfig(
    keys={
        "priority": ConsoleKey(pin=17, lamp_pin=5),
        "next": ConsoleKey(pin=22, lamp_pin=6, lamp_active_low=True),
        "wide": ConsoleKey(pin=23, active_low=False),
    },
    lamps={"link": ConsoleLamp(pin=12), "power": ConsoleLamp(pin=13, active_low=True)},
    contacts={
        "fire_alarm": ConsoleContact(pin=27),
        "door": ConsoleContact(pin=24, normally_closed=False),
    },
)


class BenchPins:
    """Mock pins in a test's hand (``PinSource``); levels are those of the wires outside."""

    errors: tuple[type[Exception], ...] = (GPIOZeroError,)

    def __init__(self, **levels: bool) -> None:
        self.levels = {17: True, 22: True, 23: False, 27: False, 24: True}
        self.levels |= {int(name.removeprefix("pin")): level for name, level in levels.items()}
        self.refusal: str | None = None
        self.factory: Any = None
        self.openings = 0
        self._end: asyncio.Future[None] | None = None

    async def open(self) -> Any:
        if self.refusal is not None:
            raise LinkDown(self.refusal)
        self.openings += 1
        self._end = asyncio.get_running_loop().create_future()
        self.factory = MockFactory()
        return self.factory

    async def begin(self, inputs: frozenset[int]) -> None:
        assert inputs == set(self.levels)
        for pin, level in self.levels.items():
            self.drive(pin, level)

    async def lost(self) -> None:
        assert self._end is not None
        await self._end

    async def close(self) -> None:
        if self.factory is not None:
            self.factory.close()

    def cut(self) -> None:
        """The pins go away."""
        assert self._end is not None
        self._end.set_exception(LinkDown("the pins are gone"))

    def drive(self, pin: int, level: bool) -> None:
        self.levels[pin] = level
        if self.factory is not None:
            mock = self.factory.pin(pin)
            (mock.drive_high if level else mock.drive_low)()

    def drive_unnoticed(self, pin: int, level: bool) -> None:
        """The edge of this one gets lost."""
        mock = self.factory.pin(pin)
        handler, mock.when_changed = mock.when_changed, None
        self.drive(pin, level)
        mock.when_changed = handler


class Panel:
    """A console on a bench, and what it told."""

    def __init__(self, pins: BenchPins) -> None:
        self.pins = pins
        self.loop = asyncio.get_running_loop()
        self.told: list[KeyPress] = []
        self.contacts: list[tuple[str, bool]] = []
        self.console = Console(
            CONFIG,
            self.told.append,
            on_contact=lambda name, active: self.contacts.append((name, active)),
            pins=pins,
            now_s=self.loop.time,
        )

    @property
    def moves(self) -> list[tuple[str, bool]]:
        """Keys and whether it was a release."""
        return [(press.key, press.released) for press in self.told]

    def health(self) -> HealthState:
        return self.console.health(self.loop.time()).state

    async def until_ok(self) -> None:
        await until(
            lambda: (
                self.health() is HealthState.OK and self.console.contact("door").value is not None
            )
        )


@contextlib.asynccontextmanager
async def panel(pins: BenchPins) -> AsyncIterator[Panel]:
    made = Panel(pins)
    running = asyncio.create_task(made.console.run())
    try:
        await made.until_ok()
        yield made
    finally:
        running.cancel()
        await asyncio.wait({running})


def test_it_is_a_console_and_leaves_the_global_factory_alone() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            assert isinstance(here.console, Keys)
            assert isinstance(here.console, LiveDevice)
            assert Device.pin_factory is None

    run_virtual(story())


def test_a_bouncing_press_is_one_press_and_one_release() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            pressed_s = here.loop.time()
            for pause_s, level in [(0, False), (0.001, True), (0.001, False), (0.003, True)]:
                await asyncio.sleep(pause_s)
                here.pins.drive(17, level)
            here.pins.drive(17, False)
            await asyncio.sleep(0.2)
            assert here.moves == [("priority", False)]
            assert pressed_s <= here.told[0].at_s <= pressed_s + 0.01
            assert here.console.held == {"priority"}
            here.pins.drive(17, True)
            await asyncio.sleep(0.1)
            assert here.moves == [("priority", False), ("priority", True)]
            assert here.told[0].held_ms is None
            assert here.told[1].held_ms == pytest.approx(200, abs=15)
            assert here.told[1].source == "console"

    run_virtual(story())


def test_m15_glitches_are_no_press() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            for _ in range(100):
                here.pins.drive(22, False)
                await asyncio.sleep(0.004)
                here.pins.drive(22, True)
                await asyncio.sleep(0.003)
            assert here.told == []

    run_virtual(story())


def test_a_lost_edge_is_found_within_a_second() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            before_s = here.loop.time()
            here.pins.drive_unnoticed(17, False)
            await until(lambda: here.told, step_s=0.001)
            assert here.loop.time() - before_s <= 1.05
            assert here.console.health(here.loop.time()).counters["found_by_true_up"] == 1
            here.pins.drive_unnoticed(17, True)
            await until(lambda: len(here.told) == 2)
            assert here.moves == [("priority", False), ("priority", True)]

    run_virtual(story())


@pytest.mark.parametrize(
    ("priority", "next_key", "wide", "alarm", "door"),
    list(itertools.product([False, True], repeat=5)),
)
def test_m1_whatever_is_held_at_the_start(
    priority: bool, next_key: bool, wide: bool, alarm: bool, door: bool
) -> None:
    async def story() -> None:
        pins = BenchPins(
            pin17=not priority, pin22=not next_key, pin23=wide, pin27=alarm, pin24=not door
        )
        async with panel(pins) as here:
            down = {"priority": priority, "next": next_key, "wide": wide}
            assert here.told == []
            assert here.console.held == {name for name, held in down.items() if held}
            assert sorted(here.contacts) == [("door", door), ("fire_alarm", alarm)]
            assert here.console.contact("fire_alarm").value is alarm
            assert here.console.contact("door").value is door
            for pin, level in ((17, True), (22, True), (23, False)):
                here.pins.drive(pin, level)
            await asyncio.sleep(0.1)
            assert here.told == []
            assert here.console.held == frozenset()
            here.pins.drive(17, False)
            await asyncio.sleep(0.1)
            assert here.moves == [("priority", False)]

    run_virtual(story())


def test_contacts_change_and_a_cut_wire_is_an_alarm() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            here.contacts.clear()
            here.pins.drive(27, True)
            await asyncio.sleep(0.04)
            assert here.contacts == []
            await asyncio.sleep(0.05)
            here.pins.drive(27, False)
            await asyncio.sleep(0.1)
            assert here.contacts == [("fire_alarm", True), ("fire_alarm", False)]
            assert here.console.contact("window").reason == "no contact window"

    run_virtual(story())


def test_m5_contacts_are_unknown_before_reading_and_without_pins() -> None:
    async def story() -> None:
        idle = Panel(BenchPins())
        assert idle.console.contact("fire_alarm").reason == "not opened yet"
        assert idle.health() is HealthState.UNCONFIRMED
        async with panel(BenchPins(pin27=True)) as here:
            assert here.console.contact("fire_alarm").value is True
            here.pins.refusal = "no GPIO chip"
            here.pins.cut()
            await until(lambda: here.health() is HealthState.FAULT)
            reading = here.console.contact("fire_alarm")
            assert (reading.value, reading.reason) == (None, "the pins are gone")
            await until(lambda: here.console.contact("fire_alarm").reason == "no GPIO chip")
            here.pins.refusal = None
            await here.until_ok()
            assert here.console.contact("fire_alarm").value is True

    run_virtual(story())


def test_a_press_over_a_gap_is_told_once_and_released_once() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            here.pins.drive(17, False)
            here.pins.drive(22, False)
            await asyncio.sleep(0.1)
            here.pins.cut()
            await until(lambda: here.health() is HealthState.FAULT)
            here.pins.levels |= {17: True, 22: False}
            await here.until_ok()
            await asyncio.sleep(0.1)
            assert here.moves == [("priority", False), ("next", False), ("priority", True)]
            assert here.pins.openings == 2

    run_virtual(story())


def test_lamps_light_blink_and_go_out_at_the_end() -> None:
    async def story() -> None:
        pins = BenchPins()
        async with panel(pins) as here:
            lamp, inverted = pins.factory.pin(5), pins.factory.pin(6)
            assert (lamp.state, inverted.state) == (False, True)
            here.console.set_lamp("priority", "on")
            here.console.set_lamp("next", "on")
            here.console.set_lamp("wide", "on")
            here.console.set_lamp("nobody", "on")
            await asyncio.sleep(0.001)
            assert (lamp.state, inverted.state) == (True, False)
            lamp.clear_states()
            here.console.set_lamp("priority", "slow")
            await asyncio.sleep(4)
            assert len(lamp.states) - 1 in (7, 8, 9)
            lamp.clear_states()
            here.console.set_lamp("priority", "fast")
            await asyncio.sleep(4)
            assert len(lamp.states) - 1 in (31, 32, 33)
            here.console.set_lamp("priority", "on")
            await asyncio.sleep(1)
            assert lamp.state is True
            lamp.clear_states()
            inverted.clear_states()
        assert [passed.state for passed in lamp.states] == [True, False]
        assert [passed.state for passed in inverted.states] == [False, True]

    run_virtual(story())


def test_a_lamp_needs_no_key() -> None:
    async def story() -> None:
        pins = BenchPins()
        async with panel(pins) as here:
            link, power = pins.factory.pin(12), pins.factory.pin(13)
            assert (link.state, power.state) == (False, True)
            here.console.set_lamp("link", "on")
            here.console.set_lamp("power", "on")
            await asyncio.sleep(0.001)
            assert (link.state, power.state) == (True, False)
            assert here.console.names == ("priority", "next", "wide")
        assert link.states[-1].state is False

    run_virtual(story())


def test_lamps_are_lit_again_on_new_pins() -> None:
    async def story() -> None:
        async with panel(BenchPins()) as here:
            here.console.set_lamp("priority", "on")
            await asyncio.sleep(0.001)
            here.pins.cut()
            await until(lambda: here.pins.openings == 2)
            await here.until_ok()
            assert here.pins.factory.pin(5).state is True

    run_virtual(story())


def test_a_key_that_stays_down_is_not_called_healthy() -> None:
    async def story() -> None:
        async with panel(BenchPins(pin22=False)) as here:
            await asyncio.sleep(59)
            assert here.health() is HealthState.OK
            await asyncio.sleep(2)
            health = here.console.health(here.loop.time())
            assert (health.state, health.reason) == (
                HealthState.UNCONFIRMED,
                "the key next is down all the time: stuck?",
            )
            here.pins.drive(22, True)
            await asyncio.sleep(0.1)
            assert here.health() is HealthState.OK

    run_virtual(story())


def test_a_bug_in_a_listener_is_not_taken_for_a_lost_link() -> None:
    def broken(press: KeyPress) -> None:
        raise IndexError(press.key)

    async def story() -> None:
        pins = BenchPins()
        console = Console(CONFIG, broken, pins=pins, now_s=asyncio.get_running_loop().time)
        running = asyncio.create_task(console.run())
        await until(lambda: console.contact("door").value is not None)
        pins.drive(17, False)
        with pytest.raises(ExceptionGroup) as caught:
            await running
        assert caught.group_contains(IndexError)

    run_virtual(story())


async def test_edges_come_from_threads() -> None:
    """Real time: the callback of a real GPIO library runs in a thread of its own."""
    told: asyncio.Queue[KeyPress] = asyncio.Queue()
    pins = BenchPins()
    console = Console(CONFIG, told.put_nowait, pins=pins)
    running = asyncio.create_task(console.run())
    await until(lambda: console.contact("door").value is not None)
    await asyncio.to_thread(pins.drive, 17, False)
    assert (await told.get()).key == "priority"
    await asyncio.to_thread(pins.drive, 17, True)
    assert (await told.get()).released
    running.cancel()
    await asyncio.wait({running})
