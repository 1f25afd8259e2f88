"""How the floor of a room that was alone joins the meeting's again.

Theory. While a room cannot be reached it is master of its own seats, so what it reports about
them replaces what the meeting believed: who speaks there, who waits there and since when.
Seats of other rooms stay as they are. If more delegates now speak than places exist, the
chair's room wins: its turns stay, then the longer turn stays. Whoever loses the place goes
back into the queue at the time the turn began, so nothing that a person pressed is dropped
silently. Merging the same report twice changes nothing.

Owns the merge. Must not know how the report travelled; all times are already on the
meeting's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.rules.floor import (
    CHAIRS,
    Effect,
    Ended,
    Floor,
    Outcome,
    Queued,
    Turn,
    Waiting,
    room_of,
    settle,
)


@dataclass(frozen=True, slots=True)
class RoomReport:
    """What a room says of its own seats."""

    room: str
    speaking: tuple[Turn, ...]
    queue: tuple[Waiting, ...]


def merge(floor: Floor, report: RoomReport, now_s: float) -> Outcome:
    """The meeting's floor with this room back in it, and what had to change for that."""

    def elsewhere(seat: str) -> bool:
        return room_of(seat) != report.room

    mine = [t for t in report.speaking if t.seat in floor.roles and not elsewhere(t.seat)]
    waiting = [
        w
        for w in report.queue
        if w.seat in floor.roles and not elsewhere(w.seat) and w.seat not in {t.seat for t in mine}
    ]
    joined = replace(
        floor,
        lost_rooms=floor.lost_rooms - {report.room},
        speaking=tuple(
            sorted(
                (*(t for t in floor.speaking if elsewhere(t.seat)), *mine),
                key=lambda t: t.since_s,
            )
        ),
        queue=_ordered((*(w for w in floor.queue if elsewhere(w.seat)), *waiting)),
    )
    joined, effects = _within_limit(joined)
    settled, granted = settle(joined, now_s)
    return settled, (*effects, *granted)


def _ordered(queue: tuple[Waiting, ...]) -> tuple[Waiting, ...]:
    """By time of the press; sorting is stable, so equals keep their order."""
    return tuple(sorted(queue, key=lambda w: w.asked_s))


def _within_limit(floor: Floor) -> Outcome:
    """Put the turns that are one too many back into the queue."""
    excess = floor.places_taken() - floor.max_open
    if excess <= 0:
        return floor, ()
    chair_rooms = {room_of(seat) for seat, role in floor.roles.items() if role == "chair"}
    counted = [
        t
        for t in floor.speaking
        if floor.roles.get(t.seat) not in CHAIRS and not floor.is_suspended(t.seat)
    ]
    # Last in this order yields first: other rooms before the chair's, the newest turn first.
    counted.sort(key=lambda t: (room_of(t.seat) not in chair_rooms, t.since_s))
    yielding = counted[-excess:]
    names = {t.seat for t in yielding}
    effects: list[Effect] = []
    for turn in yielding:
        effects += [Ended(turn.seat, "merge"), Queued(turn.seat)]
    return (
        replace(
            floor,
            speaking=tuple(t for t in floor.speaking if t.seat not in names),
            queue=_ordered((*floor.queue, *(Waiting(t.seat, t.since_s) for t in yielding))),
        ),
        tuple(effects),
    )
