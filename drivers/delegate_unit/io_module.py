"""One off-the-shelf 8-in/8-out module: its inputs as keys, its outputs as lamps and relays.

Owns unlinking inputs from outputs at first contact, blinking (the module cannot), sampling
and reading back. The module has no press counters (a press between two polls is lost) and no
dead-man: only the driver switches its outputs off. Must not know the other units of the bus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from drivers.core.blinking import HALF_S, is_lit
from drivers.core.capability import Health, KeyPress, Lamp, SeatOutputs, SeatState
from drivers.core.reading import Reading
from drivers.delegate_unit.frame import (
    READ_COILS,
    READ_INPUTS,
    Bits,
    Failure,
    Message,
    Read,
    WriteCoils,
    WriteRegisters,
)
from drivers.delegate_unit.keys import LevelKeys
from drivers.delegate_unit.maps import LAMPS, ModuleMap, Slot
from drivers.delegate_unit.unit import ACTIVE_S, Ask, Contact

READ_BACK_S = 1.0
"""Outputs are read back so often, and after each change of what is wanted."""

NO_DEAD_MAN = "this module has no dead-man: its outputs stay on when the controller dies"


def channel_bits(slot: Slot, outputs: SeatOutputs, now_s: float) -> dict[int, int]:
    """What each of the slot's channels should be at ``now_s``."""
    bits = {}
    for channel, names in slot.outputs.items():
        if names == ("microphone",):
            bits[channel] = int(outputs.microphone)
            continue
        lamps: list[Lamp] = [getattr(outputs, name) for name in names]
        shown: Lamp = next((lamp for lamp in lamps if lamp != "off"), "off")
        bits[channel] = int(is_lit(shown, now_s))
    return bits


def can_show(slot: Slot, outputs: SeatOutputs) -> SeatOutputs:
    """``outputs`` without the lamps that the slot has no channel for, blinking as it can."""
    channels = {name for names in slot.outputs.values() for name in names}
    changed: dict[str, Lamp] = {
        lamp: "slow" if lamp in channels else "off"
        for lamp in LAMPS
        if getattr(outputs, lamp) != "off" and (lamp in slot.slow or lamp not in channels)
    }
    return replace(outputs, microphone=outputs.microphone, **changed)


