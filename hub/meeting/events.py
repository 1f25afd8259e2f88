"""What happened: the only things that change a meeting, and all that is kept of it.

Theory. An event says what was asked *and* what came of it: the floor it led to stands in it
whole. Replay therefore runs no rules and needs no clock, and a record made today still means
the same after the rules have changed. Each event has ``at_s`` on the meeting's clock.

Owns the events and their JSON. Fields may be added with a default, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Annotated, Any, Literal, get_args

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from edge.contract.messages import Describe, Text
from edge.rules import plain
from edge.rules.floor import (
    Floor,
    Hold,
    Left,
    Mode,
    Registration,
    Role,
    SeatState,
    Settings,
    Turn,
    Waiting,
    seat_state,
)
from hub.meeting.access_events import AccessNoted, CommandGiven
from hub.meeting.agenda import AgendaItem, Session
from hub.meeting.care_events import AlarmAcknowledged, CheckEnded, ScreenExpected
from hub.meeting.motion import Member
from hub.meeting.session_events import ItemCalled, MeetingEnded, MeetingPrepared
from hub.meeting.vote_events import (
    AttendanceAsked,
    BallotMoved,
    BoxRefused,
    KeptMotion,
    MotionPlanned,
    SignedIn,
    VoteRefused,
)

KeptSettings = Annotated[
    Settings,
    PlainSerializer(plain.write),
    PlainValidator(lambda data: plain.read(Settings, data, "settings")),
]
"""Settings as they stand in a record."""


@dataclass(frozen=True, slots=True)
class FloorNow:
    """A floor without the roles, which follow from rooms and roster.

    What has a default here was added later: older records do not have it.
    """

    mode: Mode
    max_open: int
    queue_max: int
    speaking: tuple[Turn, ...]
    queue: tuple[Waiting, ...]
    lost_rooms: tuple[str, ...]
    settings: KeptSettings = field(default_factory=Settings)
    registration: Registration = "open"
    debating: bool = False
    hold: Hold | None = None
    recess: bool = False
    muted: bool = False
    fire_rooms: tuple[str, ...] = ()
    alarm: bool = False
    left: tuple[Left, ...] = ()
    totals_s: Mapping[str, float] = field(default_factory=dict)
    merged_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A seat stands elsewhere now. For people and records: ``FloorNow`` is what counts."""

    seat: str
    now: SeatState


