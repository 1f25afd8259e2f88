"""HDMI-CEC: what cec-ctl prints, a display behind it, and the program as a real process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.cec.config import CecConfig
from drivers.cec.driver import CecDisplay
from drivers.cec.printed import Printed, read
from drivers.cec.program import Program
from drivers.cec.sim import CecSim
from drivers.core.capability import Device, Display, HealthState
from drivers.core.errors import LinkDown, NoReply, Refused
from tests.codec_laws import GOLDEN
from tests.virtual_time import run_virtual, until

SAMPLES = json.loads((GOLDEN / "cec_ctl.json").read_text())["printed"]
ROOT = Path(__file__).parents[3]
SCREEN: dict[str, Any] = {"id": "screen", "port": "/dev/cec0"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
def test_what_the_program_prints_is_read(sample: dict[str, Any]) -> None:
    printed = read(sample["stdout"], sample["stderr"])
    assert (printed.outcome, printed.power) == (sample["outcome"], sample["power"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["id"])
def test_the_stand_in_prints_the_same(sample: dict[str, Any]) -> None:
    sim = CecSim(**sample["sim"])
    arguments = ["-d", "/dev/cec0", "--skip-info", "--to", "0", sample["arguments"]]
    assert sim.answer(arguments, 6505.823752) == (sample["stdout"], sample["stderr"])


@pytest.mark.parametrize(
    "text", ["", "noise", "\x00" * 1000, "Transmit from", "pwr-state: on (0x00)", "Usage:\n"]
)
def test_what_is_not_understood_is_not_known(text: str) -> None:
    printed = read(text, "")
    assert (printed.outcome, printed.power) == ("unclear", None)
    assert read("", "unknown arguments: --give\n") == Printed(
        "unclear", detail="unknown arguments: --give"
    )


def test_the_address_on_the_bus() -> None:
    here, nowhere = CecSim(), CecSim(fault="asleep")
    assert read(*here.answer(["-d", "/dev/cec0", "--playback"], 0)).address == "1.0.0.0"
    assert read(*nowhere.answer(["-d", "/dev/cec0", "--playback"], 0)).address == "f.f.f.f"


class Room:
    """A display behind the stand-in, on a virtual clock."""

    def __init__(self, sim: CecSim, **settings: Any) -> None:
        self.sim = sim
        self.now_s = asyncio.get_running_loop().time
        self.said: list[str] = []
        config = CecConfig.model_validate(SCREEN | settings)
        self.display = CecDisplay(config, run=self._run, now_s=self.now_s)

    async def _run(self, arguments: tuple[str, ...], limit_s: float) -> tuple[str, str]:
        await asyncio.sleep(0.2)
        if self.sim.fault == "hangs":
            await asyncio.sleep(limit_s)
            raise NoReply("cec-ctl did not end in time")
        self.said += [word for word in arguments if word.startswith("--")]
        return self.sim.answer(arguments, self.now_s())

    async def until_health(self, state: HealthState, words: str = "") -> None:
        def judged() -> bool:
            health = self.display.health(self.now_s())
            return health.state is state and words in (health.reason or "")

        await until(judged, 600, 0.1)

    def power(self) -> Any:
        return self.display.state(self.now_s()).power


@contextlib.asynccontextmanager
async def room(sim: CecSim, **settings: Any) -> AsyncIterator[Room]:
    """The driver running."""
    here = Room(sim, **settings)
    running = asyncio.create_task(here.display.run())
    try:
        yield here
    finally:
        running.cancel()
        await asyncio.wait({running})


def test_it_is_a_display() -> None:
    display = CecDisplay(CecConfig.model_validate(SCREEN))
    assert isinstance(display, Display)
    assert isinstance(display, Device)


def test_on_input_off() -> None:
    async def story() -> None:
        sim = CecSim(warm_up_s=8)
        async with room(sim) as here:
            await here.until_health(HealthState.OK)
            assert here.power().value is False
            switching = asyncio.create_task(here.display.set_power(True))
            await until(lambda: sim.power == "warming")
            assert (here.power().value, here.power().reason) == (None, "warming up")
            await switching
            assert (sim.power, here.power().value) == ("on", True)
            await here.display.set_source("HDMI2")
            assert sim.source == "2.0.0.0"
            source = here.display.state(here.now_s()).source
            assert (source.value, source.reason) == (None, "it does not say")
            await here.display.set_power(False)
            assert here.power().value is False

    run_virtual(story())


def test_nothing_is_said_again_while_it_warms_up() -> None:
    async def story() -> None:
        async with room(CecSim(warm_up_s=20)) as here:
            await here.until_health(HealthState.OK)
            await here.display.set_power(True)
            assert here.said.count("--image-view-on") == 1

    run_virtual(story())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("deaf", "is CEC"),
        ("mute", "is CEC"),
        ("abort", "refuses questions"),
        ("asleep", "took its EDID away"),
        ("missing", "cannot open /dev/cec0: No such file"),
        ("hangs", "is CEC"),
    ],
)
def test_faults_are_told_and_heal(fault: str, words: str) -> None:
    async def story() -> None:
        sim = CecSim(power="on")
        async with room(sim) as here:
            await here.until_health(HealthState.OK)
            sim.fault = fault
            await here.until_health(HealthState.FAULT, words)
            with pytest.raises((LinkDown, NoReply, Refused)):
                await here.display.set_power(True)
            sim.fault = None
            await here.until_health(HealthState.OK)
            assert here.power().value is True

    run_virtual(story())


def test_an_adapter_that_forgot_its_address_gets_it_again() -> None:
    async def story() -> None:
        sim = CecSim(power="on")
        async with room(sim) as here:
            await here.until_health(HealthState.OK)
            sim.fault = "unconfigured"
            await until(lambda: here.said.count("--playback") == 2, 60)
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_what_was_heard_is_not_what_is() -> None:
    async def story() -> None:
        async with room(CecSim(fault="stuck")) as here:
            await here.until_health(HealthState.OK)
            with pytest.raises(Refused, match="status does not show it"):
                await here.display.set_power(True)
            assert here.power().value is False
            with pytest.raises(Refused, match="cannot set a volume"):
                await here.display.set_volume(10)
            with pytest.raises(Refused, match="no input 'DVI'; known: HDMI1, HDMI2"):
                await here.display.set_source("DVI")

    run_virtual(story())


def test_a_display_that_disappears_in_standby_is_no_fault_when_it_was_switched_off() -> None:
    async def story() -> None:
        sim = CecSim(power="on", drops_edid=True)
        async with room(sim) as here:
            await here.until_health(HealthState.OK)
            await here.display.set_power(False)
            await here.until_health(HealthState.UNCONFIRMED, "took its EDID away")
            await asyncio.sleep(60)
            assert here.display.health(here.now_s()).state is HealthState.UNCONFIRMED
            assert (here.power().value, sim.power) == (None, "standby")
            sim.power = "on"  # by its own remote control
            await here.until_health(HealthState.OK)
            assert here.power().value is True

    run_virtual(story())


def program(folder: Path, sim: CecSim) -> str:
    """A file that is called as cec-ctl is."""
    (folder / "state.json").write_text(json.dumps(asdict(sim)))
    path = folder / "cec-ctl"
    call = f'{sys.executable} -m drivers.cec.sim {folder}/state.json "$@"'
    path.write_text(f"#!/bin/sh\ncd {ROOT} && exec {call}\n")
    path.chmod(0o755)
    return str(path)


async def test_a_real_process_is_asked(tmp_path: Path) -> None:
    config = CecConfig.model_validate(
        SCREEN | {"program": program(tmp_path, CecSim(power="on")), "answer_s": 20}
    )
    display = CecDisplay(config)
    await display._configure()
    assert (await display._ask()).power == "on"


async def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    path = program(tmp_path, CecSim(fault="hangs"))
    with pytest.raises(NoReply, match=r"did not end within 0\.5 s"):
        await Program(path).run(("-d", "/dev/cec0"), 0.5)


async def test_a_program_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(LinkDown, match="cec-ctl is not there: apt install v4l-utils"):
        await Program(str(tmp_path / "cec-ctl")).run((), 1.0)
    (tmp_path / "cec-ctl").write_text("not a program")
    with pytest.raises(LinkDown, match=r"cannot run .*Permission denied"):
        await Program(str(tmp_path / "cec-ctl")).run((), 1.0)
    display = CecDisplay(
        CecConfig.model_validate(SCREEN | {"program": str(tmp_path / "none" / "cec-ctl")})
    )
    running = asyncio.create_task(display.run())
    await until(lambda: display.health(0.0).state is HealthState.FAULT)
    assert "apt install v4l-utils" in (display.health(0.0).reason or "")
    running.cancel()
    await asyncio.wait({running})


@pytest.mark.parametrize(
    "settings",
    [{"port": "tcp:192.0.2.1:1"}, {"port": "/dev/cec0; reboot"}, {"sources": {"A": "0.0.0.0"}}],
)
def test_a_bad_config_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CecConfig.model_validate(SCREEN | settings)


def test_every_setting_is_described() -> None:
    for name, field in CecConfig.model_fields.items():
        assert field.description, name
