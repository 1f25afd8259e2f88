"""Which seats to sight: far apart is what tells how a camera stands.

Owns that choice. Pure, and without the solver, so that it costs nothing where nobody sights.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from edge.camera.aim import Point

ASKED = 4
"""Sightings asked for: beyond, better seat places help more."""


def farthest_first(
    seats_m: Mapping[str, Point], sighted: Iterable[str], count: int
) -> tuple[str, ...]:
    """``count`` seats to sight, each as far as possible from all before it."""
    chosen = [seat for seat in sighted if seat in seats_m]
    proposed: list[str] = []
    while len(proposed) < count and len(chosen) < len(seats_m):
        marks = [seats_m[seat] for seat in chosen] or [_middle(seats_m.values())]
        left = [seat for seat in seats_m if seat not in chosen]
        best = max(left, key=lambda seat: min(math.dist(seats_m[seat], m) for m in marks))
        chosen.append(best)
        proposed.append(best)
    return tuple(proposed)


def _middle(points: Iterable[Point]) -> Point:
    xs, ys, zs = zip(*points, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys), sum(zs) / len(zs)
