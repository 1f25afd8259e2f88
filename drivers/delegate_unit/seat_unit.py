"""One delegate unit of our own: what is known of it, what is wanted, what to ask next.

Owns the order of first contact (who are you, outputs off or as wanted, counters as baseline),
the refreshing of an open microphone, and the proof that outputs follow. Must not know the
other units of the bus.
"""

from __future__ import annotations

from drivers.core.capability import Health, KeyPress, SeatOutputs, SeatState
from drivers.core.reading import Reading
from drivers.delegate_unit.frame import (
    READ_HOLDING,
    WRITE_REGISTER,
    Failure,
    Message,
    Read,
    Registers,
    WriteOne,
    WriteRegisters,
)
from drivers.delegate_unit.keys import PressCounters
from drivers.delegate_unit.maps import (
    Summary,
    UnitMap,
    follows,
    key_records,
    pack_outputs,
    unpack_outputs,
)
from drivers.delegate_unit.unit import ACTIVE_S, Ask, Contact

REFRESH_SHARE = 0.25
"""An open microphone is refreshed four times within its dead-man time, so three in a row may
be lost."""

FOLLOW_S = 0.25
"""A relay needs some 10 ms; outputs that differ longer than this are written again."""

FOLLOW_FAULT_S = 1.0
"""Outputs that differ longer than this are a fault."""


def _told(ask: Ask) -> int | None:
    """The outputs register in a write."""
    match ask.request:
        case WriteOne(value=value):
            return value
        case WriteRegisters(registers=registers):
            return registers[0]
        case _:
            return None


