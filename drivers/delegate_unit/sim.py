"""A bus of simulated units: bytes in, bytes out, keys pressed from outside.

Owns the line: finding requests in what the master says, whose answer it is, faults of single
units. Answers follow one another on the wire that carries this. Must not share code or
constants with the codec, maps or driver beside it: both sides are judged by the same golden
frames, separately.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from drivers.core.simulation import Reply
from drivers.delegate_unit.sim_slave import SimSlave, checksum
from drivers.delegate_unit.sim_units import Key, SimIoModule, SimSeatUnit

LONGEST_GAP_S = 0.003
"""A frame whose rest does not come within this is forgotten."""

LONGEST_FRAME = 256

CHATTER_S, CHATTER_REST_S = 0.008, 0.012
"""A unit that chatters talks so long, two fifths of the time; one whole frame at least."""

UNIT_FAULTS = ("silent", "unplugged", "chatters")


class DelegateBusSim:
    """All units on one line; implements ``Sim``. One answer at a time, none for the absent.

    The fault ``refuses`` answers everything with exception 04, ``busy`` with 06. Faults of a
    single unit: ``set_unit_fault`` and ``reboot``.

    A unit that chatters waits until the line is free and then talks without being asked. What
    the master says meanwhile meets it on the wire: nobody understands it.
    """

    faults: tuple[str, ...] = ("refuses", "busy")

    def __init__(
        self,
        units: Mapping[int, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        byte_s: float = 10 / 115_200,
    ) -> None:
        """``units`` gives each address its map: ``phonghop-unit-1`` or ``waveshare-io-8``.

        ``byte_s`` is how long a byte takes on this line.
        """
        kinds: dict[str, Callable[[int], SimSlave]] = {
            "phonghop-unit-1": SimSeatUnit,
            "waveshare-io-8": SimIoModule,
        }
        self.fault: str | None = None
        self.slaves = [kinds[kind](address) for address, kind in units.items()]
        self.requests = 0
        self.heard: dict[int, int] = {}
        self._clock = clock
        self._buffer = b""
        self._last_s = 0.0
        self._byte_s = byte_s
        self._talks_from_s = self._talks_until_s = -1.0

    def receive(self, data: bytes, now_s: float) -> list[Reply]:
        """Bytes from the master."""
        if now_s - len(data) * self._byte_s < self._talks_until_s and now_s > self._talks_from_s:
            self._buffer = b""
            return []
        if now_s - self._last_s > LONGEST_GAP_S:
            self._buffer = b""
        self._last_s = now_s
        self._buffer = (self._buffer + data)[-LONGEST_FRAME:]
        replies: list[Reply] = []
        for frame in self._frames():
            replies += self._serve(frame, now_s)
        return replies

    def _frames(self) -> Iterator[bytes]:
        """Whole requests at the front of the buffer; what is none is skipped byte by byte."""
        while len(self._buffer) >= 4:
            length = self._length()
            if length > len(self._buffer):
                return
            frame, rest = self._buffer[:length], self._buffer[length:]
            if checksum(frame[:-2]) == frame[-2:]:
                self._buffer = rest
                yield frame
            else:
                self._buffer = self._buffer[1:]

    def _length(self) -> int:
        """How long the request at the front is; an unknown function takes all there is."""
        function = self._buffer[1]
        if function in (15, 16):
            return 9 + self._buffer[6] if len(self._buffer) > 6 else len(self._buffer) + 1
        return 8 if 1 <= function <= 6 else len(self._buffer)

    def _serve(self, frame: bytes, now_s: float) -> list[Reply]:
        self.requests += 1
        address, function, body = frame[0], frame[1], frame[2:-2]
        self.heard[address] = self.heard.get(address, 0) + 1
        for slave in self.slaves:
            if slave.is_deaf(now_s) or address not in (0, slave.address):
                continue
            answer = slave.answer(function, body, now_s)
            if self.fault in ("refuses", "busy"):
                answer = bytes([function | 0x80, 4 if self.fault == "refuses" else 6])
            if address == 0:
                continue
            whole = bytes([address]) + answer
            whole += checksum(whole)
            return [Reply(whole, slave.turnaround_s)]
        return []

    def tick(self, now_s: float) -> list[Reply]:
        """Fingers, relays and dead-men go on without a master."""
        for slave in self.slaves:
            slave.refresh(now_s)
        return list(self._chatter(now_s))

    def _chatter(self, now_s: float) -> Iterator[Reply]:
        """Frame after frame of units that nobody asked."""
        for slave in self.slaves:
            if slave.fault == "chatters" and now_s >= self._talks_until_s + CHATTER_REST_S:
                frame = bytes([slave.address]) + slave.unasked(now_s)
                frame += checksum(frame)
                frame_s = len(frame) * self._byte_s
                count = max(1, round(CHATTER_S / frame_s))
                self._talks_from_s, self._talks_until_s = now_s, now_s + count * frame_s
                yield from [Reply(frame)] * count

    def unit(self, address: int) -> SimSlave:
        """The unit at ``address``.

        Raises:
            ValueError: there is none.
        """
        for slave in self.slaves:
            if slave.address == address:
                return slave
        raise ValueError(f"no simulated unit {address} on this bus")

    def _key(self, address: int, key: str, slot: int) -> Key:
        unit = self.unit(address)
        if isinstance(unit, SimSeatUnit) and slot == 1 and key in unit.keys:
            return unit.keys[key]
        if isinstance(unit, SimIoModule) and (slot, key) in unit.keys:
            return unit.keys[slot, key]
        raise ValueError(f"unit {address} has no key {key!r} in slot {slot}")

    def press(self, unit: int, key: str, hold_ms: float | None = 120.0, *, slot: int = 1) -> None:
        """A finger presses for ``hold_ms``, or until ``release`` when None.

        Raises:
            ValueError: no such unit or key.
        """
        self._key(unit, key, slot).press(self._clock(), hold_ms)

    def release(self, unit: int, key: str, *, slot: int = 1) -> None:
        """The finger goes."""
        self._key(unit, key, slot).release(self._clock())

    def set_unit_fault(self, unit: int, fault: str | None) -> None:
        """One of ``UNIT_FAULTS``, or None for none; plugging in again is a restart.

        Raises:
            ValueError: no such unit or fault.
        """
        if fault is not None and fault not in UNIT_FAULTS:
            raise ValueError(f"unknown fault {fault!r}; a unit knows {', '.join(UNIT_FAULTS)}")
        slave = self.unit(unit)
        was, slave.fault = slave.fault, fault
        if was == "unplugged" and fault != "unplugged":
            self.reboot(unit)

    def reboot(self, unit: int) -> None:
        """Its power fails for a moment."""
        slave = self.unit(unit)
        if isinstance(slave, (SimSeatUnit, SimIoModule)):
            slave.reboot(self._clock())

    def show(self) -> dict[str, Any]:
        """Every unit by its address."""
        now_s = self._clock()
        return {"units": {str(slave.address): slave.show(now_s) for slave in self.slaves}}
