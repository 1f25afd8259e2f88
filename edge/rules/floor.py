"""Who may speak: one law, used by the hub for the whole meeting and by a room left alone.

Theory. A seat is in one of three states: *silent*, *waiting* (in the one queue) or
*speaking* (has the floor; its microphone should be open). Everything that happens is an
event. ``SEAT_LAW`` says for each event about a seat and each state of that seat which rule
applies, or with which reason it is refused; ``MEETING_LAW`` has the events that concern more
than one seat. ``step`` looks up, applies, and then settles: in *open* mode a free place goes
to the head of the queue. A refused event returns the very same floor and one ``Refused``.

Chairs stand outside every limit: they are never counted and get the floor at once. Seats of
a room whose link is lost keep their place, marked *suspended*: skipped, and not counted,
because their microphones are out of our reach. There is no toggle: *ask* and *leave* are
different events, and repeating one changes nothing.

Owns the rules of the floor. Must not know rooms' devices, time of day, or MQTT. All times
are seconds on the clock of whoever keeps the floor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from edge.rules.reasons import Reason

Mode = Literal["open", "request"]
Role = Literal["chair", "vice_chair", "delegate", "guest", "observer"]

CHAIRS: frozenset[Role] = frozenset({"chair", "vice_chair"})
"""Outside the limits, as in the conference systems of Bosch (CCS 1000 D) and TOA."""

SILENCED: frozenset[Role] = frozenset({"observer"})
"""Roles that never get the floor."""


def room_of(seat: str) -> str:
    """``main`` of ``main/12``."""
    return seat.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Turn:
    """A seat has the floor since ``since_s``."""

    seat: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """A seat asked at ``asked_s`` (the corrected time of the press)."""

    seat: str
    asked_s: float


@dataclass(frozen=True, slots=True)
class Floor:
    """The whole floor. ``roles`` lists every seat that exists."""

    mode: Mode = "open"
    max_open: int = 1
    queue_max: int = 200
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    speaking: tuple[Turn, ...] = ()
    queue: tuple[Waiting, ...] = ()
    lost_rooms: frozenset[str] = frozenset()

    def speaks(self, seat: str) -> bool:
        """The seat has the floor."""
        return any(turn.seat == seat for turn in self.speaking)

    def waits(self, seat: str) -> bool:
        """The seat is in the queue."""
        return any(waiting.seat == seat for waiting in self.queue)

    def is_suspended(self, seat: str) -> bool:
        """The seat's room cannot be reached."""
        return room_of(seat) in self.lost_rooms

    def places_taken(self) -> int:
        """Open microphones that count against ``max_open``."""
        return sum(
            1
            for turn in self.speaking
            if self.roles.get(turn.seat) not in CHAIRS and not self.is_suspended(turn.seat)
        )

    def has_place(self) -> bool:
        """One more delegate may open."""
        return self.places_taken() < self.max_open

    def next_waiting(self) -> Waiting | None:
        """Who comes next: the head of the queue, suspended seats skipped."""
        return next((w for w in self.queue if not self.is_suspended(w.seat)), None)


# --- events ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """The seat asks for the floor; pressed at ``at_s``."""

    seat: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Leave:
    """The seat wants the floor no longer: its turn, or its request, ends."""

    seat: str


@dataclass(frozen=True, slots=True)
class Give:
    """Somebody entitled gives the seat the floor, in or out of order."""

    seat: str


@dataclass(frozen=True, slots=True)
class Take:
    """Somebody entitled takes the floor, or the request, away from the seat."""

    seat: str


@dataclass(frozen=True, slots=True)
class Next:
    """The next one gets the floor; when every place is taken the longest turn ends."""


@dataclass(frozen=True, slots=True)
class AllOff:
    """Every delegate's turn ends. The queue and the chairs stay."""


@dataclass(frozen=True, slots=True)
class SetRules:
    """Other mode or limits, from now on; nobody who speaks is cut off."""

    mode: Mode
    max_open: int
    queue_max: int


@dataclass(frozen=True, slots=True)
class RoomLost:
    """The room cannot be reached."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomRestarted:
    """The room's controller started anew: its microphones are off and stay off."""

    room: str


