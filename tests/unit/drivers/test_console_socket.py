"""The console's sim and driver, each against plain lines, then both over a real unix socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from drivers.console.config import ConsoleConfig, ConsoleContact, ConsoleKey, ConsoleLamp
from drivers.console.driver import Console
from drivers.console.sim import ConsoleSim, SimContact, SimKey, SimLamp
from drivers.core.capability import HealthState, KeyPress
from tests.virtual_time import until

CONFIG = ConsoleConfig(
    pins="twin:main/console",
    keys={"priority": ConsoleKey(pin=17, lamp_pin=5), "next": ConsoleKey(pin=22)},
    lamps={"link": ConsoleLamp(pin=6, active_low=True)},
    contacts={"fire_alarm": ConsoleContact(pin=27)},
)
AT_REST = {17: 1, 22: 1, 27: 0}


@pytest.fixture
def place(run_dir: Path) -> Path:
    """Where the twin of room main offers its console."""
    (run_dir / "main").mkdir()
    return run_dir / "main" / "console"


def make_sim(place: Path) -> ConsoleSim:
    return ConsoleSim(
        place,
        {"priority": SimKey(17, lamp_pin=5), "next": SimKey(22)},
        {"fire_alarm": SimContact(27)},
        {"link": SimLamp(6, active_low=True)},
    )


@contextlib.asynccontextmanager
async def running(*lives: Any) -> AsyncIterator[None]:
    """Run each until the end of the block."""
    tasks = [asyncio.create_task(life.run()) for life in lives]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def levels_of(lines: bytes) -> dict[int, int]:
    return {told["pin"]: told["level"] for told in map(json.loads, lines.splitlines())}


class Told:
    """A console's driver and what it told."""

    def __init__(self) -> None:
        self.presses: list[KeyPress] = []
        self.contacts: list[tuple[str, bool]] = []
        self.console = Console(
            CONFIG,
            self.presses.append,
            on_contact=lambda name, active: self.contacts.append((name, active)),
        )

    def is_ok(self) -> bool:
        loop_s = asyncio.get_running_loop().time()
        return self.console.health(loop_s).state is HealthState.OK and bool(
            self.console.contact("fire_alarm").reason is None
        )

    def is_fault(self) -> bool:
        loop_s = asyncio.get_running_loop().time()
        return self.console.health(loop_s).state is HealthState.FAULT


async def test_the_sim_tells_all_levels_and_then_changes(place: Path) -> None:
    sim = make_sim(place)
    async with running(sim):
        await sim.ready.wait()
        reader, writer = await asyncio.open_unix_connection(place)
        first = [await reader.readline() for _ in range(3)]
        assert b'{"pin": 17, "level": 1}\n' in first
        assert levels_of(b"".join(first)) == AT_REST
        sim.set_contact("fire_alarm", True)
        assert json.loads(await reader.readline()) == {"pin": 27, "level": 1}
        sim.press("next", hold_ms=30)
        moves = [json.loads(await reader.readline())["level"] for _ in range(10)]
        assert moves[0] == 0
        assert moves[4] == 0
        assert moves[5] == 1
        assert moves[-1] == 1
        assert set(moves[1:4]) == {0, 1}
        writer.write(b'{"pin": 5, "level": 1}\nnoise\n[]\n{"pin": 99, "level": 1}\n')
        await until(lambda: sim.show()["lamps"] == {"priority": "on", "link": "off"})
        assert sim.show() == {
            "keys": {"priority": "up", "next": "up"},
            "lamps": {"priority": "on", "link": "off"},
            "contacts": {"fire_alarm": "active"},
            "connected": True,
        }
        writer.close()
        await until(lambda: not sim.show()["connected"])
    assert not place.exists()


async def test_the_sim_hangs_up_on_a_line_without_end(place: Path) -> None:
    sim = make_sim(place)
    async with running(sim):
        await sim.ready.wait()
        reader, writer = await asyncio.open_unix_connection(place)
        writer.write(b"x" * 5000)
        await until(lambda: not sim.show()["connected"])
        writer.close()
        with contextlib.suppress(ConnectionError):
            await reader.read()


def test_the_sim_knows_its_keys(place: Path) -> None:
    sim = make_sim(place)
    with pytest.raises(ValueError, match="no key 'vote'; this console has priority, next"):
        sim.press("vote")
    with pytest.raises(ValueError, match="no contact 'door'; this console has fire_alarm"):
        sim.set_contact("door", True)
    with pytest.raises(ValueError, match="unknown fault 'noisy'"):
        sim.set_fault("noisy")


class Script:
    """A server in the twin's place that says what a test tells it to."""

    def __init__(self, place: Path, first: bytes) -> None:
        self.place = place
        self.first = first
        self.heard = b""
        self.visits = 0
        self.writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        self.writer = writer
        writer.write(self.first)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1000):
                self.heard += data
        writer.close()

    async def run(self) -> None:
        server = await asyncio.start_unix_server(self.serve, self.place)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            if self.writer is not None:
                self.writer.transport.abort()
            await asyncio.sleep(0.01)


