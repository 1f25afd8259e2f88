"""``apply``: the meeting after an event. The only way a meeting changes.

Owns the fold from events to state. Must not decide anything: an event has happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import cast

from edge.rules.floor import CHAIRS, Floor, Role, room_of
from edge.rules.intents import Intent, subject_of
from hub.meeting import care, past
from hub.meeting.agenda import place_of
from hub.meeting.care_events import AlarmAcknowledged, CheckEnded, ScreenExpected
from hub.meeting.events import (
    AlertCleared,
    AlertRaised,
    Event,
    FloorChanged,
    MeetingSet,
    Pressed,
    RoomDescribed,
    RoomMerged,
    RoomOffline,
    RoomOnline,
    with_floor,
)
from hub.meeting.motion import Motion
from hub.meeting.numbers import Numbers
from hub.meeting.session_events import ItemCalled, MeetingEnded
from hub.meeting.state import Attendance, Meeting, Room, roles_of
from hub.meeting.vote_events import AttendanceAsked, BallotMoved, MotionPlanned, SignedIn


def replay(events: Iterable[Event]) -> Meeting:
    """The meeting that all these events make."""
    return reduce(apply, events, Meeting())


def apply(meeting: Meeting, event: Event) -> Meeting:
    """The meeting after ``event``."""
    match event:
        case FloorChanged():
            return replace(
                meeting, rev=meeting.rev + 1, floor=with_floor(meeting.floor, event.floor)
            )
        case RoomMerged():
            room = meeting.room(event.room)
            room = replace(room, merged_boot=event.boot, merged_report=event.report)
            begins = event.floor.alarm and not meeting.floor.alarm
            return replace(
                _with(meeting, room),
                rev=meeting.rev + 1,
                floor=with_floor(meeting.floor, event.floor),
                fire_s=event.at_s if begins else meeting.fire_s,
            )
        case Pressed():
            # A new revision: a floor goes out, so the room hears that its press is decided.
            told = _with(meeting, _pressed(meeting.room(event.room), event))
            return replace(_with_fire(told, event), rev=meeting.rev + 1)
        case RoomOnline():
            room = _of_epoch(meeting.room(event.room), event.epoch)
            room = replace(
                room, online=True, since_s=event.at_s, boot=event.boot, start=event.start
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
            came = [after] if meeting.sits_in(event.room) else []
            roles = kept | roles_of(came, meeting.assigned)
            return _with_roles(_with(meeting, after), roles)
        case MeetingSet():
            return _described(meeting, event)
        case ItemCalled():
            return replace(meeting, item=event.item, plan_rev=meeting.plan_rev + 1)
        case MeetingEnded():
            ended = meeting.ended | {event.prepared}
            return replace(meeting, session="ended", ended=ended, plan_rev=meeting.plan_rev + 1)
        case SignedIn() | AttendanceAsked():
            return replace(meeting, attendance=_attendance(meeting.attendance, event))
        case MotionPlanned():
            motions = {**meeting.motions, event.motion.id: event.motion}
            return replace(meeting, motions=motions)
        case ScreenExpected() | AlarmAcknowledged() | CheckEnded():
            return replace(meeting, care=care.after(meeting.care, event))
        case AlertRaised(room=source, alert=alert) | AlertCleared(room=source, alert=alert):
            return replace(meeting, care=care.alarm_moved(meeting.care, source, alert))
        case BallotMoved():
            return past.moved(meeting, event)
        case _:
            return meeting  # orders and audits are for the records


def heard(meeting: Meeting, keys: Iterable[tuple[str, str, int]]) -> Meeting:
    """Events of rooms have been decided, whatever their kind: they are committed by their keys.

    Not counted: a room that never said what it is, and events of another outbox file than its
    present one, because nobody waits for the answer.

    Args:
        meeting: as it was before.
        keys: room, epoch and number of each event.
    """
    numbers: dict[str, Numbers] = {}
    for ident, epoch, seq in keys:
        known = meeting.rooms.get(ident)
        if known is not None and epoch == known.epoch:
            if ident not in numbers:
                numbers[ident] = Numbers(known.heard)
            numbers[ident].add(seq)
    if not numbers:
        return meeting
    news = {
        ident: replace(meeting.rooms[ident], heard=found.ranges) for ident, found in numbers.items()
    }
    return replace(meeting, rooms={**meeting.rooms, **news})


def heard_before(meeting: Meeting, room: str, ranges: Iterable[tuple[int, int]]) -> Meeting:
    """After a start: what the store has of the room's present outbox file."""
    return _with(meeting, replace(meeting.room(room), heard=tuple(ranges)))


