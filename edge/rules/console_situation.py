"""What the chair's console has to know of the meeting: the confirmed state, and nothing else.

Theory. What a key means and what its lamp shows are both read from one ``Situation``, so a
lamp can never promise what its key does not do. It is made from the floor and the ballot that
the room has been told, never from what was pressed.

Owns the shape of that state and how it is read from the room. Must not know keys or lamps.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.rules import timers
from edge.rules.ballot_state import Stage
from edge.rules.following import Authority, Room
from edge.rules.settings import Registration
from edge.rules.state import Floor, room_of


@dataclass(frozen=True, slots=True)
class ShownBallot:
    """The ballot that concerns the room now, as far as the chair's keys go."""

    ballot: str
    generation: int
    stage: Stage


@dataclass(frozen=True, slots=True)
class Situation:
    """One moment of a meeting, seen from the chair's place."""

    leads: Authority = "hub"
    """Who decides: the hub, this room alone, or nobody yet."""
    chair: str | None = None
    """The seat that takes priority here; None: this room seats no chair."""
    priority: bool = False
    """A chair holds priority."""
    recess: bool = False
    muted: bool = False
    alarm: bool = False
    registration: Registration = "open"
    speaking: bool = False
    """A delegate has the floor."""
    last_minute: bool = False
    """A delegate's time is nearly, or already, over."""
    waiting: bool = False
    """Somebody could be called."""
    point_of_order: bool = False
    """And the first of them has a point of order."""
    ballot: ShownBallot | None = None
    wide: bool = False
    """The camera on air shows the whole room, and has arrived there."""


def situation_of(room: Room, ballot: ShownBallot | None, now_s: float, *, wide: bool) -> Situation:
    """The situation in ``room``; ``now_s`` is on the room's clock."""
    floor = room.floor
    delegates = [t for t in floor.speaking if not floor.is_chair(t.seat)]
    head = floor.next_waiting() if floor.hush() is None else None
    return Situation(
        leads=room.authority,
        chair=chair_of(floor, room.id),
        priority=floor.hold is not None,
        recess=floor.recess,
        muted=floor.muted,
        alarm=floor.alarm or room.burning,
        registration=floor.registration,
        speaking=bool(delegates),
        last_minute=any(timers.phase(floor, t, now_s) != "calm" for t in delegates),
        waiting=head is not None,
        point_of_order=head is not None and head.kind == "point_of_order",
        ballot=ballot,
        wide=wide,
    )


def chair_of(floor: Floor, room: str) -> str | None:
    """The seat that the console of ``room`` speaks for: its chair, else its vice-chair."""
    for role in ("chair", "vice_chair"):
        for seat, has in floor.roles.items():
            if has == role and room_of(seat) == room:
                return seat
    return None