class SeatUnit:
    """A ``phonghop-unit-1`` at one address, serving one seat."""

    def __init__(self, seat: int, address: int, unit_map: UnitMap, dead_man_ms: int) -> None:
        """Outputs are off until ``set_outputs`` says otherwise."""
        self.address = address
        self.seats: tuple[int, ...] = (seat,)
        self.restarts = 0
        self.dead_man_trips = 0
        self._map = unit_map
        self._dead_man_ms = dead_man_ms
        self._dead_man_s = dead_man_ms / 1000
        self._refresh_s = REFRESH_SHARE * self._dead_man_s
        self._contact = Contact()
        self._keys = PressCounters(seat)
        self._identified = False
        self._strange: str | None = None
        self._boot: int | None = None
        self._desired = SeatOutputs()
        self._word = pack_outputs(self._desired)
        self._written: int | None = None
        self._written_s = 0.0
        self._differs_since_s: float | None = None
        self._registers: tuple[int, ...] = ()
        self._summary: Summary | None = None
        self._actual_s = 0.0
        self._detailed: tuple[int, frozenset[str]] | None = None
        self._pressed_s: float | None = None
        self._ask_identity = self._read("identity", unit_map.identity, unit_map.identity_count)
        self._ask_summary = self._read("summary", unit_map.status, unit_map.summary_count)
        self._ask_status = self._read("status", unit_map.status, unit_map.status_count)

    def _read(self, purpose: str, address: int, count: int) -> Ask:
        return Ask.make(purpose, Read(self.address, READ_HOLDING, address, count))

    @property
    def expired_presses(self) -> int:
        """Presses that were read too late to act on."""
        return self._keys.expired

    @property
    def strange(self) -> bool:
        """See ``Unit.strange``."""
        return self._strange is not None

    @property
    def microphone_may_be_open(self) -> bool:
        """See ``Unit.microphone_may_be_open``."""
        actual = self._summary is not None and bool(self._summary.outputs & 1)
        return self._desired.microphone or actual or bool((self._written or 0) & 1)

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """See ``Unit.set_outputs``."""
        self._desired, self._word = outputs, pack_outputs(outputs)

    def next_ask(self, now_s: float) -> Ask:
        """See ``Unit.next_ask``."""
        if not self._identified:
            return self._ask_identity
        if now_s >= self._contact.retry_at_s and not self._left_alone(now_s):
            if self._write_due(now_s):
                return self._ask_write()
            if self._details_due:
                return self._ask_status
        return self._ask_summary

    def _left_alone(self, now_s: float) -> bool:
        """So long without us that the dead-man has acted: look first, or nobody will know."""
        told_open = bool((self._written or 0) & 1)
        return told_open and now_s - max(self._written_s, self._actual_s) >= self._dead_man_s

    def _write_due(self, now_s: float) -> bool:
        if self._word != self._written:
            return True
        age_s = now_s - self._written_s
        if self._word & 1 and age_s >= self._refresh_s:
            return True
        return self._differs_since_s is not None and age_s >= FOLLOW_S

    @property
    def _details_due(self) -> bool:
        summary = self._summary
        return summary is None or (summary.presses, summary.held) != self._detailed

    def _ask_write(self) -> Ask:
        if self._written is None:  # first contact: how long to live without us, too
            values = (self._word, self._dead_man_ms)
            return Ask.make("write", WriteRegisters(self.address, self._map.outputs, values))
        return self._one_write(self._word)

    def _one_write(self, word: int) -> Ask:
        request = WriteOne(self.address, WRITE_REGISTER, self._map.outputs, word)
        return Ask.make("write", request)

    def farewell(self) -> Ask:
        """See ``Unit.farewell``."""
        return self._one_write(0)

    def is_urgent(self, now_s: float) -> bool:
        """See ``Unit.is_urgent``."""
        if now_s < self._contact.retry_at_s or self._strange is not None:
            return False
        unproven = self._actual_s < self._written_s
        return not self._identified or self._word != self._written or self._details_due or unproven

    def active_until_s(self) -> float:
        """See ``Unit.active_until_s``: open microphones and fresh presses."""
        until_s = 0.0
        if self._pressed_s is not None:
            until_s = self._pressed_s + ACTIVE_S
        if self._desired.microphone or self._differs_since_s is not None:
            until_s = max(until_s, self._actual_s + ACTIVE_S)
        return until_s

    def answered(self, ask: Ask, answer: Message, sampled_s: float) -> list[KeyPress]:
        """See ``Unit.answered``."""
        if not self._contact.heard(answer, sampled_s):
            if not self._identified and isinstance(answer, Failure) and answer.code in (1, 2):
                self._strange = f"answers, but is no {self._map.name}"
            return []
        if ask.purpose == "write":
            self._written, self._written_s = _told(ask), sampled_s
            return []
        if not isinstance(answer, Registers):
            return []
        if ask.purpose == "identity":
            self._identify(answer.registers)
            return []
        return self._status(answer.registers, sampled_s)

    def _identify(self, registers: tuple[int, ...]) -> None:
        magic, version, _firmware, boot = registers
        if (magic, version) != (self._map.magic, self._map.version):
            self._strange = (
                f"answers {magic:04X} version {version}, {self._map.name} says "
                f"{self._map.magic:04X} version {self._map.version}"
            )
            return
        self._strange, self._identified = None, True
        self._notice_boot(boot & 0xFF)

    def _notice_boot(self, boot: int) -> None:
        if self._boot is not None and boot != self._boot:
            self.restarts += 1
            self._keys.forget()
        self._boot = boot

    def _status(self, registers: tuple[int, ...], sampled_s: float) -> list[KeyPress]:
        if registers[: self._map.summary_count] != self._registers:
            tripped = self._summary is not None and self._summary.dead_man
            self._registers = registers[: self._map.summary_count]
            self._summary = Summary.unpack(registers)
            self.dead_man_trips += self._summary.dead_man and not tripped
        summary = self._summary
        if summary is None:
            return []
        if summary.boot != self._boot:
            self._forget_line()
            return []
        self._actual_s = sampled_s
        self._compare(summary.outputs, sampled_s)
        if len(registers) < self._map.status_count:
            return []
        self._detailed = (summary.presses, summary.held)
        presses = self._keys.take(key_records(registers), summary.held, sampled_s)
        if presses:
            self._pressed_s = sampled_s
        return presses

    def _compare(self, actual: int, sampled_s: float) -> None:
        """Does the unit do what it was last told?"""
        if self._written is not None and follows(actual, self._written):
            self._differs_since_s = None
        elif self._differs_since_s is None:
            self._differs_since_s = sampled_s

    def _forget_line(self) -> None:
        """What was written and read counts no more; the press counters are kept."""
        self._identified = False
        self._written, self._written_s, self._actual_s = None, 0.0, 0.0
        self._registers, self._summary, self._detailed = (), None, None
        self._differs_since_s = None

    def missed(self, ask: Ask) -> None:
        """See ``Unit.missed``."""
        if ask.purpose == "write":
            self._written = None

    def lost(self, reason: str, now_s: float, present: bool | None) -> None:
        """See ``Unit.lost``."""
        self._contact.lost(reason, now_s, present)
        self._strange = None
        self._forget_line()

    def seat_state(self, seat: int, now_s: float, stale_s: float) -> SeatState:
        """See ``Unit.seat_state``."""
        present = self._contact.presence(now_s, stale_s)
        if self._summary is None:
            microphone: Reading[bool] = Reading.unknown(self._contact.reason)
            return SeatState(present, microphone, Reading.unknown(self._contact.reason))
        outputs = Reading.known(unpack_outputs(self._summary.outputs), self._actual_s)
        microphone = Reading.known(bool(self._summary.outputs & 1), self._actual_s)
        return SeatState(present, microphone.fresh(now_s, stale_s), outputs.fresh(now_s, stale_s))

    def held_keys(self, seat: int) -> frozenset[str] | None:
        """Keys that are down now; None while unknown."""
        return None if self._summary is None else self._summary.held

    def seat_health(self, seat: int, now_s: float, stale_s: float) -> Health:
        """See ``Unit.seat_health``."""
        fault = self._strange
        if self._summary is not None and self._summary.fault:
            fault = "the unit reports a fault of its own"
        differs = self._differs_since_s
        if fault is None and differs is not None and self._actual_s - differs > FOLLOW_FAULT_S:
            fault = "outputs do not follow: the relay or a lamp is not as it was told"
        return self._contact.health(now_s, stale_s, fault, None)
