"""Payloads of contract v1. Unknown fields are ignored, changes are additive inside v1.

Owns shapes, units and bounds. Times: ``*_ms`` are milliseconds on the sender's monotonic
clock unless the name says otherwise, ``ts`` is the sender's wall clock in seconds since 1970
(for people and records only: nothing is ordered or expired by it).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from edge.contract import topics

VERSION: Literal[1] = 1

RoomId = Annotated[str, Field(pattern=rf"^{topics.ID}$")]
DeviceId = Annotated[str, Field(pattern=rf"^{topics.ID}$")]
SeatName = Annotated[str, Field(pattern=rf"^{topics.ID}/[1-9][0-9]{{0,2}}$")]
Word = Annotated[str, Field(max_length=64)]
Line = Annotated[str, Field(max_length=400)]
Count = Annotated[int, Field(ge=0)]
Mode = Literal["open", "request"]
Role = Literal["chair", "vice_chair", "delegate", "guest", "observer"]
Clock = Literal["synced", "holdover", "unset"]
HealthWord = Literal["ok", "unconfirmed", "fault"]
Lamp = Literal["off", "on", "slow", "fast"]


class Message(BaseModel):
    """Root of everything on the wire."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = VERSION


class Text(BaseModel):
    """A sentence for people, in Vietnamese and English."""

    model_config = ConfigDict(frozen=True)

    vi: Line
    en: Line


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
    outbox: Count = 0
    outbox_oldest_ms: Count | None = None
    ts: float = 0.0


class SeatPlace(BaseModel):
    """A seat as its room describes it. Metres, see the room's coordinate system."""

    number: int = Field(ge=1, le=999)
    role: Role = "delegate"
    position_m: tuple[float, float, float]
    device: DeviceId
    """The bus its unit is on."""


class DevicePlace(BaseModel):
    """A device as its room describes it."""

    id: DeviceId
    kind: Literal["units", "camera", "display", "console"]
    title: Text
    position_m: tuple[float, float, float] | None = None
    heading_deg: float | None = None
    model: Word = ""
    sources: list[Word] = Field(default_factory=list)
    simulated: bool = False


class Describe(Message):
    """``up/describe``, retained: all a hub needs to know of a room it never saw."""

    boot: Word
    title: Text
    on_link_loss: Literal["standalone", "hold"]
    seats: list[SeatPlace]
    devices: list[DevicePlace]


class SeatActual(BaseModel):
    """What a seat's unit last proved. None is unknown, ``reason`` says why."""

    microphone: bool | None
    wanted: bool
    """What the room wants of the microphone now."""
    red: Lamp | None = None
    green: Lamp | None = None
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


class CameraActual(BaseModel):
    """What a camera last proved, what it is after, and why."""

    pan_deg: float | None
    tilt_deg: float | None
    fov_deg: float | None
    moving: bool | None
    target: Word | None = None
    """``main/12``, ``wide``, or None."""
    arrived: bool | None = None
    on_air: bool = False
    why: Text | None = None
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


class DisplayActual(BaseModel):
    """What a display last proved; ``wanted_power`` is what was asked of it last."""

    power: bool | None
    source: Word | None
    volume: int | None
    wanted_power: bool | None = None
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


class DeviceActual(BaseModel):
    """Health of any device and its counters."""

    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None
    counters: dict[str, int] = Field(default_factory=dict)


class Turn(BaseModel):
    """Somebody has the floor. ``for_ms`` is how long already, when the message was made."""

    seat: SeatName
    for_ms: Count = 0


class Waiting(BaseModel):
    """Somebody waits. ``for_ms`` is how long ago the key was pressed."""

    seat: SeatName
    for_ms: Count = 0
    suspended: bool = False


class State(Message):
    """Root of ``up/state/<part>``, retained; ``rev`` counts inside one boot."""

    boot: Word
    rev: Count


class SeatsState(State):
    """``up/state/seats``, by seat number as text."""

    seats: dict[str, SeatActual]


class CamerasState(State):
    """``up/state/cameras``."""

    cameras: dict[str, CameraActual]


class DisplaysState(State):
    """``up/state/displays``."""

    displays: dict[str, DisplayActual]


class DevicesState(State):
    """``up/state/devices``: every device, the supervisor's tasks included under ``tasks``."""

    devices: dict[str, DeviceActual]
    restarts: dict[str, int] = Field(default_factory=dict)


