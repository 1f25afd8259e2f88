"""Rules for a turn that runs: longer, heard, silent, over its time.

Owns what becomes of a turn while nobody touches it. Must not know what listening is: it is
told who is heard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from edge.rules.asking import ask
from edge.rules.events import Ask, Effect, Extend, ExtendTurns, SeatHeard, SeatSilent, Tick
from edge.rules.state import Floor, Turn
from edge.rules.timers import ends
from edge.rules.turns import Outcome, end_turns


def extend(floor: Floor, event: Extend, now_s: float) -> Outcome:
    """The seat speaks and may do so longer."""
    longer_s = floor.settings.extension_s
    return _each(floor, event.seat, lambda t: replace(t, extra_s=t.extra_s + longer_s)), ()


def extend_all(floor: Floor, event: ExtendTurns, now_s: float) -> Outcome:
    """So may every delegate who speaks."""
    for turn in floor.speaking:
        if not floor.is_chair(turn.seat):
            floor, _ = extend(floor, Extend(turn.seat), now_s)
    return floor, ()


def hear_voice(floor: Floor, event: SeatHeard, now_s: float) -> Outcome:
    """In *voice* mode speaking opens the microphone; in the others it means nothing."""
    if floor.mode != "voice":
        return floor, ()
    opened, effects = ask(floor, Ask(event.seat, now_s), now_s)
    return _each(opened, event.seat, lambda turn: replace(turn, by_voice=True)), effects


def voice_goes_on(floor: Floor, event: SeatHeard, now_s: float) -> Outcome:
    """The seat has the floor and is heard."""
    return _each(floor, event.seat, lambda turn: replace(turn, silent_since_s=None)), ()


def voice_stops(floor: Floor, event: SeatSilent, now_s: float) -> Outcome:
    """The seat has the floor and is not heard any more."""

    def silent(turn: Turn) -> Turn:
        return turn if turn.silent_since_s is not None else replace(turn, silent_since_s=now_s)

    return _each(floor, event.seat, silent), ()


def tick(floor: Floor, event: Tick, now_s: float) -> Outcome:
    """End the turns whose time, or whose voice, is over."""
    effects: tuple[Effect, ...] = ()
    for at_s, seat, why in sorted(ends(floor)):
        if at_s <= now_s:
            floor, ended = end_turns(floor, frozenset({seat}), why, now_s)
            effects = (*effects, *ended)
    return floor, effects


def _each(floor: Floor, seat: str, change: Callable[[Turn], Turn]) -> Floor:
    """The floor with the seat's turn changed; the very same when nothing is new."""
    turns = tuple(change(t) if t.seat == seat else t for t in floor.speaking)
    return floor if turns == floor.speaking else replace(floor, speaking=turns)
