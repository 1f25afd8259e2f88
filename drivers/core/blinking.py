"""What a lamp shows at a moment: pure.

Owns the rhythm of blinking, one for all lamps so that a room blinks as one. Must not know pins
or channels. Monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drivers.core.capability import Lamp

HALF_S: Mapping[Lamp, float] = {"slow": 0.5, "fast": 0.125}
"""How long a blinking lamp is lit, and dark: 1 Hz and 4 Hz."""


def is_lit(lamp: Lamp, now_s: float) -> bool:
    """Whether the lamp is lit at ``now_s``."""
    half_s = HALF_S.get(lamp)
    return lamp == "on" if half_s is None else int(now_s / half_s) % 2 == 0


def next_change_s(lamps: Iterable[Lamp], now_s: float) -> float | None:
    """When a lamp changes next, None while none of them blinks."""
    half_s = min((HALF_S[lamp] for lamp in lamps if lamp in HALF_S), default=None)
    return None if half_s is None else (int(now_s / half_s) + 1) * half_s
