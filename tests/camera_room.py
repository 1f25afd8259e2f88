"""A conference room with a camera that is sighted by an imperfect person: the truth is known.

Owns the room of the accuracy tables: 25 seats in a U, 8 by 6 metres, a camera on a short wall.
Must not know how a pose is found.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

Place = tuple[float, float, float]


def u_table() -> dict[str, Place]:
    """25 heads: five across the far end, ten along each side."""
    across = [(1.8 + 0.6 * n, 6.8, 1.2) for n in range(5)]
    sides = [(x, 6.2 - 0.5 * n, 1.2) for x in (1.2, 4.8) for n in range(10)]
    return {str(number): place for number, place in enumerate([*across, *sides], start=1)}


@dataclass(frozen=True)
class TrueCamera:
    """How a camera really stands. Bearings by plain trigonometry, not by the product's code."""

    position_m: Place
    heading_deg: float
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    upside_down: bool = False

    def bearing_deg(self, point: Place) -> tuple[float, float]:
        """Pan and tilt that it reports when it looks at the point."""
        x, y, z = (p - c for p, c in zip(point, self.position_m, strict=True))
        h, p, r = (math.radians(a) for a in (self.heading_deg, self.pitch_deg, self.roll_deg))
        right, ahead, up = x * math.cos(h) - y * math.sin(h), x * math.sin(h) + y * math.cos(h), z
        ahead, up = ahead * math.cos(p) + up * math.sin(p), up * math.cos(p) - ahead * math.sin(p)
        right, up = right * math.cos(r) - up * math.sin(r), up * math.cos(r) + right * math.sin(r)
        sign = -1 if self.upside_down else 1
        pan = math.degrees(math.atan2(right, ahead))
        return sign * pan, sign * math.degrees(math.atan2(up, math.hypot(right, ahead)))


@dataclass(frozen=True)
class Hands:
    """How exactly somebody aims and measures."""

    aim_deg: float = 0.5
    seat_m: float = 0.03

    def moved(self, seats: dict[str, Place], rnd: random.Random) -> dict[str, Place]:
        """Where the seats really are when the plan says ``seats``."""
        return {
            seat: (
                x + rnd.gauss(0, self.seat_m),
                y + rnd.gauss(0, self.seat_m),
                z + rnd.gauss(0, self.seat_m),
            )
            for seat, (x, y, z) in seats.items()
        }

    def sighted(self, camera: TrueCamera, point: Place, rnd: random.Random) -> tuple[float, float]:
        """Pan and tilt after aiming by hand."""
        pan, tilt = camera.bearing_deg(point)
        return pan + rnd.gauss(0, self.aim_deg), tilt + rnd.gauss(0, self.aim_deg)


def some_camera(rnd: random.Random, *, upside_down: bool = False) -> TrueCamera:
    """On the short wall, 1.6 to 2.4 m high, turned anyhow and nearly level."""
    return TrueCamera(
        (rnd.uniform(1.5, 4.5), 0.2, rnd.uniform(1.6, 2.4)),
        rnd.uniform(-180, 180),
        rnd.gauss(0, 1.5),
        rnd.gauss(0, 1.5),
        upside_down,
    )


def angle_between_deg(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The true angle between two directions given as pan and tilt."""

    def ray(pan_deg: float, tilt_deg: float) -> Place:
        pan, tilt = math.radians(pan_deg), math.radians(tilt_deg)
        return (
            math.sin(pan) * math.cos(tilt),
            math.cos(pan) * math.cos(tilt),
            math.sin(tilt),
        )

    dot = sum(p * q for p, q in zip(ray(*a), ray(*b), strict=True))
    return math.degrees(math.acos(max(-1.0, min(1.0, dot))))
