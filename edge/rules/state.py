"""The floor as a value: who speaks, who waits, and what holds everybody back.

Owns the shape of the floor and the questions that can be asked of it. Must not change it:
``floor`` does. All times are seconds on the clock of whoever keeps the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from edge.rules.reasons import Reason
from edge.rules.settings import CHAIRS, Kind, Mode, Registration, Role, Settings


def room_of(seat: str) -> str:
    """``main`` of ``main/12``."""
    return seat.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Turn:
    """A seat has the floor since ``since_s``."""

    seat: str
    since_s: float
    paused_s: float = 0.0
    """How long its clock stood still so far."""
    paused_at_s: float | None = None
    """Since when it stands still now."""
    extra_s: float = 0.0
    """What it was extended by."""
    by_voice: bool = False
    """Opened by speaking: ends by silence."""
    silent_since_s: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A seat asked at ``asked_s`` (the corrected time of the press)."""

    seat: str
    asked_s: float
    kind: Kind = "speech"


@dataclass(frozen=True, slots=True)
class Hold:
    """A chair holds the key of priority. ``opened``: that opened the chair's microphone."""

    seat: str
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A turn that its own seat ended; within some seconds it can be taken back."""

    turn: Turn
    at_s: float


class SeatState(StrEnum):
    """Where a seat stands."""

    SILENT = "silent"
    WAITING = "waiting"
    SPEAKING = "speaking"


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
    settings: Settings = field(default_factory=Settings)
    registration: Registration = "open"
    debating: bool = False
    """The debated item runs: replies go before speeches."""
    hold: Hold | None = None
    """A chair holds priority: delegates are muted and come back."""
    recess: bool = False
    muted: bool = False
    """Emergency mute: delegates stay off until it is taken back."""
    fire_rooms: frozenset[str] = frozenset()
    """Rooms whose fire contact is closed now."""
    alarm: bool = False
    """Fire alarm, until acknowledged. Displays show it."""
    left: tuple[Left, ...] = ()
    totals_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Speaking time by seat of turns that are over."""
    merged_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """The part of it that rooms reported since their last start: counted once."""

    def speaks(self, seat: str) -> bool:
        """The seat has the floor."""
        return any(turn.seat == seat for turn in self.speaking)

    def waits(self, seat: str) -> bool:
        """The seat is in the queue."""
        return any(waiting.seat == seat for waiting in self.queue)

    def is_suspended(self, seat: str) -> bool:
        """The seat's room cannot be reached."""
        return room_of(seat) in self.lost_rooms

    def is_chair(self, seat: str) -> bool:
        """Nothing but a fire alarm closes a chair's microphone."""
        return self.roles.get(seat) in CHAIRS

    def is_outside(self, seat: str) -> bool:
        """Not counted, and never pushed out."""
        return self.is_chair(seat) or seat in self.settings.protected

    def has_queue(self) -> bool:
        """This mode lets seats wait. In the others the queue is kept, and hidden."""
        if self.mode == "chair_only":
            return self.settings.chair_only_queues
        return self.mode in ("open", "request")

    def counted(self) -> tuple[Turn, ...]:
        """Turns that take a place."""
        return tuple(
            t
            for t in self.speaking
            if not self.is_outside(t.seat) and not self.is_suspended(t.seat)
        )

    def places_taken(self) -> int:
        """Open microphones that count against ``max_open``."""
        return len(self.counted())

    def has_place(self, seat: str | None = None) -> bool:
        """One more delegate may open; with ``seat``, also by the limit of its room."""
        if self.places_taken() >= self.max_open:
            return False
        return seat is None or not self.room_is_full(room_of(seat))

    def room_is_full(self, room: str) -> bool:
        """The room's own limit is reached."""
        most = self.settings.max_open_per_room.get(room)
        return most is not None and most <= sum(room_of(t.seat) == room for t in self.counted())

    def next_waiting(self) -> Waiting | None:
        """Who comes next: the head of the queue, suspended seats skipped."""
        if not self.has_queue():
            return None
        return next((w for w in self.queue if not self.is_suspended(w.seat)), None)

    def hush(self) -> Reason | None:
        """Why every delegate is off now; None when they are not."""
        if self.alarm:
            return Reason.FIRE_ALARM
        if self.muted:
            return Reason.MUTED
        if self.recess:
            return Reason.RECESS
        return Reason.PRIORITY_ACTIVE if self.hold is not None else None

    def hears(self, seat: str) -> bool:
        """The microphone of the seat should be open."""
        if not self.speaks(seat) or self.alarm:
            return False
        return self.is_chair(seat) or self.hush() is None

    def rank(self, waiting: Waiting) -> tuple[int, int, float]:
        """Order of the queue: kind, then priority of the seat, then time of the press."""
        front = {"point_of_order": 0, "debate": 1 if self.debating else 2, "speech": 2}
        priority = self.settings.seat_priority.get(waiting.seat, 0)
        return front[waiting.kind], -priority, waiting.asked_s

    def in_order(self, queue: tuple[Waiting, ...]) -> tuple[Waiting, ...]:
        """Sorting is stable: equals stay in the order of their arrival."""
        return tuple(sorted(queue, key=self.rank))


def seat_state(floor: Floor, seat: str) -> SeatState:
    """Where ``seat`` stands on this floor. A hidden queue has nobody waiting."""
    if floor.speaks(seat):
        return SeatState.SPEAKING
    waits = floor.has_queue() and floor.waits(seat)
    return SeatState.WAITING if waits else SeatState.SILENT
