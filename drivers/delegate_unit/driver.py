"""A bus of seat units on a real wire, as the capability the edge uses.

Owns opening and reopening the port and the one timer between the wire and ``BusMaster``.
Must not decide what is asked or when.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from drivers.core.address import parse_port
from drivers.core.capability import (
    NOT_OPENED,
    Health,
    HealthState,
    KeyPress,
    SeatOutputs,
    SeatState,
    down_state,
)
from drivers.core.errors import DeviceError, LinkDown
from drivers.core.reading import Clock
from drivers.core.session import retry_delay_s
from drivers.core.transport import Connect, Transport, close_quietly, connect_to
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig, check_seats
from drivers.delegate_unit.io_module import IoModule
from drivers.delegate_unit.maps import MAPS, ModuleMap
from drivers.delegate_unit.master import BusMaster, Timing
from drivers.delegate_unit.seat_unit import SeatUnit
from drivers.delegate_unit.unit import Unit

log = logging.getLogger(__name__)

CHATTERS = "talks without being asked and disturbs the line: unplug or replace this unit"

FAREWELL_S = 0.3
"""Closing 25 microphones takes 0.1 s at 115200 baud; nobody waits longer for a dead bus."""

STALE_LEAST_S = 1.0
STALE_CYCLES = 5
"""A reading is stale after so many cycles, and never before a second."""


def make_units(config: BusConfig, seats: Sequence[SeatUnitConfig]) -> list[Unit]:
    """The units of a bus from its part of the room file.

    Raises:
        ValueError: see ``check_seats``.
    """
    check_seats(config, seats)
    unit_map = MAPS[config.map]
    if isinstance(unit_map, ModuleMap):
        shared: dict[int, dict[int, int]] = {}
        for seat in seats:
            shared.setdefault(seat.unit, {})[seat.number] = seat.slot
        return [IoModule(slots, address, unit_map) for address, slots in shared.items()]
    return [SeatUnit(seat.number, seat.unit, unit_map, config.dead_man_ms) for seat in seats]


class DelegateBus:
    """All units on one line. Implements ``SeatUnits``."""

    def __init__(
        self,
        config: BusConfig,
        seats: Sequence[SeatUnitConfig],
        on_key: Callable[[KeyPress], None],
        *,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``on_key`` hears every press and release; ``connect`` replaces the port in tests.

        Raises:
            ValueError: two seats share a place, or a slot does not exist.
        """
        self.id = config.id
        self.on_change: Callable[[], None] = lambda: None
        self._connect = connect or connect_to(parse_port(config.port), config.baud, config.parity)
        timing = Timing(
            byte_s=config.byte_s,
            silence_s=config.silence_s,
            response_timeout_s=config.response_timeout_s,
            cycle_s=config.cycle_ms / 1000,
        )
        self.master = BusMaster(make_units(config, seats), timing, on_key)
        self._by_seat = {seat: unit for unit in self.master.units.values() for seat in unit.seats}
        self.turns = 0
        """Grows while the bus is asked, or opened again: it stands still when we hang, and not
        because an adapter is unplugged or every unit silent."""
        self._now_s = now_s
        self._down_reason: str | None = NOT_OPENED
        self._transport: Transport | None = None
        self._timer: asyncio.Handle | None = None
        self._armed_s = 0.0
        self._ended: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Open, poll, reopen, until cancelled; then close every microphone and return.

        The farewell takes at most ``FAREWELL_S``, whatever the bus does.
        """
        attempt = 0
        while True:
            self.turns += 1
            try:
                transport = await self._connect()
                attempt = 0
                await self._live(transport)
            except DeviceError as error:
                if attempt == 0:
                    log.warning("%s: %s", self.id, error)
                self._down_reason = f"link down: {error}"
                self.master.link_down(self._down_reason, self._now_s())
            attempt += 1
            await asyncio.sleep(retry_delay_s(attempt))

    async def _live(self, transport: Transport) -> None:
        """Poll over one open wire until it dies.

        Raises:
            LinkDown: the wire is gone.
        """
        self._transport, self._down_reason = transport, None
        self._ended = asyncio.get_running_loop().create_future()
        self.master.link_up(self._now_s())
        transport.listen(self._heard, self._fail)
        self._go_on(self._now_s())
        try:
            await self._ended
        except asyncio.CancelledError:
            await self._farewell()
            raise
        finally:
            self._transport = self._ended = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            await close_quietly(transport)

    def _heard(self, data: bytes) -> None:
        """Bytes came; when the bus may go on at once, it does without waiting for the timer."""
        now_s = self._now_s()
        try:
            self.master.receive(data, now_s)
            self._go_on(now_s)
            if self.master.news:
                self.master.news = False
                self.on_change()
        except Exception as error:  # noqa: BLE001  # a callback hands its error to the task
            self._fail(error)

    def _ring(self) -> None:
        self._timer = None
        try:
            self._go_on(self._now_s())
        except Exception as error:  # noqa: BLE001  # a callback hands its error to the task
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """End ``_live`` with what went wrong, the first time."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_exception(error)

    def _go_on(self, now_s: float) -> None:
        """Ask what is due, and see that the timer rings when the master wants it."""
        master = self.master
        if self._transport is None:
            return
        if now_s >= master.wake_at_s:
            self.turns += 1
            data = master.wake(now_s)
            if data is not None:
                self._transport.write(data)
            elif master.is_closed and self._ended is not None and not self._ended.done():
                self._ended.set_result(None)
        # A timer that rings too early costs less than one that is set anew for each answer.
        if self._timer is None or master.wake_at_s < self._armed_s:
            if self._timer is not None:
                self._timer.cancel()
            self._armed_s = master.wake_at_s
            delay_s = max(0.0, master.wake_at_s - now_s)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._ring)

    async def _farewell(self) -> None:
        """Leave every output off, as far as the bus lets us in ``FAREWELL_S``."""
        self._ended = asyncio.get_running_loop().create_future()
        self.master.close(self._now_s())
        self._go_on(self._now_s())
        with contextlib.suppress(TimeoutError, LinkDown):
            async with asyncio.timeout(FAREWELL_S):
                await self._ended

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """See ``SeatUnits.set_outputs``; what changed goes out before the next poll.

        Raises:
            ValueError: no unit of this bus serves ``seat``.
        """
        unit = self._unit(seat)
        unit.set_outputs(seat, outputs)
        now_s = self._now_s()
        if unit.is_urgent(now_s):
            self.master.hurry(unit.address, now_s)
            self._wake_soon()

    def _wake_soon(self) -> None:
        """Let the loop go on with the bus after the caller, who may have more to set."""
        if self._timer is not None and self.master.wake_at_s < self._armed_s:
            self._timer.cancel()
            self._armed_s = self.master.wake_at_s
            self._timer = asyncio.get_running_loop().call_soon(self._ring)

    def _unit(self, seat: int) -> Unit:
        try:
            return self._by_seat[seat]
        except KeyError:
            raise ValueError(f"bus {self.id!r} serves no seat {seat}") from None

    def seat_state(self, seat: int, now_s: float) -> SeatState:
        """See ``SeatUnits.seat_state``."""
        return self._unit(seat).seat_state(seat, now_s, self._stale_s)

    def seat_health(self, seat: int, now_s: float) -> Health:
        """See ``SeatUnits.seat_health``; a unit that disturbs the others is not well either."""
        unit = self._unit(seat)
        found = unit.seat_health(seat, now_s, self._stale_s)
        if self.master.chatter.chatters(unit.address, now_s):
            return replace(found, state=HealthState.FAULT, reason=CHATTERS)
        return found

    def held_keys(self, seat: int) -> frozenset[str] | None:
        """Keys of this seat that are down now, those held since before the start included."""
        return self._unit(seat).held_keys(seat)

    @property
    def _stale_s(self) -> float:
        return max(STALE_LEAST_S, STALE_CYCLES * (self.master.schedule.measured_cycle_s or 0.0))

    def health(self, now_s: float) -> Health:
        """The line itself; single units are told by ``seat_health``."""
        counters = self._counters()
        if self._down_reason is not None:
            return Health(down_state(self._down_reason), self._down_reason, None, counters)
        schedule = self.master.schedule
        silent = sorted(
            seat for seat, unit in self._by_seat.items() if schedule.is_silent(unit.address)
        )
        proof_s = self.master.heard_at_s
        if silent and len(silent) == len(self._by_seat):
            missed = self.master.counters.timeouts + self.master.counters.damaged
            state = HealthState.FAULT if missed else HealthState.UNCONFIRMED
            return Health(state, "no unit answers", proof_s, counters)
        reason = f"no answer from seats {', '.join(map(str, silent))}" if silent else None
        return Health(HealthState.OK, reason, proof_s, counters)

    def _counters(self) -> dict[str, int]:
        units = self.master.units.values()
        return asdict(self.master.counters) | {
            "restarts": sum(unit.restarts for unit in units),
            "expired_presses": sum(unit.expired_presses for unit in units),
            "dead_man_trips": sum(unit.dead_man_trips for unit in units),
            "cycle_ms": round(1000 * (self.master.schedule.measured_cycle_s or 0.0)),
        }
