"""Most parts of the snapshot that pages show: plain JSON values made from meeting and board.

Owns the snapshot's form. Pure; must not decide what is told when. Times are milliseconds
on the hub's clock, whose present value stands in ``hub.time_ms``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hub.api.event_kinds import kind_of
from hub.board import Order
from hub.meeting.agenda import ballots_of, state_of
from hub.meeting.state import Meeting
from hub.meeting.wording import line
from hub.store.store import Stored

Json = dict[str, Any]


def meeting_part(meeting: Meeting) -> Json:
    """Title, mode and limits, and the agenda."""
    return {
        "title": meeting.title,
        "prepared": meeting.prepared,
        "session": meeting.session,
        "agenda": [_item(meeting, place) for place in range(len(meeting.agenda))],
        "item": meeting.item,
        "mode": meeting.floor.mode,
        "max_open": meeting.floor.max_open,
        "queue_max": meeting.floor.queue_max,
    }


def meeting_facts(meeting: Meeting) -> tuple[object, ...]:
    """What the part of the meeting depends on: it is made anew when this is another one."""
    floor = meeting.floor
    voted_on = [(motion.id, motion.item) for motion in meeting.motions.values()]
    return meeting.plan_rev, floor.mode, floor.max_open, floor.queue_max, voted_on


def _item(meeting: Meeting, place: int) -> Json:
    item = meeting.agenda[place]
    return {
        "id": item.id,
        "number": place + 1,
        "title": item.title.model_dump(),
        "presenter": item.presenter,
        "minutes": item.minutes,
        "ballot_ids": ballots_of(meeting, item.id),
        "papers": [asdict(paper) for paper in item.papers],
        "state": state_of(meeting, place),
    }


def order_part(order: Order) -> Json:
    """A command and how far it is."""
    return {
        "name": order.name,
        "status": order.status,
        "reason": order.reason.model_dump() if order.reason is not None else None,
        "room": order.room,
        "device": order.device,
    }


def log_entry(stored: Stored, meeting: Meeting) -> Json:
    """One line of the event log; ``meeting`` gives the names."""
    said = line(stored.event, meeting)
    return {
        "n": stored.n,
        "ts": round(stored.ts, 3),
        "room": said.room,
        "kind": kind_of(stored.event),
        "what": said.what,
        "seat": said.seat,
        "text": said.text.model_dump(),
    }