def lines(levels: dict[int, int]) -> bytes:
    return b"".join(b'{"pin":%d,"level":%d}\n' % pair for pair in levels.items())


async def test_the_driver_understands_plain_lines_and_writes_them(place: Path) -> None:
    script, told = Script(place, lines(AT_REST)), Told()
    async with running(script):
        async with running(told.console):
            await until(told.is_ok)
            told.console.set_lamp("priority", "on")
            await until(lambda: levels_of(script.heard).get(5) == 1)
            assert script.writer is not None
            script.writer.write(lines({17: 0, 99: 1}))
            await until(lambda: told.presses)
            assert told.presses[0].key == "priority"
        await until(lambda: levels_of(script.heard) == {5: 0, 6: 1})


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (b"noise\n", "no pin and level"),
        (b'{"pin": 17}\n', "no pin and level"),
        (b'{"pin": 17, "level": 0}' + b" " * 5000, "the twin is gone"),
        (b'{"pin": 17, "level": 1}\n', "says nothing of pin 22"),
    ],
)
async def test_a_twin_that_talks_nonsense_is_a_fault(place: Path, first: bytes, says: str) -> None:
    script, told = Script(place, first), Told()
    async with running(script, told.console):
        await until(told.is_fault)
        assert says in (told.console.health(0.0).reason or "")
        await until(lambda: script.visits > 1)
        assert told.presses == []


async def test_presses_contacts_and_lamps_over_the_socket(place: Path) -> None:
    sim, told = make_sim(place), Told()
    async with running(sim, told.console):
        await until(told.is_ok)
        sim.press("priority", hold_ms=60)
        await until(lambda: len(told.presses) == 2)
        assert [(press.key, press.released) for press in told.presses] == [
            ("priority", False),
            ("priority", True),
        ]
        sim.set_contact("fire_alarm", True)
        await until(lambda: told.console.contact("fire_alarm").value is True)
        assert told.contacts == [("fire_alarm", False), ("fire_alarm", True)]
        for lamp in ("on", "fast", "slow", "off"):
            told.console.set_lamp("priority", lamp)  # type: ignore[arg-type]
            await until(lambda shown=lamp: sim.show()["lamps"]["priority"] == shown)
        told.console.set_lamp("priority", "on")
        told.console.set_lamp("link", "slow")
        await until(lambda: sim.show()["lamps"] == {"priority": "on", "link": "slow"})


async def test_a_key_down_before_the_driver_starts_is_held_not_pressed(place: Path) -> None:
    sim, told = make_sim(place), Told()
    sim.set_key("next", True)
    sim.set_contact("fire_alarm", True)
    async with running(sim, told.console):
        await until(lambda: told.console.held == {"next"})
        await until(lambda: told.contacts == [("fire_alarm", True)])
        sim.set_key("next", False)
        await until(lambda: told.console.held == frozenset())
        assert told.presses == []


async def test_a_twin_that_comes_late_and_restarts_is_found_again(place: Path) -> None:
    told = Told()
    async with running(told.console):
        await until(told.is_fault)
        reason = told.console.health(0.0).reason or ""
        assert "no twin offers main/console" in reason
        assert "No such file" in reason
        for _ in range(2):
            sim = make_sim(place)
            async with running(sim):
                told.console.set_lamp("priority", "on")
                await until(told.is_ok)
                await until(lambda twin=sim: twin.show()["lamps"]["priority"] == "on")
            await until(told.is_fault)
            assert told.console.contact("fire_alarm").value is None


async def test_faults_of_the_sim(place: Path) -> None:
    sim, told = make_sim(place), Told()
    async with running(sim, told.console):
        await until(told.is_ok)
        sim.set_fault("silent")
        sim.set_key("next", True)
        sim.set_fault(None)
        await until(lambda: [press.key for press in told.presses] == ["next"])
        sim.set_fault("unplugged")
        await until(told.is_fault)
        assert not place.exists()
        sim.set_key("next", False)
        sim.set_fault(None)
        await until(lambda: len(told.presses) == 2)
        assert told.presses[1].released


async def test_m8_it_ends_beside_a_twin_that_reads_and_says_nothing(place: Path) -> None:
    script, told = Script(place, b""), Told()
    async with running(script):
        task = asyncio.create_task(told.console.run())
        await until(lambda: script.visits == 1)
        task.cancel()
        async with asyncio.timeout(0.5):
            await asyncio.wait({task})
        assert task.cancelled()


async def test_m19_a_cancel_at_any_step_of_connecting_leaves_nothing_locked(place: Path) -> None:
    sim, told = make_sim(place), Told()
    async with running(sim):
        await sim.ready.wait()
        for steps in range(12):
            task = asyncio.create_task(told.console.run())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
        async with running(told.console):
            await until(told.is_ok)
        await until(lambda: not sim.show()["connected"])
