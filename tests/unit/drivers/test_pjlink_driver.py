"""The PJLink driver against the sim: whole stories on a virtual clock."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.core.capability import Device, Display, HealthState
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.pjlink.config import PjlinkConfig
from drivers.pjlink.driver import PjlinkDisplay
from drivers.pjlink.sim import PjlinkSim
from tests.display_room import Make, display_room
from tests.memory_wire import MANNERS
from tests.virtual_time import run_virtual, until

PORT = "tcp:192.0.2.7:4352"
WORD, OTHER = "secret1", "wrong"
OPEN: dict[str, Any] = {"id": "beamer", "port": PORT}


def made(**settings: Any) -> Make:
    """The driver with these settings."""
    config = PjlinkConfig.model_validate(OPEN | settings)
    return lambda connect, now_s: PjlinkDisplay(config, connect=connect, now_s=now_s)


def test_it_is_a_display() -> None:
    display = PjlinkDisplay(PjlinkConfig.model_validate(OPEN))
    assert isinstance(display, Display)
    assert isinstance(display, Device)
    assert display.state(0.0).power.reason == "not opened yet"
    assert display.health(0.0).state is HealthState.UNCONFIRMED


@pytest.mark.parametrize("manner", MANNERS)
def test_on_input_off(manner: str) -> None:
    async def story() -> None:
        sim = PjlinkSim(WORD, warm_up_s=30, cool_down_s=20)
        async with display_room(sim, made(password=WORD), manner) as here:
            await here.until_health(HealthState.OK)
            assert here.state().power.value is False
            await here.display.set_power(True)
            assert sim.show()["power"] == "on"
            assert here.state().power.value is True
            await here.display.set_source("HDMI2")
            assert sim.show()["source"] == "32"
            assert here.state().source.value == "HDMI2"
            await here.display.set_power(False)
            assert sim.show()["power"] == "standby"
            assert here.state().power.value is False
            assert here.state().source.reason == "it is off"

    run_virtual(story())


def test_warming_up_and_cooling_down_are_states_and_nothing_is_sent_meanwhile() -> None:
    async def story() -> None:
        sim = PjlinkSim(warm_up_s=40, cool_down_s=30)
        async with display_room(sim, made()) as here:
            await here.until_health(HealthState.OK)
            on = asyncio.create_task(here.display.set_power(True))
            await until(lambda: sim.show()["power"] == "warming")
            await asyncio.sleep(5)
            assert (here.state().power.value, here.state().power.reason) == (None, "warming up")
            await here.display.set_source("HDMI2")  # waits until it may be said
            assert sim.show() | {"commands": 0, "lamp_hours": 0} == {
                "power": "on",
                "picture": True,
                "source": "32",
                "commands": 0,
                "lamp_hours": 0,
            }
            await on
            off = asyncio.create_task(here.display.set_power(False))
            await until(lambda: sim.show()["power"] == "cooling")
            await asyncio.sleep(3)
            heard = len(here.wire.heard)
            await here.display.set_power(True)
            with pytest.raises(Refused, match="replaced"):
                await off
            said = [line for _, line in here.wire.heard[heard:]]
            assert said.count(b"%1POWR 1\r") == 1
            assert here.display.health(here.now_s()).counters["refused"] == 0

    run_virtual(story())


def test_what_somebody_else_began_is_waited_for() -> None:
    async def story() -> None:
        sim = PjlinkSim(on=True, cool_down_s=25)
        async with display_room(sim, made()) as here:
            await here.until_health(HealthState.OK)
            sim.receive(b"%1POWR 0\r", here.now_s())  # its own remote control
            await here.until_health(HealthState.UNCONFIRMED, "cooling down")
            assert here.state().power.reason == "cooling down"
            await here.until_health(HealthState.OK)
            assert here.state().power.value is False

    run_virtual(story())


def test_an_acknowledgement_is_not_a_state() -> None:
    async def story() -> None:
        async with display_room(PjlinkSim(), made()) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("stuck")
            with pytest.raises(Refused, match="status does not show it"):
                await here.display.set_power(True)
            assert here.state().power.value is False

    run_virtual(story())


def test_busy_and_failure_are_told_with_their_code() -> None:
    async def story() -> None:
        async with display_room(PjlinkSim(on=True), made()) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("busy")
            with pytest.raises(Refused, match=r"busy or in standby \(ERR3\)"):
                await here.display.set_source("HDMI2")
            here.wire.set_fault("failure")
            with pytest.raises(Refused, match=r"failure of its own \(ERR4\)"):
                await here.display.set_source("HDMI2")
            await here.until_health(HealthState.FAULT, "refuses")
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)
            here.wire.set_fault("lamp")
            await here.until_health(HealthState.FAULT, "fault of its lamp")

    run_virtual(story())


def test_a_wrong_password_is_not_tried_again_for_a_while() -> None:
    async def story() -> None:
        sim = PjlinkSim(WORD)
        async with display_room(sim, made(password=OTHER)) as here:
            await here.until_health(HealthState.FAULT, "refused the password")
            await asyncio.sleep(600)
            assert sim.greeted == 1
            with pytest.raises(LinkDown, match="refused the password"):
                await here.display.set_power(True)
            sim._password = OTHER  # corrected in its menu
            await here.until_health(HealthState.OK)
            assert sim.greeted == 2

    run_virtual(story())


def test_a_password_that_nobody_wrote_down() -> None:
    async def story() -> None:
        sim = PjlinkSim(WORD)
        async with display_room(sim, made()) as here:
            await here.until_health(HealthState.FAULT, "none is in the room file")
            await asyncio.sleep(300)
            assert sim.greeted == 1

    run_virtual(story())


@pytest.mark.parametrize(
    ("fault", "words"), [("silent", "no greeting"), ("unplugged", "plug is out")]
)
def test_not_there_and_back(fault: str, words: str) -> None:
    async def story() -> None:
        async with display_room(PjlinkSim(on=True), made()) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault(fault)
            if fault == "unplugged":
                await here.wire.cut()
            await here.until_health(HealthState.FAULT, words)
            assert here.state().power.value is None
            with pytest.raises((NoReply, LinkDown)):
                await here.display.set_power(False)
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)
            assert here.state().power.value is True

    run_virtual(story())


def test_a_noisy_line_ends_in_no_false_state() -> None:
    async def story() -> None:
        sim = PjlinkSim(on=True)
        async with display_room(sim, made()) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("noisy")
            for _ in range(60):
                await asyncio.sleep(5)
                assert here.state().power.value in (True, None)
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_one_connection_is_kept() -> None:
    async def story() -> None:
        sim = PjlinkSim(on=True)
        async with display_room(sim, made(poll_s=20)) as here:
            await here.until_health(HealthState.OK)
            await asyncio.sleep(600)
            assert sim.greeted == 1

    run_virtual(story())


def test_lamp_hours_model_and_what_a_laser_lacks() -> None:
    async def story() -> None:
        for hours, told in ((1234, {"lamp_hours": 1234}), (None, {})):
            sim = PjlinkSim(on=True, klass=2, lamp_hours=hours)
            async with display_room(sim, made()) as here:
                await here.until_health(HealthState.OK)
                await until(lambda here=here: here.display.model.value is not None)
                assert here.display.model.value == "phonghop PJ-TWIN"
                counters = here.display.health(here.now_s()).counters
                assert {k: v for k, v in counters.items() if "hours" in k} == told
                await here.display.set_source("HDMI2")
                assert any(line == b"%2INPT 32\r" for _, line in here.wire.heard)

    run_virtual(story())


def test_what_it_cannot_do_is_said_at_once() -> None:
    async def story() -> None:
        async with display_room(PjlinkSim(), made()) as here:
            await here.until_health(HealthState.OK)
            with pytest.raises(Refused, match="cannot set a volume"):
                await here.display.set_volume(20)
            with pytest.raises(Refused, match=r"no input 'DVI'; known: RGB1, HDMI1, HDMI2"):
                await here.display.set_source("DVI")
            with pytest.raises(Refused, match="it is off"):
                await here.display.set_source("HDMI1")

    run_virtual(story())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"port": "/dev/ttyUSB0"}, "TCP 4352"),
        ({"password": "with space"}, "letters and digits"),
        ({"password": ""}, "letters and digits"),
        ({"poll_s": 1}, "greater than or equal to 5"),
        ({"sources": {"A": "31", "B": "31"}}, "two names for one input"),
        ({"sources": {"A": "71"}}, "sources"),
        ({"baud": 9600}, "baud"),
    ],
)
def test_a_bad_config_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        PjlinkConfig.model_validate(OPEN | settings)


def test_every_setting_is_described_and_the_password_is_not_shown() -> None:
    for name, field in PjlinkConfig.model_fields.items():
        assert field.description, name
    assert "secret1" not in repr(PjlinkConfig.model_validate(OPEN | {"password": "secret1"}))
