"""Rules for what a seat does and what is done to a seat: ask, leave, give, take, next.

Theory of asking. A chair gets the floor at once, whatever is full. Anybody else passes four
doors, and the first that is shut gives the reason: may this role ask, is such a request
taken now, does something hold everybody back, is there a place. Where a mode has a queue,
the last two doors lead into it instead of to a refusal.

Owns the rules; the table in ``floor`` says when they apply. Must not know the chair's keys.
"""

from __future__ import annotations

from dataclasses import replace

from edge.rules.events import (
    Ask,
    Effect,
    Ended,
    Give,
    Leave,
    Next,
    Take,
    name_of,
)
from edge.rules.reasons import Reason
from edge.rules.settings import DEBATE_MOST, SILENCED
from edge.rules.state import Floor, Left, Turn
from edge.rules.timers import elapsed_s, stopped
from edge.rules.turns import Outcome, end_turns, in_the_way, longest, refuse, speak, wait


def ask(floor: Floor, event: Ask, now_s: float) -> Outcome:
    """The seat is silent and asks."""
    if (shut := _may_not_ask(floor, event)) is not None:
        return refuse(floor, event.seat, shut)
    if floor.is_chair(event.seat):
        return speak(floor, Turn(event.seat, now_s))
    if (hush := floor.hush()) is not None:
        return _wait_or_refuse(floor, event, hush)
    if event.seat in floor.settings.protected:
        return speak(floor, Turn(event.seat, now_s))
    if floor.mode == "chair_only":
        return _wait_or_refuse(floor, event, Reason.CHAIR_ONLY)
    if (left := _just_left(floor, event.seat, now_s)) is not None:
        return _take_back(floor, event, left, now_s)
    if floor.mode != "request" and floor.has_place(event.seat) and _is_first(floor, event):
        return speak(floor, Turn(event.seat, now_s))
    return _push_out(floor, event, now_s) or _wait_or_refuse(floor, event, Reason.MIC_LIMIT)


def _may_not_ask(floor: Floor, event: Ask) -> Reason | None:
    role = floor.roles[event.seat]
    if role in SILENCED:
        return Reason.NOT_ALLOWED
    if floor.alarm:
        return Reason.FIRE_ALARM
    if floor.is_outside(event.seat):
        return None
    if role == "guest" and not floor.settings.guest_may_request:
        return Reason.NOT_INVITED
    if event.kind == "point_of_order":
        return None  # about the order itself: always taken
    if event.kind == "debate" and not floor.debating:
        return Reason.NO_DEBATE
    if floor.registration != "open":
        closed = floor.registration == "closed"
        return Reason.QUEUE_CLOSED if closed else Reason.QUEUE_PAUSED
    return None


def _wait_or_refuse(floor: Floor, event: Ask, reason: Reason) -> Outcome:
    """Into the queue if this mode has one and it is not full."""
    if not floor.has_queue():
        return refuse(floor, event.seat, reason)
    same_kind = sum(w.kind == event.kind for w in floor.queue)
    most = {"speech": floor.queue_max, "debate": DEBATE_MOST}.get(event.kind)
    if most is not None and same_kind >= most:
        return refuse(floor, event.seat, Reason.QUEUE_FULL if most else reason)
    return wait(floor, event.seat, event.at_s, event.kind)


def _is_first(floor: Floor, event: Ask) -> bool:
    """Nobody who could take the place has waited for it."""
    if not floor.has_queue() or event.kind == "point_of_order":
        return True
    return not any(floor.has_place(w.seat) and not floor.is_suspended(w.seat) for w in floor.queue)


def _push_out(floor: Floor, event: Ask, now_s: float) -> Outcome | None:
    """*Override* and the interrupt rule: somebody's turn ends for this one."""
    weaker = _may_push_out(floor, event.seat)
    if weaker is None:
        return None
    floor, ended = end_turns(floor, frozenset({weaker.seat}), "interrupted", now_s)
    floor, granted = speak(floor, Turn(event.seat, now_s))
    return floor, (*ended, *granted)


def _may_push_out(floor: Floor, seat: str) -> Turn | None:
    turns, rule = in_the_way(floor, seat), floor.settings.interrupt
    if floor.mode == "override":
        return longest(turns)
    if floor.mode == "request" or rule == "none":
        return None
    priority = floor.settings.seat_priority
    below = priority.get(seat, 0) + (rule == "same_or_lower")
    weaker = (t for t in turns if priority.get(t.seat, 0) < below)
    return min(weaker, key=lambda t: (priority.get(t.seat, 0), t.since_s), default=None)


