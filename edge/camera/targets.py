"""What one camera can be aimed at: each seat, two seats together, the whole room.

Owns the aims of one camera, computed once from its pose or taken from its sightings, and how
well it sees each target. Must not move anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from drivers.core.capability import Aim
from edge.camera.aim import (
    NARROWEST_DEG,
    WIDEST_DEG,
    Point,
    Pose,
    aim_at,
    apart_deg,
    composed,
    wide_aim,
    wrapped_deg,
)
from edge.camera.subject import WIDE, seats_of
from edge.rules.reasons import Sentence

PAIR_WIDEST_DEG = 40.0
"""Two seats are shown together only where that is still a picture of two people."""

FOLLOWED_M = 2.0
"""Width of the picture at one who walks: who is followed is never quite in the middle."""

PLAN_ERROR_DEG = 1.5
"""How far off an aim by the plan alone may be: a camera's place and heading read from a drawing
(assumption; four sightings give 0.7 in the median)."""


WALK_MARGIN_M = 0.3
"""Nobody stops at the very end."""

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
    drawn: Pose | None = None
    """What the room file says; None: ``pose`` is that."""
    sighted: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By seat: pan and tilt in degrees, as the camera reported them when it looked there."""
    propose: tuple[str, ...] = ()
    """Seats that are worth sighting next, the best first."""
    warnings: tuple[Sentence, ...] = ()

    @property
    def by_plan(self) -> Bearings:
        """The same camera as if nobody had sighted anything."""
        return Bearings(self.drawn or self.pose, self.wide)


class Targets:
    """The aims of one camera. Targets are named as in ``edge.camera.subject``."""

    def __init__(
        self,
        bearings: Bearings,
        places_m: Mapping[str, Point],
        walks_m: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """``places_m``: where the heads are, by seat (``main/12``).

        ``walks_m``: seats whose people walk while they speak, and how far to each side.
        """
        self._places_m = places_m
        self._walks_m = walks_m
        self.stand(bearings)

    def stand(self, bearings: Bearings) -> None:
        """The camera stands so: every aim anew."""
        self.bearings = bearings
        pose, places_m = bearings.pose, self._places_m
        self._costs: dict[str, float] = {}
        self._heads = {
            seat: bearings.seats.get(seat) or aim_at(pose, place)
            for seat, place in places_m.items()
        }
        for seat in self._walks_m:
            fov_deg = self._width_deg(seat, FOLLOWED_M)
            self._heads[seat] = replace(self._heads[seat], fov_deg=fov_deg)
        self._aims: dict[str, Aim | None] = {
            seat: composed(head) for seat, head in self._heads.items()
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
        a, b = self._heads[one], self._heads[other]
        turn_deg = wrapped_deg(b.pan_deg - a.pan_deg)
        width_deg = abs(turn_deg) + max(a.fov_deg, b.fov_deg)
        if width_deg > PAIR_WIDEST_DEG:
            return None
        middle_deg = wrapped_deg(a.pan_deg + turn_deg / 2.0)
        return Aim(middle_deg, (a.tilt_deg + b.tilt_deg) / 2.0, width_deg)

    def head(self, seat: str) -> Aim:
        """Where the head of a seat is: in the middle of the picture, as sightings have it."""
        return self._heads[seat]

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

    def _width_deg(self, seat: str, width_m: float) -> float:
        half_deg = math.degrees(math.atan2(width_m / 2, self.distance_m(seat)))
        return min(WIDEST_DEG, max(NARROWEST_DEG, 2 * half_deg))

    def whole_walk(self, seat: str) -> Aim | None:
        """The shot of everywhere that the person may walk; None for one who sits."""
        walks_m = self._walks_m.get(seat, 0.0)
        if walks_m <= 0.0:
            return None
        fov_deg = self._width_deg(seat, 2 * walks_m + FOLLOWED_M)
        return composed(replace(self._heads[seat], fov_deg=fov_deg))

    def gate_deg(self, seat: str) -> float:
        """Half the angle to the nearest other head: what is further off is a neighbour.

        Of one who walks: the angle to either end of the walk.
        """
        here = self._heads[seat]
        if self._walks_m.get(seat, 0.0) > 0.0:
            reach_m = self._walks_m[seat] + WALK_MARGIN_M
            return math.degrees(math.atan2(reach_m, self.distance_m(seat)))
        away_deg = [apart_deg(here, self._heads[o]) for o in self._places_m if o != seat]
        return min(away_deg, default=360.0) / 2.0

    def error_deg(self, seat: str) -> float:
        """How far off the aim at this seat is expected to be."""
        return self.bearings.error_deg.get(seat, PLAN_ERROR_DEG)
