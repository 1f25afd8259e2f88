"""The floor as pages show it: who speaks and how long still, who waits, what holds all back.

Owns the form of the part ``floor``. Pure; must not decide when it is told. Points in time are
milliseconds on the hub's clock; figures that run are those of ``at_ms``.
"""

from __future__ import annotations

from typing import Any

from edge.rules import timers
from edge.rules.floor import Floor, Hold, Turn
from hub.meeting import wire
from hub.meeting.state import Meeting

Json = dict[str, Any]


def floor_part(meeting: Meeting, now_s: float) -> Json:
    """The whole meeting's floor at ``now_s``."""
    floor, names = meeting.floor, meeting.names
    return {
        "rev": meeting.rev,
        "at_ms": int(now_s * 1000),
        "speaking": [_turn(floor, turn, names.get(turn.seat), now_s) for turn in floor.speaking],
        "queue": [
            {
                "seat": waiting.seat,
                "name": names.get(waiting.seat),
                "since_ms": int(waiting.asked_s * 1000),
                "suspended": floor.is_suspended(waiting.seat),
                "kind": waiting.kind,
            }
            for waiting in floor.queue
        ],
        "settings": wire.settings_message(floor.settings).model_dump(mode="json"),
        "registration": floor.registration,
        "debating": floor.debating,
        "hold": _hold(floor.hold, meeting),
        "recess": floor.recess,
        "muted": floor.muted,
        "alarm": floor.alarm,
        "fire_rooms": sorted(floor.fire_rooms),
    }


def _turn(floor: Floor, turn: Turn, name: str | None, now_s: float) -> Json:
    """One who speaks. ``left_ms`` is negative in overtime; null limits are none."""
    spent_s, left_s = timers.elapsed_s(turn, now_s), timers.left_s(floor, turn, now_s)
    return {
        "seat": turn.seat,
        "name": name,
        "role": floor.roles.get(turn.seat),
        "since_ms": int(turn.since_s * 1000),
        "suspended": floor.is_suspended(turn.seat),
        "spent_ms": round(spent_s * 1000),
        "limit_s": None if left_s is None else round(spent_s + left_s, 3),
        "left_ms": None if left_s is None else round(left_s * 1000),
        "phase": timers.phase(floor, turn, now_s),
        "paused": turn.paused_at_s is not None,
        "muted": not floor.hears(turn.seat),
    }


def _hold(hold: Hold | None, meeting: Meeting) -> Json | None:
    if hold is None:
        return None
    return {"seat": hold.seat, "name": meeting.names.get(hold.seat), "opened": hold.opened}
