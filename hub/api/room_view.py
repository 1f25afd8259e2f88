"""What pages see of one room, key by key: each is made by itself, when it may be new.

Owns the keys of a room's part and how each is made. Pure; must not decide what is told when. A busy
room changes two of its twenty keys ten times a second, so none is made for the sake of another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge.contract import messages
from hub.alerts import seen_part
from hub.board import Board, RoomBoard
from hub.meeting.state import Meeting, Room
from hub.meeting.wording import room_text

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RoomNow:
    """Everything that is known of one room."""

    meeting: Meeting
    room: Room
    whole: Board
    linked: bool
    """The broker is there."""

    @property
    def board(self) -> RoomBoard:
        """Its own reports."""
        return self.whole.room(self.room.id)


def room_part(now: RoomNow) -> Json:
    """Everything about the room."""
    return {key: make(now) for key, make in _KEYS.items()}


def room_key(now: RoomNow, key: str) -> Any:
    """One key of the room's part."""
    return _KEYS[key](now)


def _title(now: RoomNow) -> Json:
    return room_text(now.room.id, now.meeting).model_dump()


def _of_status(key: str) -> Callable[[RoomNow], Any]:
    def made(now: RoomNow) -> Any:
        status = now.board.status
        return getattr(status, key) if status is not None else None

    return made


def _authority(now: RoomNow) -> str:
    floor = now.board.floor()
    return floor.authority if floor is not None else "none"


def _screen(now: RoomNow) -> Json | None:
    ident = now.room.id
    return now.whole.screens.part(ident, expected=ident in now.meeting.care.screens)


def _alerts(now: RoomNow) -> Json:
    care, ident = now.meeting.care, now.room.id
    return {
        key: {
            **alert.model_dump(exclude={"v", "boot", "for_ms"}),
            "since_ms": since_ms,
            "seen": seen_part(care, ident, key, alert.boot),
        }
        for key, (alert, since_ms) in now.board.alerts.items()
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


_KEYS: dict[str, Callable[[RoomNow], Any]] = {
    "id": lambda now: now.room.id,
    "title": _title,
    # Online only if the room said so and the broker is there.
    "online": lambda now: now.linked and now.board.online(),
    "since_ms": lambda now: int(now.room.since_s * 1000),
    "sits": lambda now: now.meeting.sits_in(now.room.id),
    "boot": lambda now: now.room.boot,
    "version": _of_status("version"),
    "clock": _of_status("clock"),
    "outbox": _of_status("outbox"),
    "authority": _authority,
    "on_link_loss": lambda now: now.room.plan.on_link_loss if now.room.plan is not None else None,
    "plan": lambda now: _plan(now.meeting, now.room),
    "names": lambda now: now.meeting.names_in(now.room.id),
    "seats": lambda now: _readings(now.board, "seats"),
    "cameras": lambda now: _readings(now.board, "cameras"),
    "displays": lambda now: _readings(now.board, "displays"),
    "scene": lambda now: _scene(now.board),
    "devices": lambda now: _readings(now.board, "devices"),
    "restarts": lambda now: _restarts(now.board),
    "check": lambda now: _check(now.board),
    "drills": lambda now: _drills(now.board),
    "last_check": lambda now: _last_check(now.meeting, now.room.id),
    "previews": lambda now: now.whole.previews.part(now.room.id),
    "screen": _screen,
    "audio": lambda now: _audio(now.board),
    "levels": lambda now: {seat: round(dbfs) for seat, dbfs in now.board.levels.items()},
    "alerts": _alerts,
}
