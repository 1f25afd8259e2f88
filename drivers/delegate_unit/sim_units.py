"""Simulated delegate units and I/O modules: fingers, relays, lamps, dead-man, power.

Owns their physics and what each keeps behind its registers. Must not share constants with
``maps``: the register map is written down a second time here, from
``docs/devices/delegate-unit.md`` and the Waveshare wiki.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drivers.delegate_unit.sim_slave import SimSlave

RELAY_S = 0.006
"""A small relay's contact closes or opens so long after its coil is told."""

BOOT_S = 0.15
"""From power to the first answer."""

KEY_NAMES = ("mic", "yes", "abstain", "no")
LAMP_NAMES = ("red", "green", "yes", "abstain", "no", "amber", "sign_in")
MODE_NAMES = ("off", "on", "slow", "fast")


@dataclass
class Key:
    """A push button, and what a unit counts of it."""

    presses: int = 0
    down_s: float | None = None
    up_s: float | None = None
    pressed_s: float | None = None
    hold_ms: int = 0

    def press(self, now_s: float, hold_ms: float | None) -> None:
        """Go down for ``hold_ms``, or until released when None."""
        if self.down_s is not None:
            self.release(now_s)
        self.presses = (self.presses + 1) & 0xFFFF
        self.down_s = self.pressed_s = now_s
        self.up_s = None if hold_ms is None else now_s + hold_ms / 1000

    def release(self, at_s: float) -> None:
        """Come up."""
        if self.down_s is not None:
            self.hold_ms = min(0xFFFF, round((at_s - self.down_s) * 1000))
            self.down_s = self.up_s = None

    def pass_time(self, now_s: float) -> None:
        """Come up when it is time."""
        if self.up_s is not None and now_s >= self.up_s:
            self.release(self.up_s)

    def age_ms(self, now_s: float) -> int:
        """Since the last press, as a unit tells it."""
        if self.pressed_s is None:
            return 0xFFFF
        return min(0xFFFF, int((now_s - self.pressed_s) * 1000))


class SimSeatUnit(SimSlave):
    """Our own unit: counts presses, blinks by itself, opens its relay when left alone."""

    def __init__(self, address: int) -> None:
        """Freshly powered, for the first time."""
        super().__init__(address, writable=frozenset((0x20, 0x21)))
        self.boot = 1
        self.keys = {name: Key() for name in KEY_NAMES}
        self.relay_closed = False
        self.own_fault = False
        self.has_late_lamps = True
        """False: firmware 1.0, which keeps 0 where the amber and the white lamp are told."""
        self._power_on(0.0)
        self.ready_s = 0.0

    def _power_on(self, now_s: float) -> None:
        """RAM is lost; a finger may still be on a key."""
        for key in self.keys.values():
            key.presses, key.pressed_s, key.hold_ms = 0, None, 0
        self.registers[0x20], self.registers[0x21] = 0, 1500
        self.tripped, self.relay_closed = False, False
        self.refreshed_s = self.switched_s = now_s
        self.ready_s = now_s + BOOT_S
        self.boot = self.boot & 0xFFFF
        self.registers |= {0x100: 0x5048, 0x101: 1, 0x102: 0x0101, 0x103: self.boot}

    def reboot(self, now_s: float) -> None:
        """Power lost and back."""
        self.boot += 1
        self._power_on(now_s)

    def is_deaf(self, now_s: float) -> bool:
        """Also while it starts."""
        return super().is_deaf(now_s) or now_s < self.ready_s

    def refresh(self, now_s: float) -> None:
        """Fingers, relay and dead-man; then the status registers."""
        for key in self.keys.values():
            key.pass_time(now_s)
        if self.fault == "unplugged":
            self.relay_closed = False
            return
        limit_s = self.registers[0x21] / 1000
        if self.registers[0x20] & 1 and now_s - self.refreshed_s >= limit_s:
            self.tripped, self.switched_s = True, self.refreshed_s + limit_s
            self.registers[0x20] &= ~0b1101  # microphone and red lamp
        wanted = bool(self.registers[0x20] & 1)
        if wanted != self.relay_closed and now_s - self.switched_s >= RELAY_S:
            self.relay_closed = wanted
        keys = list(self.keys.values())
        held = sum(1 << place for place, key in enumerate(keys) if key.down_s is not None)
        flags = 0x10 * self.tripped + 0x20 * self.own_fault
        actual = (self.registers[0x20] & ~1) | self.relay_closed
        status = [(self.boot & 0xFF) << 8 | flags | held, sum(k.presses for k in keys), actual]
        status += [key.presses for key in keys]
        status += [key.age_ms(now_s) for key in keys]
        status += [key.hold_ms for key in keys]
        self.registers |= {place: word & 0xFFFF for place, word in enumerate(status)}

    def written(self, address: int, now_s: float) -> None:
        """An outputs write is what keeps the microphone open."""
        if address == 0x20:
            if not self.has_late_lamps:
                self.registers[0x20] &= 0x0FFF
            if bool(self.registers[0x20] & 1) != self.relay_closed:
                self.switched_s = now_s
            self.refreshed_s, self.tripped = now_s, False

    def is_open(self, slot: int) -> bool:
        """See ``SimSlave.is_open``."""
        return self.relay_closed

    def show(self, now_s: float) -> dict[str, Any]:
        """Relay, lamps and fingers."""
        self.refresh(now_s)
        powered = self.fault != "unplugged"
        word = self.registers[0x20] if powered else 0
        modes = {name: MODE_NAMES[word >> 2 + 2 * i & 3] for i, name in enumerate(LAMP_NAMES)}
        return {
            "fault": self.fault,
            "boot": self.boot,
            "dead_man_tripped": self.tripped,
            "slots": {
                "1": {
                    "microphone": self.relay_closed,
                    "lamps": modes,
                    "lit": [name for name, mode in modes.items() if _is_lit(mode, now_s)],
                    "held": [n for n, key in self.keys.items() if key.down_s is not None],
                }
            },
        }


