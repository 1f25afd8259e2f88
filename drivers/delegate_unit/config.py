"""What a room file says about a bus of seat units and the seats on it.

Owns names, bounds and defaults. Must not open or send anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from drivers.core.section import Ident, Section, plug
from drivers.core.transport import Parity
from drivers.delegate_unit.maps import MAPS

MOST_ADDRESSES = 247
"""Modbus over Serial Line 1.02, 2.2: 248 to 255 are reserved."""

BITS_PER_CHARACTER = {"N": 10, "E": 11, "O": 11}
"""Start bit, eight data bits, parity if any, one stop bit."""

GENERIC_SILENCE_CHARACTERS = 3.5
"""Modbus over Serial Line 1.02, 2.5.1.1; above 19200 baud a fixed 1.75 ms."""


class BusConfig(Section):
    """One RS-485 line and how to speak on it."""

    id: Annotated[Ident, Field(description="name of the bus")]
    port: Annotated[
        str,
        plug("serial", "tcp", hint="a bus is a serial line or a TCP converter"),
        Field(description="serial port, or twin:serial:ROOM/BUS"),
    ]
    baud: Annotated[
        Literal[4800, 9600, 19200, 38400, 57600, 115200, 128000, 230400, 256000],
        Field(description="speed of the line; every unit on it is set to the same"),
    ] = 115200
    parity: Annotated[Parity, Field(description="N, E or O; one stop bit")] = "N"
    map: Annotated[
        Literal["phonghop-unit-1", "waveshare-io-8"],
        Field(description="which kind of unit hangs on this bus"),
    ] = "phonghop-unit-1"
    cycle_ms: Annotated[
        int,
        Field(ge=20, le=1000, description="ask every unit this often while nobody does anything"),
    ] = 100
    response_timeout_ms: Annotated[
        int | None,
        Field(
            ge=5,
            le=2000,
            description="how long a unit may think; default by map; 600 for libmodbus-based boxes",
        ),
    ] = None
    dead_man_ms: Annotated[
        int,
        Field(
            ge=500,
            le=10_000,
            description="a microphone closes by itself when not refreshed for so long",
        ),
    ] = 1500

    @property
    def byte_s(self) -> float:
        """Seconds one character takes on the line."""
        return BITS_PER_CHARACTER[self.parity] / self.baud

    @property
    def response_timeout_s(self) -> float:
        """How long to wait for an answer beyond the time on the line."""
        if self.response_timeout_ms is not None:
            return self.response_timeout_ms / 1000
        return MAPS[self.map].response_timeout_s

    @property
    def silence_s(self) -> float:
        """How long the line rests between an answer and the next question."""
        least_s = MAPS[self.map].silence_s
        if self.map == "phonghop-unit-1" or self.baud > 19200:
            return least_s
        return max(least_s, GENERIC_SILENCE_CHARACTERS * self.byte_s)


class SeatUnitConfig(Section):
    """Where a seat's keys and lamps are."""

    number: Annotated[int, Field(ge=1, le=9999, description="number of the seat in its room")]
    bus: Annotated[Ident, Field(description="id of its bus")]
    unit: Annotated[int, Field(ge=1, le=MOST_ADDRESSES, description="Modbus address of its unit")]
    slot: Annotated[
        int, Field(ge=1, le=8, description="its share of a module that serves several seats")
    ] = 1


def check_seats(bus: BusConfig, seats: Sequence[SeatUnitConfig]) -> None:
    """See that every seat of this bus has a unit, or a slot of one, of its own.

    Raises:
        ValueError: one line naming the seat and what is wrong.
    """
    slots = MAPS[bus.map].slots
    places: dict[tuple[int, int], int] = {}
    for seat in seats:
        if seat.bus != bus.id:
            raise ValueError(f"seat {seat.number}: bus is {seat.bus!r}, not {bus.id!r}")
        if seat.unit > MOST_ADDRESSES:
            raise ValueError(
                f"seat {seat.number}: unit {seat.unit}, but addresses on a bus are 1 to "
                f"{MOST_ADDRESSES}"
            )
        if seat.slot > slots:
            raise ValueError(
                f"seat {seat.number}: slot {seat.slot}, but {bus.map} has slots 1 to {slots}"
            )
        if seat.number in places.values():
            raise ValueError(f"bus {bus.id!r}: seat {seat.number} appears twice")
        other = places.setdefault((seat.unit, seat.slot), seat.number)
        if other != seat.number:
            raise ValueError(
                f"seat {seat.number}: unit {seat.unit} slot {seat.slot} of bus {bus.id!r} "
                f"belongs to seat {other} already"
            )
