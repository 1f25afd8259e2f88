"""``decide``: what follows from what was heard. Events, or a refusal with its reason.

Theory. Everything that reaches the hub is an *input*: what a room says of itself, a key that
was pressed, what somebody asked for on a page. ``decide`` judges one input against the
meeting and changes nothing; its events are committed first and applied then. Three answers
to an event of a room: *decided* (events, perhaps with a refusal), or *held*: not yet, the
room's own floor is on its way and the press belongs after it. What is held is not receipted,
so the room sends it again.

Owns the way of an input, and of each kind of event, to whoever decides on it: ``rooms``,
``presses``, ``session``, and for people at pages the functions here. Must not know topics,
stores or pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from edge.contract.messages import EventKind
from edge.rules.floor import FloorEvent, Refused, SetRules, room_of, step
from edge.rules.reasons import Reason
from hub.meeting import (
    attendance,
    ballots,
    care,
    causes,
    events,
    page_votes,
    presses,
    rooms,
    session,
    timing,
    voting,
)
from hub.meeting.care import CareOrder
from hub.meeting.inputs import (
    HELD,
    NOTHING,
    AskAttendance,
    BallotOrder,
    CallItem,
    Configure,
    Decision,
    DescribeHeard,
    EndMeeting,
    EventHeard,
    FloorHeard,
    FloorOrder,
    HandVote,
    Input,
    Note,
    PageVote,
    PlanMotion,
    RoomSilent,
    SettingsOrder,
    SignInOrder,
    StatusHeard,
    TimePassed,
    UnreadableHeard,
    VoteAgain,
)
from hub.meeting.state import Meeting


def decide(meeting: Meeting, given: Input, now_s: float) -> Decision:
    """What follows from ``given`` at ``now_s``, for the ballots that run too."""
    decision = _DECIDERS[type(given)](meeting, given, now_s)
    return ballots.followed(meeting, decision, now_s) if decision.events else decision


def _event(meeting: Meeting, given: EventHeard, now_s: float) -> Decision:
    """Whoever knows its kind decides; what cannot be read is recorded and not asked for again."""
    if not given.met and given.event.kind not in _AT_ANY_TIME:
        return HELD
    try:
        return _EVENTS[given.event.kind](meeting, given, now_s)
    except ValidationError as error:
        event = given.event
        first = error.errors(include_url=False, include_input=False)[0]
        why = f"body of {event.kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        if event.kind == "mark":  # a record would have its time
            return Decision(refused=Reason.BAD_ARGUMENT, unreadable=why)
        unread = UnreadableHeard(given.room, event.epoch, event.seq)
        return replace(_unreadable(meeting, unread, now_s), unreadable=why)


def _unreadable(meeting: Meeting, given: UnreadableHeard, now_s: float) -> Decision:
    """Recorded, and answered: the room need not send it for ever."""
    unread = events.Audited(now_s, given.room, "unreadable", {}, given.epoch, given.seq)
    return Decision((unread,), refused=Reason.BAD_ARGUMENT)


def _order(meeting: Meeting, given: FloorOrder, now_s: float) -> Decision:
    return _ordered(meeting, given.event, causes.cause_of(given.event), given.by, now_s)


def _settings(meeting: Meeting, given: SettingsOrder, now_s: float) -> Decision:
    floor = meeting.floor
    try:
        settings = replace(floor.settings, **given.named)
    except (TypeError, ValueError):
        return Decision(refused=Reason.BAD_ARGUMENT)
    wanted = SetRules(floor.mode, floor.max_open, floor.queue_max, settings)
    return _ordered(meeting, wanted, causes.SETTINGS, given.by, now_s)


def _ordered(meeting: Meeting, wanted: FloorEvent, cause: str, by: str, now_s: float) -> Decision:
    seat: str | None = getattr(wanted, "seat", None)
    room = room_of(seat) if seat is not None else None
    if room is not None and room in meeting.rooms and not meeting.sits_in(room):
        return Decision(refused=Reason.NOT_IN_MEETING)
    after, effects = step(meeting.floor, wanted, now_s)
    reason = next((e.reason for e in effects if isinstance(e, Refused)), None)
    if reason is not None:
        return Decision(refused=reason)
    return Decision((events.floor_changed(meeting.floor, after, cause, by, now_s, room, seat),))


def _note(meeting: Meeting, given: Note, now_s: float) -> Decision:
    return Decision((given.event,))


def _care(meeting: Meeting, given: CareOrder, now_s: float) -> Decision:
    return Decision(care.order(meeting, given))


_EVENTS: dict[EventKind, Callable[[Meeting, EventHeard, float], Decision]] = {
    "press": presses.press,
    "audit": presses.audit,
    "vote": voting.vote,
    "mark": voting.mark,
    "drained": voting.drained,
    "vote_refused": voting.refused_press,
    "ballot": voting.chair_order,
    "sign_in": attendance.sign_in,
}

_AT_ANY_TIME = frozenset({"vote", "mark", "drained", "vote_refused", "sign_in"})
"""Of whichever start of the room: what they say was so when it was recorded."""

_DECIDERS: dict[type[Input], Callable[[Meeting, Any, float], Decision]] = {
    Configure: session.configure,
    EndMeeting: session.end,
    CallItem: session.call_item,
    StatusHeard: rooms.status,
    RoomSilent: rooms.silent,
    DescribeHeard: rooms.described,
    FloorHeard: rooms.floor_heard,
    EventHeard: _event,
    UnreadableHeard: _unreadable,
    FloorOrder: _order,
    SettingsOrder: _settings,
    TimePassed: timing.time_passed,
    Note: _note,
    PlanMotion: ballots.plan,
    BallotOrder: ballots.order,
    VoteAgain: ballots.vote_again,
    SignInOrder: attendance.by_page,
    AskAttendance: attendance.ask,
    PageVote: page_votes.by_page,
    HandVote: page_votes.by_hand,
    CareOrder: _care,
}

__all__ = [
    "HELD",
    "NOTHING",
    "AskAttendance",
    "BallotOrder",
    "CallItem",
    "CareOrder",
    "Configure",
    "Decision",
    "DescribeHeard",
    "EndMeeting",
    "EventHeard",
    "FloorHeard",
    "FloorOrder",
    "HandVote",
    "Input",
    "Note",
    "PageVote",
    "PlanMotion",
    "RoomSilent",
    "SettingsOrder",
    "SignInOrder",
    "StatusHeard",
    "TimePassed",
    "UnreadableHeard",
    "VoteAgain",
    "decide",
]