@dataclass(frozen=True, slots=True)
class MeetingSet:
    """Another meeting is in force, or the same one is described anew."""

    at_s: float
    source: str
    title: str
    mode: Mode
    max_open: int
    queue_max: int
    names: Mapping[str, str]
    roles: Mapping[str, Role]
    settings: KeptSettings = field(default_factory=Settings)
    roster: tuple[Member, ...] = ()
    gate: bool = False
    motions: tuple[KeptMotion, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()
    rooms: tuple[str, ...] = ()
    prepared: str = ""
    session: Session | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class RoomDescribed:
    """A room said what it consists of, and that was new."""

    at_s: float
    room: str
    plan: Describe


@dataclass(frozen=True, slots=True)
class RoomOnline:
    """A room's controller came up, or came back."""

    at_s: float
    room: str
    boot: str
    epoch: str = ""
    """Its outbox file; empty in older records."""
    start: int = 0


@dataclass(frozen=True, slots=True)
class RoomOffline:
    """A room cannot be reached any more."""

    at_s: float
    room: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key was pressed at a seat or at the console."""

    at_s: float
    room: str
    seat: str | None
    key: str
    intent: str
    epoch: str
    seq: int
    age_ms: int
    outcome: Literal["decided", "recorded", "refused"]
    """Recorded only: the room had decided by itself, or it is from before a restart."""
    code: str = ""
    """Why it was refused: one of ``edge.rules.reasons``."""


@dataclass(frozen=True, slots=True)
class FloorChanged:
    """The floor is another one now. ``cause`` is a word of ``causes``."""

    at_s: float
    cause: str
    by: str
    changes: tuple[Change, ...]
    floor: FloorNow
    room: str | None = None
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class RoomMerged:
    """A room's own floor became part of the meeting's."""

    at_s: float
    room: str
    boot: str
    report: int
    changes: tuple[Change, ...]
    floor: FloorNow


@dataclass(frozen=True, slots=True)
class Audited:
    """A room sent something for the records."""

    at_s: float
    room: str
    topic: str
    detail: Mapping[str, object]
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """A room is alarmed about something."""

    at_s: float
    room: str
    alert: str
    text: Text
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class AlertCleared:
    """That is over."""

    at_s: float
    room: str
    alert: str
    text: Text
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """Somebody gave a device a command."""

    at_s: float
    room: str
    device: str
    action: str
    args: Mapping[str, object]
    command: str
    by: str


@dataclass(frozen=True, slots=True)
class OrderEnded:
    """How a command to a device ended."""

    at_s: float
    room: str
    device: str
    action: str
    command: str
    status: Literal["done", "rejected", "expired", "failed"]
    reason: Text | None = None


Event = (
    MeetingSet
    | RoomDescribed
    | RoomOnline
    | RoomOffline
    | Pressed
    | FloorChanged
    | RoomMerged
    | Audited
    | AlertRaised
    | AlertCleared
    | Ordered
    | OrderEnded
    | CommandGiven
    | AccessNoted
    | SignedIn
    | AttendanceAsked
    | MotionPlanned
    | BallotMoved
    | VoteRefused
    | BoxRefused
    | ItemCalled
    | MeetingEnded
    | MeetingPrepared
    | ScreenExpected
    | AlarmAcknowledged
    | CheckEnded
)

_KINDS: tuple[type[Event], ...] = get_args(Event)


def name_of(kind: type[Event]) -> str:
    """The event's name in records: ``floor_changed``."""
    return plain.snake(kind)


_NAMES: dict[type[Event], str] = {kind: name_of(kind) for kind in _KINDS}
_ADAPTERS: dict[str, TypeAdapter[Event]] = {
    name: TypeAdapter(kind) for kind, name in _NAMES.items()
}


def to_json(event: Event) -> tuple[str, str]:
    """Name and body, as they go into the store."""
    what = _NAMES[type(event)]
    return what, _ADAPTERS[what].dump_json(event).decode()


def from_json(what: str, body: str | bytes) -> Event:
    """The event again.

    Raises:
        ValueError: no such event, or the body does not fit it.
    """
    adapter = _ADAPTERS.get(what)
    if adapter is None:
        raise ValueError(f"no event is called {what!r}: made by another version?")
    return adapter.validate_json(body)


_SETS = ("lost_rooms", "fire_rooms")
"""Kept in order, so that the same floor is always the same record."""

_MAPPINGS = ("totals_s", "merged_s")


def floor_now(floor: Floor) -> FloorNow:
    """What an event keeps of ``floor``."""
    kept: dict[str, Any] = {kind.name: getattr(floor, kind.name) for kind in fields(FloorNow)}
    kept |= {name: tuple(sorted(kept[name])) for name in _SETS}
    kept |= {name: dict(kept[name]) for name in _MAPPINGS}
    return FloorNow(**kept)


def with_floor(floor: Floor, now: FloorNow) -> Floor:
    """``floor`` with everything but its roles as the event says."""
    kept: dict[str, Any] = {kind.name: getattr(now, kind.name) for kind in fields(FloorNow)}
    kept |= {name: frozenset(kept[name]) for name in _SETS}
    return replace(floor, **kept)


def changes(before: Floor, after: Floor) -> tuple[Change, ...]:
    """Seats that stand elsewhere: those that ended first, then who speaks, then who waits."""
    floors = (before, after)
    seats = dict.fromkeys(
        [t.seat for f in floors for t in f.speaking] + [w.seat for f in floors for w in f.queue]
    )
    moved = [
        Change(seat, now)
        for seat in seats
        if (now := seat_state(after, seat)) is not seat_state(before, seat)
    ]
    order = (SeatState.SILENT, SeatState.SPEAKING, SeatState.WAITING)
    return tuple(sorted(moved, key=lambda change: order.index(change.now)))


def floor_changed(
    before: Floor,
    after: Floor,
    cause: str,
    by: str,
    now_s: float,
    room: str | None = None,
    seat: str | None = None,
) -> FloorChanged:
    """The record of one change of the floor."""
    return FloorChanged(now_s, cause, by, changes(before, after), floor_now(after), room, seat)
