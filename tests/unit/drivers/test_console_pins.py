"""The console on a machine without GPIO: one clear line, and the room goes on."""

from __future__ import annotations

import asyncio
import sys

import pytest

from drivers.console.config import ConsoleConfig, ConsoleKey
from drivers.console.driver import Console
from drivers.console.pins import GpioPins
from drivers.core.capability import HealthState
from drivers.core.errors import LinkDown
from tests.virtual_time import run_virtual

CONFIG = ConsoleConfig(keys={"priority": ConsoleKey(pin=17, lamp_pin=5)})


def test_without_a_gpio_library_the_room_gets_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)

    async def story() -> None:
        console = Console(CONFIG, lambda press: None, now_s=asyncio.get_running_loop().time)
        running = asyncio.create_task(console.run())
        await asyncio.sleep(60)
        health = console.health(0.0)
        assert health.state is HealthState.FAULT
        assert health.reason == ("no GPIO library (lgpio is not installed): install phonghop[edge]")
        console.set_lamp("priority", "on")
        running.cancel()
        await asyncio.wait({running})

    run_virtual(story())
    assert len(caplog.records) == 1


def test_without_a_chip_the_room_gets_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lgpio:
        class error(Exception):  # noqa: N801  # its real name
            pass

    class Factory:
        def __init__(self) -> None:
            raise Lgpio.error("can not open gpiochip")

    class LgpioPins:
        LGPIOFactory = Factory

    monkeypatch.setitem(sys.modules, "lgpio", Lgpio)
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", LgpioPins)

    async def story() -> None:
        pins = GpioPins()
        with pytest.raises(LinkDown, match=r"no GPIO chip .can not open gpiochip.: is this a Rasp"):
            await pins.open()
        await pins.close()

    run_virtual(story())