def _just_left(floor: Floor, seat: str, now_s: float) -> Left | None:
    since_s = now_s - floor.settings.take_back_s
    return next((x for x in floor.left if x.turn.seat == seat and x.at_s >= since_s), None)


def _take_back(floor: Floor, event: Ask, left: Left, now_s: float) -> Outcome:
    """Switched off by accident: the turn goes on, or waits where it would have been."""
    if not floor.has_place(event.seat):
        since = replace(event, at_s=min(event.at_s, left.turn.since_s))
        return _push_out(floor, event, now_s) or _wait_or_refuse(floor, since, Reason.MIC_LIMIT)
    spoken_s = floor.totals_s.get(event.seat, 0.0) - elapsed_s(left.turn, left.at_s)
    floor = replace(floor, totals_s={**floor.totals_s, event.seat: max(0.0, spoken_s)})
    return speak(floor, stopped(left.turn, left.at_s))


def leave_hidden(floor: Floor, event: Leave | Take, now_s: float) -> Outcome:
    """A request that this mode hides can still end: the mode may be newer than the press."""
    if not floor.waits(event.seat):
        return refuse(floor, event.seat, Reason.NOT_SPEAKING)
    return withdraw(floor, event, now_s)


def withdraw(floor: Floor, event: Leave | Take, now_s: float) -> Outcome:
    """The request of the seat is over."""
    own = isinstance(event, Leave) and not floor.is_chair(event.seat)
    if own and not floor.settings.may_cancel:
        return refuse(floor, event.seat, Reason.CHAIR_ENDS_REQUEST)
    kept = tuple(w for w in floor.queue if w.seat != event.seat)
    return replace(floor, queue=kept), (Ended(event.seat, name_of(event)),)


def finish(floor: Floor, event: Leave, now_s: float) -> Outcome:
    """The seat speaks and switches off. For some seconds it may change its mind."""
    held = floor.mode == "push_to_talk"
    if not (floor.settings.may_switch_off or held or floor.is_outside(event.seat)):
        return refuse(floor, event.seat, Reason.CHAIR_ENDS_TURN)
    turn = next(t for t in floor.speaking if t.seat == event.seat)
    floor, ended = stop(floor, event, now_s)
    if held or turn.by_voice:
        return floor, ended
    since_s = now_s - floor.settings.take_back_s
    recent = tuple(x for x in floor.left if x.at_s >= since_s)
    return replace(floor, left=(*recent, Left(turn, now_s))), ended


def stop(floor: Floor, event: Leave | Take, now_s: float) -> Outcome:
    """The turn of the seat is over."""
    return end_turns(floor, frozenset({event.seat}), name_of(event), now_s)


def give(floor: Floor, event: Give, now_s: float) -> Outcome:
    """Somebody entitled calls this seat."""
    if floor.roles[event.seat] in SILENCED:
        return refuse(floor, event.seat, Reason.NOT_ALLOWED)
    if floor.is_suspended(event.seat):
        return refuse(floor, event.seat, Reason.LINK_LOST)
    if (shut := _may_not_call(floor, event.seat)) is not None:
        return refuse(floor, event.seat, shut)
    if not floor.is_outside(event.seat) and not floor.has_place(event.seat):
        return refuse(floor, event.seat, Reason.MIC_LIMIT)
    return speak(floor, Turn(event.seat, now_s))


def _may_not_call(floor: Floor, seat: str) -> Reason | None:
    if floor.alarm:
        return Reason.FIRE_ALARM
    if floor.is_chair(seat):
        return None
    if (hush := floor.hush()) is not None:
        return hush
    return Reason.CHAIR_ONLY if floor.mode == "chair_only" else None


def call_next(floor: Floor, event: Next, now_s: float) -> Outcome:
    """The head of the queue is called; if need be a turn ends for it."""
    waiting = floor.next_waiting()
    if waiting is None:
        return refuse(floor, None, Reason.QUEUE_EMPTY)
    if (shut := _may_not_call(floor, waiting.seat)) is not None:
        return refuse(floor, None, shut)
    ended: tuple[Effect, ...] = ()
    if not floor.is_outside(waiting.seat) and not floor.has_place(waiting.seat):
        over = longest(in_the_way(floor, waiting.seat))
        seats = frozenset({over.seat} if over is not None else ())
        floor, ended = end_turns(floor, seats, name_of(event), now_s)
    floor, granted = speak(floor, Turn(waiting.seat, now_s))
    return floor, (*ended, *granted)


def ignore(floor: Floor, event: object, now_s: float) -> Outcome:
    """Nothing to do, and nothing wrong."""
    return floor, ()
