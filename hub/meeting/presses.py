"""What follows from an event of a room: a press of a key, or something for the records.

Theory. A press is decided here once, if its room followed the hub when the key was pressed,
and after every report that the room had made by then. What the room decided by itself comes
with its report and is only recorded, and so is what is from before a restart: its lamp went
dark, and nobody expects it any more. A press that is ahead of what is known of its room is
held. Of two presses about one thing the newer counts, however they arrive.

A fire contact waits for nobody: it counts whoever leads, at once.

Owns the judgement of presses. Must not know who else asks for the floor.
"""

from __future__ import annotations

from typing import Literal

from edge.contract import messages
from edge.rules.floor import FloorEvent, Refused, room_of, step
from edge.rules.intents import Intent, event_of, subject_of
from edge.rules.reasons import Reason
from hub.meeting import events
from hub.meeting.causes import cause_of
from hub.meeting.inputs import HELD, Decision, EventHeard
from hub.meeting.state import Meeting, Room

FIRE = ("fire", "fire_over")

FIRE_FRESH_MS = 60_000
"""A fire contact that a room alone told longer ago than this is left to the room's report: it
may be over and acknowledged there, and would silence every other room for nothing. A room
repeats an event every few seconds while anybody hears it."""

Outcome = Literal["decided", "recorded", "refused"]


def audit(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """Something for the records.

    Raises:
        ValidationError: the body is none.
    """
    event = given.event
    body = messages.Audit.model_validate(event.body)
    audited = events.Audited(now_s, given.room, body.what, body.detail, event.epoch, event.seq)
    return Decision((audited,))


def press(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """A key was pressed.

    Raises:
        ValidationError: the body is none.
    """
    room, floor = meeting.room(given.room), meeting.floor
    body = messages.Press.model_validate(given.event.body)
    place = _place(room, given.event, body)
    if place == "held":
        return HELD
    if place == "recorded" or body.intent == "none":
        return Decision((_pressed(given, body, now_s, "recorded"),))
    wanted = _wanted(meeting, given, body, body.intent)
    if isinstance(wanted, Reason):
        return _refused(given, body, now_s, wanted)
    after, effects = step(floor, wanted, now_s)
    reason = next((e.reason for e in effects if isinstance(e, Refused)), None)
    if reason is not None:
        return _refused(given, body, now_s, reason)
    pressed = _pressed(given, body, now_s, "decided")
    if after is floor:
        return Decision((pressed,))
    by = f"key {body.key}"
    changed = events.floor_changed(floor, after, cause_of(wanted), by, now_s, room.id, body.seat)
    return Decision((pressed, changed))


def _place(
    room: Room, event: messages.Event, body: messages.Press
) -> Literal["held", "recorded", "now"]:
    """Whether the press is to be decided: not yet, no more or not here, or now."""
    if event.epoch != room.epoch or event.start > room.start:
        return "held"  # it has overtaken its room's birth
    if event.boot != room.boot:
        return "recorded"
    known = room.merged_report if room.merged_boot == room.boot else -1
    if body.report < known:
        return "recorded"  # it is in what the room has reported
    if body.intent in FIRE:
        late = body.leads == "room" and event.age_ms > FIRE_FRESH_MS
        return "recorded" if late and body.intent == "fire" else "now"
    if body.leads == "room":
        return "recorded"
    return "held" if body.report > known else "now"


def _wanted(
    meeting: Meeting, given: EventHeard, body: messages.Press, intent: Intent
) -> FloorEvent | Reason:
    """What the press asks of the floor, or why it may not reach it."""
    room, pressed_s = meeting.room(given.room), given.heard_s - given.event.age_ms / 1000
    if body.seat is not None and room_of(body.seat) != room.id:
        return Reason.SEAT_UNKNOWN
    if intent not in FIRE and not meeting.sits_in(room.id):
        return Reason.NOT_IN_MEETING
    if given.event.seq < room.presses.get(subject_of(intent, body.seat) or "", 0):
        return Reason.OUTDATED
    if intent == "fire_acknowledged" and pressed_s <= meeting.fire_s:
        return Reason.OUTDATED  # nobody can have seen what had not begun
    try:
        return event_of(intent, body.seat, pressed_s, room.id)
    except ValueError:  # it means a seat, and none is named
        return Reason.BAD_ARGUMENT


def _refused(given: EventHeard, body: messages.Press, now_s: float, reason: Reason) -> Decision:
    return Decision((_pressed(given, body, now_s, "refused", reason.value),), refused=reason)


def _pressed(
    given: EventHeard, body: messages.Press, now_s: float, outcome: Outcome, code: str = ""
) -> events.Pressed:
    event = given.event
    return events.Pressed(
        now_s,
        given.room,
        body.seat,
        body.key,
        body.intent,
        event.epoch,
        event.seq,
        event.age_ms + round((now_s - given.heard_s) * 1000),
        outcome,
        code,
    )
