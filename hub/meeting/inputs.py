"""What reaches the hub, and what a decision on it looks like. Data only.

Owns the inputs of ``commands.decide`` and its answer. Must not decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.contract import messages
from edge.rules.floor import FloorEvent, Role, Settings
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
    settings: Settings = field(default_factory=Settings)


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
    heard_s: float
    """When it arrived: its ages are of that moment."""
    contact: int
    """The hub's present connection to the broker: see ``FloorState.contact``."""


@dataclass(frozen=True, slots=True)
class EventHeard:
    """One event from a room's outbox, not seen before."""

    room: str
    event: messages.Event
    heard_s: float
    """When it arrived: its age is of that moment."""
    met: bool = True
    """False while the room's status has not been heard since the hub's link is up: which of
    its boots is the present one cannot be told yet."""


@dataclass(frozen=True, slots=True)
class UnreadableHeard:
    """An event of a room that says which one it is, and nothing that could be read."""

    room: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class FloorOrder:
    """Somebody entitled wants the floor changed."""

    event: FloorEvent
    by: str


@dataclass(frozen=True, slots=True)
class SettingsOrder:
    """Somebody entitled wants other settings of the floor; what is not named stays as it is."""

    named: Mapping[str, Any]
    """Fields of ``edge.rules.settings.Settings``."""
    by: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """A deadline of the meeting is reached."""


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
    | UnreadableHeard
    | FloorOrder
    | SettingsOrder
    | TimePassed
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
