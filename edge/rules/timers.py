"""Speaking time: how long a turn has run, when it is warned, when it ends by itself.

Theory. A turn knows when it began and how long its clock stood still; nothing counts up.
``paced`` is applied after every event and starts or stops the clocks: they stand still while
delegates are muted and while the seat's room cannot be reached. Whoever keeps the floor asks
for ``next_deadline`` and sends a ``Tick`` when it is reached.

Owns the arithmetic of time. Must not know a clock: ``now_s`` is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from edge.rules.state import Floor, Turn

Phase = Literal["calm", "warning", "over"]


def elapsed_s(turn: Turn, now_s: float) -> float:
    """How long the seat has spoken."""
    until_s = now_s if turn.paused_at_s is None else turn.paused_at_s
    return max(0.0, until_s - turn.since_s - turn.paused_s)


def left_s(floor: Floor, turn: Turn, now_s: float) -> float | None:
    """Speaking time left, negative in overtime; None when the turn is not timed."""
    role = floor.roles.get(turn.seat)
    limit_s = 0.0 if role is None else floor.settings.limit_s.get(role, 0.0)
    if not limit_s or floor.is_chair(turn.seat):
        return None
    return limit_s + turn.extra_s - elapsed_s(turn, now_s)


def phase(floor: Floor, turn: Turn, now_s: float) -> Phase:
    """What the seat is told about its time."""
    left = left_s(floor, turn, now_s)
    if left is None or left > floor.settings.warning_s:
        return "calm"
    return "warning" if left > 0 else "over"


def paced(floor: Floor, now_s: float) -> Floor:
    """The floor with the clocks stopped that should stand still, and the others running."""
    hushed = floor.hush() is not None
    turns = tuple(
        stopped(t, now_s)
        if floor.is_suspended(t.seat) or (hushed and not floor.is_chair(t.seat))
        else _running(t, now_s)
        for t in floor.speaking
    )
    return floor if turns == floor.speaking else replace(floor, speaking=turns)


def stopped(turn: Turn, now_s: float) -> Turn:
    """The turn with its clock standing still, since ``now_s`` unless it did before."""
    return turn if turn.paused_at_s is not None else replace(turn, paused_at_s=now_s)


def _running(turn: Turn, now_s: float) -> Turn:
    if turn.paused_at_s is None:
        return turn
    paused_s = turn.paused_s + now_s - turn.paused_at_s
    # Silence counts anew: nobody could be heard while the clock stood still.
    silent_s = None if turn.silent_since_s is None else now_s
    return replace(turn, paused_s=paused_s, paused_at_s=None, silent_since_s=silent_s)


def ends(floor: Floor) -> Iterator[tuple[float, str, str]]:
    """When turns end by themselves if nothing happens: time, seat, why."""
    settings = floor.settings
    for turn in floor.speaking:
        if turn.paused_at_s is not None:
            continue
        if settings.at_limit == "stop" and not floor.is_outside(turn.seat):
            left = left_s(floor, turn, turn.since_s)
            if left is not None:
                yield turn.since_s + turn.paused_s + left, turn.seat, "time"
        if turn.silent_since_s is not None:
            wait_s = settings.voice_release_s if turn.by_voice else settings.silence_off_s
            if wait_s and (turn.by_voice or not floor.is_outside(turn.seat)):
                yield turn.silent_since_s + wait_s, turn.seat, "silence"


def next_deadline(floor: Floor) -> float | None:
    """When the next ``Tick`` has work to do; None: never, as things stand."""
    return min((at_s for at_s, _, _ in ends(floor)), default=None)


def next_phase_s(floor: Floor, now_s: float) -> float | None:
    """How long until a turn that runs is warned, or over its time; None: as things stand never."""
    left = [left_s(floor, turn, now_s) for turn in floor.speaking if turn.paused_at_s is None]
    warned_s = floor.settings.warning_s
    coming = [s for one in left if one is not None for s in (one - warned_s, one) if s > 0]
    return min(coming, default=None)