SeatEvent = Ask | Leave | Give | Take
MeetingEvent = Next | AllOff | SetRules | RoomLost | RoomRestarted
FloorEvent = SeatEvent | MeetingEvent


# --- effects ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Granted:
    """The seat has the floor now."""

    seat: str


@dataclass(frozen=True, slots=True)
class Queued:
    """The seat waits now."""

    seat: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn, or the request, of the seat is over; ``why`` names the event."""

    seat: str
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changed, and this is why. ``seat`` is None for events about the meeting."""

    seat: str | None
    reason: Reason


Effect = Granted | Queued | Ended | Refused
Outcome = tuple[Floor, tuple[Effect, ...]]


class SeatState(StrEnum):
    """Where a seat stands."""

    SILENT = "silent"
    WAITING = "waiting"
    SPEAKING = "speaking"


def seat_state(floor: Floor, seat: str) -> SeatState:
    """Where ``seat`` stands on this floor."""
    if floor.speaks(seat):
        return SeatState.SPEAKING
    return SeatState.WAITING if floor.waits(seat) else SeatState.SILENT


# --- rules -----------------------------------------------------------------------------------


def _refuse(floor: Floor, seat: str | None, reason: Reason) -> Outcome:
    return floor, (Refused(seat, reason),)


def _speak(floor: Floor, seat: str, now_s: float) -> Outcome:
    opened = replace(
        floor,
        speaking=(*floor.speaking, Turn(seat, now_s)),
        queue=tuple(w for w in floor.queue if w.seat != seat),
    )
    return opened, (Granted(seat),)


def _end_turns(floor: Floor, seats: frozenset[str], why: str) -> Outcome:
    ended = tuple(Ended(t.seat, why) for t in floor.speaking if t.seat in seats)
    kept = tuple(t for t in floor.speaking if t.seat not in seats)
    return replace(floor, speaking=kept), ended


def _ask(floor: Floor, event: Ask, now_s: float) -> Outcome:
    role = floor.roles[event.seat]
    if role in SILENCED:
        return _refuse(floor, event.seat, Reason.NOT_ALLOWED)
    if role in CHAIRS:
        return _speak(floor, event.seat, now_s)
    if floor.mode == "open" and floor.has_place() and floor.next_waiting() is None:
        return _speak(floor, event.seat, now_s)
    if len(floor.queue) >= floor.queue_max:
        full = Reason.QUEUE_FULL if floor.queue_max else Reason.MIC_LIMIT
        return _refuse(floor, event.seat, full)
    waiting = Waiting(event.seat, event.at_s)
    ordered = sorted((*floor.queue, waiting), key=lambda w: w.asked_s)  # stable: arrival decides
    return replace(floor, queue=tuple(ordered)), (Queued(event.seat),)


def _drop_request(floor: Floor, event: Leave | Take, now_s: float) -> Outcome:
    kept = tuple(w for w in floor.queue if w.seat != event.seat)
    return replace(floor, queue=kept), (Ended(event.seat, _name(event)),)


def _end_turn(floor: Floor, event: Leave | Take, now_s: float) -> Outcome:
    return _end_turns(floor, frozenset({event.seat}), _name(event))


def _give(floor: Floor, event: Give, now_s: float) -> Outcome:
    role = floor.roles[event.seat]
    if role in SILENCED:
        return _refuse(floor, event.seat, Reason.NOT_ALLOWED)
    if floor.is_suspended(event.seat):
        return _refuse(floor, event.seat, Reason.LINK_LOST)
    if role not in CHAIRS and not floor.has_place():
        return _refuse(floor, event.seat, Reason.MIC_LIMIT)
    return _speak(floor, event.seat, now_s)


def _next(floor: Floor, event: Next, now_s: float) -> Outcome:
    waiting = floor.next_waiting()
    if waiting is None:
        return _refuse(floor, None, Reason.QUEUE_EMPTY)
    ended: tuple[Effect, ...] = ()
    if not floor.has_place():
        counted = (
            t
            for t in floor.speaking
            if floor.roles.get(t.seat) not in CHAIRS and not floor.is_suspended(t.seat)
        )
        longest = min(counted, key=lambda t: t.since_s)
        floor, ended = _end_turns(floor, frozenset({longest.seat}), _name(event))
    floor, granted = _speak(floor, waiting.seat, now_s)
    return floor, (*ended, *granted)


