"""A bus of delegate units on a table: master and sim joined by a line, on a clock moved by hand.

Owns the line's real speed, its noise and its plug. No event loop, no wall time: a story of
minutes runs in milliseconds and always alike.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from drivers.core.capability import KeyPress, SeatOutputs, SeatState
from drivers.core.simulation import Reply
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig
from drivers.delegate_unit.driver import make_units
from drivers.delegate_unit.frame import Message, Read
from drivers.delegate_unit.master import BusMaster, Timing
from drivers.delegate_unit.modbus import Decoder
from drivers.delegate_unit.sim import DelegateBusSim

STALE_S = 1.0


class Bench:
    """``units`` of one map; seat number and unit address are the same (slot 2: address + 100)."""

    def __init__(
        self,
        units: Iterable[int] = range(1, 6),
        *,
        map_name: str = "phonghop-unit-1",
        baud: int = 115200,
        both_slots: bool = False,
        **settings: int,
    ) -> None:
        addresses = list(units)
        self.now_s = 1000.0
        self.config = BusConfig.model_validate(
            {"id": "bus", "port": "/dev/ttyUSB0", "map": map_name, "baud": baud} | settings
        )
        units = dict.fromkeys(addresses, map_name)
        self.sim = DelegateBusSim(units, clock=lambda: self.now_s, byte_s=self.config.byte_s)
        self.keys: list[KeyPress] = []
        self.asked: list[tuple[float, bytes]] = []
        self.damage: Callable[[bytes], bytes] = bytes
        self.seats = [SeatUnitConfig(number=a, bus="bus", unit=a) for a in addresses]
        if both_slots:
            self.seats += [
                SeatUnitConfig(number=a + 100, bus="bus", unit=a, slot=2) for a in addresses
            ]
        self.start_master()
        self._events: list[tuple[float, int, str, bytes]] = []
        self._order = count()
        self._line_free_s = 0.0
        self._is_spoilt = False
        self._next_tick_s = self.now_s

    def start_master(self) -> None:
        """A controller that knows nothing yet, as after a restart."""
        config = self.config
        timing = Timing(
            byte_s=config.byte_s,
            silence_s=config.silence_s,
            response_timeout_s=config.response_timeout_s,
            cycle_s=config.cycle_ms / 1000,
        )
        self.master = BusMaster(make_units(config, self.seats), timing, self.keys.append)
        self.master.link_up(self.now_s)

    def run(self, for_s: float, *, master: bool = True) -> None:
        """Let time pass; without ``master`` the controller is dead and the units are alone."""
        end_s = self.now_s + for_s
        while True:
            wake_s = max(self.now_s, self.master.wake_at_s) if master else end_s
            event_s = self._events[0][0] if self._events else end_s
            next_s = min(wake_s, event_s, self._next_tick_s, end_s)
            self.now_s = next_s
            if next_s >= end_s:
                return
            if next_s == self._next_tick_s:
                self._next_tick_s += 0.02
                if unasked := self.sim.tick(self.now_s):
                    self._say(unasked)
                    self._is_spoilt = True
            elif next_s == event_s:
                self._happen()
            else:
                self._ask()

    def run_until(self, true: Callable[[], object], limit_s: float = 20.0) -> float:
        """Run until ``true()``; how long it took. Fails after ``limit_s``."""
        start_s = self.now_s
        while not true():
            assert self.now_s - start_s < limit_s, "it never became true"
            self.run(0.001)
        return self.now_s - start_s

    def _later(self, at_s: float, what: str, data: bytes) -> None:
        heapq.heappush(self._events, (at_s, next(self._order), what, data))

    def _ask(self) -> None:
        data = self.master.wake(self.now_s)
        if data is None:
            return
        self.asked.append((self.now_s, data))
        spoken_s = self.now_s + len(data) * self.config.byte_s
        is_free = self.now_s >= self._line_free_s
        assert is_free or self._is_spoilt, "two spoke at once"
        self._is_spoilt = not is_free  # by who talked unasked, until the line has been free
        self._line_free_s = max(spoken_s, self._line_free_s)
        self._later(spoken_s, "hears", self.damage(data))

    def _happen(self) -> None:
        _, _, what, data = heapq.heappop(self._events)
        if what == "answer":
            self.master.receive(data, self.now_s)
            return
        self._say(self.sim.receive(data, self.now_s))

    def _say(self, replies: list[Reply]) -> None:
        for reply in replies:
            start_s = max(self.now_s + reply.after_s, self._line_free_s)
            self._line_free_s = start_s + len(reply.data) * self.config.byte_s
            self._later(self._line_free_s, "answer", self.damage(reply.data))

    def make_noise(self, seed: int, share: float) -> None:
        """Flip a bit in this share of all bytes; 0 makes the line clean again."""
        chance = random.Random(seed)

        def damage(data: bytes) -> bytes:
            return bytes(
                byte ^ 1 << chance.randrange(8) if chance.random() < share else byte
                for byte in data
            )

        self.damage = damage

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """As the driver does it."""
        unit = next(u for u in self.master.units.values() if seat in u.seats)
        unit.set_outputs(seat, outputs)
        if unit.is_urgent(self.now_s):
            self.master.hurry(unit.address, self.now_s)

    def state(self, seat: int) -> SeatState:
        """What the master would say of a seat."""
        unit = next(u for u in self.master.units.values() if seat in u.seats)
        return unit.seat_state(seat, self.now_s, STALE_S)

    def seen(self, unit: int, slot: int = 1) -> dict[str, Any]:
        """What one sees at the table."""
        slots: dict[str, dict[str, Any]] = self.sim.show()["units"][str(unit)]["slots"]
        return slots[str(slot)]

    def presses(self) -> list[tuple[str, str]]:
        """Seat and key of every press told so far, without releases."""
        return [(key.source, key.key) for key in self.keys if not key.released]

    def asked_units(self, since: int = 0) -> list[int]:
        """Which unit each question went to, from question ``since`` on."""
        return [data[0] for _, data in self.asked[since:]]

    def writes_to(self, unit: int, since: int = 0) -> list[Message]:
        """Writes among the questions to ``unit``, decoded."""
        frames = b"".join(data for _, data in self.asked[since:] if data[0] == unit)
        return [message for message in Decoder().feed(frames) if not isinstance(message, Read)]
