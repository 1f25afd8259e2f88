"""Who is told when the simulated hardware is given something to do, and when that was.

Owns the watchers and the comparing of seats. Costs nothing while nobody watches. Must not
know a protocol, save that a request on a bus begins with the address of its unit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from drivers.core.simulation import Reply, Sim
from edge.twin.control import Send, TwinError

SUBJECTS = ("seats", "cameras")

WIRES = "wires"
"""The bytes on every line: too much to come with ``all``."""

SETTLE_S = 0.02
"""A relay follows its coil within so long; a seat that changed is looked at until then."""

LOOK_S = 0.001
"""How often, meanwhile: the precision of a relay's time."""


class Watchers:
    """Everybody who wants to know, by what of."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._sends: dict[object, tuple[tuple[str, ...], Send]] = {}

    def add(self, what: str, send: Send) -> Callable[[], None]:
        """Tell ``send`` of every change in ``what``; calling the result ends that.

        Raises:
            TwinError: ``what`` is nothing one can watch.
        """
        if what not in (*SUBJECTS, WIRES, "all"):
            raise TwinError(
                f"cannot watch {what!r}; what can be watched: all, seats, cameras, wires"
            )
        key = object()
        self._sends[key] = (SUBJECTS if what == "all" else (what,), send)
        return lambda: self._sends.pop(key, None) and None

    def any(self, what: str) -> bool:
        """Somebody watches this."""
        return any(what in subjects for subjects, _ in self._sends.values())

    def tell(self, what: str, message: dict[str, Any]) -> None:
        """Send to everybody who watches ``what``."""
        for subjects, send in list(self._sends.values()):
            if what in subjects:
                send(message)


class Noticed:
    """A sim as it is, with somebody looking over its shoulder. Implements ``Sim``."""

    def __init__(self, sim: Sim, notice: Callable[[bytes], None]) -> None:
        """``notice`` is called with what the sim has just received, with nothing at a tick."""
        self.sim = sim
        self.faults = sim.faults
        self._notice = notice

    @property
    def fault(self) -> str | None:
        """The sim's own."""
        return self.sim.fault

    @fault.setter
    def fault(self, fault: str | None) -> None:
        self.sim.fault = fault

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """See ``Sim.receive``."""
        replies = self.sim.receive(data, now_s)
        self._notice(data)
        return replies

    def tick(self, now_s: float) -> list[Reply]:
        """See ``Sim.tick``."""
        replies = self.sim.tick(now_s)
        self._notice(b"")
        return replies

    def show(self) -> dict[str, Any]:
        """See ``Sim.show``."""
        return self.sim.show()


class SeatWatch:
    """Compares what seats of one bus show with what they showed last."""

    def __init__(
        self,
        seats_by_unit: Mapping[int, Iterable[str]],
        look: Callable[[str], dict[str, Any]],
        watchers: Watchers,
    ) -> None:
        """``look`` gives what a seat shows now: microphone relay and lamps."""
        self._seats_by_unit = {unit: tuple(seats) for unit, seats in seats_by_unit.items()}
        self._look = look
        self._watchers = watchers
        self._last: dict[str, dict[str, Any]] = {}

    def begin(self) -> None:
        """Somebody has begun to watch: only changes after this are told."""
        self._compare(seat for seats in self._seats_by_unit.values() for seat in seats)

    def notice(self, request: bytes) -> None:
        """A request came, or with nothing time passed."""
        if not self._watchers.any("seats"):
            self._last.clear()
        elif request:
            self._compare(self._seats_by_unit.get(request[0], ()))
        else:
            self.begin()

    def _compare(self, seats: Iterable[str]) -> None:
        for seat in seats:
            self._look_at(seat, 0.0)

    def _look_at(self, seat: str, until_s: float) -> None:
        """Tell what changed; a seat that changed is looked at again and again for a moment."""
        if not self._watchers.any("seats"):
            return
        loop = asyncio.get_running_loop()
        now = self._look(seat)
        before = self._last.setdefault(seat, now)
        changed = {name: value for name, value in now.items() if before.get(name) != value}
        if changed:
            self._last[seat] = now
            time_ns = time.monotonic_ns()
            self._watchers.tell(
                "seats", {"watch": "seat", "seat": seat, "time_ns": time_ns, "changed": changed}
            )
            until_s = loop.time() + SETTLE_S
        if loop.time() < until_s:
            loop.call_later(LOOK_S, self._look_at, seat, until_s)


class CameraWatch:
    """Tells of each command a camera takes."""

    def __init__(self, camera: str, count: Callable[[], int], watchers: Watchers) -> None:
        """``count`` gives how many commands the camera has taken."""
        self._camera = camera
        self._count = count
        self._watchers = watchers
        self._last = count()

    def notice(self, _: bytes) -> None:
        """Something came, or time passed."""
        count = self._count()
        if count != self._last:
            self._last = count
            self._watchers.tell(
                "cameras",
                {
                    "watch": "camera",
                    "camera": self._camera,
                    "time_ns": time.monotonic_ns(),
                    "commands": count,
                },
            )


class WireWatch:
    """Tells of every byte on one line."""

    def __init__(self, device: str, watchers: Watchers) -> None:
        """``device`` names the line."""
        self._device = device
        self._watchers = watchers

    def tap(self, direction: str, data: bytes) -> None:
        """Bytes reached the device, or left it."""
        if self._watchers.any(WIRES):
            self._watchers.tell(
                WIRES,
                {
                    "watch": "wire",
                    "device": self._device,
                    "direction": direction,
                    "time_ns": time.monotonic_ns(),
                    "hex": data.hex(),
                },
            )
