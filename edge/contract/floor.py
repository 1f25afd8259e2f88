"""Payloads about the floor: what a key asked for, what a room reports, what should be.

Owns shapes and bounds. Must not give a field a meaning of its own: it is that of ``edge.rules``,
and a test holds the words together. Times are ages in milliseconds when the message was made.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.contract.base import Count, Message, Part, Role, RoomId, SeatName, State, Word

Mode = Literal["open", "override", "request", "voice", "push_to_talk", "chair_only"]
Kind = Literal["speech", "debate", "point_of_order"]
Registration = Literal["open", "paused", "closed"]
Intent = Literal[
    "ask",
    "debate",
    "point_of_order",
    "leave",
    "heard",
    "silent",
    "priority_held",
    "priority_released",
    "priority_pressed",
    "fire",
    "fire_over",
    "next",
    "end_turn",
    "extend",
    "all_off",
    "recess",
    "resume",
    "mute",
    "unmute",
    "queue_open",
    "queue_paused",
    "queue_closed",
    "queue_cleared",
    "fire_acknowledged",
    "none",
]
"""What a press means; *none* means nothing to the floor and is recorded only."""

Seconds = Annotated[float, Field(ge=0)]


class FloorSettings(Part):
    """How the floor is kept. Times are seconds, 0 is *never*; bounds as in the rules."""

    max_open_per_room: dict[RoomId, Annotated[int, Field(ge=1, le=25)]] = Field(
        default_factory=dict
    )
    seat_priority: dict[SeatName, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)
    interrupt: Literal["none", "lower", "same_or_lower"] = "none"
    protected: list[SeatName] = Field(default_factory=list, max_length=50)
    may_switch_off: bool = True
    may_cancel: bool = True
    guest_may_request: bool = False
    chair_only_queues: bool = False
    limit_s: dict[Role, Annotated[float, Field(ge=0, le=3600)]] = Field(default_factory=dict)
    warning_s: float = Field(default=60.0, ge=0, le=120)
    at_limit: Literal["overrun", "stop"] = "overrun"
    extension_s: float = Field(default=60.0, ge=15, le=600)
    silence_off_s: float = Field(default=0.0, ge=0, le=120)
    voice_release_s: float = Field(default=4.0, ge=0.5, le=30)
    take_back_s: float = Field(default=10.0, ge=0, le=60)
    priority_release: Literal["restore", "reset"] = "restore"
    priority_clears_queue: bool = False
    chair_beats_deputy: bool = False


class Turn(Part):
    """Somebody has the floor. ``for_ms`` is how long already, pauses included."""

    seat: SeatName
    for_ms: Count = 0
    spent_ms: Count | None = None
    """Speaking time used, without pauses; None: an older sender, then ``for_ms``."""
    extra_ms: Count = 0
    """What the turn was extended by."""
    paused: bool = False
    """Its clock stands still."""
    by_voice: bool = False
    silent_ms: Count | None = None
    """How long nobody has been heard; None: somebody is, or nobody listens."""


class Waiting(Part):
    """Somebody waits. ``for_ms`` is how long ago the key was pressed."""

    seat: SeatName
    for_ms: Count = 0
    suspended: bool = False
    kind: Kind = "speech"


class Hold(Part):
    """A chair holds the key of priority. ``opened``: that opened the chair's microphone."""

    seat: SeatName
    opened: bool = False


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
    hold: Hold | None = None
    """A chair of this room holds priority."""
    alarm: bool = False
    """The fire alarm is on here and has not been acknowledged."""
    fire: bool | None = None
    """The room's own fire contact is closed; None: the room does not say."""
    spoken_s: dict[SeatName, Seconds] = Field(default_factory=dict)
    """Speaking time of turns that ended here, since the room's start."""
    contact: Count | None = None
    """The hub's connection (``HubStatus.contact``) that it was made for: its ages are of that
    time. What was made for another is not merged. None: an older room."""
    free: bool = False
    """The meeting does not sit here: what the room leads is its own affair and is not merged."""


class Press(Part):
    """Body of a ``press``: what a person asked for at a key, as the room understood it."""

    key: Word
    intent: Intent
    seat: SeatName | None = None
    leads: Literal["hub", "room"]
    """Who decides: a press that the room decided itself is only recorded."""
    report: Count = 0
    """``FloorState.report`` at that moment; a later report has this press in it."""


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
    """Every event of this room up to here has been decided by the hub."""
    heard_extra: list[Count] = Field(default_factory=list, max_length=500)
    """Events beyond it that have been decided too: they may overtake each other."""
    mode: Mode
    max_open: int = Field(ge=1, le=25)
    queue_max: int = Field(ge=0, le=250)
    speaking: list[Turn]
    queue: list[Waiting]
    settings: FloorSettings = Field(default_factory=FloorSettings)
    registration: Registration = "open"
    debating: bool = False
    hold: Hold | None = None
    recess: bool = False
    muted: bool = False
    """Emergency mute."""
    fire_rooms: list[RoomId] = Field(default_factory=list)
    alarm: bool = False
    """A fire alarm is on and has not been acknowledged: every microphone is off."""
    free: bool = False
    """The meeting does not sit in this room: it leads itself by these rules, and of the rest only
    the alarm is for it. An older room follows a floor in which its seats have no place."""
