"""What one camera can be aimed at: each seat, two seats together, the whole room.

Owns the aims of one camera, computed once from its pose or taken from its sightings, and how
well it sees each target. Must not move anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.core.capability import Aim
from edge.camera.aim import Point, Pose, aim_at, wide_aim, wrapped_deg
from edge.camera.subject import WIDE, seats_of
from edge.rules.reasons import Sentence

PAIR_WIDEST_DEG = 40.0
"""Two seats are shown together only where that is still a picture of two people."""

PLAN_ERROR_DEG = 1.5
"""How far off an aim by the plan alone may be: a camera's place and heading read from a drawing
(assumption; four sightings give 0.7 in the median)."""


CROWDED_COST = 0.5
"""On top, where the neighbour is too near for the picture to help: another camera may see the
seat apart from its neighbours."""


def view_cost(aim: Aim) -> float:
    """How badly a camera sees a target: far to its side, or so far away that it must zoom in.

    A heuristic: 90 degrees to the side weigh as much as a picture 2 degrees wide.
    """
    return abs(aim.pan_deg) / 90.0 + 2.0 / aim.fov_deg


@dataclass(frozen=True)
class Bearings:
    """How one camera stands, and what of that is better known than by computing.

    ``trouble`` says why its sightings, though there are some, are not used.
    """

    pose: Pose
    wide: Aim | None = None
    """Measured instead of computed."""
    seats: Mapping[str, Aim] = field(default_factory=dict)
    """Sighted or solved, by seat."""
    error_deg: Mapping[str, float] = field(default_factory=dict)
    trouble: Sentence | None = None


class Targets:
    """The aims of one camera. Targets are named as in ``edge.camera.subject``."""

    def __init__(self, bearings: Bearings, places_m: Mapping[str, Point]) -> None:
        """``places_m``: where the heads are, by seat (``main/12``)."""
        self.bearings = bearings
        self._places_m = places_m
        self._costs: dict[str, float] = {}
        pose = bearings.pose
        self._aims: dict[str, Aim | None] = {
            seat: bearings.seats.get(seat) or aim_at(pose, place)
            for seat, place in places_m.items()
        }
        if bearings.wide is not None:
            self._aims[WIDE] = bearings.wide
        elif places_m:
            self._aims[WIDE] = wide_aim(pose, places_m.values())

    def aim(self, target: str) -> Aim | None:
        """Where to look; None when this camera cannot show the target."""
        if target not in self._aims:
            seats = seats_of(target)
            is_pair = len(seats) == 2 and all(seat in self._places_m for seat in seats)
            if not is_pair:
                return None
            self._aims[target] = self._pair_aim(seats[0], seats[1])
        return self._aims[target]

    def _pair_aim(self, one: str, other: str) -> Aim | None:
        """Both heads with their shoulders, or None when they are too far apart."""
        a, b = self._single(one), self._single(other)
        turn_deg = wrapped_deg(b.pan_deg - a.pan_deg)
        width_deg = abs(turn_deg) + max(a.fov_deg, b.fov_deg)
        if width_deg > PAIR_WIDEST_DEG:
            return None
        middle_deg = wrapped_deg(a.pan_deg + turn_deg / 2.0)
        return Aim(middle_deg, (a.tilt_deg + b.tilt_deg) / 2.0, width_deg)

    def _single(self, seat: str) -> Aim:
        aim = self._aims[seat]
        if aim is None:
            raise ValueError(f"seat {seat} has no aim")
        return aim

    def cost(self, target: str) -> float | None:
        """How badly this camera sees the target; None when it does not."""
        aim = self.aim(target)
        if aim is None:
            return None
        if target not in self._costs:
            crowded = target in self._places_m and self.is_crowded(target)
            self._costs[target] = view_cost(aim) + CROWDED_COST * crowded
        return self._costs[target]

    def is_crowded(self, seat: str) -> bool:
        """The next head is so near that its face could be taken for this one's."""
        return self.gate_deg(seat) < self.error_deg(seat)

    def distance_m(self, seat: str) -> float:
        """From the lens to the head."""
        return math.dist(self.bearings.pose.position_m, self._places_m[seat])

    def gate_deg(self, seat: str) -> float:
        """Half the angle to the nearest other head: what is further off is a neighbour."""
        here = self._single(seat)
        shrink = math.cos(math.radians(here.tilt_deg))
        away = [
            math.hypot(
                wrapped_deg(there.pan_deg - here.pan_deg) * shrink, there.tilt_deg - here.tilt_deg
            )
            for other in self._places_m
            if other != seat and (there := self._single(other))
        ]
        return min(away, default=360.0) / 2.0

    def error_deg(self, seat: str) -> float:
        """How far off the aim at this seat is expected to be."""
        return self.bearings.error_deg.get(seat, PLAN_ERROR_DEG)
