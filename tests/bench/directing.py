"""The director on meetings, with true turns and through the ears, against the bars.

Owns how many minutes each figure is made of. Must not know how anything is decided.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.camera.subject import Pacing
from tests.bench.bars import Bar
from tests.directed_meeting import Shown, heard_exactly, shown
from tests.heard_meeting import heard_by_chain
from tests.listening_room import Hall, meeting_turns

SEATS = 25
LONG_S, HEARD_S = 600.0, 300.0


def director(seed: int, meetings: int = 24, heard: int = 8) -> tuple[Bar, ...]:
    """Ten minutes each with ears that are never wrong; then five minutes each through the ears."""
    true, quick = [], []
    for n in range(meetings):
        turns = meeting_turns(SEATS, LONG_S, np.random.default_rng(seed + n))
        true.append(shown(turns, LONG_S, heard_exactly(turns)))
        quick.append(shown(turns, LONG_S, heard_exactly(turns), Pacing(min_shot_s=1.0)))
    bars = [*_bars("true turns", true), *_bars("true turns, minimum shot 1 s", quick, 1.0, False)]
    seeds = range(seed, seed + heard)
    some = [(n, meeting_turns(SEATS, HEARD_S, np.random.default_rng(n))) for n in seeds]
    exact = [shown(turns, HEARD_S, heard_exactly(turns)) for _, turns in some]
    bars += _bars("those that are heard, true", exact, 3.0, False)
    for name, hall in (("dry", Hall()), ("reverberant", Hall(decay_s=0.6))):
        found = [
            shown(turns, HEARD_S, heard_by_chain(hall, turns, HEARD_S, n)) for n, turns in some
        ]
        bars += _bars(f"heard, {name}", found)
    return tuple(bars)


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
