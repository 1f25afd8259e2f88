"""What a press of a key can mean, and which event of the floor that is.

Owns the names of intents as they travel and are stored. Must not know which key means what.
"""

from __future__ import annotations

from typing import Literal

from edge.rules.events import (
    AcknowledgeFire,
    AllOff,
    Ask,
    ClearQueue,
    EndTurn,
    Extend,
    ExtendTurns,
    FloorEvent,
    Leave,
    MeetingEvent,
    Next,
    PriorityHeld,
    PriorityPressed,
    PriorityReleased,
    SeatEvent,
    SeatHeard,
    SeatSilent,
    SetFire,
    SetMuted,
    SetRecess,
    SetRegistration,
)

SeatIntent = Literal[
    "ask",
    "debate",
    "point_of_order",
    "leave",
    "heard",
    "silent",
    "priority_held",
    "priority_released",
    "priority_pressed",
]
"""Means a seat: a chair's seat for priority."""

RoomIntent = Literal["fire", "fire_over"]
"""Means the room that says it."""

MeetingIntent = Literal[
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
]
"""Means the meeting; *extend* with a seat means that seat."""

Intent = SeatIntent | RoomIntent | MeetingIntent

_MEETING: dict[str, MeetingEvent] = {
    "next": Next(),
    "end_turn": EndTurn(),
    "extend": ExtendTurns(),
    "all_off": AllOff(),
    "recess": SetRecess(True),
    "resume": SetRecess(False),
    "mute": SetMuted(True),
    "unmute": SetMuted(False),
    "queue_open": SetRegistration("open"),
    "queue_paused": SetRegistration("paused"),
    "queue_closed": SetRegistration("closed"),
    "queue_cleared": ClearQueue(),
    "fire_acknowledged": AcknowledgeFire(),
}


def event_of(intent: Intent, seat: str | None, at_s: float, room: str = "") -> FloorEvent:
    """The event that ``intent`` is, pressed at ``at_s`` in ``room``.

    Raises:
        ValueError: the intent means a seat, and none is named.
    """
    if intent in ("fire", "fire_over"):
        return SetFire(room, on=intent == "fire")
    if intent == "extend" and seat is not None:
        return Extend(seat)
    if intent in _MEETING:
        return _MEETING[intent]
    if seat is None:
        raise ValueError(f"{intent} means a seat, and none is named")
    return _of_seat(intent, seat, at_s)


def _of_seat(intent: Intent, seat: str, at_s: float) -> SeatEvent:
    match intent:
        case "debate" | "point_of_order":
            return Ask(seat, at_s, intent)
        case "leave":
            return Leave(seat)
        case "heard":
            return SeatHeard(seat)
        case "silent":
            return SeatSilent(seat)
        case "priority_held":
            return PriorityHeld(seat)
        case "priority_released":
            return PriorityReleased(seat)
        case "priority_pressed":
            return PriorityPressed(seat)
        case _:
            return Ask(seat, at_s)


_SUBJECTS: dict[str, str] = {
    "priority_held": "priority",
    "priority_released": "priority",
    "priority_pressed": "priority",
    "heard": "voice",
    "silent": "voice",
    "fire": "fire",
    "fire_over": "fire",
    "recess": "recess",
    "resume": "recess",
    "mute": "muted",
    "unmute": "muted",
    "queue_open": "registration",
    "queue_paused": "registration",
    "queue_closed": "registration",
}


def subject_of(intent: Intent, seat: str | None) -> str | None:
    """What the intent sets; None if it sets nothing. The microphone's is the seat's name.

    Presses may overtake each other: of two with the same subject from the same room only the
    newer counts, so that *released* before *held* does not hold for ever.
    """
    if intent in ("ask", "debate", "point_of_order", "leave"):
        return seat
    subject = _SUBJECTS.get(intent)
    return subject if subject is None or seat is None else f"{seat} {subject}"
