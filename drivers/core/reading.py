"""A value that a device proved, with its age; or the reason why it is unknown.

Owns the difference between *off* and *unknown*. Must not invent values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

Clock = Callable[[], float]
"""Monotonic seconds. Real code passes ``time.monotonic``, tests a clock they move by hand."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """One value as last proved by the device.

    ``value`` is None exactly when ``reason`` says why. ``at_s`` is the monotonic time of
    the proof, None when there never was one.
    """

    value: T | None
    at_s: float | None
    reason: str | None = None

    @staticmethod
    def known(value: T, at_s: float) -> Reading[T]:
        """A value the device has just reported."""
        return Reading(value, at_s)

    @staticmethod
    def unknown(reason: str) -> Reading[T]:
        """No value, and why: ``not asked yet``, ``link down``, ``no answer``."""
        return Reading(None, None, reason)

    def age_s(self, now_s: float) -> float | None:
        """Seconds since the proof; None when there is none."""
        return None if self.at_s is None else max(0.0, now_s - self.at_s)

    def fresh(self, now_s: float, limit_s: float, reason: str = "stale") -> Reading[T]:
        """This reading, or an unknown one (keeping its time) when older than ``limit_s``."""
        age_s = self.age_s(now_s)
        if self.value is None or age_s is None or age_s <= limit_s:
            return self
        return Reading(None, self.at_s, reason)
