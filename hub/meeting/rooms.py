"""Rooms that come, go, and join their floor to the meeting's again.

Owns what follows from a room's status and from its own floor. Must not judge presses.
"""

from __future__ import annotations

from edge.contract import messages
from edge.rules.floor import RoomLost, RoomRestarted, Turn, Waiting, step
from edge.rules.merge import RoomReport, believed, merge
from hub.meeting import events
from hub.meeting.inputs import NOTHING, Decision, FloorHeard, RoomSilent, StatusHeard
from hub.meeting.state import Meeting, Room


def status(meeting: Meeting, given: StatusHeard, now_s: float) -> Decision:
    """The room is there, or is not."""
    room = meeting.room(given.room)
    if given.status.state == "online":
        if room.online and room.boot == given.status.boot:
            return NOTHING
        return Decision((events.RoomOnline(now_s, given.room, given.status.boot),))
    if given.status.boot != room.boot and room.online:
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
        happened = (
            *happened,
            events.floor_changed(meeting.floor, lost, "room_lost", "hub", now_s, room.id),
        )
    return Decision(happened)


def floor_heard(meeting: Meeting, given: FloorHeard, now_s: float) -> Decision:
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
