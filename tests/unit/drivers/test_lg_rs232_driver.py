"""The LG display driver against the sim: whole stories on a virtual clock."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.core.capability import Device, Display, HealthState
from drivers.core.errors import NoReply, Refused
from drivers.lg_rs232.config import LgConfig
from drivers.lg_rs232.driver import LgDisplay
from drivers.lg_rs232.sim import LgSim
from tests.display_room import Make, display_room
from tests.memory_wire import MANNERS
from tests.virtual_time import run_virtual, until

WIRED: dict[str, Any] = {"id": "screen", "port": "/dev/ttyUSB0"}


def made(**settings: Any) -> Make:
    """The driver with these settings."""
    config = LgConfig.model_validate(WIRED | settings)
    return lambda connect, now_s: LgDisplay(config, connect=connect, now_s=now_s)


def test_it_is_a_display() -> None:
    display = LgDisplay(LgConfig.model_validate(WIRED))
    assert isinstance(display, Display)
    assert isinstance(display, Device)
    assert display.state(0.0).power.reason == "not opened yet"


@pytest.mark.parametrize("manner", MANNERS)
def test_on_input_volume_off(manner: str) -> None:
    async def story() -> None:
        sim = LgSim(warm_up_s=8)
        async with display_room(sim, made(), manner) as here:
            await here.until_health(HealthState.OK)
            assert here.state().power.value is False
            await here.display.set_power(True)
            assert (sim.show()["power"], here.state().power.value) == ("on", True)
            await here.display.set_source("HDMI2")
            await here.display.set_volume(55)
            assert (sim.show()["source"], sim.show()["volume"]) == ("91", 55)
            assert (here.state().source.value, here.state().volume.value) == ("HDMI2", 55)
            await here.display.set_power(False)
            assert sim.show()["power"] == "standby"
            assert here.state().volume.reason == "it is off"

    run_virtual(story())


def test_an_acknowledgement_is_not_a_state() -> None:
    async def story() -> None:
        async with display_room(LgSim(), made()) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("stuck")
            with pytest.raises(Refused, match="status does not show it"):
                await here.display.set_power(True)
            assert here.state().power.value is False

    run_virtual(story())


def test_a_late_acknowledgement_is_never_taken_for_a_state() -> None:
    async def story() -> None:
        sim = LgSim(warm_up_s=3)
        async with display_room(sim, made(answer_s=1)) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("late")
            on = asyncio.create_task(here.display.set_power(True))
            while not on.done():
                await asyncio.sleep(0.01)
                if here.display._seen.power == "on":
                    assert sim.show()["power"] == "on"
            await on
            assert (here.display._seen.power, sim.show()["power"]) == ("on", "on")

    run_virtual(story())


def test_a_setting_nobody_acknowledged_owes_an_answer() -> None:
    async def story() -> None:
        async with display_room(LgSim(), made(answer_s=1)) as here:
            await here.until_health(HealthState.OK)
            line = here.display._line
            here.wire.set_fault("silent")
            with pytest.raises(NoReply):
                await line.ask("ka", "01", "power on")
            here.wire.set_fault(None)
            heard = len(here.wire.heard)
            asking = asyncio.create_task(line.ask("ka", "ff", "power"))
            await until(lambda: len(here.wire.heard) > heard, step_s=0.001)
            here.wire._hand_over(b"a 01 OK01x")  # the acknowledgement, late: no answer to this
            assert await asking == "00"

    run_virtual(story())


def test_a_model_that_says_nothing_in_standby() -> None:
    async def story() -> None:
        sim = LgSim(on=True)
        async with display_room(sim, made(silent_when_off=True)) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("mute_off")
            await here.display.set_power(False)
            assert sim.show()["power"] == "standby"
            await here.until_health(HealthState.UNCONFIRMED, "as this model gives none")
            await asyncio.sleep(60)
            assert here.state().power.value is None
            await here.display.set_power(True)
            assert here.state().power.value is True
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_silence_is_a_fault_with_a_hint_and_heals() -> None:
    async def story() -> None:
        async with display_room(LgSim(set_id=3, on=True), made()) as here:
            await here.until_health(HealthState.FAULT, "is its set ID 1, is its speed 9600 baud")
            with pytest.raises(NoReply, match="screen volume 5: no answer"):
                await here.display.set_volume(5)
        async with display_room(LgSim(on=True), made()) as here:
            here.wire.set_fault("silent")
            await here.until_health(HealthState.FAULT, "no answer")
            here.wire.set_fault("noisy")
            await asyncio.sleep(30)
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_refusals_and_a_broken_lamp_are_told() -> None:
    async def story() -> None:
        async with display_room(LgSim(on=True), made()) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("refuses")
            with pytest.raises(Refused, match="illegal code"):
                await here.display.set_volume(20)
            await here.until_health(HealthState.FAULT, "refuses")
            here.wire.set_fault("lamp")
            await here.until_health(HealthState.FAULT, "fault of its lamp")
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)
            counters = here.display.health(here.now_s()).counters
            assert (counters["elapsed_hours"], counters["temperature"]) == (2000, 40)

    run_virtual(story())


def test_commands_keep_their_distance() -> None:
    async def story() -> None:
        async with display_room(LgSim(on=True), made()) as here:
            await here.until_health(HealthState.OK)
            await asyncio.gather(here.display.set_volume(7), here.display.set_source("DP"))
            gaps_s = [b - a for a, b in pairwise(at_s for at_s, _ in here.wire.heard)]
            assert min(gaps_s) >= 0.05

    run_virtual(story())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"port": "udp:192.0.2.7:9761"}, "TCP 9761"),
        ({"set_id": 0}, "greater than or equal to 1"),
        ({"input_command": "zz"}, "input_command"),
        ({"sources": {"A": "90", "B": "90"}}, "two names for one input"),
        ({"sources": {"A": "C0"}}, "sources"),
    ],
)
def test_a_bad_config_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        LgConfig.model_validate(WIRED | settings)


def test_every_setting_is_described() -> None:
    for name, field in LgConfig.model_fields.items():
        assert field.description, name
