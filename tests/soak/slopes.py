"""Whether a figure grows: a straight line through its samples, its noise, and a verdict.

Theory. Samples of one process follow each other closely, so they know less than their number
says: the standard error of the slope is widened by the correlation of neighbouring residuals
(first-order autoregression). A figure is *flat* only when even the steepest slope that fits the
noise is within what is allowed, *grows* only when the gentlest one is beyond it; in between the
run was too short to say, and says so. Records and logs are there to grow: they are *steady* when
they do not grow faster in the second half than in the first.

Owns this arithmetic. Must not know where samples come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

HOUR_S = 3600.0

WARM_SHARE, WARM_LEAST_S = 0.25, 300.0
"""Of the run, at its beginning, but never less: caches fill and the allocator finds its size. A run
of a few minutes says nothing."""

QUIET_S = 60.0

SIGMAS = 2.0
FASTER = 1.5
"""A second half that grows so many times faster than the first is no steady growth."""

LEAST_SAMPLES = 8

Verdict = Literal["flat", "grows", "steady", "unclear"]


@dataclass(frozen=True, slots=True)
class Slope:
    """A line through samples."""

    per_h: float
    noise_per_h: float
    """One standard error of ``per_h``."""


def fit(at_s: Sequence[float], values: Sequence[float]) -> Slope | None:
    """Least squares; None when there are too few samples to tell."""
    count = len(values)
    if count < LEAST_SAMPLES:
        return None
    middle_s, middle = sum(at_s) / count, sum(values) / count
    apart_s = [each - middle_s for each in at_s]
    spread = sum(each * each for each in apart_s)
    per_s = sum(t * (value - middle) for t, value in zip(apart_s, values, strict=True)) / spread
    rest = [value - middle - per_s * t for t, value in zip(apart_s, values, strict=True)]
    power = sum(each * each for each in rest)
    alike = sum(a * b for a, b in pairwise(rest)) / power if power else 0.0
    alike = min(max(alike, 0.0), 0.98)
    error_per_s = math.sqrt(power / (count - 2) / spread * (1 + alike) / (1 - alike))
    return Slope(per_s * HOUR_S, error_per_s * HOUR_S)


def warm(at_s: Sequence[float], values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The samples after the beginning."""
    from_s = at_s[0] + max(WARM_LEAST_S, WARM_SHARE * (at_s[-1] - at_s[0])) if at_s else 0.0
    kept = [(t, value) for t, value in zip(at_s, values, strict=True) if t >= from_s]
    return [t for t, _ in kept], [value for _, value in kept]


def quiet(at_s: Sequence[float], values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The least of each minute: what stays when pages have gone and garbage is collected.

    A meeting is shorter than that on a busy machine too, so its own coming and going is not noise.
    """
    found: dict[int, tuple[float, float]] = {}
    for t, value in zip(at_s, values, strict=True):
        minute = int((t - at_s[0]) / QUIET_S)
        if minute not in found or value < found[minute][1]:
            found[minute] = (t, value)
    return [t for t, _ in found.values()], [value for _, value in found.values()]


def judge(slope: Slope | None, allowed_per_h: float) -> Verdict:
    """Of a figure that should stay as it is."""
    if slope is None:
        return "unclear"
    if slope.per_h - SIGMAS * slope.noise_per_h > allowed_per_h:
        return "grows"
    is_flat = slope.per_h + SIGMAS * slope.noise_per_h <= allowed_per_h
    return "flat" if is_flat else "unclear"


def judge_records(at_s: Sequence[float], values: Sequence[float]) -> Verdict:
    """Of a figure that grows with every meeting."""
    half = len(values) // 2
    first, second = fit(at_s[:half], values[:half]), fit(at_s[half:], values[half:])
    if first is None or second is None:
        return "unclear"
    more_per_h = second.per_h - FASTER * max(first.per_h, 0.0)
    noise_per_h = SIGMAS * math.hypot(second.noise_per_h, FASTER * first.noise_per_h)
    return "grows" if more_per_h > noise_per_h else "steady"


def of_all(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a process or a run: its worst."""
    for worst in ("grows", "unclear"):
        if worst in verdicts:
            return worst  # type: ignore[return-value]  # both are verdicts
    return "flat"
