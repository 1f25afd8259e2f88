"""Payloads of contract v1. Unknown fields are ignored, changes are additive inside v1.

Owns shapes, units and bounds. Times: ``*_ms`` are milliseconds on the sender's monotonic
clock unless the name says otherwise, ``ts`` is the sender's wall clock in seconds since 1970
(for people and records only: nothing is ordered or expired by it).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from edge.contract.base import (
    VERSION,
    Clock,
    Count,
    DeviceId,
    Fields,
    Line,
    Message,
    Part,
    Role,
    RoomId,
    SeatName,
    State,
    Text,
    Word,
)
from edge.contract.devices import (
    AimQuality,
    AudioState,
    Behind,
    CameraActual,
    CamerasState,
    CheckState,
    Describe,
    DeviceActual,
    DevicePlace,
    DevicesState,
    DisplayActual,
    DisplaysState,
    DrillsState,
    ProgrammeState,
    SceneActual,
    ScenePlace,
    SeatActual,
    SeatPlace,
    SeatsState,
)
from edge.contract.floor import (
    Floor,
    FloorSettings,
    FloorState,
    Hold,
    Intent,
    Kind,
    Mode,
    Press,
    Registration,
    Turn,
    Waiting,
)
from edge.contract.voting import (
    Attendance,
    Ballot,
    BallotKey,
    BallotOption,
    BallotOrder,
    BallotSeat,
    Drained,
    Mark,
    RefusedVote,
    SeatAttendance,
    SignIn,
    Vote,
)

# --- room to hub ---------------------------------------------------------------------------


class Status(Message):
    """``up/status``, retained, and the will of the same shape with ``state`` offline."""

    state: Literal["online", "offline"]
    boot: Word
    """Random per start of the edge: what was for another boot is not for this one."""
    epoch: Word
    """Random per outbox file: sequence numbers count inside one epoch."""
    version: Word
    clock: Clock = "unset"
    start: Count = 0
    """Counts the starts of the edge in this outbox file; 0: an older room."""
    outbox: Count = 0
    outbox_oldest_ms: Count | None = None
    ts: float = 0.0


class Alert(Message):
    """``up/alert/<id>``, retained; an empty payload clears it."""

    boot: Word
    severity: Literal["warning", "fault"]
    device: DeviceId | None = None
    seat: SeatName | None = None
    text: Text
    evidence: Line = ""
    for_ms: Count = 0


EventKind = Literal[
    "press", "audit", "vote", "mark", "drained", "sign_in", "ballot", "vote_refused"
]
"""Which body an event has: ``Press``, ``Audit``, ``Vote``, ``Mark``, ``Drained``, ``SignIn``,
``BallotOrder``, ``RefusedVote``."""


class Event(Message):
    """``up/event``: what must not be lost. Kept on the edge until the hub's receipt."""

    id: Word
    source: RoomId
    epoch: Word
    seq: Count
    boot: Word
    mono_ms: Count
    ts: float
    clock: Clock = "unset"
    start: Count = 0
    """The start of the edge that recorded it, as in ``Status``; 0: an older room."""
    kind: EventKind
    body: Fields
    age_ms: Count = 0
    """How old the event was when this copy was sent: fairness without synchronised clocks.
    A *mark* has no time at all: ``age_ms``, ``mono_ms`` and ``ts`` are 0."""


EVENTS_MOST = 200
"""Events in one message; their bytes are bounded as those of every message."""


class Events(Message):
    """``up/events``: several events of one room in one message, oldest first.

    Each stands for itself: one that cannot be read does not keep the others back, and receipts
    name each by its own number. Only for a hub that says ``HubStatus.events_together``.
    """

    events: list[Event] = Field(min_length=1, max_length=EVENTS_MOST)


class Audit(BaseModel):
    """Body of an ``audit`` event: something the records should know."""

    what: Word
    detail: Fields = Field(default_factory=dict)


JPEG_MOST_BYTES = 11_800
"""A picture of so many bytes fits, in base64, into one message."""


class Result(Message):
    """``up/result``: how a command ended, after the hardware answered."""

    re: Word
    status: Literal["done", "rejected", "expired", "failed"]
    reason: Text | None = None


