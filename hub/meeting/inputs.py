"""What reaches the hub, and what a decision on it looks like. Data only.

Owns the inputs of ``commands.decide`` and its answer. Must not decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge.contract import messages
from edge.rules import ballot_events
from edge.rules.ballot_journal import Journal, Line
from edge.rules.floor import FloorEvent, Role, Settings
from edge.rules.reasons import Reason
from hub.meeting import access_events, events, session_events
from hub.meeting.agenda import AgendaItem, Session
from hub.meeting.care import CareOrder
from hub.meeting.motion import Member, Motion
from hub.meeting.state import BallotKey


@dataclass(frozen=True, slots=True)
class Configure:
    """What a meeting is: a file was read, or somebody begins or changes a prepared one."""

    source: str
    title: str
    mode: messages.Mode
    max_open: int
    queue_max: int
    names: Mapping[str, str]
    roles: Mapping[str, Role]
    settings: Settings = field(default_factory=Settings)
    roster: tuple[Member, ...] = ()
    gate: bool = False
    motions: tuple[Motion, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()
    rooms: tuple[str, ...] = ()
    """Rooms in which it sits; empty: all."""
    prepared: str = ""
    """Which prepared meeting that is."""
    session: Session | None = None
    """``running``: it begins, or goes on. None: that stays as it is."""
    by: str = ""


@dataclass(frozen=True, slots=True)
class EndMeeting:
    """Somebody ends the meeting that is in force."""

    prepared: str
    by: str


@dataclass(frozen=True, slots=True)
class CallItem:
    """Somebody calls an item of the agenda, or (None) the next one."""

    item: str | None
    by: str
    after: str | None = None
    """The item that was at hand for whoever asks: *next* that is sent twice goes on once."""


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
    newest_missing: int = 0
    """Of a *drained*: the newest event its room recorded before it that has not been decided."""


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
    """A deadline of the meeting is reached. ``ts`` is wall-clock time, for the records."""

    ts: float | None = None


NotedEvent = (
    events.AlertRaised
    | events.AlertCleared
    | events.Ordered
    | events.OrderEnded
    | access_events.CommandGiven
    | access_events.AccessNoted
    | session_events.MeetingPrepared
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something for the records that changes nothing."""

    event: NotedEvent


@dataclass(frozen=True, slots=True)
class PlanMotion:
    """Somebody puts an item on the list of votes, or changes one nobody has been asked yet."""

    motion: Motion
    by: str


@dataclass(frozen=True, slots=True)
class BallotOrder:
    """What the chair or the secretary wants of a ballot.

    Attributes:
        ballot: with ``generation`` the ballot it is meant for.
        generation: see ``ballot``.
        event: of ``edge.rules.ballot_events``; carries who acts.
        fresh_key: for a secret ballot that is made ready: a new key for its boxes.
    """

    ballot: str
    generation: int
    event: ballot_events.Event
    fresh_key: bytes = b""


@dataclass(frozen=True, slots=True)
class VoteAgain:
    """The next generation of a ballot that was aborted or annulled."""

    ballot: str
    generation: int
    by: str


@dataclass(frozen=True, slots=True)
class SignInOrder:
    """Somebody signs people in or out at a page: these seats, or a room, or (neither) all."""

    seats: tuple[str, ...]
    room: str | None
    present: bool
    by: str


@dataclass(frozen=True, slots=True)
class PageVote:
    """Somebody voted on the page of a seat."""

    ballot: str
    generation: int
    seat: str
    choices: tuple[str, ...]
    press: str
    """The page's own id of this press."""
    age_s: float = 0.0
    """How long ago it was pressed."""


@dataclass(frozen=True, slots=True)
class HandVote:
    """The chair or the secretary enters the answer of somebody in a roll call."""

    ballot: str
    generation: int
    person: str
    choices: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class AskAttendance:
    """Seats are asked to sign in, or no longer."""

    asked: bool
    by: str


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
    | PlanMotion
    | BallotOrder
    | VoteAgain
    | SignInOrder
    | AskAttendance
    | EndMeeting
    | CallItem
    | PageVote
    | HandVote
    | CareOrder
)


@dataclass(frozen=True, slots=True)
class BallotStep:
    """A ballot went one step further."""

    journal: Journal
    line: Line | None = None
    """What the record keeps of it; None: nothing, or not yet."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """The key of a secret ballot's boxes was made, or (None) is needed no longer."""

    ballot: BallotKey
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows. ``events`` may come with a refusal: a refused press is recorded too.

    ``ballots`` may come with *held*: a secret box that was opened before the count is in memory
    only, and is receipted when the count has been committed.
    """

    events: tuple[events.Event, ...] = ()
    refused: Reason | None = None
    held: bool = False
    ballots: tuple[BallotStep, ...] = ()
    keys: tuple[KeyChange, ...] = ()
    unreadable: str = ""
    """Why the body of a room's event cannot be read: it is put aside for a technician."""


NOTHING = Decision()
HELD = Decision(held=True)
