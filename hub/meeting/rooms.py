"""Rooms that come, go, and join their floor to the meeting's again.

Theory. A room's own floor is merged once per report, and only if its ages are true: it was
made for the hub's present connection, and they count from when it was heard. A new start of
the room comes first (its microphones are off, its requests stay), then what it decided alone.

A room in which the meeting does not sit leads itself. Its reports are heard, so that it can be
taken in at any time, but only its fire contact is the meeting's; and a room that is taken in
comes in silence.

Owns what follows from a room's status, description and floor. Must not judge presses.
"""

from __future__ import annotations

from dataclasses import replace

from edge.contract import messages
from edge.rules.chair import room_restarted
from edge.rules.floor import Floor, RoomLost, RoomRestarted, SetFire, room_of, step
from edge.rules.merge import believed, merge
from edge.rules.turns import end_all
from hub.meeting import events, wire
from hub.meeting.inputs import (
    NOTHING,
    Decision,
    DescribeHeard,
    FloorHeard,
    RoomSilent,
    StatusHeard,
)
from hub.meeting.state import Meeting, Room


def status(meeting: Meeting, given: StatusHeard, now_s: float) -> Decision:
    """The room is there, or is not."""
    room, said = meeting.room(given.room), given.status
    if said.state == "online":
        if room.online and (room.boot, room.epoch, room.start) == (
            said.boot,
            said.epoch,
            said.start,
        ):
            return NOTHING
        return Decision((events.RoomOnline(now_s, room.id, said.boot, said.epoch, said.start),))
    if said.boot != room.boot and room.online:
        return NOTHING  # the will of an earlier start cannot mark a new one offline
    return _lose(meeting, room, now_s)


def silent(meeting: Meeting, given: RoomSilent, now_s: float) -> Decision:
    """It should be there and is not."""
    return _lose(meeting, meeting.room(given.room), now_s)


def _lose(meeting: Meeting, room: Room, now_s: float) -> Decision:
    """The room's seats keep their places, suspended, until its floor is heard again."""
    happened: tuple[events.Event, ...] = ()
    if room.online:
        happened = (events.RoomOffline(now_s, room.id),)
    if room.id not in meeting.floor.lost_rooms and room.id in meeting.rooms:
        lost, _ = step(meeting.floor, RoomLost(room.id), now_s)
        change = events.floor_changed(meeting.floor, lost, "room_lost", "hub", now_s, room.id)
        happened = (*happened, change)
    return Decision(happened)


def described(meeting: Meeting, given: DescribeHeard, now_s: float) -> Decision:
    """What the room consists of."""
    plan = given.plan.model_copy(update={"boot": ""})  # a restart alone is no news
    if meeting.room(given.room).plan == plan:
        return NOTHING
    return Decision((events.RoomDescribed(now_s, given.room, plan),))


def floor_heard(meeting: Meeting, given: FloorHeard, now_s: float) -> Decision:
    """Merge each report of a room once.

    A room that just started (*none*) leads nobody: its turns are over, its queue stays. A
    room that follows the hub decided nothing by itself, so the meeting's own view of it holds,
    unless this database never merged with it.
    """
    state, room, floor = given.state, meeting.room(given.room), meeting.floor
    if room.plan is None or not room.online or room.boot != state.boot:
        return NOTHING  # not yet, or no more: it is looked at again with the next message
    lost, new_boot = room.id in floor.lost_rooms, room.merged_boot != state.boot
    if not new_boot and state.report < room.merged_report:
        return NOTHING  # an older message
    merged = not new_boot and state.report == room.merged_report
    if merged and not lost:
        return NOTHING
    tells = not merged and state.authority != "none"
    if tells and state.contact not in (None, given.contact):
        return NOTHING  # its ages are of another time; the room says it again when it hears us
    after = floor
    if state.free or not meeting.sits_in(room.id):
        after = _beside(floor, room, state, now_s)
    elif tells:
        report = wire.report_of(room.id, state, given.heard_s)
        if new_boot:
            # The rule alone: a free place must not go to a seat of which the report says more.
            after, _ = room_restarted(after, RoomRestarted(room.id), now_s)
        after, _ = merge(after, report.after(0 if new_boot else room.merged_report), now_s)
    elif new_boot:
        after, _ = step(after, RoomRestarted(room.id), now_s)
    else:
        after, _ = merge(after, believed(after, room.id), now_s)
    return Decision((_merged(floor, after, room, state, now_s),))


def _beside(floor: Floor, room: Room, state: messages.FloorState, now_s: float) -> Floor:
    """The meeting's floor when a room has said what it led for itself: silence, or fire.

    What it counted so far is noted as merged: later reports count from the room's start.
    """
    floor, _ = step(floor, RoomRestarted(room.id), now_s)
    if state.fire is not None and state.fire != (room.id in floor.fire_rooms):
        floor, _ = step(floor, SetFire(room.id, state.fire), now_s)
    if state.alarm and not floor.alarm:
        floor, _ = end_all(replace(floor, alarm=True), "set_fire", now_s)
    counted = {s: spoken_s for s, spoken_s in state.spoken_s.items() if room_of(s) == room.id}
    return replace(
        floor,
        queue=tuple(w for w in floor.queue if room_of(w.seat) != room.id),
        merged_s={**floor.merged_s, **counted},
    )


def _merged(
    before: Floor, after: Floor, room: Room, state: messages.FloorState, now_s: float
) -> events.RoomMerged:
    return events.RoomMerged(
        now_s,
        room.id,
        state.boot,
        state.report,
        events.changes(before, after),
        events.floor_now(after),
    )
