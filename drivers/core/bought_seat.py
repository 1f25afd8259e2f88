"""A unit of a bought conference system: what is told of it, what is wanted, whose finger it was.

Theory. A central unit never tells who changed something. What we have just ordered is an
echo; what fits the wish needs nothing; the rest was a finger on the unit, and is told as a
press of the microphone key, once. Then the room's floor has ``ANSWER_S`` to make up its mind
before the unit is put back to what is wanted. What a connection begins with is no press.

Owns that judgement and the orders that are due. Must not know sockets, nor decide who speaks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from drivers.core.capability import Health, HealthState, SeatOutputs, SeatState
from drivers.core.reading import Reading

What = Literal["microphone", "request"]

ECHO_S = 2.0
"""An order that did nothing is not answered: a change later than this was somebody else's."""

ANSWER_S = 1.5
"""How long the floor may think about a press before the unit is put back."""

JUDGE_S = 0.1
"""Going off is judged so much later: a request also ends because its microphone opens, and a
microphone because its unit is lost; which of two lines comes first is not promised."""

DISOBEYS = 3
"""So many orders without effect are a fault."""

NO_LAMPS = "the central unit lights its units itself and does not tell how"
NOT_TOLD = "the central unit has not told yet"
PASSIVE = "the unit is lost or logged out"
NO_PRESENCE = "the central unit does not tell which units are there"
DISOBEYED = "the central unit does not do what it is told here"


class Order(NamedTuple):
    """What the central unit should be told about this seat."""

    what: What
    on: bool


class Finger(NamedTuple):
    """Something changed that nobody ordered."""

    what: What
    on: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Make:
    """What a make of central unit lets itself be told, and tells."""

    orders: Collection[What]
    """What can be switched by order."""
    retry_s: float
    """How long an order may need to show before it is given again."""
    limits: str
    """What seats of this make lack, in one line for people."""
    not_opening: str
    """Why a microphone may stay closed."""
    silent: str
    """What is wrong when rounds get no answer, and what to look at."""
    tells_presence: bool = True


