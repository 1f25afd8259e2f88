"""``apply``: the meeting after an event. The only way a meeting changes.

Owns the fold from events to state. Must not decide anything: an event has happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce

from edge.rules.floor import Floor, Role
from hub.meeting.events import (
    AttendanceAsked,
    Audited,
    BallotMoved,
    Event,
    FloorChanged,
    MeetingSet,
    MotionPlanned,
    Pressed,
    RoomDescribed,
    RoomMerged,
    RoomOffline,
    RoomOnline,
    SignedIn,
    with_floor,
)
from hub.meeting.motion import Motion
from hub.meeting.state import Attendance, Meeting, Room, roles_of


def replay(events: Iterable[Event], meeting: Meeting | None = None) -> Meeting:
    """The meeting that all these events make."""
    return reduce(apply, events, meeting or Meeting())


def apply(meeting: Meeting, event: Event) -> Meeting:
    """The meeting after ``event``."""
    match event:
        case FloorChanged():
            return replace(
                meeting, rev=meeting.rev + 1, floor=with_floor(meeting.floor, event.floor)
            )
        case RoomMerged():
            merged = _with(
                meeting,
                replace(
                    meeting.room(event.room),
                    merged_boot=event.boot,
                    merged_report=event.report,
                ),
            )
            return replace(
                merged, rev=meeting.rev + 1, floor=with_floor(meeting.floor, event.floor)
            )
        case Pressed() | Audited():
            return _with(meeting, _heard(meeting.room(event.room), event))
        case RoomOnline():
            room = replace(
                meeting.room(event.room), online=True, since_s=event.at_s, boot=event.boot
            )
            return _with(meeting, room)
        case RoomOffline():
            room = replace(meeting.room(event.room), online=False, since_s=event.at_s)
            return _with(meeting, room)
        case RoomDescribed():
            before = meeting.room(event.room)
            after = replace(before, plan=event.plan)
            gone = roles_of([before], meeting.assigned)
            kept = dict(meeting.floor.roles)
            for seat in gone:
                kept.pop(seat, None)
            roles = kept | roles_of([after], meeting.assigned)
            return _with_roles(_with(meeting, after), roles)
        case MeetingSet():
            rules = replace(
                meeting.floor,
                mode=event.mode,
                max_open=event.max_open,
                queue_max=event.queue_max,
            )
            told = replace(
                meeting,
                title=event.title,
                source=event.source,
                names=event.names,
                assigned=event.roles,
                floor=rules,
                roster=event.roster,
                attendance=replace(meeting.attendance, gate=event.gate),
                motions=_motions(meeting, event),
            )
            return _with_roles(told, roles_of(told.rooms.values(), told.assigned))
        case SignedIn() | AttendanceAsked():
            return replace(meeting, attendance=_attendance(meeting.attendance, event))
        case MotionPlanned():
            motions = {**meeting.motions, event.motion.id: event.motion}
            return replace(meeting, motions=motions)
        case BallotMoved(what="ready_check"):
            return replace(meeting, shown=(event.ballot, event.generation))
        case _:
            return meeting  # alerts and orders are for the records


def _attendance(before: Attendance, event: SignedIn | AttendanceAsked) -> Attendance:
    if isinstance(event, AttendanceAsked):
        return replace(before, asked=event.asked)
    people = frozenset(event.people)
    if event.present:
        return replace(before, signed_in=before.signed_in | people, left=before.left - people)
    return replace(before, signed_in=before.signed_in - people, left=before.left | people)


def _motions(meeting: Meeting, event: MeetingSet) -> dict[str, Motion]:
    """Those of the new file, and those that came from pages."""
    from_pages = {key: m for key, m in meeting.motions.items() if not m.by_file}
    return {motion.id: motion for motion in event.motions} | from_pages


def _with(meeting: Meeting, room: Room) -> Meeting:
    return replace(meeting, rooms={**meeting.rooms, room.id: room})


def _with_roles(meeting: Meeting, roles: Mapping[str, Role]) -> Meeting:
    """Seats come and go with their rooms; who sat on a seat that is gone is gone too."""
    floor: Floor = replace(
        meeting.floor,
        roles=roles,
        speaking=tuple(t for t in meeting.floor.speaking if t.seat in roles),
        queue=tuple(w for w in meeting.floor.queue if w.seat in roles),
    )
    return replace(meeting, floor=floor, rev=meeting.rev + 1, plan_rev=meeting.plan_rev + 1)


def _heard(room: Room, event: Pressed | Audited) -> Room:
    """Remember how far the room's events have been decided."""
    if room.heard_epoch != event.epoch:
        room = replace(room, heard_epoch=event.epoch, heard_seq=0, presses={})
    presses = room.presses
    if isinstance(event, Pressed) and event.seat is not None:
        newest = max(event.seq, presses.get(event.seat, 0))
        presses = {**presses, event.seat: newest}
    return replace(room, heard_seq=max(room.heard_seq, event.seq), presses=presses)
