"""What the hub tells the rooms: messages of the contract, made from the meeting.

Owns the translation from state to messages. Pure; must not know who is connected. Times go
out as ages, because every room has its own clock.
"""

from __future__ import annotations

import logging

from edge.contract import messages
from edge.contract.wire import BadMessage, encode
from hub.meeting.state import Meeting

log = logging.getLogger(__name__)

QUEUE_SENT = 100
"""How much of a queue goes out when all of it is more than a message may hold."""


def floor(meeting: Meeting, room: str, gen: int, now_s: float) -> messages.Floor:
    """The floor that should be, addressed to the room's boot and last merged report."""
    known, now = meeting.room(room), meeting.floor
    return messages.Floor(
        gen=gen,
        rev=meeting.rev,
        for_boot=known.merged_boot,
        for_report=known.merged_report,
        heard_epoch=known.heard_epoch,
        heard_seq=known.heard_seq,
        mode=now.mode,
        max_open=now.max_open,
        queue_max=now.queue_max,
        speaking=[
            messages.Turn(seat=t.seat, for_ms=_age_ms(t.since_s, now_s)) for t in now.speaking
        ],
        queue=[
            messages.Waiting(
                seat=w.seat,
                for_ms=_age_ms(w.asked_s, now_s),
                suspended=now.is_suspended(w.seat),
            )
            for w in now.queue
        ],
    )


def floor_bytes(message: messages.Floor) -> bytes:
    """The floor as it goes out; a queue too long for one message is cut at its end."""
    try:
        return encode(message)
    except BadMessage as error:
        log.warning("floor: %s; the queue's first %d go out", error, QUEUE_SENT)
        return encode(message.model_copy(update={"queue": message.queue[:QUEUE_SENT]}))


def _age_ms(since_s: float, now_s: float) -> int:
    return max(0, int((now_s - since_s) * 1000))


def meeting(meeting: Meeting, room: str, gen: int) -> messages.Meeting:
    """Names and roles at the room's seats."""
    return messages.Meeting(
        gen=gen,
        rev=meeting.plan_rev,
        title=meeting.title,
        names=meeting.names_in(room),
        roles=meeting.roles_in(room),
    )
