"""What a seat does and shows: microphone and lamps, from what is known and what was pressed.

Theory. Lamps show what is so, not what was pressed; a press that nobody has answered yet
blinks fast. Closing is the exception: whoever presses *off*, and whatever closes the room
(priority, all off, fire), acts on the microphone before anybody has answered.

    red on          heard                       red fast        last minute, or overtime
    green on        waits                       green slow      next in line
    amber on        muted by the chair          green fast      asked, not answered yet
    red+green fast  refused                     amber fast      fire alarm

Owns the picture at the seat. Must not know units or wires.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from edge.rules import timers
from edge.rules.state import Floor, SeatState, seat_state

Lamp = Literal["off", "on", "slow", "fast"]

ASKING = ("ask", "debate", "point_of_order")
MUTING = frozenset({"priority_held", "priority_pressed", "all_off", "mute", "recess"})
"""Intents that close every delegate of the own room at once."""


@dataclass(frozen=True, slots=True)
class SeatWish:
    """What a seat should do and show."""

    microphone: bool
    red: Lamp
    green: Lamp
    amber: Lamp = "off"


DARK = SeatWish(False, "off", "off")
BURNING = SeatWish(False, "off", "off", "fast")


def led_by_nobody(asked: str | None) -> SeatWish:
    """After a start: everything off, and a press that waits for an answer."""
    return SeatWish(False, "off", "fast" if asked in ASKING else "off")


def picture(
    floor: Floor, seat: str, asked: str | None, muting: Collection[str], now_s: float
) -> SeatWish:
    """``asked``: what the seat pressed last; ``muting``: what the room pressed, unanswered."""
    match seat_state(floor, seat):
        case SeatState.SPEAKING:
            return _speaking(floor, seat, asked, muting, now_s)
        case SeatState.WAITING:
            head = floor.next_waiting()
            is_next = head is not None and head.seat == seat
            return SeatWish(False, "off", "slow" if is_next else "on")
        case SeatState.SILENT:
            return SeatWish(False, "off", "fast" if asked in ASKING else "off")


def _speaking(
    floor: Floor, seat: str, asked: str | None, muting: Collection[str], now_s: float
) -> SeatWish:
    may_close = floor.settings.may_switch_off or floor.is_outside(seat)
    if asked == "leave" and (may_close or floor.mode == "push_to_talk"):
        return DARK
    muted = "mute" in muting or (bool(muting) and not floor.is_chair(seat))
    if muted or not floor.hears(seat):
        return SeatWish(False, "off", "off", "on")
    turn = next(t for t in floor.speaking if t.seat == seat)
    calm = timers.phase(floor, turn, now_s) == "calm"
    return SeatWish(True, "on" if calm else "fast", "off")
