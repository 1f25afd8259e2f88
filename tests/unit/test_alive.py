"""When a room says that it is ready and alive, and when it keeps silent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from drivers.core.errors import LinkDown
from drivers.core.transport import Transport
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig
from drivers.delegate_unit.driver import DelegateBus
from edge.alive import Alive
from edge.room import Devices
from edge.runtime import notify
from edge.runtime.outbox import Outbox
from hub import notify as hub_notify
from tests.fake_systemd import Systemd
from tests.paper_room import PaperRoom
from tests.virtual_time import run_virtual


class Bus:
    """A real bus on a port that cannot be opened, or that hangs in opening."""

    def __init__(self) -> None:
        self.hangs = False
        config = BusConfig(id="bus-1", port="/dev/none", map="phonghop-unit-1")
        seats = [SeatUnitConfig(number=1, bus="bus-1", unit=1)]
        self.driver = DelegateBus(config, seats, lambda press: None, connect=self._connect)

    async def _connect(self) -> Transport:
        if self.hangs:
            await asyncio.Event().wait()
        raise LinkDown("no such adapter", device="bus-1")


class Room:
    """A room that can stand still in three places."""

    def __init__(self, folder: Path) -> None:
        self.bus = Bus()
        self.outbox = Outbox(folder / "o.sqlite", "b1")
        self.disk_is_back = threading.Event()
        self.controller_hangs = False
        self._ticks = 0
        devices = Devices(buses={1: self.bus.driver}, cameras={}, displays={}, console=None)
        self.alive = Alive(devices, self.outbox, self._count, lambda: False)

    def _count(self) -> int:
        self._ticks += not self.controller_hangs
        return self._ticks

    def hang_disk(self) -> None:
        """As a card does that never returns from a flush."""
        self.outbox._thread.submit(self.disk_is_back.wait)


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    """Watches closely: a beat every 20 ms."""
    monkeypatch.setattr("edge.alive.READY_MOST_S", 0.0)
    monkeypatch.setattr("drivers.delegate_unit.driver.retry_delay_s", lambda attempt: 0.001)
    found = Systemd(tmp_path, watchdog_us=60_000)
    found.watch(monkeypatch)
    yield found
    found.close()


@contextlib.asynccontextmanager
async def living(room: Room) -> AsyncIterator[Room]:
    works = (room.bus.driver.run, room.alive.run, room.alive.try_the_disk)
    tasks = {asyncio.create_task(work()) for work in works}
    try:
        yield room
    finally:
        room.disk_is_back.set()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await room.outbox.close()


async def no_watchdog_while(systemd: Systemd, culprit: str) -> None:
    """From the first beat that misses somebody on, three more say it, and none says alive."""
    await systemd.soon(f"no progress: {culprit}")
    said: list[str] = []
    while len(said) < 3:
        said += await systemd.soon("STATUS=")
    assert not [word for word in said if "WATCHDOG" in word]
    assert all(culprit in word for word in said)


async def test_a_missing_adapter_is_named_and_is_no_reason_to_restart(
    systemd: Systemd, tmp_path: Path
) -> None:
    async with living(Room(tmp_path)):
        ready = await systemd.soon("READY=1")
        assert "not up: bus-1 (" in ready[-1]
        assert "no broker: the room leads itself" in ready[-1]
        for _ in range(3):
            await systemd.soon("WATCHDOG=1")


async def test_a_bus_that_hangs_stops_the_watchdog(systemd: Systemd, tmp_path: Path) -> None:
    async with living(Room(tmp_path)) as room:
        await systemd.soon("WATCHDOG=1")
        room.bus.hangs = True
        await no_watchdog_while(systemd, "bus-1")


async def test_a_writer_that_hangs_stops_the_watchdog_and_heals(
    systemd: Systemd, tmp_path: Path
) -> None:
    async with living(Room(tmp_path)) as room:
        await systemd.soon("WATCHDOG=1")
        room.hang_disk()
        await no_watchdog_while(systemd, "outbox writer")
        room.disk_is_back.set()
        await systemd.soon("WATCHDOG=1")


async def test_a_controller_that_lets_no_time_pass_stops_the_watchdog(
    systemd: Systemd, tmp_path: Path
) -> None:
    async with living(Room(tmp_path)) as room:
        await systemd.soon("WATCHDOG=1")
        room.controller_hangs = True
        await no_watchdog_while(systemd, "controller")
        room.controller_hangs = False
        await systemd.soon("WATCHDOG=1")


@pytest.mark.parametrize("is_journal", [notify.is_journal, hub_notify.is_journal])
def test_what_was_sent_elsewhere_is_not_the_journal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_journal: Callable[[int], bool]
) -> None:
    with (tmp_path / "a").open("w") as ours, (tmp_path / "b").open("w") as other:
        found = os.fstat(ours.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
        assert is_journal(ours.fileno())
        assert not is_journal(other.fileno())
        monkeypatch.delenv("JOURNAL_STREAM")
        assert not is_journal(ours.fileno())


def test_the_journal_gets_levels_on_every_line_and_a_person_gets_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        found = sys.exc_info()
    record = logging.LogRecord("edge.x", logging.ERROR, __file__, 1, "went %s", ("wrong",), found)
    lines = notify.JournalFormatter().format(record).splitlines()
    assert lines[0] == "<3>edge.x: went wrong"
    assert lines[-1] == "<3>ValueError: broken"
    assert all(line.startswith("<3>") for line in lines)
    record = logging.LogRecord("edge.x", logging.DEBUG, __file__, 1, "small", (), None)
    assert notify.JournalFormatter().format(record) == "<7>edge.x: small"


def test_time_passes_also_while_a_device_talks_without_a_pause() -> None:
    """A chattering unit has news more often than the controller's own clock ticks."""

    async def story() -> None:
        room = PaperRoom()

        async def chatter() -> None:
            while True:
                room.controller.changed()
                await asyncio.sleep(0.02)

        talking = asyncio.create_task(chatter())
        async with room.running():
            await asyncio.sleep(10.0)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        assert 90 <= room.controller.ticks <= 101

    run_virtual(story())
