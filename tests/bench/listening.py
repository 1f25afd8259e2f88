"""The ears against their bars: who is heard, how soon, at what cost.

Owns how many minutes each figure is made of. Must not know how anything is heard.
"""

from __future__ import annotations

import functools
import operator

from tests.bench.bars import Bar, rank
from tests.heard_meeting import delays_s, listen, meeting, ms_per_block, scored
from tests.listening_room import Hall

HALLS = {
    "neighbour -10 dB": Hall(),
    "the same, 0.6 s of decay": Hall(decay_s=0.6),
    "the same, decay 4 dB below": Hall(decay_s=0.6, direct_to_decay_db=4.0),
    "neighbour -6 dB": Hall(neighbour_db=-6.0),
    "neighbour -18 dB": Hall(neighbour_db=-18.0),
}
JUDGED = list(HALLS)[:2]
"""The bars' own conditions; the others are for information."""


def listening(seed: int, takes: int = 4, length_s: float = 45.0) -> tuple[Bar, ...]:
    """25 channels, levels up to 6 dB apart, turns as in meetings."""
    bars: list[Bar] = []
    for name, hall in HALLS.items():
        scores, delays = [], []
        for n in range(takes):
            take = meeting(hall, seed + n, length_s)
            heard = listen(take.samples)
            scores.append(scored(take, heard))
            delays += delays_s(take, heard)
        score = functools.reduce(operator.add, scores)
        precision, recall = ((0.95, 0.99), (0.85, 0.92)) if name in JUDGED else ((None, None),) * 2
        late = ((0.6, 0.35), (1.2, 1.0)) if name in JUDGED else ((None, None),) * 2
        bars += [
            Bar(f"{name}: frame precision", score.precision, *precision, at_least=True),
            Bar(f"{name}: frame recall", score.recall, *recall, at_least=True),
            Bar(f"{name}: decision delay, median", rank(delays, 0.5), *late[0], "s"),
            Bar(f"{name}: decision delay, p90", rank(delays, 0.9), *late[1], "s"),
        ]
    spent = ms_per_block(meeting(Hall(decay_s=0.6), seed, 20.0).samples)
    return (
        *bars,
        Bar("one block of 20 ms, 25 channels: median", rank(spent, 0.5), 2.0, 0.5, "ms"),
        Bar("one block of 20 ms, 25 channels: p95", rank(spent, 0.95), unit="ms"),
    )
