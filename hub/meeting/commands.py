"""``decide``: what follows from what was heard. Events, or a refusal with its reason.

Theory. Everything that reaches the hub is an *input*: what a room says of itself, a key that
was pressed, what somebody asked for on a page. ``decide`` judges one input against the
meeting and changes nothing; its events are committed first and applied then. Three answers
to an event of a room: *decided* (events, perhaps with a refusal), or *held*: not yet, the
room's own floor is on its way and the press belongs after it. What is held is not receipted,
so the room sends it again.

Owns the decisions of the meeting. Must not know topics, stores or pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from edge.contract import messages
from edge.rules.floor import (
    AllOff,
    Ask,
    Floor,
    FloorEvent,
    Leave,
    Next,
    Refused,
    Role,
    RoomLost,
    RoomRestarted,
    Turn,
    Waiting,
    room_of,
    step,
)
from edge.rules.merge import RoomReport, believed, merge
from edge.rules.reasons import Reason
from hub.meeting import events
from hub.meeting.state import Meeting, Room


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


def decide(meeting: Meeting, given: Input, now_s: float) -> Decision:
    """What follows from ``given`` at ``now_s``."""
    return _DECIDERS[type(given)](meeting, given, now_s)


# --- the meeting and its rooms ---------------------------------------------------------------


def _configure(meeting: Meeting, given: Configure, now_s: float) -> Decision:
    if given.source == meeting.source:
        return NOTHING  # a restart keeps the mode that was chosen since
    return Decision(
        (
            events.MeetingSet(
                now_s,
                given.source,
                given.title,
                given.mode,
                given.max_open,
                given.queue_max,
                dict(given.names),
                dict(given.roles),
            ),
        )
    )


def _status(meeting: Meeting, given: StatusHeard, now_s: float) -> Decision:
    room = meeting.room(given.room)
    if given.status.state == "online":
        if room.online and room.boot == given.status.boot:
            return NOTHING
        return Decision((events.RoomOnline(now_s, given.room, given.status.boot),))
    if given.status.boot != room.boot and room.online:
        return NOTHING  # the will of an earlier start cannot mark a new one offline
    return _lose(meeting, room, now_s)


def _silent(meeting: Meeting, given: RoomSilent, now_s: float) -> Decision:
    return _lose(meeting, meeting.room(given.room), now_s)


def _lose(meeting: Meeting, room: Room, now_s: float) -> Decision:
    """The room's seats keep their places, suspended, until its floor is heard again."""
    happened: tuple[events.Event, ...] = ()
    if room.online:
        happened = (events.RoomOffline(now_s, room.id),)
    if room.id not in meeting.floor.lost_rooms and room.id in meeting.rooms:
        lost, _ = step(meeting.floor, RoomLost(room.id), now_s)
        happened = (*happened, _changed(meeting.floor, lost, "room_lost", "hub", now_s, room.id))
    return Decision(happened)


def _describe(meeting: Meeting, given: DescribeHeard, now_s: float) -> Decision:
    plan = given.plan.model_copy(update={"boot": ""})  # a restart alone is no news
    if meeting.room(given.room).plan == plan:
        return NOTHING
    return Decision((events.RoomDescribed(now_s, given.room, plan),))


def _floor_heard(meeting: Meeting, given: FloorHeard, now_s: float) -> Decision:
    """Merge each report of a room once.

    A room that just started (*none*) leads nobody: its turns are over, its queue stays. A
    room that follows the hub decided nothing by itself, so the meeting's own view of it holds,
    unless this database never merged with it.
    """
    state, room, floor = given.state, meeting.room(given.room), meeting.floor
    if room.plan is None or not room.online or room.boot != state.boot:
        return NOTHING  # not yet, or no more: it is looked at again with the next message
    lost = room.id in floor.lost_rooms
    new_boot = room.merged_boot != state.boot
    if not new_boot and state.report < room.merged_report:
        return NOTHING  # an older message
    merged = not new_boot and state.report == room.merged_report
    if merged and not lost:
        return NOTHING
    if state.authority == "none" and new_boot:
        after, _ = step(floor, RoomRestarted(room.id), now_s)
    elif merged or state.authority == "none":
        after, _ = merge(floor, believed(floor, room.id), now_s)
    else:
        report = _reported(room.id, state, now_s)
        after, _ = merge(floor, report.after(0 if new_boot else room.merged_report), now_s)
    return Decision(
        (
            events.RoomMerged(
                now_s,
                room.id,
                state.boot,
                state.report,
                events.changes(floor, after),
                events.floor_now(after),
            ),
        )
    )


def _reported(room: str, state: messages.FloorState, now_s: float) -> RoomReport:
    """The room's report on the meeting's clock."""
    return RoomReport(
        room,
        tuple(Turn(t.seat, now_s - t.for_ms / 1000) for t in state.speaking),
        tuple(Waiting(w.seat, now_s - w.for_ms / 1000) for w in state.queue),
        ended=state.ended,
    )


# --- events of a room ------------------------------------------------------------------------


def _event(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    event, room = given.event, meeting.room(given.room)
    if not given.met:
        return HELD
    try:
        if event.kind == "audit":
            audit = messages.Audit.model_validate(event.body)
            audited = events.Audited(
                now_s, room.id, audit.what, audit.detail, event.epoch, event.seq
            )
            return Decision((audited,))
        press = messages.Press.model_validate(event.body)
    except ValidationError:
        unread = events.Audited(now_s, room.id, "unreadable", {}, event.epoch, event.seq)
        return Decision((unread,), refused=Reason.BAD_ARGUMENT)
    return _press(meeting, room, event, press, now_s)


def _press(
    meeting: Meeting, room: Room, event: messages.Event, press: messages.Press, now_s: float
) -> Decision:
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
            _changed(
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


# --- people at pages -------------------------------------------------------------------------


def _order(meeting: Meeting, given: FloorOrder, now_s: float) -> Decision:
    after, effects = step(meeting.floor, given.event, now_s)
    reason = next((e.reason for e in effects if isinstance(e, Refused)), None)
    if reason is not None:
        return Decision(refused=reason)
    cause = "".join("_" + c.lower() if c.isupper() else c for c in type(given.event).__name__)
    seat: str | None = getattr(given.event, "seat", None)
    room = room_of(seat) if seat is not None else None
    changed = _changed(meeting.floor, after, cause.lstrip("_"), given.by, now_s, room, seat)
    return Decision((changed,))


def _note(meeting: Meeting, given: Note, now_s: float) -> Decision:
    return Decision((given.event,))


def _changed(
    before: Floor,
    after: Floor,
    cause: str,
    by: str,
    now_s: float,
    room: str | None = None,
    seat: str | None = None,
) -> events.FloorChanged:
    return events.FloorChanged(
        now_s, cause, by, events.changes(before, after), events.floor_now(after), room, seat
    )


_DECIDERS: dict[type[Input], Callable[[Meeting, Any, float], Decision]] = {
    Configure: _configure,
    StatusHeard: _status,
    RoomSilent: _silent,
    DescribeHeard: _describe,
    FloorHeard: _floor_heard,
    EventHeard: _event,
    FloorOrder: _order,
    Note: _note,
}