def _attendance(before: Attendance, event: SignedIn | AttendanceAsked) -> Attendance:
    if isinstance(event, AttendanceAsked):
        return replace(before, asked=event.asked)
    people = frozenset(event.people)
    if event.present:
        return replace(before, signed_in=before.signed_in | people, left=before.left - people)
    return replace(before, signed_in=before.signed_in - people, left=before.left | people)


def _described(meeting: Meeting, event: MeetingSet) -> Meeting:
    """The meeting by its new description; of another one before it nothing is left."""
    rules = replace(
        meeting.floor,
        mode=event.mode,
        max_open=event.max_open,
        queue_max=event.queue_max,
        settings=event.settings,
    )
    is_new = is_another(meeting, event)
    told = replace(
        meeting,
        title=event.title,
        source=event.source,
        prepared=event.prepared,
        session=event.session,
        rooms_sitting=event.rooms,
        agenda=event.agenda,
        ended=meeting.ended - {event.prepared},
        names=event.names,
        assigned=event.roles,
        floor=rules,
        roster=event.roster,
        attendance=replace(meeting.attendance, gate=event.gate),
        motions=_motions(meeting, event),
    )
    if is_new:
        told = replace(
            told,
            begun_s=event.at_s,
            attendance=Attendance(gate=event.gate),
            motions={motion.id: motion for motion in event.motions},
            shown=None,
        )
        told = past.another_begins(told)
    if is_new or place_of(told, told.item) is None:
        told = replace(told, item=told.agenda[0].id if told.agenda else "")
    sitting = (room for room in told.rooms.values() if told.sits_in(room.id))
    return _with_roles(told, roles_of(sitting, told.assigned))


def is_another(meeting: Meeting, event: MeetingSet) -> bool:
    """Not the one before, described anew or taken up again.

    A file that is read anew goes on with what is there, unless that meeting has ended.
    """
    if meeting.session == "ended" and event.session is None:
        return True
    begins = event.session == "running" or meeting.prepared != ""
    return begins and event.prepared != meeting.prepared


def _motions(meeting: Meeting, event: MeetingSet) -> dict[str, Motion]:
    """Those of the new description, and those that came from pages."""
    from_pages = {key: m for key, m in meeting.motions.items() if not m.by_file}
    return {motion.id: motion for motion in event.motions} | from_pages


def _with(meeting: Meeting, room: Room) -> Meeting:
    return replace(meeting, rooms={**meeting.rooms, room.id: room})


def _with_fire(meeting: Meeting, event: Pressed) -> Meeting:
    if event.intent != "fire" or event.outcome != "decided":
        return meeting
    return replace(meeting, fire_s=max(meeting.fire_s, event.at_s - event.age_ms / 1000))


def _with_roles(meeting: Meeting, roles: Mapping[str, Role]) -> Meeting:
    """Seats come and go with their rooms; who sat on a seat that is gone is gone too."""
    known = meeting.floor
    holds = known.hold is not None and roles.get(known.hold.seat) in CHAIRS
    floor: Floor = replace(
        known,
        roles=roles,
        speaking=tuple(t for t in known.speaking if t.seat in roles),
        queue=tuple(w for w in known.queue if w.seat in roles),
        hold=known.hold if holds else None,
    )
    return replace(meeting, floor=floor, rev=meeting.rev + 1, plan_rev=meeting.plan_rev + 1)


def _of_epoch(room: Room, epoch: str) -> Room:
    """Numbers start anew with a new outbox file. An older record does not name it."""
    if epoch in ("", room.epoch):
        return room
    return replace(room, epoch=epoch, heard=(), presses={})


def _pressed(room: Room, event: Pressed) -> Room:
    """Remember the newest press about each thing."""
    room = _of_epoch(room, event.epoch)
    subject = subject_of(cast(Intent, event.intent), event.seat)
    if subject is None or (event.seat is not None and room_of(event.seat) != room.id):
        return room
    newest = max(event.seq, room.presses.get(subject, 0))
    return replace(room, presses={**room.presses, subject: newest})