def _is_lit(mode: str, now_s: float) -> bool:
    """Slow is 1 Hz, fast 4 Hz, half of the time on."""
    if mode == "slow":
        return now_s % 1.0 < 0.5
    return now_s % 0.25 < 0.125 if mode == "fast" else mode == "on"


class SimIoModule(SimSlave):
    """Waveshare Modbus RTU IO 8CH: eight inputs, eight outputs, no memory of presses."""

    def __init__(self, address: int) -> None:
        """As from the factory: outputs follow inputs (mode 1) until told otherwise."""
        modes = {0x1000 + channel: 1 for channel in range(8)}
        super().__init__(
            address,
            coils=dict.fromkeys(range(8), 0),
            inputs=dict.fromkeys(range(8), 0),
            registers={**modes, 0x4000: address},
            writable=frozenset((*modes, 0x4000)),
            turnaround_s=0.005,
        )
        self.keys = {(slot, name): Key() for slot in (1, 2) for name in KEY_NAMES}

    def reboot(self, now_s: float) -> None:
        """Power lost and back: outputs off, the modes are kept."""
        self.coils = dict.fromkeys(range(8), 0)

    def refresh(self, now_s: float) -> None:
        """Inputs are where the fingers are; linked outputs follow."""
        if self.fault == "unplugged":
            self.coils = dict.fromkeys(range(8), 0)
        for channel, key in enumerate(self.keys.values()):
            key.pass_time(now_s)
            level = int(key.down_s is not None)
            if self.registers[0x1000 + channel] and level != self.inputs[channel]:
                self.coils[channel] = level
            self.inputs[channel] = level

    def unasked(self, now_s: float) -> bytes:
        """Its inputs."""
        return self.answer(2, bytes((0, 0, 0, 8)), now_s)

    def written(self, address: int, now_s: float) -> None:
        """4000h holds the module's own address."""
        self.address = self.registers[0x4000]

    def is_open(self, slot: int) -> bool:
        """See ``SimSlave.is_open``."""
        return bool(self.coils[4 * (slot - 1)])

    def show(self, now_s: float) -> dict[str, Any]:
        """Outputs and fingers, for each half of the module."""
        self.refresh(now_s)
        slots = {}
        for slot in (1, 2):
            first = 4 * (slot - 1)
            bits = [bool(self.coils[first + place]) for place in range(4)]
            lamps = dict(zip(("red", "green", "vote"), bits[1:], strict=True))
            slots[str(slot)] = {
                "microphone": bits[0],
                "lamps": {name: "on" if on else "off" for name, on in lamps.items()},
                "lit": [name for name, on in lamps.items() if on],
                "held": [
                    n for (s, n), k in self.keys.items() if s == slot and k.down_s is not None
                ],
            }
        return {"fault": self.fault, "slots": slots}