class FloorState(State):
    """``up/state/floor``: who leads here, and the room's own floor for the merge.

    ``report`` counts the changes that the room made on its own. A hub answers with a floor
    ``for_report`` this number; until then the room stays its own master.
    """

    authority: Literal["none", "hub", "room"]
    report: Count
    mode: Mode
    speaking: list[Turn]
    queue: list[Waiting]
    gen: Count = 0
    applied: Count = 0
    """Revision of the hub's floor that is in force here."""
    ended: dict[SeatName, Count] | None = None
    """Seats whose turn or request ended while the room led itself, and in which report: what
    is named here leaves the meeting's queue. None: an older room, which reports all it has."""


class Alert(Message):
    """``up/alert/<id>``, retained; an empty payload clears it."""

    boot: Word
    severity: Literal["warning", "fault"]
    device: DeviceId | None = None
    seat: SeatName | None = None
    text: Text
    evidence: Line = ""
    for_ms: Count = 0


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
    kind: Literal["press", "audit"]
    body: dict[str, Any]
    age_ms: Count = 0
    """How old the event was when this copy was sent: fairness without synchronised clocks."""


class Press(BaseModel):
    """Body of a ``press``: what a person asked for at a key, as the room understood it."""

    key: Word
    intent: Literal["ask", "leave", "next", "all_off", "none"]
    seat: SeatName | None = None
    leads: Literal["hub", "room"]
    """Who decides: a press that the room decided itself is only recorded."""
    report: Count = 0
    """``FloorState.report`` at that moment; a later report has this press in it."""


class Audit(BaseModel):
    """Body of an ``audit`` event: something the records should know."""

    what: Word
    detail: dict[str, Any] = Field(default_factory=dict)


class Result(Message):
    """``up/result``: how a command ended, after the hardware answered."""

    re: Word
    status: Literal["done", "rejected", "expired", "failed"]
    reason: Text | None = None


class Tele(Message):
    """``up/tele/<group>``, QoS 0: figures that may be lost."""

    figures: dict[str, float]


# --- hub to room ---------------------------------------------------------------------------


class HubStatus(Message):
    """``hub/status``, retained, and the will of the same shape."""

    state: Literal["online", "offline"]
    gen: Count
    """Counts the starts of the hub's database: an older hub is not obeyed."""
    ts: float = 0.0


class HubTime(Message):
    """``down/time``, QoS 0: the hub's monotonic clock."""

    gen: Count
    mono_ms: Count


class Floor(Message):
    """``down/floor``, retained: the whole floor that should be. Replaces, never adds."""

    gen: Count
    rev: Count
    for_boot: Word | None
    """The boot it is for; after a restart microphones wait for a floor to their boot."""
    for_report: Count = 0
    """The last report of the room that is merged in it."""
    heard_epoch: Word | None = None
    heard_seq: Count = 0
    """The last event of this room that the hub has decided on."""
    mode: Mode
    max_open: int = Field(ge=1, le=25)
    queue_max: int = Field(ge=0, le=250)
    speaking: list[Turn]
    queue: list[Waiting]


class Meeting(Message):
    """``down/meeting``, retained: names and roles at this room's seats."""

    gen: Count
    rev: Count
    title: Line
    names: dict[str, Line]
    roles: dict[str, Role]


class Command(Message):
    """``down/command/<device>``, never retained. Level-set and idempotent.

    Actions: ``power`` {on}, ``source`` {source}, ``volume`` {percent}; ``aim`` {seat | wide};
    ``locate`` {seat, on} and ``check`` on the device ``room``.
    """

    id: Word
    action: Word
    args: dict[str, Any] = Field(default_factory=dict)
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


PAYLOADS: dict[tuple[str, str, str | None], type[Message]] = {
    ("up", "status", None): Status,
    ("up", "describe", None): Describe,
    ("up", "state", "seats"): SeatsState,
    ("up", "state", "cameras"): CamerasState,
    ("up", "state", "displays"): DisplaysState,
    ("up", "state", "devices"): DevicesState,
    ("up", "state", "floor"): FloorState,
    ("up", "alert", "*"): Alert,
    ("up", "event", None): Event,
    ("up", "result", None): Result,
    ("up", "tele", "*"): Tele,
    ("down", "floor", None): Floor,
    ("down", "meeting", None): Meeting,
    ("down", "command", "*"): Command,
    ("down", "receipt", None): Receipt,
    ("down", "time", None): HubTime,
}
"""Which payload stands on which topic: direction, kind, item (``*`` = any id)."""
