"""What reaches the hub, and what a decision on it looks like. Data only.

Owns the inputs of ``commands.decide`` and its answer. Must not decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.contract import messages
from edge.rules.floor import FloorEvent, Role
from edge.rules.reasons import Reason
from hub.meeting import events


@dataclass(frozen=True, slots=True)
class Configure:
    """The meeting's file was read."""

    source: str
    title: str
    mode: messages.Mode
    max_open: int
    queue_max: int
    names: Mapping[str, str]
    roles: Mapping[str, Role]


@dataclass(frozen=True, slots=True)
class StatusHeard:
    """A room's status: its birth, its will, or a new depth of its outbox."""

    room: str
    status: messages.Status


@dataclass(frozen=True, slots=True)
class RoomSilent:
    """A room that should be there has said nothing since the hub's own link is up."""

    room: str


@dataclass(frozen=True, slots=True)
class DescribeHeard:
    """A room described itself."""

    room: str
    plan: messages.Describe


@dataclass(frozen=True, slots=True)
class FloorHeard:
    """A room's own floor. Counts once the room is online with that boot and described."""

    room: str
    state: messages.FloorState


@dataclass(frozen=True, slots=True)
class EventHeard:
    """One event from a room's outbox, not seen before."""

    room: str
    event: messages.Event
    met: bool = True
    """False while the room's status has not been heard since the hub's link is up: which of
    its boots is the present one cannot be told yet."""


@dataclass(frozen=True, slots=True)
class FloorOrder:
    """Somebody entitled wants the floor changed."""

    event: FloorEvent
    by: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something for the records that changes nothing."""

    event: events.AlertRaised | events.AlertCleared | events.Ordered | events.OrderEnded


Input = (
    Configure
    | StatusHeard
    | RoomSilent
    | DescribeHeard
    | FloorHeard
    | EventHeard
    | FloorOrder
    | Note
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows. ``events`` may come with a refusal: a refused press is recorded too."""

    events: tuple[events.Event, ...] = ()
    refused: Reason | None = None
    held: bool = False


NOTHING = Decision()
HELD = Decision(held=True)