class Preview(Message):
    """``up/preview/<camera>``, QoS 0: a small picture, while somebody looks."""

    jpeg: str = Field(max_length=JPEG_MOST_BYTES * 4 // 3 + 4)
    """Base64."""
    age_ms: Count = 0
    """How old the picture was when it was sent."""


class Tele(Message):
    """``up/tele/<group>``, QoS 0: figures that may be lost."""

    figures: dict[str, float]


class IdentityRequest(Message):
    """``up/identity``: the room's certificate ends within months, please a new one."""

    request: str = Field(max_length=4000)
    """PKCS #10, PEM, signed by the key the room was paired with."""


# --- hub to room ---------------------------------------------------------------------------


class HubStatus(Message):
    """``hub/status``, retained, and the will of the same shape."""

    state: Literal["online", "offline"]
    gen: Count
    """Counts the starts of the hub's database: an older hub is not obeyed."""
    contact: Count = 0
    """Counts the hub's connections to the broker: a room tells its floor anew for each."""
    events_together: bool = False
    """The hub takes ``up/events``. An older one knows ``up/event`` only."""
    ts: float = 0.0


class HubTime(Message):
    """``down/time``, QoS 0: the hub's monotonic clock."""

    gen: Count
    mono_ms: Count


class AgendaItem(Part):
    """One item of the agenda: the ``number``-th ``of`` so many."""

    number: Count
    of: Count
    title: Text
    presenter: Line = ""


class Meeting(Message):
    """``down/meeting``, retained: names and roles at this room's seats."""

    gen: Count
    rev: Count
    title: Line
    names: dict[str, Line]
    roles: dict[str, Role]
    session: Literal["none", "running", "ended"] | None = None
    """Whether a meeting sits in this room now: its displays go on when one begins and off some
    time after the last has ended. None: the hub does not say, and displays are left alone."""
    item: AgendaItem | None = None
    """The item of the agenda at hand."""


class Command(Message):
    """``down/command/<device>``, never retained. Level-set and idempotent.

    Actions: ``power`` {on}, ``source`` {source}, ``volume`` {percent}; ``locate`` {seat, on},
    ``scene`` {scene}, ``check`` and, where devices are simulated, ``drill`` {device, fault, on} on
    the device ``room``. A camera takes ``aim`` {seat | wide}, which puts it on air; {seat, aside:
    true} leaves the programme alone, as ``nudge`` {pan_deg, tilt_deg, fov_deg?} does, which is
    relative and small; ``sight`` {seat} (it looks at that seat now), ``forget_sighting`` {seat},
    ``lock`` {on}, ``preview`` {seconds}.
    """

    id: Word
    action: Word
    args: Fields = Field(default_factory=dict)
    ttl_ms: int = Field(ge=1, le=600_000)
    sent_ms: Count
    """The hub's monotonic clock, as in ``HubTime``, when it was sent."""
    gen: Count
    n: Count
    """Counts the commands to one device; what comes late is not done."""
    by: Word


class RefusedEvent(BaseModel):
    """One event the hub committed as refused, and why."""

    seq: Count
    code: Word
    text: Text


class Receipt(Message):
    """``down/receipt``: what the hub has committed, to its disk."""

    epoch: Word
    upto: Count
    """Every event of the epoch up to here is committed."""
    extra: list[Count] = Field(default_factory=list, max_length=500)
    refused: list[RefusedEvent] = Field(default_factory=list, max_length=500)


class IdentityGrant(Message):
    """``down/identity``, never retained: the answer to ``IdentityRequest``."""

    certificate: str = Field(max_length=8000)
    """X.509, PEM."""


PAYLOADS: dict[tuple[str, str, str | None], type[Message]] = {
    ("up", "status", None): Status,
    ("up", "describe", None): Describe,
    ("up", "state", "seats"): SeatsState,
    ("up", "state", "cameras"): CamerasState,
    ("up", "state", "displays"): DisplaysState,
    ("up", "state", "devices"): DevicesState,
    ("up", "state", "programme"): ProgrammeState,
    ("up", "state", "floor"): FloorState,
    ("up", "state", "audio"): AudioState,
    ("up", "state", "check"): CheckState,
    ("up", "state", "drills"): DrillsState,
    ("up", "alert", "*"): Alert,
    ("up", "event", None): Event,
    ("up", "events", None): Events,
    ("up", "result", None): Result,
    ("up", "tele", "*"): Tele,
    ("up", "preview", "*"): Preview,
    ("up", "identity", None): IdentityRequest,
    ("down", "floor", None): Floor,
    ("down", "ballot", None): Ballot,
    ("down", "key", None): BallotKey,
    ("down", "attendance", None): Attendance,
    ("down", "meeting", None): Meeting,
    ("down", "command", "*"): Command,
    ("down", "receipt", None): Receipt,
    ("down", "time", None): HubTime,
    ("down", "identity", None): IdentityGrant,
}
"""Which payload stands on which topic: direction, kind, item (``*`` = any id)."""

__all__ = [
    "EVENTS_MOST",
    "JPEG_MOST_BYTES",
    "PAYLOADS",
    "VERSION",
    "AimQuality",
    "Alert",
    "Attendance",
    "AudioState",
    "Audit",
    "Ballot",
    "BallotKey",
    "BallotOption",
    "BallotOrder",
    "BallotSeat",
    "Behind",
    "CameraActual",
    "CamerasState",
    "CheckState",
    "Command",
    "Describe",
    "DeviceActual",
    "DeviceId",
    "DevicePlace",
    "DevicesState",
    "DisplayActual",
    "DisplaysState",
    "Drained",
    "DrillsState",
    "Event",
    "EventKind",
    "Events",
    "Floor",
    "FloorSettings",
    "FloorState",
    "Hold",
    "HubStatus",
    "HubTime",
    "IdentityGrant",
    "IdentityRequest",
    "Intent",
    "Kind",
    "Mark",
    "Meeting",
    "Message",
    "Mode",
    "Part",
    "Press",
    "Preview",
    "ProgrammeState",
    "Receipt",
    "RefusedEvent",
    "RefusedVote",
    "Registration",
    "Result",
    "Role",
    "RoomId",
    "SceneActual",
    "ScenePlace",
    "SeatActual",
    "SeatAttendance",
    "SeatName",
    "SeatPlace",
    "SeatsState",
    "SignIn",
    "State",
    "Status",
    "Tele",
    "Text",
    "Turn",
    "Vote",
    "Waiting",
]
