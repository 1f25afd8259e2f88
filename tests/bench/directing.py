"""The director on meetings, with true turns and through the ears, against the bars.

Owns how many minutes each figure is made of. Must not know how anything is decided.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.camera.subject import Pacing
from tests.bench.bars import Bar
from tests.directed_meeting import Hearing, Shown, heard_exactly, shown
from tests.heard_meeting import heard_by_chain
from tests.listening_room import Hall, Turn, meeting_turns

SEATS = 25
PIECE_S = 60.0


def director(seed: int, meetings: int = 12, minutes_heard: int = 8) -> tuple[Bar, ...]:
    """Ten minutes each with ears that are never wrong; then some minutes through the ears."""
    true, quick = [], []
    for n in range(meetings):
        turns = meeting_turns(SEATS, 600.0, np.random.default_rng(seed + n))
        true.append(shown(turns, 600.0, heard_exactly(turns)))
        quick.append(shown(turns, 600.0, heard_exactly(turns), Pacing(min_shot_s=1.0)))
    bars = [*_bars("true turns", true), *_bars("true turns, minimum shot 1 s", quick, 1.0, False)]
    long_s = minutes_heard * PIECE_S
    turns = a_minute_each(seed, minutes_heard)
    bars += _bars("those minutes, true", [shown(turns, long_s, heard_exactly(turns))], 3.0, False)
    for name, hall in (("dry", Hall()), ("reverberant", Hall(decay_s=0.6))):
        bars += _bars(f"those minutes, {name}", [through_ears(hall, turns, minutes_heard, seed)])
    return tuple(bars)


def a_minute_each(seed: int, minutes: int) -> list[Turn]:
    """The fifth minute of each of several meetings, one after the other."""
    found = []
    for n in range(minutes):
        begin_s, end_s = 4 * PIECE_S, 5 * PIECE_S
        for turn in meeting_turns(SEATS, 2 * end_s, np.random.default_rng(seed + n)):
            start_s, stop_s = max(turn.start_s, begin_s), min(turn.end_s, end_s)
            if stop_s - start_s > 0.1:
                shift_s = n * PIECE_S - begin_s
                found.append(Turn(turn.seat, start_s + shift_s, stop_s + shift_s))
    return found


def through_ears(hall: Hall, turns: Sequence[Turn], minutes: int, seed: int) -> Shown:
    """The same meeting as synthesised sound, from samples to shots; a minute at a time."""
    ears: list[Hearing] = []
    for n in range(minutes):
        start_s = n * PIECE_S
        cut = [
            Turn(t.seat, max(0.0, t.start_s - start_s), min(PIECE_S, t.end_s - start_s))
            for t in turns
            if t.end_s > start_s + 0.1 and t.start_s < start_s + PIECE_S - 0.1
        ]
        ears.append(heard_by_chain(hall.record(tuple(cut), PIECE_S, seed)))

    def hearing(at_s: float) -> tuple[str, ...]:
        piece = min(len(ears) - 1, int(at_s / PIECE_S))
        return ears[piece](at_s - piece * PIECE_S)

    return shown(turns, minutes * PIECE_S, hearing)


def _bars(
    name: str, meetings: Sequence[Shown], min_shot_s: float = 3.0, is_judged: bool = True
) -> list[Bar]:
    minutes = sum(one.length_s for one in meetings) / 60
    single_s = sum(one.single_s for one in meetings)

    def percent(seconds: float) -> float:
        return 100 * seconds / single_s

    switches = sum(len(one.shots) - 1 for one in meetings) / minutes
    to_and_fro = 10 * sum(one.ping_pong(one.shots) for one in meetings) / minutes
    cuts = 10 * sum(one.ping_pong(one.cuts) for one in meetings) / minutes
    kept = sum(one.shortest_s >= min_shot_s - 0.05 for one in meetings) / len(meetings)
    right = percent(sum(one.right_s for one in meetings))
    bars = [
        Bar(f"{name}: right seat", right, 80.0, 87.0, "%", at_least=True),
        Bar(f"{name}: alone in the shot", percent(sum(o.alone_s for o in meetings)), unit="%"),
        Bar(f"{name}: the whole room", percent(sum(o.wide_s for o in meetings)), unit="%"),
        Bar(
            f"{name}: right seat on air, two cameras",
            percent(sum(o.on_air_s for o in meetings)),
            unit="%",
        ),
        Bar(f"{name}: shots", switches, 8.0, 6.5, "/min"),
        Bar(f"{name}: ping-pong, decided", to_and_fro, 1.0, 0.0, "/10 min"),
        Bar(f"{name}: ping-pong, on air", cuts, 1.0, 0.0, "/10 min"),
        Bar(f"{name}: minimum shot kept", 100 * kept, 100.0, 100.0, "%", at_least=True),
        Bar(
            f"{name}: moves to an empty seat",
            30 * sum(o.empty_moves for o in meetings) / minutes,
            1.0,
            0.0,
            "/30 min",
        ),
        Bar(
            f"{name}: camera on air moved though another was free",
            sum(o.travelling for o in meetings),
            0.0,
            0.0,
        ),
        Bar(f"{name}: decisions without a why", sum(o.without_why for o in meetings), 0.0, 0.0),
    ]
    return bars if is_judged else [Bar(b.name, b.measured, unit=b.unit) for b in bars[:6]]