def _all_off(floor: Floor, event: AllOff, now_s: float) -> Outcome:
    delegates = frozenset(t.seat for t in floor.speaking if floor.roles.get(t.seat) not in CHAIRS)
    return _end_turns(floor, delegates, _name(event))


def _set_rules(floor: Floor, event: SetRules, now_s: float) -> Outcome:
    return (
        replace(floor, mode=event.mode, max_open=event.max_open, queue_max=event.queue_max),
        (),
    )


def _room_lost(floor: Floor, event: RoomLost, now_s: float) -> Outcome:
    return replace(floor, lost_rooms=floor.lost_rooms | {event.room}), ()


def _room_restarted(floor: Floor, event: RoomRestarted, now_s: float) -> Outcome:
    found = replace(floor, lost_rooms=floor.lost_rooms - {event.room})
    cut = frozenset(t.seat for t in found.speaking if room_of(t.seat) == event.room)
    return _end_turns(found, cut, _name(event))


def _name(event: FloorEvent) -> str:
    """The event's name in lower case, for records: ``all_off``."""
    name = type(event).__name__
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


# --- the law ---------------------------------------------------------------------------------

SILENT, WAITING, SPEAKING = SeatState.SILENT, SeatState.WAITING, SeatState.SPEAKING

SEAT_LAW: dict[tuple[type[SeatEvent], SeatState], Callable[..., Outcome] | Reason] = {
    (Ask, SILENT): _ask,
    (Ask, WAITING): Reason.ALREADY_REQUESTED,
    (Ask, SPEAKING): Reason.ALREADY_SPEAKING,
    (Leave, SILENT): Reason.NOT_SPEAKING,
    (Leave, WAITING): _drop_request,
    (Leave, SPEAKING): _end_turn,
    (Give, SILENT): _give,
    (Give, WAITING): _give,
    (Give, SPEAKING): Reason.ALREADY_SPEAKING,
    (Take, SILENT): Reason.NOT_SPEAKING,
    (Take, WAITING): _drop_request,
    (Take, SPEAKING): _end_turn,
}

MEETING_LAW: dict[type[MeetingEvent], Callable[..., Outcome]] = {
    Next: _next,
    AllOff: _all_off,
    SetRules: _set_rules,
    RoomLost: _room_lost,
    RoomRestarted: _room_restarted,
}

REFILLS: frozenset[type[FloorEvent]] = frozenset({Leave, Take, Next, SetRules, RoomRestarted})
"""Events after which *open* mode passes a free place on. Not *all off*: whoever asked for
silence does not want the next in the queue to be heard a moment later; nor the loss of a
room, whose speaker should find the place kept."""


def step(floor: Floor, event: FloorEvent, now_s: float) -> Outcome:
    """Apply one event at ``now_s``: the new floor, and what happened, in order."""
    if isinstance(event, Ask | Leave | Give | Take):
        if event.seat not in floor.roles:
            return _refuse(floor, event.seat, Reason.SEAT_UNKNOWN)
        rule = SEAT_LAW[type(event), seat_state(floor, event.seat)]
        if isinstance(rule, Reason):
            return _refuse(floor, event.seat, rule)
    else:
        rule = MEETING_LAW[type(event)]
    changed, effects = rule(floor, event, now_s)
    if type(event) in REFILLS:
        changed, granted = settle(changed, now_s)
        effects = (*effects, *granted)
    return changed, effects


def settle(floor: Floor, now_s: float) -> Outcome:
    """In *open* mode every free place goes to whoever waits, in order."""
    effects: tuple[Effect, ...] = ()
    while floor.mode == "open" and floor.has_place():
        waiting = floor.next_waiting()
        if waiting is None:
            break
        floor, granted = _speak(floor, waiting.seat, now_s)
        effects = (*effects, *granted)
    return floor, effects
