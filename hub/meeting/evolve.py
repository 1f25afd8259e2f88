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
from hub.meeting.events import (
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
from hub.meeting.numbers import Numbers
from hub.meeting.state import Meeting, Room, roles_of


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
        case Pressed():
            # A new revision: a floor goes out, so the room hears that its press is decided.
            told = _with(meeting, _pressed(meeting.room(event.room), event))
            return replace(told, rev=meeting.rev + 1)
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
            roles = kept | roles_of([after], meeting.assigned)
            return _with_roles(_with(meeting, after), roles)
        case MeetingSet():
            rules = replace(
                meeting.floor,
                mode=event.mode,
                max_open=event.max_open,
                queue_max=event.queue_max,
                settings=event.settings,
            )
            told = replace(
                meeting,
                title=event.title,
                source=event.source,
                names=event.names,
                assigned=event.roles,
                floor=rules,
            )
            return _with_roles(told, roles_of(told.rooms.values(), told.assigned))
        case _:
            return meeting  # alerts, orders and audits are for the records


def heard(meeting: Meeting, room: str, epoch: str, seq: int) -> Meeting:
    """The room's event ``seq`` has been decided, whatever its kind: it is committed by its key.

    Not counted: a room that never said what it is, and events of another outbox file than its
    present one, because nobody waits for the answer.
    """
    known = meeting.rooms.get(room)
    if known is None or epoch != known.epoch:
        return meeting
    numbers = Numbers(known.heard)
    numbers.add(seq)
    return _with(meeting, replace(known, heard=numbers.ranges))


def heard_before(meeting: Meeting, room: str, ranges: Iterable[tuple[int, int]]) -> Meeting:
    """After a start: what the store has of the room's present outbox file."""
    return _with(meeting, replace(meeting.room(room), heard=tuple(ranges)))


def _with(meeting: Meeting, room: Room) -> Meeting:
    return replace(meeting, rooms={**meeting.rooms, room.id: room})


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
