"""How turns and requests begin and end: the steps that every rule is made of.

Owns the bookkeeping of one change: places, queue, speaking totals. Must not decide whether
the change is allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from edge.rules.events import Effect, Ended, Granted, Queued, Refused
from edge.rules.reasons import Reason
from edge.rules.settings import Kind
from edge.rules.state import Floor, Turn, Waiting, room_of
from edge.rules.timers import elapsed_s

Outcome = tuple[Floor, tuple[Effect, ...]]
Rule = Callable[..., Outcome]
"""``rule(floor, event, now_s)``: the floor after the event, and what happened, in order."""


def refuse(floor: Floor, seat: str | None, reason: Reason) -> Outcome:
    """Nothing changes."""
    return floor, (Refused(seat, reason),)


def speak(floor: Floor, turn: Turn) -> Outcome:
    """The turn begins; a request of the seat is answered by it."""
    opened = replace(
        floor,
        speaking=(*floor.speaking, turn),
        queue=tuple(w for w in floor.queue if w.seat != turn.seat),
        left=tuple(left for left in floor.left if left.turn.seat != turn.seat),
    )
    return opened, (Granted(turn.seat),)


def end_turns(floor: Floor, seats: frozenset[str], why: str, now_s: float) -> Outcome:
    """These turns are over; their time goes into the totals."""
    over = tuple(t for t in floor.speaking if t.seat in seats)
    if not over:
        return floor, ()
    totals_s = dict(floor.totals_s)
    for turn in over:
        totals_s[turn.seat] = totals_s.get(turn.seat, 0.0) + elapsed_s(turn, now_s)
    kept = tuple(t for t in floor.speaking if t.seat not in seats)
    ended = tuple(Ended(t.seat, why) for t in over)
    return replace(floor, speaking=kept, totals_s=totals_s), ended


def end_delegates(floor: Floor, why: str, now_s: float) -> Outcome:
    """Every turn but the chairs' is over."""
    seats = frozenset(t.seat for t in floor.speaking if not floor.is_chair(t.seat))
    return end_turns(floor, seats, why, now_s)


def end_all(floor: Floor, why: str, now_s: float) -> Outcome:
    """Every turn is over, and nobody holds priority."""
    seats = frozenset(t.seat for t in floor.speaking)
    return end_turns(replace(floor, hold=None), seats, why, now_s)


def wait(floor: Floor, seat: str, asked_s: float, kind: Kind) -> Outcome:
    """The seat waits in its place."""
    queue = floor.in_order((*floor.queue, Waiting(seat, asked_s, kind)))
    return replace(floor, queue=queue), (Queued(seat),)


def longest(turns: tuple[Turn, ...]) -> Turn | None:
    """The turn that began first."""
    return min(turns, key=lambda t: t.since_s, default=None)


def in_the_way(floor: Floor, seat: str) -> tuple[Turn, ...]:
    """Turns of which one must end for the seat to have a place."""
    room = room_of(seat)
    if not floor.room_is_full(room):
        return floor.counted()
    return tuple(t for t in floor.counted() if room_of(t.seat) == room)


def settle(floor: Floor, now_s: float) -> Outcome:
    """In *open* mode every free place goes to whoever waits, in order.

    A seat whose own room is full is passed over: its room's limit is no concern of others.
    """
    effects: tuple[Effect, ...] = ()
    while floor.mode == "open" and floor.registration != "paused" and floor.hush() is None:
        ready = (w for w in floor.queue if not floor.is_suspended(w.seat))
        first = next((w for w in ready if floor.has_place(w.seat)), None)
        if first is None:
            break
        floor, granted = speak(floor, Turn(first.seat, now_s))
        effects = (*effects, *granted)
    return floor, effects
