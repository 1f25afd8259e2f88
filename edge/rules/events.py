"""What can happen to the floor, and what can come of it. Data only.

Owns the events that ``step`` takes and the effects it gives. Must not decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.rules import plain
from edge.rules.reasons import Reason
from edge.rules.settings import Kind, Mode, Registration, Settings

# --- events about a seat -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ask:
    """The seat asks for the floor; pressed at ``at_s``. In *push to talk*: holds the key."""

    seat: str
    at_s: float
    kind: Kind = "speech"


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
class Extend:
    """The seat may speak longer, by as much as the settings say."""

    seat: str


@dataclass(frozen=True, slots=True)
class SeatHeard:
    """Listening hears a voice at the seat."""

    seat: str


@dataclass(frozen=True, slots=True)
class SeatSilent:
    """Listening hears no voice at the seat any more."""

    seat: str


@dataclass(frozen=True, slots=True)
class PriorityHeld:
    """A chair holds the key of priority: delegates are muted until it is let go."""

    seat: str


@dataclass(frozen=True, slots=True)
class PriorityReleased:
    """The chair has let go of it."""

    seat: str


@dataclass(frozen=True, slots=True)
class PriorityPressed:
    """A chair pressed priority shortly: every turn but the chairs' is over."""

    seat: str


# --- events about the meeting ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Next:
    """The next one gets the floor; when every place is taken the longest turn ends."""


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The longest delegate's turn ends; nobody is called."""


@dataclass(frozen=True, slots=True)
class ExtendTurns:
    """Every delegate who speaks may speak longer."""


@dataclass(frozen=True, slots=True)
class AllOff:
    """Every delegate's turn ends. The queue and the chairs stay."""


@dataclass(frozen=True, slots=True)
class SetRules:
    """Other mode, limits or settings, from now on; nobody who speaks is cut off."""

    mode: Mode
    max_open: int
    queue_max: int
    settings: Settings | None = None
    """None: as they are."""


@dataclass(frozen=True, slots=True)
class SetRegistration:
    """The queue is opened, paused or closed. It is kept."""

    to: Registration


@dataclass(frozen=True, slots=True)
class ClearQueue:
    """Every request ends."""


@dataclass(frozen=True, slots=True)
class SetDebate:
    """The debated item runs, or is over: then replies wait among the speeches."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetRecess:
    """Recess: delegates are muted and their clocks stand still until the meeting resumes."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetMuted:
    """Emergency mute: every turn ends, and delegates stay off until it is taken back."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetFire:
    """The fire contact of a room closed, or opened again. Closed, everything is off."""

    room: str
    on: bool


@dataclass(frozen=True, slots=True)
class AcknowledgeFire:
    """Somebody entitled has seen the alarm. Nothing opens by itself after it."""


@dataclass(frozen=True, slots=True)
class RoomLost:
    """The room cannot be reached."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomRestarted:
    """The room's controller started anew: its microphones are off and stay off."""

    room: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: see ``timers.next_deadline``."""


SeatEvent = (
    Ask
    | Leave
    | Give
    | Take
    | Extend
    | SeatHeard
    | SeatSilent
    | PriorityHeld
    | PriorityReleased
    | PriorityPressed
)
MeetingEvent = (
    Next
    | EndTurn
    | ExtendTurns
    | AllOff
    | SetRules
    | SetRegistration
    | ClearQueue
    | SetDebate
    | SetRecess
    | SetMuted
    | SetFire
    | AcknowledgeFire
    | RoomLost
    | RoomRestarted
    | Tick
)
FloorEvent = SeatEvent | MeetingEvent


def name_of(event: FloorEvent) -> str:
    """The event's name in records: ``all_off``."""
    return plain.snake(type(event))


# --- effects -----------------------------------------------------------------------------------


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
    """The turn, or the request, of the seat is over; ``why`` names the event.

    Or what else ended it: ``interrupted``, ``time``, ``silence``, ``merge``.
    """

    seat: str
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing changed, and this is why. ``seat`` is None for events about the meeting."""

    seat: str | None
    reason: Reason


Effect = Granted | Queued | Ended | Refused
