"""Where a camera that answers says it looks: hundredths of a degree, and what they prove.

Owns the last two answers and the conversion of angles. Pure. Must not touch a wire.
"""

from __future__ import annotations

from drivers.core.capability import Aim
from drivers.core.reading import Reading
from drivers.pelco_d.config import PelcoConfig

UNITS_PER_DEG = 100
FULL_TURN = 36_000

JITTER_DEG = 0.05
STALE_POLLS = 4


def _signed_deg(units: int, sign: int) -> float:
    return ((units * sign + FULL_TURN // 2) % FULL_TURN - FULL_TURN // 2) / UNITS_PER_DEG


class Place:
    """The last two answers of one camera. Monotonic seconds."""

    def __init__(self, config: PelcoConfig) -> None:
        """Knows nothing yet."""
        self.at_s: float | None = None
        self._config = config
        self._signs = (
            1 if config.pan_grows == "right" else -1,
            1 if config.tilt_grows == "up" else -1,
        )
        self._stale_s = STALE_POLLS * config.rest_poll_s
        self._seen: tuple[tuple[float, float, float], ...] = ()
        self._ordered_s = float("-inf")

    def ordered(self, now_s: float) -> None:
        """Something was sent: answers from before prove nothing about rest."""
        self._ordered_s = now_s

    def told(self, pan: int, tilt: int, now_s: float) -> None:
        """The camera answered, in hundredths of a degree from 0 to 35999."""
        pan_deg = _signed_deg(pan, self._signs[0])
        tilt_deg = _signed_deg(tilt, self._signs[1])
        self._seen = (*self._seen[-1:], (pan_deg, tilt_deg, now_s))
        self.at_s = now_s

    def to_units(self, aim: Aim) -> tuple[int, int]:
        """Hundredths of a degree, 0 to 35999, for an aim."""
        pan = round(aim.pan_deg * UNITS_PER_DEG) * self._signs[0]
        tilt = round(aim.tilt_deg * UNITS_PER_DEG) * self._signs[1]
        return pan % FULL_TURN, tilt % FULL_TURN

    def aim(self, now_s: float) -> Reading[Aim]:
        """Where it looks; the width of the picture is as the room file says."""
        if not self._seen or self._config.fov_deg is None:
            return Reading.unknown("not asked yet")
        pan_deg, tilt_deg, at_s = self._seen[-1]
        aim = Aim(pan_deg, tilt_deg, self._config.fov_deg)
        return Reading.known(aim, at_s).fresh(now_s, self._stale_s, "no answer lately")

    def moving(self, now_s: float) -> Reading[bool]:
        """Whether two answers since the last order differ."""
        if len(self._seen) < 2:
            return Reading.unknown("not asked twice yet")
        before, last = self._seen
        if before[2] < self._ordered_s:
            return Reading(None, last[2], "not yet answered twice since the last order")
        differ = max(abs(a - b) for a, b in zip(before[:2], last[:2], strict=True)) > JITTER_DEG
        return Reading.known(differ, last[2]).fresh(now_s, self._stale_s, "no answer lately")

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """At rest within the tolerance of ``aim``, whatever its width; None when unknown."""
        here, moving = self.aim(now_s).value, self.moving(now_s).value
        if here is None or moving is None:
            return None
        off_deg = abs(here.pan_deg - aim.pan_deg), abs(here.tilt_deg - aim.tilt_deg)
        turned_deg = min(off_deg[0], 360.0 - off_deg[0])
        return not moving and max(turned_deg, off_deg[1]) <= self._config.tolerance_deg
