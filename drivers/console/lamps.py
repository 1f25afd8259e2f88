"""What a lamp shows at a moment: pure.

Owns the rhythm of blinking, one for all lamps so that a panel blinks as one. Must not know
pins.
"""

from __future__ import annotations

from collections.abc import Iterable

from drivers.core.capability import Lamp

SLOW_HALF_S = 0.5
"""About 1 Hz."""

FAST_HALF_S = 0.125
"""About 4 Hz."""


def is_lit(lamp: Lamp, now_s: float) -> bool:
    """Whether the lamp is lit at ``now_s``."""
    match lamp:
        case "off":
            return False
        case "on":
            return True
        case "slow":
            return int(now_s / SLOW_HALF_S) % 2 == 0
        case "fast":
            return int(now_s / FAST_HALF_S) % 2 == 0


def next_change_s(lamps: Iterable[Lamp], now_s: float) -> float | None:
    """When a lamp changes next, None while none of them blinks."""
    shown = set(lamps)
    half_s = FAST_HALF_S if "fast" in shown else SLOW_HALF_S if "slow" in shown else None
    return None if half_s is None else (int(now_s / half_s) + 1) * half_s
