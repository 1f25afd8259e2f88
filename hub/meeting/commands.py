"""``decide``: what follows from what was heard. Events, or a refusal with its reason.

Theory. Everything that reaches the hub is an *input*: what a room says of itself, a key that
was pressed, what somebody asked for on a page. ``decide`` judges one input against the
meeting and changes nothing; its events are committed first and applied then. Three answers
to an event of a room: *decided* (events, perhaps with a refusal), or *held*: not yet, the
room's own floor is on its way and the press belongs after it. What is held is not receipted,
so the room sends it again.

Owns the way of an input, and of each kind of event, to whoever decides on it: ``rooms``,
``presses``, and for people at pages the functions here. Must not know topics, stores or pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from edge.contract.messages import EventKind
from edge.rules.floor import Refused, name_of, room_of, step
from edge.rules.reasons import Reason
from hub.meeting import attendance, ballots, events, presses, rooms, voting
from hub.meeting.inputs import (
    HELD,
    NOTHING,
    AskAttendance,
    BallotOrder,
    BallotTick,
    Configure,
    Decision,
    DescribeHeard,
    EventHeard,
    FloorHeard,
    FloorOrder,
    Input,
    Note,
    PlanMotion,
    RoomSilent,
    SignInOrder,
    StatusHeard,
    VoteAgain,
)
from hub.meeting.state import Meeting


def decide(meeting: Meeting, given: Input, now_s: float) -> Decision:
    """What follows from ``given`` at ``now_s``, for the ballots that run too."""
    decision = _DECIDERS[type(given)](meeting, given, now_s)
    return ballots.followed(meeting, decision, now_s) if decision.events else decision


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
                roster=given.roster,
                gate=given.gate,
                motions=given.motions,
            ),
        )
    )


def _describe(meeting: Meeting, given: DescribeHeard, now_s: float) -> Decision:
    plan = given.plan.model_copy(update={"boot": ""})  # a restart alone is no news
    if meeting.room(given.room).plan == plan:
        return NOTHING
    return Decision((events.RoomDescribed(now_s, given.room, plan),))


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
        unread = events.Audited(now_s, given.room, "unreadable", {}, event.epoch, event.seq)
        # A record of a mark would have its time.
        happened = () if event.kind == "mark" else (unread,)
        return Decision(happened, refused=Reason.BAD_ARGUMENT, unreadable=why)


def _order(meeting: Meeting, given: FloorOrder, now_s: float) -> Decision:
    after, effects = step(meeting.floor, given.event, now_s)
    reason = next((e.reason for e in effects if isinstance(e, Refused)), None)
    if reason is not None:
        return Decision(refused=reason)
    seat: str | None = getattr(given.event, "seat", None)
    room = room_of(seat) if seat is not None else None
    cause = name_of(given.event)
    changed = events.floor_changed(meeting.floor, after, cause, given.by, now_s, room, seat)
    return Decision((changed,))


def _note(meeting: Meeting, given: Note, now_s: float) -> Decision:
    return Decision((given.event,))


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
    Configure: _configure,
    StatusHeard: rooms.status,
    RoomSilent: rooms.silent,
    DescribeHeard: _describe,
    FloorHeard: rooms.floor_heard,
    EventHeard: _event,
    FloorOrder: _order,
    Note: _note,
    PlanMotion: ballots.plan,
    BallotOrder: ballots.order,
    VoteAgain: ballots.vote_again,
    BallotTick: ballots.tick,
    SignInOrder: attendance.by_page,
    AskAttendance: attendance.ask,
}

__all__ = [
    "HELD",
    "NOTHING",
    "AskAttendance",
    "BallotOrder",
    "BallotTick",
    "Configure",
    "Decision",
    "DescribeHeard",
    "EventHeard",
    "FloorHeard",
    "FloorOrder",
    "Input",
    "Note",
    "PlanMotion",
    "RoomSilent",
    "SignInOrder",
    "StatusHeard",
    "VoteAgain",
    "decide",
]
