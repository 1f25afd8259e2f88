"""A room whose seats are units of a bought conference system: room file, floor, check, twin."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from drivers.core.capability import HealthState, SeatUnits
from drivers.shure_dis.config import ShureDisConfig
from drivers.shure_dis.driver import DisSystem
from drivers.shure_dis.sim import DisSim
from edge.composition import make_devices
from edge.planning import make_plan
from edge.twin.bought import BoughtPlace
from firmware_config.loader import load_room
from tests.memory_wire import MemoryWire
from tests.paper_room import PaperRoom
from tests.small_room import Path_, complaint, with_value
from tests.virtual_time import run_virtual


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("seats", 2, "unit"), 248, "seat 3: unit 248, but addresses on a bus are 1 to 247"),
        (("seats", 4, "unit"), 212, "unit 212 of 'dis-1' is used twice; a unit is one seat"),
        (("seats", 4, "slot"), 2, "seats[number=42].slot: units of 'dis-1' have no slots"),
        (
            ("conference_systems", 0, "port"),
            "tcp:192.0.2.12:23",
            "switcher.port: 'tcp:192.0.2.12:23' is the port of conference_systems[id=dis-1]",
        ),
        (("conference_systems", 0, "id"), "bus-1", "'bus-1' is used twice"),
    ],
)
def test_clashes_are_named(tmp_path: Path, path: Path_, value: Any, words: str) -> None:
    assert words in complaint(tmp_path, with_value(path, value))


def test_the_shipped_example_is_composed() -> None:
    config = load_room("conference-system")
    devices = make_devices(config, lambda _: None, lambda _: None)
    assert sorted(devices.buses) == [1, 2, 3, 4, 5, 6]
    assert {id(bus) for bus in devices.buses.values()} == {id(devices.all()["dis"])}
    assert isinstance(devices.buses[6], SeatUnits)
    assert devices.buses[6].seat_health(6, 0.0).state is HealthState.UNCONFIRMED
    told = {place.id: place for place in make_plan(config, "boot").describe.devices}
    assert (told["dis"].kind, told["dis"].model, told["dis"].simulated) == (
        "units",
        "shure_dis",
        True,
    )


def test_the_room_s_floor_leads_the_central_unit() -> None:
    """Press, request, grant by the hub, camera scene, release, emergency: real controller."""

    async def story() -> None:
        room, sim = PaperRoom(), DisSim([11, 12, 13, 14, 15], chairs=[11])
        wire = MemoryWire(sim)
        system = DisSystem(
            ShureDisConfig(driver="shure_dis", id="bus-1", port="tcp:192.0.2.9:3142"),
            {number: 10 + number for number in range(1, 6)},
            room.controller.seat_key,
            connect=wire.connect,
            now_s=room.now_s,
        )
        system.on_change = room.controller.changed
        room.controller.devices.buses = dict.fromkeys(range(1, 6), system)

        async def until(true: Any) -> None:
            async with asyncio.timeout(20):
                while not true():
                    await asyncio.sleep(0.01)

        tasks = [asyncio.create_task(run()) for run in (wire.run, system.run)]
        try:
            async with room.running():
                room.hub()
                room.floor()
                await until(lambda: system.health(room.now_s()).state is HealthState.OK)
                sim.press(12)
                await until(lambda: room.outbox.intents() == [("ask", "main/2")])
                await asyncio.sleep(3)
                assert sim.requests == [12], "asked and not answered: its light stays"
                room.floor("main/2")
                await until(lambda: sim.show()["open"] == [12])
                assert sim.requests == []
                await until(lambda: room.told("state", "seats").seats["2"].microphone)
                seen = room.told("state", "seats").seats["2"]
                assert (seen.wanted, seen.red, seen.votes, seen.health) == (True, None, None, "ok")
                await room.controller.checking.run("c1", "technician")
                sim.press(12)
                await until(lambda: room.outbox.intents()[1:] == [("leave", "main/2")])
                room.floor()
                await asyncio.sleep(3)
                assert (sim.show()["open"], sim.requests) == ([], [])
                await room.controller.checking.run("c2", "technician")
                await asyncio.sleep(0.2)
                items = room.told("state", "check").items
                seats = next(item for item in items if item.id == "seats")
                assert (seats.verdict, seats.seats) == ("pass", [1, 2, 3, 4, 5])
                assert "nháy" not in seats.evidence.vi, "nobody saw a lamp"
                room.floor("main/3")
                await until(lambda: sim.show()["open"] == [13])
                room.fire(closed=True)
                await until(lambda: sim.show()["open"] == [])
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait({task})

    run_virtual(story())


def test_a_hand_in_the_twin() -> None:
    sim = DisSim([7, 8])
    place = BoughtPlace(sim, 7)
    sim.choose_mode("manual")
    place.press("mic", 120)
    assert place.look() == {"microphone": False, "red": "off", "green": "on"}
    sim.receive(b"mic_on 7\r", 0.0)
    assert place.show() == {"microphone": True, "red": "on", "green": "off", "held": []}
