"""What voices ask of the floor: *heard* and *silent*, said only when it changes something.

Theory. The floor wants to know of a voice in two cases: in *voice* mode, where being heard is
asking; and of a turn that ends by silence. Both are levels, not moments: what the floor knows
(``silent_since_s``) is compared with what is heard, and the difference is said, once, as a
press that cannot be lost. A breath is no silence, and what nobody can hear is none either.

Owns when something is said, and how often at most. Must not listen, or decide who speaks.
Times are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge.rules.following import Room
from edge.rules.settings import SILENCED
from edge.rules.state import SeatState, Turn, room_of, seat_state

VoiceIntent = Literal["heard", "silent"]
Asked = tuple[VoiceIntent, str]

QUIET_S = 2.0
"""Pauses between sentences are shorter (1 to 1.5 s at most turns' ends)."""

AGAIN_S = 1.0
"""A seat says no more than one thing per so long."""

REPEAT_S = 10.0
"""The same thing, when it had no effect: refused, or overtaken."""


@dataclass(frozen=True, slots=True)
class SeatSound:
    """What is known of one seat. ``open_s``: since when its microphone is proved open."""

    talks: bool
    heard_s: float | None
    open_s: float | None


@dataclass
class VoiceFloor:
    """Remembers what was said last for each seat."""

    _said: dict[str, tuple[VoiceIntent, float]] = field(default_factory=dict)

    def owed(
        self, room: Room, seats: Mapping[str, SeatSound], now_s: float, *, listens: bool
    ) -> tuple[Asked, ...]:
        """What must be said now; it counts as said."""
        if room.authority == "none" or room.burning:
            return ()
        waiting = {p.seat for p in room.pending if p.intent in ("heard", "silent")}
        found = []
        for intent, seat in (*_turns(room, seats, now_s, listens), *_wanting(room, seats)):
            last, at_s = self._said.get(seat, (None, -REPEAT_S))
            pause_s = REPEAT_S if intent == last else AGAIN_S
            if seat not in waiting and now_s - at_s >= pause_s:
                self._said[seat] = (intent, now_s)
                found.append((intent, seat))
        return tuple(found)


def _turns(
    room: Room, seats: Mapping[str, SeatSound], now_s: float, listens: bool
) -> Iterator[Asked]:
    """Turns that end by silence, where the floor knows otherwise than what is heard."""
    for turn in room.floor.speaking:
        if room_of(turn.seat) == room.id and turn.seat in seats and _matters(room, turn):
            silent = listens and _is_silent(seats[turn.seat], now_s)
            if silent != (turn.silent_since_s is not None):
                yield ("silent" if silent else "heard"), turn.seat


def _matters(room: Room, turn: Turn) -> bool:
    if turn.paused_at_s is not None:
        return False
    return turn.by_voice or (
        room.floor.settings.silence_off_s > 0 and not room.floor.is_outside(turn.seat)
    )


def _is_silent(sound: SeatSound, now_s: float) -> bool:
    """The microphone is open, and nothing came from it for longer than a breath."""
    if sound.open_s is None or sound.talks:
        return False
    since_s = sound.open_s if sound.heard_s is None else max(sound.open_s, sound.heard_s)
    return now_s - since_s >= QUIET_S


def _wanting(room: Room, seats: Mapping[str, SeatSound]) -> Iterator[Asked]:
    """In *voice* mode: who talks, does not have the floor, and could have it."""
    floor = room.floor
    if floor.mode != "voice" or floor.hush() is not None or floor.registration != "open":
        return
    for seat, sound in seats.items():
        free = floor.is_outside(seat) or floor.has_place(seat)
        allowed = floor.roles.get(seat, "observer") not in SILENCED
        if sound.talks and free and allowed and seat_state(floor, seat) is SeatState.SILENT:
            yield "heard", seat
