"""Driver and sim of the Samsung display over a real pty at 9600 baud and a real TCP port."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.core.address import twin_path
from drivers.core.capability import HealthState
from drivers.core.simulation import PtyWire, SimWire, TcpWire
from drivers.samsung_mdc.config import SamsungMdcConfig
from drivers.samsung_mdc.driver import SamsungMdcDisplay
from drivers.samsung_mdc.sim import SamsungMdcSim
from tests.virtual_time import until


def make_wire(kind: str, sim: SamsungMdcSim) -> SimWire:
    path = twin_path("main/display-1")
    return TcpWire(sim, path) if kind == "tcp" else PtyWire(sim, path, 9600)


@pytest.mark.parametrize("kind", ["serial", "tcp"])
async def test_a_display_is_found_used_lost_and_found_again(kind: str, run_dir: Path) -> None:
    sim = SamsungMdcSim(on=True)
    config = SamsungMdcConfig(
        id="display-1", port=f"twin:{kind}:main/display-1", poll_s=0.5, answer_s=0.3
    )
    display = SamsungMdcDisplay(config)
    loop = asyncio.get_running_loop()
    wire = make_wire(kind, sim)

    def is_in(state: HealthState) -> bool:
        return display.health(loop.time()).state is state

    tasks = [asyncio.create_task(display.run()), asyncio.create_task(wire.run())]
    await until(lambda: is_in(HealthState.OK))
    await display.set_volume(42)
    await display.set_source("HDMI2")
    assert (sim.show()["volume"], sim.show()["source"]) == (42, "HDMI2")
    wire.set_fault("unplugged")
    await until(lambda: is_in(HealthState.FAULT))
    assert display.state(loop.time()).power.value is None
    wire.set_fault(None)
    await until(lambda: is_in(HealthState.OK))
    wire.set_fault("silent")
    tasks[0].cancel()
    async with asyncio.timeout(0.5):  # M8: nothing waits for a peer that says nothing
        await asyncio.wait({tasks[0]})
    tasks[1].cancel()
    await asyncio.wait(tasks)
