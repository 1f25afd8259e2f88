"""The Samsung display driver against the sim: whole stories on a virtual clock.

Minutes of warm-up run in milliseconds; the wire is perfect, byte-wise, lossy or delayed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from pydantic import ValidationError

from drivers.core.capability import Device, Display, HealthState
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.core.transport import Transport
from drivers.samsung_mdc.config import SamsungMdcConfig
from drivers.samsung_mdc.driver import SamsungMdcDisplay
from drivers.samsung_mdc.sim import SamsungMdcSim
from tests.memory_pair import MemoryTransport, memory_pair
from tests.memory_wire import MANNERS, MemoryWire
from tests.virtual_time import run_virtual, until

WIRED = SamsungMdcConfig(id="screen", port="/dev/ttyUSB0")
NETWORKED = SamsungMdcConfig(id="screen", port="tcp:192.0.2.7:1515")


class Room:
    """A display, its driver and the wire between them."""

    def __init__(
        self, sim: SamsungMdcSim, manner: str = "perfect", config: SamsungMdcConfig = WIRED
    ) -> None:
        self.sim = sim
        self.loop = asyncio.get_running_loop()
        self.wire = MemoryWire(sim, manner)
        self.display = SamsungMdcDisplay(config, connect=self.wire.connect, now_s=self.loop.time)

    def now_s(self) -> float:
        return self.loop.time()

    async def until_health(self, state: HealthState, words: str = "") -> None:
        """Wait until the driver judges so; ten minutes are longer than any of its patience."""

        def judged() -> bool:
            health = self.display.health(self.now_s())
            return health.state is state and words in (health.reason or "")

        await until(judged, 600, 0.1)


@contextlib.asynccontextmanager
async def room(
    sim: SamsungMdcSim, manner: str = "perfect", config: SamsungMdcConfig = WIRED
) -> AsyncIterator[Room]:
    """Wire and driver running."""
    made = Room(sim, manner, config)
    tasks = [asyncio.create_task(made.wire.run()), asyncio.create_task(made.display.run())]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def test_it_is_a_display() -> None:
    display = SamsungMdcDisplay(WIRED)
    assert isinstance(display, Display)
    assert isinstance(display, Device)


@pytest.mark.parametrize("manner", MANNERS)
def test_on_input_volume_off(manner: str) -> None:
    async def story() -> None:
        sim = SamsungMdcSim(warm_up_s=12, volume=10)
        async with room(sim, manner) as here:
            await here.until_health(HealthState.OK)
            assert here.display.state(here.now_s()).power.value is False
            await here.display.set_power(True)
            assert sim.show()["power"] == "on"
            assert here.display.state(here.now_s()).power.value is True
            await here.display.set_source("HDMI2")
            await here.display.set_volume(55)
            assert (sim.show()["source"], sim.show()["volume"]) == ("HDMI2", 55)
            state = here.display.state(here.now_s())
            assert (state.source.value, state.volume.value) == ("HDMI2", 55)
            await here.display.set_power(False)
            assert sim.show()["power"] in ("cooling", "standby")
            await here.until_health(HealthState.OK)

    run_virtual(story())


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("fault", [None, "refuses", "stuck", "silent", "unplugged"])
def test_m1_every_way_a_display_can_be_found(on: bool, fault: str | None) -> None:
    async def story() -> None:
        here = Room(SamsungMdcSim(on=on))
        here.wire.set_fault(fault)
        tasks = [asyncio.create_task(here.wire.run()), asyncio.create_task(here.display.run())]
        await asyncio.sleep(6)
        state = here.display.state(here.now_s())
        answers = fault in (None, "stuck")
        assert state.power.value == (on if answers else None)
        assert (state.power.reason is None) == answers
        health = here.display.health(here.now_s())
        assert (health.state is HealthState.OK) == answers
        here.wire.set_fault(None)
        await here.until_health(HealthState.OK)
        assert here.display.state(here.now_s()).power.value is on
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    run_virtual(story())


def test_m5_readings_are_unknown_before_the_first_answer_and_when_stale() -> None:
    async def story() -> None:
        idle = SamsungMdcDisplay(WIRED)
        before = idle.state(0.0)
        for reading in (before.power, before.source, before.volume):
            assert (reading.value, reading.at_s, reading.reason) == (None, None, "not opened yet")
        assert idle.health(0.0).state is HealthState.UNCONFIRMED
        async with room(SamsungMdcSim(on=True)) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("silent")
            await here.until_health(HealthState.FAULT, "is its ID 1")
            await asyncio.sleep(30)
            stale = here.display.state(here.now_s())
            for reading in (stale.power, stale.source, stale.volume):
                assert (reading.value, reading.reason) == (None, "no answer")
                assert reading.age_s(here.now_s()) is not None
            here.wire.set_fault("unplugged")
            await here.wire.cut()
            await here.until_health(HealthState.FAULT, "plug is out")
            assert here.display.state(here.now_s()).power.value is None
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)
            assert here.display.state(here.now_s()).power.value is True

    run_virtual(story())


def test_warming_up_is_a_state_and_no_proof_of_power() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(warm_up_s=20)) as here:
            await here.until_health(HealthState.OK)
            switching = asyncio.create_task(here.display.set_power(True))
            await asyncio.sleep(10)
            power = here.display.state(here.now_s()).power
            assert (power.value, power.reason) == (None, "warming up")
            health = here.display.health(here.now_s())
            assert (health.state, health.reason) == (HealthState.UNCONFIRMED, "warming up")
            await switching
            assert here.display.state(here.now_s()).power.value is True
            assert here.display.health(here.now_s()).counters["refused"] > 10

    run_virtual(story())


def test_an_acknowledgement_is_not_a_state() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(on=False)) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("stuck")
            with pytest.raises(Refused, match="status does not show it"):
                await here.display.set_power(True)
            assert here.display.state(here.now_s()).power.value is False

    run_virtual(story())


def test_a_display_that_refuses_for_longer_than_a_warm_up_is_a_fault() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(on=True)) as here:
            await here.until_health(HealthState.OK)
            here.wire.set_fault("refuses")
            with pytest.raises(Refused, match="code 01"):
                await here.display.set_volume(20)
            await here.until_health(HealthState.UNCONFIRMED, "refuses")
            await here.until_health(HealthState.FAULT, "refuses")
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_a_wrong_id_is_silence_with_a_hint() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(display_id=3)) as here:
            await here.until_health(HealthState.FAULT, "is its ID 1, is its speed 9600 baud")
            with pytest.raises(NoReply, match="screen volume 5: no answer; look in the display"):
                await here.display.set_volume(5)

    run_virtual(story())


def test_commands_keep_their_distance() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(on=True)) as here:
            await here.until_health(HealthState.OK)
            await asyncio.gather(
                here.display.set_volume(7),
                here.display.set_source("DP1"),
                here.display.set_power(True),
            )
            sent_s = [at_s for at_s, _ in here.wire.heard]
            gaps_s = [b - a for a, b in pairwise(sent_s)]
            assert min(gaps_s) >= 0.06

    run_virtual(story())


def test_a_later_power_command_replaces_an_earlier_one() -> None:
    async def story() -> None:
        sim = SamsungMdcSim(warm_up_s=10)
        async with room(sim) as here:
            await here.until_health(HealthState.OK)
            first = asyncio.create_task(here.display.set_power(True))
            await asyncio.sleep(1)
            await here.display.set_power(False)
            assert sim.show()["power"] in ("cooling", "standby")
            with pytest.raises(Refused, match="replaced"):
                await first

    run_virtual(story())


def test_a_link_cut_by_power_off_is_no_failure() -> None:
    async def story() -> None:
        sim = SamsungMdcSim(on=True)
        async with room(sim, config=NETWORKED) as here:
            await here.until_health(HealthState.OK)
            switching = asyncio.create_task(here.display.set_power(False))
            await until(lambda: sim.show()["power"] != "on", step_s=0.001)
            await here.wire.cut()
            await switching
            assert here.display.state(here.now_s()).power.value is False

    run_virtual(story())


def test_a_display_that_left_the_network_gets_the_hint_on_network_standby() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(on=True), config=NETWORKED) as here:
            await here.until_health(HealthState.OK)
            await here.display.set_power(False)
            here.wire.set_fault("unplugged")
            await here.wire.cut()
            await here.until_health(HealthState.FAULT, "network standby")
            with pytest.raises(LinkDown):
                await here.display.set_power(True)

    run_virtual(story())


def test_a_tcp_peer_that_died_in_silence_is_connected_anew() -> None:
    async def story() -> None:
        opened: list[MemoryTransport] = []
        async with room(SamsungMdcSim(on=True), config=NETWORKED) as here:

            async def connect() -> Transport:
                near, far = memory_pair()  # a far end that nobody serves
                opened.append(far)
                return near

            here.display._session._connect = connect
            await here.wire.cut()
            await until(lambda: len(opened) > 1, 60, 1)
            here.display._session._connect = here.wire.connect
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_a_late_status_counts_a_late_acknowledgement_does_not() -> None:
    async def story() -> None:
        display = SamsungMdcDisplay(WIRED, now_s=lambda: 7.0)
        near, far = memory_pair()
        display._session._connect = lambda: _given(near)
        running = asyncio.create_task(display.run())
        await display._session.wait_ready()
        far.write(bytes.fromhex("AA FF 01 03 41 11 00 55"))
        await asyncio.sleep(0.01)
        assert display.health(7.0).proof_at_s is None
        far.write(bytes.fromhex("AA FF 02 09 41 00 01 0A 00 21 10 00 00 87"))
        await asyncio.sleep(0.01)
        assert display.health(7.0).proof_at_s is None
        far.write(bytes.fromhex("AA FF 01 09 41 00 01 0A 00 22 10 00 00 87"))
        await asyncio.sleep(0.01)
        assert display.health(7.0).proof_at_s == 7.0
        assert display.state(7.0).source.value == "HDMI1"
        running.cancel()
        await asyncio.wait({running})

    run_virtual(story())


async def _given(transport: Transport) -> Transport:
    return transport


def test_broken_parts_are_a_fault_and_the_model_is_known() -> None:
    async def story() -> None:
        async with room(SamsungMdcSim(on=True)) as here:
            await here.until_health(HealthState.OK)
            await asyncio.sleep(1)
            assert here.display.model.value == "QM55B"
            here.wire.set_fault("fan")
            await here.until_health(HealthState.FAULT, "fault of its fan")
            here.wire.set_fault(None)
            await here.until_health(HealthState.OK)

    run_virtual(story())


def test_inputs_have_the_names_of_the_room() -> None:
    async def story() -> None:
        config = WIRED.model_copy(update={"sources": {"laptop": 0x23}})
        sim = SamsungMdcSim(on=True)
        async with room(sim, config=config) as here:
            await here.until_health(HealthState.OK)
            await here.display.set_source("laptop")
            assert sim.show()["source"] == "HDMI2"
            assert here.display.state(here.now_s()).source.value == "laptop"
            with pytest.raises(Refused, match=r"no input 'beamer'; known: .*HDMI1.*laptop"):
                await here.display.set_source("beamer")
            with pytest.raises(Refused, match="outside 0 to 100"):
                await here.display.set_volume(101)

    run_virtual(story())


def test_m8_it_ends_at_once_beside_a_silent_peer() -> None:
    async def story() -> None:
        here = Room(SamsungMdcSim(on=True))
        here.wire.set_fault("silent")
        serving = asyncio.create_task(here.wire.run())
        running = asyncio.create_task(here.display.run())
        await here.display._session.wait_ready()
        await asyncio.sleep(0.2)
        before_s = here.now_s()
        running.cancel()
        await asyncio.wait({running})
        assert here.now_s() == before_s, "the end waited for something"
        serving.cancel()
        await asyncio.wait({serving})

    run_virtual(story())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"port": "/dev/ttyUSB0"}, "id"),
        ({"id": "Screen", "port": "/dev/ttyUSB0"}, "id"),
        ({"id": "screen", "port": "ttyUSB0"}, "neither a path"),
        ({"id": "screen", "port": "udp:192.0.2.7:1515"}, "TCP 1515"),
        ({"id": "screen", "port": "/dev/ttyUSB0", "display_id": 254}, "less than or equal to 253"),
        ({"id": "screen", "port": "/dev/ttyUSB0", "gap_ms": 10}, "greater than or equal to 50"),
        ({"id": "screen", "port": "/dev/ttyUSB0", "speed": 9600}, "speed"),
    ],
)
def test_a_bad_config_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        SamsungMdcConfig.model_validate(settings)


def test_every_setting_is_described() -> None:
    for name, field in SamsungMdcConfig.model_fields.items():
        assert field.description, name
