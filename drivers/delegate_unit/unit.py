"""What the master of a bus needs to know about any unit on it.

Owns the shape of a question and of a unit. Must not know a register or whose turn it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.core.capability import Health, HealthState, KeyPress, SeatOutputs, SeatState
from drivers.core.reading import Reading
from drivers.delegate_unit.frame import (
    EXCEPTIONS,
    Failure,
    Message,
    Request,
    answer_length,
    encode,
)

BUSY_PAUSE_S = 0.1
"""A unit that refuses is not pressed again before this."""

ACTIVE_S = 3.0
"""After a press more presses are likely: the person talks, votes, or presses again."""

PRESS_EXPIRES_S = 5.0
"""A press read later than this (the unit had no line) is counted, not acted on."""

NOT_ASKED = "not asked yet"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, ready for the wire, and how long its answer will be."""

    purpose: str
    request: Request
    frame: bytes
    answer_length: int

    @staticmethod
    def make(purpose: str, request: Request) -> Ask:
        """Encode once; a unit keeps the questions it repeats."""
        return Ask(purpose, request, encode(request), answer_length(request))


class Unit(Protocol):
    """One address on the bus: what is known of it, what is wanted, what to ask next."""

    address: int
    seats: tuple[int, ...]
    restarts: int
    dead_man_trips: int

    @property
    def expired_presses(self) -> int:
        """Presses that were read too late to act on."""
        ...

    @property
    def strange(self) -> bool:
        """Something answers there, but not what the room file says."""
        ...

    def next_ask(self, now_s: float) -> Ask:
        """What is most needed from it now."""
        ...

    def is_urgent(self, now_s: float) -> bool:
        """It should be asked before the others' polls."""
        ...

    def active_until_s(self) -> float:
        """Until when it should be asked more often."""
        ...

    def answered(self, ask: Ask, answer: Message, sampled_s: float) -> list[KeyPress]:
        """Take what the unit said at ``sampled_s``; the keys that went down or up since."""
        ...

    def missed(self, ask: Ask) -> None:
        """No good answer came: whether it was heard is unknown."""
        ...

    def lost(self, reason: str, now_s: float, present: bool | None) -> None:
        """It fell silent (``present`` False) or the line did (None): nothing is known."""
        ...

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """What the seat should show and do."""
        ...

    def farewell(self) -> Ask:
        """The question that leaves its outputs safe."""
        ...

    @property
    def microphone_may_be_open(self) -> bool:
        """It was told to open one, or reports one open."""
        ...

    def seat_state(self, seat: int, now_s: float, stale_s: float) -> SeatState:
        """What the unit last proved for this seat."""
        ...

    def held_keys(self, seat: int) -> frozenset[str] | None:
        """Keys of this seat that are down; None while unknown."""
        ...

    def seat_health(self, seat: int, now_s: float, stale_s: float) -> Health:
        """How the unit does at this seat."""
        ...


class Contact:
    """Whether a unit answers, and what it last refused: the part all units share."""

    def __init__(self) -> None:
        """Nothing is known."""
        self.present: Reading[bool] = Reading.unknown(NOT_ASKED)
        self.reason = NOT_ASKED
        self.refusal: Failure | None = None
        self.retry_at_s = 0.0
        self.answers = 0

    def heard(self, answer: Message, sampled_s: float) -> bool:
        """Something was said; False when it was a refusal."""
        self.present = Reading(True, sampled_s)
        self.answers += 1
        if isinstance(answer, Failure):
            self.refusal, self.retry_at_s = answer, sampled_s + BUSY_PAUSE_S
            return False
        self.refusal = None
        return True

    def lost(self, reason: str, now_s: float, present: bool | None) -> None:
        """Nothing is known any more, and why."""
        self.reason, self.refusal = reason, None
        if present is None:
            self.present = Reading(None, self.present.at_s, reason)
        else:
            self.present = Reading.known(present, now_s)

    def presence(self, now_s: float, stale_s: float) -> Reading[bool]:
        """Absence stays proven until an answer comes; presence grows stale."""
        return self.present if self.present.value is False else self.present.fresh(now_s, stale_s)

    def health(self, now_s: float, stale_s: float, fault: str | None, note: str | None) -> Health:
        """Judge: silence first, then ``fault`` or a refusal; ``note`` when all is well."""
        counters = {"answers": self.answers}
        proof_s = self.present.at_s if self.present.value else None
        if proof_s is None:
            never_asked = self.reason == NOT_ASKED
            state = HealthState.UNCONFIRMED if never_asked else HealthState.FAULT
            return Health(state, self.reason, None, counters)
        if self.refusal is not None and fault is None:
            code = self.refusal.code
            text = f"refuses: {EXCEPTIONS.get(code, 'unknown reason')} (exception {code:02X})"
            return Health(HealthState.FAULT, text, proof_s, counters)
        if fault is not None:
            return Health(HealthState.FAULT, fault, proof_s, counters)
        if now_s - proof_s > stale_s:
            return Health(HealthState.UNCONFIRMED, "no good answer of late", proof_s, counters)
        return Health(HealthState.OK, note, proof_s, counters)
