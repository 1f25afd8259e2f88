"""Most parts of the snapshot that pages show: plain JSON values made from meeting and board.

Owns the snapshot's form. Pure; must not decide what is told when. Times are milliseconds
on the hub's clock, whose present value stands in ``hub.time_ms``.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from edge.contract import messages
from hub.alerts import seen_part
from hub.api.event_kinds import kind_of
from hub.board import Order, RoomBoard
from hub.meeting.agenda import ballots_of, state_of
from hub.meeting.state import Meeting, Room
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


def room_part(meeting: Meeting, room: Room, board: RoomBoard, linked: bool, seen: Json) -> Json:
    """Everything about one room. Online only if the room said so and the broker is there.

    ``seen`` is what is known of it beside its own reports.
    """
    status, plan, floor = board.status, room.plan, board.floor()
    title = plan.title if plan is not None else messages.Text(vi=room.id, en=room.id)
    return {
        "id": room.id,
        "title": title.model_dump(),
        "online": linked and board.online(),
        "since_ms": int(room.since_s * 1000),
        "sits": meeting.sits_in(room.id),
        "boot": room.boot,
        "version": status.version if status is not None else None,
        "clock": status.clock if status is not None else None,
        "outbox": status.outbox if status is not None else None,
        "authority": floor.authority if floor is not None else "none",
        "on_link_loss": plan.on_link_loss if plan is not None else None,
        "plan": _plan(meeting, room),
        "names": meeting.names_in(room.id),
        "seats": _readings(board, "seats"),
        "cameras": _readings(board, "cameras"),
        "displays": _readings(board, "displays"),
        "scene": _scene(board),
        "devices": _readings(board, "devices"),
        "restarts": _restarts(board),
        "check": _check(board),
        "drills": _drills(board),
        "last_check": _last_check(meeting, room.id),
        **seen,
        "audio": _audio(board),
        "levels": {seat: round(dbfs) for seat, dbfs in board.levels.items()},
        "alerts": {
            ident: {
                **alert.model_dump(exclude={"v", "boot", "for_ms"}),
                "since_ms": since_ms,
                "seen": seen_part(meeting.care, room.id, ident, alert.boot),
            }
            for ident, (alert, since_ms) in board.alerts.items()
        },
    }


def _plan(meeting: Meeting, room: Room) -> Json:
    if room.plan is None:
        return {"seats": [], "devices": [], "scenes": []}
    roles = meeting.roles_in(room.id)
    return {
        "seats": [
            {**place.model_dump(), "role": roles.get(str(place.number), place.role)}
            for place in room.plan.seats
        ],
        "devices": [device.model_dump() for device in room.plan.devices],
        "scenes": [scene.model_dump() for scene in room.plan.scenes],
    }


def _readings(board: RoomBoard, part: str) -> Json:
    """What the things of one part last proved, and when the hub was told."""
    state = board.states.get(part)
    if state is None:
        return {}
    seen_ms = board.seen_ms[part]
    found: Json = state.model_dump(include={part}).get(part, {})
    return {ident: {**reading, "seen_ms": seen_ms} for ident, reading in found.items()}


def _scene(board: RoomBoard) -> Json | None:
    """The scene in force and what of it is not there yet; None without one."""
    state = board.states.get("displays")
    scene = state.scene if isinstance(state, messages.DisplaysState) else None
    return None if scene is None else scene.model_dump()


def _audio(board: RoomBoard) -> Json | None:
    """Who is heard; None where nobody listens."""
    state = board.states.get("audio")
    if not isinstance(state, messages.AudioState):
        return None
    return {"listens": state.listens, "talking": state.talking, "heard_s": state.heard_s}


def _check(board: RoomBoard) -> Json | None:
    """The check that runs, as far as it is; None while none does."""
    state = board.states.get("check")
    if not isinstance(state, messages.CheckState) or not state.running or not board.online():
        return None
    return state.model_dump(exclude={"v", "boot", "rev"})


def _drills(board: RoomBoard) -> Json | None:
    """What can be practised here; None in a real room."""
    state = board.states.get("drills")
    if not isinstance(state, messages.DrillsState):
        return None
    return {"known": state.known, "standing": state.standing}


def _last_check(meeting: Meeting, room: str) -> Json | None:
    """What the last check of the room found, and who asked for it."""
    found = meeting.care.checks.get(room)
    if found is None:
        return None
    return {
        "check": found.check,
        "by": found.by,
        "began_ts": found.began_ts,
        "at_ms": int(found.at_s * 1000),
        "active": found.was_active,
        "items": [item.model_dump() for item in found.items],
    }


def _restarts(board: RoomBoard) -> Json:
    state = board.states.get("devices")
    return dict(state.restarts) if isinstance(state, messages.DevicesState) else {}


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
