"""What systemd is told of a room: ready, alive, and in words how it is.

Owns when *ready* and *alive* may be said. Ready: the seats' buses and the console have proved
themselves, or had their time to; a room whose cable is out still serves what works, and its
status names what does not. Alive: the controller lets time pass, every bus is asked and the
outbox's writer comes back from the disk. A broker or a device that is away is no reason to
restart: that would mend nothing. Must not start, stop or mend anything.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from drivers.core.capability import Device, HealthState, Turning
from edge.room import Devices
from edge.runtime.notify import Pulse, notify, watchdog_period_s
from edge.runtime.outbox import Outbox

log = logging.getLogger(__name__)

READY_MOST_S = 15.0
"""Units have this long to answer the first time; a third of what the service may take to start."""

LOOK_EVERY_S = 0.1

UNWATCHED_S = 10.0
"""How often the status is said when nobody watches."""

STATUS_CHARS_MOST = 300


class Alive:
    """Says it; ``run`` and ``try_the_disk`` live until cancelled."""

    def __init__(
        self,
        devices: Devices,
        outbox: Outbox,
        ticks: Callable[[], int],
        is_linked: Callable[[], bool],
    ) -> None:
        """``ticks`` grows while the controller lets time pass."""
        self._devices = devices
        self._outbox = outbox
        self._is_linked = is_linked
        self._written = 0
        counters: dict[str, Callable[[], int]] = {
            "controller": ticks,
            "outbox writer": lambda: self._written,
        }
        for device in devices.all().values():
            if isinstance(device, Turning):
                counters[device.id] = _turns(device)
        self._pulse = Pulse(counters)

    async def try_the_disk(self) -> None:
        """Ask the outbox's writer again and again; what it is busy with comes first."""
        period_s = watchdog_period_s() or UNWATCHED_S
        while True:
            await self._outbox.ping()
            self._written += 1
            await asyncio.sleep(period_s / 3)

    async def run(self) -> None:
        """Ready when the hardware is up, then alive as long as everything moves."""
        await self._hardware()
        notify(f"READY=1\nSTATUS={self.status()}")
        period_s = watchdog_period_s() or UNWATCHED_S
        while True:
            await asyncio.sleep(period_s)
            stuck = self._pulse.beat()
            if stuck:
                log.error("no progress: %s; systemd is not told that all is well", ", ".join(stuck))
                notify(f"STATUS=no progress: {', '.join(stuck)}"[:STATUS_CHARS_MOST])
            else:
                notify(f"STATUS={self.status()}")

    async def _hardware(self) -> None:
        """Return when what carries the floor has proved itself, or had its time."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + READY_MOST_S
        while loop.time() < until_s and not_up(self._floor_devices(), time.monotonic()):
            await asyncio.sleep(LOOK_EVERY_S)

    def _floor_devices(self) -> dict[str, Device]:
        found: dict[str, Device] = {bus.id: bus for bus in self._devices.buses.values()}
        if self._devices.console is not None:
            found[self._devices.console.id] = self._devices.console
        return found

    def status(self) -> str:
        """One line for ``systemctl status``."""
        hub = "broker connected" if self._is_linked() else "no broker: the room leads itself"
        away = not_up(self._devices.all(), time.monotonic())
        devices = "all devices up" if not away else f"not up: {'; '.join(away)}"
        return f"{hub}, {self._outbox.depth} events wait, {devices}"[:STATUS_CHARS_MOST]


def _turns(device: Turning) -> Callable[[], int]:
    return lambda: device.turns


def not_up(devices: Mapping[str, Device], now_s: float) -> list[str]:
    """Devices that have not proved themselves, with their reason."""
    found = {ident: device.health(now_s) for ident, device in devices.items()}
    return [
        f"{ident} ({health.reason or health.state})"
        for ident, health in found.items()
        if health.state is not HealthState.OK
    ]
