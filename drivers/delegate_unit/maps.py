"""What lies behind which register or channel of a unit, as data.

Owns the register map of our own unit (described for firmware authors in
``docs/devices/delegate-unit.md``) and the wiring of off-the-shelf modules. Must not know how
a frame looks or when to send one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.core.capability import Lamp, SeatOutputs

KEYS = ("mic", "yes", "abstain", "no")
"""Keys of a seat, in the order of their bits and registers."""

LAMPS = ("red", "green", "yes", "abstain", "no", "amber", "sign_in")
"""Lamps of a seat, in the order of their bits."""

LATE_LAMPS = 0xF000
"""Bits of the lamps that units with firmware before 1.1 do not have."""

LAMP_MODES: tuple[Lamp, ...] = ("off", "on", "slow", "fast")
"""Value of a lamp's two bits: its place in this list."""


@dataclass(frozen=True, slots=True)
class UnitMap:
    """Registers of a unit that counts presses, blinks and watches over its master itself.

    The status block begins with a summary of three registers, so that an idle unit costs
    19 bytes a poll: [boot counter low byte, flags, held keys], [all presses], [outputs as
    they are]. Then, for each key: presses, age of the last press in ms, last hold in ms.
    """

    name: str
    magic: int
    version: int
    status: int
    summary_count: int
    status_count: int
    outputs: int
    identity: int
    identity_count: int
    response_timeout_s: float
    silence_s: float
    slots: int = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """One seat's share of an I/O module.

    ``outputs`` names what a channel shows; of several, the first that is not off. What
    ``slow`` names is shown there as a slow blinking, whatever was asked for.
    """

    keys: Mapping[str, int]
    outputs: Mapping[int, tuple[str, ...]]
    slow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModuleMap:
    """Inputs read with function 02, outputs written with 0F and read back with 01."""

    name: str
    channels: int
    output_modes: int
    seats: tuple[Slot, ...]
    response_timeout_s: float
    silence_s: float

    @property
    def slots(self) -> int:
        """How many seats share one module."""
        return len(self.seats)


PHONGHOP_UNIT_1 = UnitMap(
    name="phonghop-unit-1",
    magic=0x5048,
    version=1,
    status=0x0000,
    summary_count=3,
    status_count=15,
    outputs=0x0020,
    identity=0x0100,
    identity_count=4,
    response_timeout_s=0.020,
    silence_s=0.0,
)
"""Our own unit. It answers within 5 ms; the rest of the time-out is for USB adapters. It
frames by length and hears again 0.1 ms after its last bit; a UART's receive time-out alone
(32 bit times, 0.28 ms) lasts longer than that, so the host need not wait on purpose."""


def _half(first: int) -> Slot:
    return Slot(
        keys={key: first + place for place, key in enumerate(KEYS)},
        outputs={
            first: ("microphone",),
            first + 1: ("red",),
            first + 2: ("green",),
            first + 3: ("yes", "abstain", "no", "sign_in"),
        },
        slow=frozenset({"sign_in"}),
    )


WAVESHARE_IO_8 = ModuleMap(
    name="waveshare-io-8",
    channels=8,
    output_modes=0x1000,
    seats=(_half(0), _half(4)),
    response_timeout_s=0.060,
    silence_s=0.00175,
)
"""Waveshare Modbus RTU IO 8CH as two button boxes: inputs 0-3 and outputs 0-3 are slot 1,
4-7 are slot 2; one lamp stands for the three vote lamps and the sign-in lamp, and there is
no amber one. Outputs follow inputs from the
factory until 0 is written to 1000h-1007h (vendor wiki; community drivers). It answers
within 5 to 10 ms; libmodbus-based boxes need ``response_timeout_ms = 600`` instead."""

MAPS: Mapping[str, UnitMap | ModuleMap] = {
    unit_map.name: unit_map for unit_map in (PHONGHOP_UNIT_1, WAVESHARE_IO_8)
}


def pack_outputs(outputs: SeatOutputs) -> int:
    """Outputs register: bit 0 the microphone, bit 1 free, then two bits for each lamp."""
    word = int(outputs.microphone)
    for place, lamp in enumerate(LAMPS):
        word |= LAMP_MODES.index(getattr(outputs, lamp)) << (2 + 2 * place)
    return word


def unpack_outputs(word: int) -> SeatOutputs:
    """The inverse of ``pack_outputs``; free bits are ignored."""
    lamps = {lamp: LAMP_MODES[word >> (2 + 2 * place) & 3] for place, lamp in enumerate(LAMPS)}
    return SeatOutputs(microphone=bool(word & 1), **lamps)


def follows(actual: int, told: int) -> bool:
    """The outputs register is as it was told; lamps the unit does not have may be missing."""
    missing = LATE_LAMPS if not actual & LATE_LAMPS else 0
    return not (actual ^ told) & ~missing


@dataclass(frozen=True, slots=True)
class Summary:
    """The first three registers of the status block."""

    boot: int
    fault: bool
    dead_man: bool
    held: frozenset[str]
    presses: int
    outputs: int

    @staticmethod
    def unpack(registers: tuple[int, ...]) -> Summary:
        """Read the registers in their order."""
        state, presses, outputs = registers[:3]
        return Summary(
            boot=state >> 8,
            fault=bool(state & 0x20),
            dead_man=bool(state & 0x10),
            held=frozenset(key for place, key in enumerate(KEYS) if state >> place & 1),
            presses=presses,
            outputs=outputs,
        )


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What a unit remembers of one key. Counters wrap at 65536, times stop at 65535 ms."""

    presses: int
    age_ms: int
    hold_ms: int


def key_records(registers: tuple[int, ...]) -> dict[str, KeyRecord]:
    """The part of the status block behind the summary."""
    first, count = PHONGHOP_UNIT_1.summary_count, len(KEYS)
    presses, ages, holds = (
        registers[first + part * count : first + (part + 1) * count] for part in range(3)
    )
    return {
        key: KeyRecord(*record) for key, *record in zip(KEYS, presses, ages, holds, strict=True)
    }
