"""What the hub tells the rooms: messages of the contract, made from the meeting.

Owns the translation from state to messages. Pure; must not know who is connected. Times go
out as ages, because every room has its own clock.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import Literal

from edge.contract import messages
from edge.contract.wire import MAX_PAYLOAD_BYTES, BadMessage, encode
from edge.rules.floor import Floor
from hub.meeting import wire
from hub.meeting.agenda import place_of
from hub.meeting.state import Meeting

log = logging.getLogger(__name__)

EXTRA_SENT = 200
"""Events that overtook others and are named one by one; the newest, because older ones have
their receipts long since."""

QUEUE_SENT = 100
"""How much of a queue goes out when all of it is more than a message may hold."""


def floor(meeting: Meeting, room: str, gen: int, now_s: float) -> messages.Floor:
    """The floor that should be, addressed to the room's boot and last merged report."""
    free = not meeting.sits_in(room)
    return _shared(meeting, gen, now_s, free=free).model_copy(update=_own(meeting, room))


def _shared(meeting: Meeting, gen: int, now_s: float, *, free: bool) -> messages.Floor:
    """What every room is told alike in which the meeting sits, or does not."""
    now = _for_itself(meeting.floor) if free else meeting.floor
    return messages.Floor(
        free=free,
        gen=gen,
        rev=meeting.rev,
        for_boot=None,
        mode=now.mode,
        max_open=now.max_open,
        queue_max=now.queue_max,
        speaking=[wire.turn_message(turn, now_s) for turn in now.speaking],
        queue=[
            wire.waiting_message(waiting, now_s, suspended=now.is_suspended(waiting.seat))
            for waiting in now.queue
        ],
        settings=wire.settings_message(now.settings),
        registration=now.registration,
        debating=now.debating,
        hold=None if now.hold is None else messages.Hold(**asdict(now.hold)),
        recess=now.recess,
        muted=now.muted,
        fire_rooms=sorted(now.fire_rooms),
        alarm=now.alarm,
    )


def _own(meeting: Meeting, room: str) -> dict[str, object]:
    """What is for one room alone."""
    known = meeting.room(room)
    return {
        "for_boot": known.merged_boot,
        "for_report": known.merged_report,
        "heard_epoch": known.epoch,
        "heard_seq": known.heard_seq,
        "heard_extra": known.heard_extra(EXTRA_SENT),
    }


class Floors:
    """The floor of one moment as bytes, for any room: what is told to all is written once."""

    def __init__(self, meeting: Meeting, gen: int, now_s: float) -> None:
        """Nothing is written before it is asked for."""
        self._meeting = meeting
        self._gen = gen
        self._now_s = now_s
        self._rests: dict[bool, bytes] = {}
        """For rooms in which the meeting does not sit, and for the others."""

    def to(self, room: str) -> bytes:
        """As it goes out to the room."""
        own, free = _own(self._meeting, room), not self._meeting.sits_in(room)
        if free not in self._rests:
            shared = _shared(self._meeting, self._gen, self._now_s, free=free)
            self._rests[free] = shared.model_dump_json(exclude=set(own)).encode()[1:]
        data = json.dumps(own, separators=(",", ":")).encode()[:-1] + b"," + self._rests[free]
        if len(data) <= MAX_PAYLOAD_BYTES:
            return data
        return floor_bytes(floor(self._meeting, room, self._gen, self._now_s))


def _for_itself(floor: Floor) -> Floor:
    """What a room that leads itself begins with: the usual rules, and the site's alarm."""
    return Floor(fire_rooms=floor.fire_rooms, alarm=floor.alarm)


def floor_bytes(message: messages.Floor) -> bytes:
    """The floor as it goes out; a queue too long for one message is cut at its end."""
    try:
        return encode(message)
    except BadMessage as error:
        log.warning("floor: %s; the queue's first %d go out", error, QUEUE_SENT)
        return encode(message.model_copy(update={"queue": message.queue[:QUEUE_SENT]}))


def meeting(meeting: Meeting, room: str, gen: int) -> messages.Meeting:
    """Names and roles at the room's seats, and the item of the agenda at hand.

    Where the meeting does not sit nobody has a name, and seats have the roles of the room.
    """
    sits = meeting.sits_in(room)
    return messages.Meeting(
        gen=gen,
        rev=meeting.plan_rev,
        title=meeting.title if sits else "",
        names=meeting.names_in(room),
        roles=meeting.roles_in(room),
        session=session(meeting, room),
        item=item(meeting, room),
    )


def session(meeting: Meeting, room: str) -> Literal["none", "running", "ended"] | None:
    """Whether a meeting that was begun at a page sits in the room."""
    sits = meeting.session is None or meeting.sits_in(room)
    return meeting.session if sits else "none"


def item(meeting: Meeting, room: str) -> messages.AgendaItem | None:
    """The item at hand; None where the meeting does not sit, or not any more."""
    place = place_of(meeting, meeting.item)
    if place is None or meeting.session == "ended" or not meeting.sits_in(room):
        return None
    found = meeting.agenda[place]
    return messages.AgendaItem(
        number=place + 1,
        of=len(meeting.agenda),
        title=found.title,
        presenter=found.presenter,
    )