class BoughtSeat:
    """One seat of the room at its central unit. ``place`` is its number there."""

    def __init__(self, number: int, place: int, make: Make) -> None:
        """Nothing is known, and everything should be off."""
        self.number, self.place = number, place
        self._make = make
        self.present: Reading[bool] = Reading.unknown(NOT_TOLD)
        self.disobeyed = 0
        self._told: dict[What, Reading[bool]] = {}
        self._wanted = SeatOutputs()
        self._echoes: dict[Order, float] = {}
        self._finger: Finger | None = None
        self._thinks_until_s = 0.0
        self._next_order_s = 0.0
        self._why = NOT_TOLD
        self._forget()

    def _forget(self) -> None:
        unknown: Reading[bool] = Reading.unknown(self._why)
        self._told = {"microphone": unknown, "request": unknown}
        self._echoes.clear()
        self._finger = None
        self.disobeyed, self._next_order_s, self._thinks_until_s = 0, 0.0, 0.0

    # What is wanted

    @property
    def _asks(self) -> bool:
        """Asked, and not answered yet: the green lamp is fast alone."""
        return self._wanted.green == "fast" and self._wanted.red != "fast"

    def _wish(self, what: What) -> bool:
        wanted = self._wanted
        if what == "microphone":
            return wanted.microphone
        waits = wanted.green in ("on", "slow") or self._asks
        return waits and not wanted.microphone

    def want(self, outputs: SeatOutputs) -> bool:
        """What should be; False when that is not new."""
        if outputs == self._wanted:
            return False
        self._wanted = outputs
        if not self._asks:  # the floor has answered
            self._thinks_until_s = self._next_order_s = 0.0
        return True

    def due(self, now_s: float) -> Order | None:
        """The order that is due; it counts as given. Not before a finger is judged."""
        if (
            self._finger is not None
            or not self.present.value
            or now_s < max(self._thinks_until_s, self._next_order_s)
        ):
            return None
        order = self._difference()
        if order is None:
            self.disobeyed = 0
            return None
        self.disobeyed += 1
        self._next_order_s = now_s + self._make.retry_s
        self._echoes[order] = now_s + ECHO_S
        if order == Order("microphone", True) and self.is_waiting:
            self._echoes[Order("request", False)] = now_s + ECHO_S
        return order

    def _difference(self) -> Order | None:
        kinds: tuple[What, ...] = ("microphone", "request")
        for what in kinds:
            told, wish = self._told[what].value, self._wish(what)
            if what in self._make.orders and told is not None and told != wish:
                if what == "request" and self._wanted.microphone:
                    return None  # ends by itself when the microphone opens
                return Order(what, wish)
        return None

    # What is told

    def told(self, what: What, on: bool, now_s: float) -> bool:
        """A line about this seat, or what a whole state says of it; False when not new."""
        before, self._told[what] = self._told[what].value, Reading.known(on, now_s)
        if before is on:
            return False
        order = Order(what, on)
        self._next_order_s = 0.0
        is_echo = now_s <= self._echoes.pop(order, -1.0)
        opened = what == "request" and self.is_open  # which ends a request by itself
        if before is not None and not is_echo and not opened and on != self._wish(what):
            self._finger = Finger(what, on, now_s)
        return True

    def is_there(self, active: bool, now_s: float, why: str = PASSIVE) -> bool:
        """Its unit is in use, or is not; False when that is not new."""
        before, self.present = self.present.value, Reading.known(active, now_s)
        if not active:
            self._why = why
            self._forget()
        return before is not active

    def lost(self, reason: str) -> None:
        """The link went down: nothing is known any more."""
        self._why = reason
        self.present = Reading(None, self.present.at_s, reason)
        self._forget()

    def press(self, now_s: float) -> float | None:
        """When a finger was on its key, told once; None when none was, or it is too early."""
        finger = self._finger
        if finger is None or (not finger.on and now_s < finger.at_s + JUDGE_S):
            return None
        self._finger = None
        if not self._is_press(finger):
            return None
        self._thinks_until_s = now_s + ANSWER_S
        return finger.at_s

    def _is_press(self, finger: Finger) -> bool:
        """Whoever waits or speaks already would take it back by one: only our orders do that."""
        if finger.on:
            return not self._wish("microphone") and not self._wish("request")
        if finger.what == "microphone":
            return self._wish("microphone")
        return self._wish("request") and self._told["microphone"].value is False

    @property
    def is_open(self) -> bool:
        """Its microphone was told to be open."""
        return self._told["microphone"].value is True

    @property
    def is_waiting(self) -> bool:
        """Its unit shows a request."""
        return self._told["request"].value is True

    def state(self, now_s: float, stale_s: float) -> SeatState:
        """See ``SeatUnits.seat_state``."""
        return SeatState(
            present=self.present.fresh(now_s, stale_s)
            if self._make.tells_presence
            else Reading.unknown(NO_PRESENCE),
            microphone=self._told["microphone"].fresh(now_s, stale_s),
            outputs=Reading.unknown(NO_LAMPS),
        )

    def health(self, now_s: float, stale_s: float) -> Health:
        """See ``SeatUnits.seat_health``."""
        proof_at_s = self.present.at_s if self.present.value else None
        if not self.present.value:
            state = HealthState.FAULT if self.present.at_s is not None else HealthState.UNCONFIRMED
            return Health(state, self._why, proof_at_s)
        if self.disobeyed > DISOBEYS:
            reason = self._make.not_opening if self._wish("microphone") else DISOBEYED
            return Health(HealthState.FAULT, reason, proof_at_s)
        if self.present.fresh(now_s, stale_s).value is None:
            return Health(HealthState.UNCONFIRMED, "not told of late", proof_at_s)
        if self._told["microphone"].value is None:
            return Health(HealthState.UNCONFIRMED, NOT_TOLD, proof_at_s)
        return Health(HealthState.OK, self._make.limits, proof_at_s)
