"""What follows from an event of a room: a press of a key, or something for the records.

Owns the judgement of presses. Must not know who else asks for the floor.
"""

from __future__ import annotations

from typing import Any

from edge.contract import messages
from edge.rules.floor import AllOff, Ask, FloorEvent, Leave, Next, Refused, room_of, step
from edge.rules.reasons import Reason
from hub.meeting import events
from hub.meeting.inputs import HELD, Decision, EventHeard
from hub.meeting.state import Meeting, Room


def audit(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """Something for the records.

    Raises:
        ValidationError: the body is none.
    """
    event = given.event
    body = messages.Audit.model_validate(event.body)
    return Decision(
        (events.Audited(now_s, given.room, body.what, body.detail, event.epoch, event.seq),)
    )


def press(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """A key was pressed.

    Raises:
        ValidationError: the body is none.
    """
    event, room = given.event, meeting.room(given.room)
    press = messages.Press.model_validate(event.body)
    ours = press.leads == "hub" and event.boot == room.boot and press.intent != "none"
    if ours and (room.merged_boot != event.boot or press.report > room.merged_report):
        return HELD
    if not ours or press.report < room.merged_report:
        return Decision((_pressed(room, event, press, now_s, "recorded"),))
    reason = _out_of_place(room, event, press)
    after = meeting.floor
    if reason is None:
        after, effects = step(meeting.floor, _asked(press, event, now_s), now_s)
        reason = next((e.reason for e in effects if isinstance(e, Refused)), None)
    if reason is not None:
        refused = _pressed(room, event, press, now_s, "refused", reason)
        return Decision((refused,), refused=reason)
    return Decision(
        (
            _pressed(room, event, press, now_s, "decided"),
            events.floor_changed(
                meeting.floor, after, press.intent, f"key {press.key}", now_s, room.id, press.seat
            ),
        )
    )


def _out_of_place(room: Room, event: messages.Event, press: messages.Press) -> Reason | None:
    """A press that may not reach the floor: of another room, of no seat, or overtaken."""
    if press.intent in ("ask", "leave"):
        if press.seat is None:
            return Reason.BAD_ARGUMENT
        if room_of(press.seat) != room.id:
            return Reason.SEAT_UNKNOWN
        if event.epoch == room.heard_epoch and event.seq < room.presses.get(press.seat, 0):
            return Reason.OUTDATED  # the seat has pressed again since: what it showed last counts
    return None


def _asked(press: messages.Press, event: messages.Event, now_s: float) -> FloorEvent:
    match press.intent:
        case "ask":
            return Ask(press.seat or "", now_s - event.age_ms / 1000)
        case "leave":
            return Leave(press.seat or "")
        case "next":
            return Next()
        case _:
            return AllOff()


def _pressed(
    room: Room,
    event: messages.Event,
    press: messages.Press,
    now_s: float,
    outcome: Any,
    code: Reason | None = None,
) -> events.Pressed:
    return events.Pressed(
        now_s,
        room.id,
        press.seat,
        press.key,
        press.intent,
        event.epoch,
        event.seq,
        event.age_ms,
        outcome,
        code.value if code is not None else "",
    )