class IoModule:
    """A module at one address, serving the seats of its slots."""

    def __init__(self, seats: Mapping[int, int], address: int, module_map: ModuleMap) -> None:
        """``seats`` gives the slot (from 1) of each seat number."""
        self.address = address
        self.seats: tuple[int, ...] = tuple(seats)
        self.restarts = 0
        self.dead_man_trips = 0
        self._map = module_map
        self._slots = {seat: module_map.seats[slot - 1] for seat, slot in seats.items()}
        self._keys = {seat: LevelKeys(seat, slot.keys) for seat, slot in self._slots.items()}
        self._contact = Contact()
        self._desired = {seat: SeatOutputs() for seat in seats}
        self._blinks = False
        self._steady = (0,) * module_map.channels
        self._unlinked = False
        self._dirty = True
        self._written: tuple[int, ...] | None = None
        self._written_s = 0.0
        self._coils: tuple[int, ...] | None = None
        self._coils_s = 0.0
        self._differs = False
        self._sampled = False
        self._polled_s = 0.0
        self._pressed_s: float | None = None
        count = module_map.channels
        unlink = WriteRegisters(address, module_map.output_modes, (0,) * count)
        self._ask_unlink = Ask.make("unlink", unlink)
        self._ask_inputs = Ask.make("inputs", Read(address, READ_INPUTS, 0, count))
        self._ask_coils = Ask.make("coils", Read(address, READ_COILS, 0, count))

    @property
    def expired_presses(self) -> int:
        """A level is read now or never."""
        return 0

    @property
    def strange(self) -> bool:
        """A module cannot be told from another one by asking."""
        return False

    @property
    def microphone_may_be_open(self) -> bool:
        """See ``Unit.microphone_may_be_open``."""
        return any(self._written or ()) or any(self._coils or ())

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """See ``Unit.set_outputs``."""
        outputs = can_show(self._slots[seat], outputs)
        if outputs == self._desired[seat]:
            return
        self._dirty, self._desired[seat] = True, outputs
        self._steady = self._pattern(0.0)
        self._blinks = any(
            getattr(shown, lamp) in HALF_S for shown in self._desired.values() for lamp in LAMPS
        )

    def _pattern(self, now_s: float) -> tuple[int, ...]:
        """What every channel should be at ``now_s``."""
        bits = [0] * self._map.channels
        for seat, slot in self._slots.items():
            for channel, bit in channel_bits(slot, self._desired[seat], now_s).items():
                bits[channel] = bit
        return tuple(bits)

    def next_ask(self, now_s: float) -> Ask:
        """See ``Unit.next_ask``."""
        if not self._unlinked:
            return self._ask_unlink
        if now_s < self._contact.retry_at_s:
            return self._ask_inputs
        pattern = self._pattern(now_s) if self._blinks else self._steady
        if not (self._sampled or self._dirty):
            return self._ask_inputs  # blinking and reading back must leave time for the keys
        if pattern != self._written or self._differs:
            return Ask.make("write", WriteCoils(self.address, 0, pattern))
        if self._coils_s <= self._written_s or now_s - self._coils_s > READ_BACK_S:
            return self._ask_coils
        return self._ask_inputs

    def farewell(self) -> Ask:
        """See ``Unit.farewell``."""
        return Ask.make("write", WriteCoils(self.address, 0, (0,) * self._map.channels))

    def is_urgent(self, now_s: float) -> bool:
        """See ``Unit.is_urgent``; a blinking lamp is not, or it would starve the keys."""
        if now_s < self._contact.retry_at_s:
            return False
        unsettled = any(keys.unsettled for keys in self._keys.values())
        unproven = self._coils_s < self._written_s and not self._blinks
        return not self._unlinked or self._dirty or unsettled or unproven

    def active_until_s(self) -> float:
        """See ``Unit.active_until_s``: fresh presses and blinking lamps."""
        until_s = self._pressed_s + ACTIVE_S if self._pressed_s is not None else 0.0
        if self._blinks:
            until_s = max(until_s, self._polled_s + ACTIVE_S)
        return until_s

    def answered(self, ask: Ask, answer: Message, sampled_s: float) -> list[KeyPress]:
        """See ``Unit.answered``."""
        if not self._contact.heard(answer, sampled_s):
            if ask.purpose == "unlink" and isinstance(answer, Failure) and answer.code in (1, 2):
                self._unlinked = True  # a board without output modes has nothing to unlink
                self._contact.refusal, self._contact.retry_at_s = None, 0.0
            return []
        self._sampled = ask.purpose == "inputs"
        match ask.purpose, answer:
            case "unlink", _:
                self._unlinked = True
            case "write", _:
                assert isinstance(ask.request, WriteCoils)  # noqa: S101  # what "write" means
                self._written, self._written_s = ask.request.bits, sampled_s
                self._differs, self._dirty = False, False
            case "coils", Bits(bits=bits):
                self._coils, self._coils_s = bits[: self._map.channels], sampled_s
                self._differs = self._coils != self._written
            case "inputs", Bits(bits=bits):
                self._polled_s = sampled_s
                return self._sample(bits, sampled_s)
        return []

    def _sample(self, bits: tuple[int, ...], sampled_s: float) -> list[KeyPress]:
        presses: list[KeyPress] = []
        for keys in self._keys.values():
            presses += keys.take(bits, sampled_s)
        if presses:
            self._pressed_s = sampled_s
        return sorted(presses, key=lambda press: press.at_s)

    def missed(self, ask: Ask) -> None:
        """See ``Unit.missed``."""
        if ask.purpose == "write":
            self._written = None

    def lost(self, reason: str, now_s: float, present: bool | None) -> None:
        """See ``Unit.lost``."""
        self._contact.lost(reason, now_s, present)
        self._unlinked, self._dirty = False, True
        self._written, self._coils, self._differs = None, None, False
        self._written_s, self._coils_s = 0.0, 0.0
        for keys in self._keys.values():
            keys.forget()

    def seat_state(self, seat: int, now_s: float, stale_s: float) -> SeatState:
        """See ``Unit.seat_state``. Blinking lamps read as told while the channels follow."""
        present = self._contact.presence(now_s, stale_s)
        if self._coils is None:
            reason = self._contact.reason
            return SeatState(present, Reading.unknown(reason), Reading.unknown(reason))
        coils = self._coils
        desired, slot = self._desired[seat], self._slots[seat]
        channels = {names[0]: channel for channel, names in slot.outputs.items()}
        microphone = bool(coils[channels["microphone"]])
        shown = desired
        if self._differs or self._dirty:
            lamps: dict[str, Lamp] = {
                name: "on" if coils[channel] else "off"
                for name, channel in channels.items()
                if name != "microphone"
            }
            shown = SeatOutputs(microphone=microphone, **lamps)
        limit_s = stale_s + READ_BACK_S
        return SeatState(
            present,
            Reading.known(microphone, self._coils_s).fresh(now_s, limit_s),
            Reading.known(shown, self._coils_s).fresh(now_s, limit_s),
        )

    def held_keys(self, seat: int) -> frozenset[str] | None:
        """Keys that are down now; None while unknown."""
        return self._keys[seat].held if self._contact.present.value else None

    def seat_health(self, seat: int, now_s: float, stale_s: float) -> Health:
        """See ``Unit.seat_health``."""
        fault = "outputs do not follow what was written" if self._differs else None
        return self._contact.health(now_s, stale_s, fault, NO_DEAD_MAN)
