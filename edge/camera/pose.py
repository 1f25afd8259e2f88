"""A camera's pose from a few sightings: which pan and tilt it had when it looked at which seat.

Theory. Six unknowns: place, heading, pitch, roll. A sighting gives two bearings; priors say
that a camera stands nearly level, and how high. Least squares from several starts around the
seats (the heading of each start follows from the mean direction), the best ones refined. Only
angles are seen, so the plan of the seats must be metric: a plan with a wrong scale fits well.
The covariance of the fit, carried to each seat, says how far off its aim may be; the residuals
do not: four neighbouring seats fit perfectly and miss the other end of the table.

Method: bundle adjustment of one view with known points (Hartley and Zisserman, *Multiple View
Geometry*, chapters 7 and A6), bearings instead of pixels.

Owns the fit and its uncertainty. Must not know files, rooms or cameras. Metres and degrees.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from edge.camera.aim import Point, Pose, aim_at, wrapped_deg

Mount = Literal["table", "ceiling"]
Vector = NDArray[np.float64]

AIM_SIGMA_DEG = 0.5
"""How well a person centres a head by hand (assumption of the accuracy tables)."""

SEAT_SIGMA_M = 0.03
"""How well a seat's place was measured."""

LEVEL_SIGMA_DEG = 2.0
"""How level a camera stands on its bracket."""

HEIGHT_SIGMA_M = 0.03
"""A height that somebody measured."""

USUAL_HEIGHT_M: Mapping[Mount, tuple[float, float]] = {"table": (1.6, 0.6), "ceiling": (2.6, 0.4)}
"""Without a measured height: where such cameras are, and how far that may be wrong."""

PLAN_SIGMA_M = 0.3
"""A place read from a plan."""

SCALE_SIGMA = 0.1
"""How far an unknown scale may be from 1."""

STARTS_PER_RING = 8
REFINED = 5


@dataclass(frozen=True, slots=True)
class Mounting:
    """What is known of the camera before anybody looks through it.

    ``height_m`` was measured; ``position_m`` is read from a plan, good to ``PLAN_SIGMA_M``.
    """

    mount: Mount = "table"
    height_m: float | None = None
    position_m: Point | None = None
    scale_known: bool = True
    """False: the camera's degrees may be longer or shorter than true ones."""

    @property
    def least_sightings(self) -> int:
        """Fewer do not determine the pose (two bearings each, six or seven unknowns)."""
        if not self.scale_known:
            return 5
        return 3 if self.position_m is None else 2


@dataclass(frozen=True, slots=True)
class Sighting:
    """The camera was aimed by hand at a seat, and said these angles."""

    seat: str
    pan_deg: float
    tilt_deg: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A pose and how sure it is.

    ``covariance``: place (m), heading, pitch, roll (degrees), and the scale where it is
    unknown. ``strain`` is the mean square of the residuals in units of their sigma: 1 as
    expected, more when the sightings disagree with each other or with the priors.
    """

    pose: Pose
    covariance: Vector
    strain: float


def fit(mounting: Mounting, seats_m: Mapping[str, Point], sightings: Sequence[Sighting]) -> Fit:
    """The pose that explains the sightings best.

    Raises:
        ValueError: no sighting, or of a seat that is not in ``seats_m``.
    """
    if not sightings:
        raise ValueError("no sighting: aim the camera at a seat first")
    for sighting in sightings:
        if sighting.seat not in seats_m:
            raise ValueError(f"seat {sighting.seat} is sighted, but has no place in the room")
    found = [_refined(signs, mounting, seats_m, sightings) for signs in _signs(mounting.mount)]
    return min(found, key=lambda one: one.strain)


def _signs(mount: Mount) -> tuple[tuple[int, int], ...]:
    """A camera that hangs upside down may count either axis the other way, or correct it."""
    return ((1, 1), (-1, -1), (-1, 1), (1, -1)) if mount == "ceiling" else ((1, 1),)


def _refined(
    signs: tuple[int, int],
    mounting: Mounting,
    seats_m: Mapping[str, Point],
    sightings: Sequence[Sighting],
) -> Fit:
    def misses(values: Vector) -> Vector:
        return _misses(_pose(values, signs), mounting, seats_m, sightings)

    starts = sorted(
        _starts(signs, mounting, seats_m, sightings), key=lambda v: float(np.sum(misses(v) ** 2))
    )
    tried = [least_squares(misses, start, x_scale="jac") for start in starts[:REFINED]]
    best = min(tried, key=lambda result: float(result.cost))
    information = best.jac.T @ best.jac
    strain = 2.0 * float(best.cost) / max(1, best.jac.shape[0] - best.jac.shape[1])
    return Fit(_pose(best.x, signs), np.linalg.pinv(information) * max(1.0, strain), strain)


def _pose(values: Vector, signs: tuple[int, int]) -> Pose:
    x, y, z, heading, pitch, roll, *scale = (float(v) for v in values)
    return Pose((x, y, z), wrapped_deg(heading), pitch, roll, *signs, *scale)


def _starts(
    signs: tuple[int, int],
    mounting: Mounting,
    seats_m: Mapping[str, Point],
    sightings: Sequence[Sighting],
) -> Iterator[Vector]:
    """Two rings around the seats, or the place of the plan; the heading in closed form."""
    points = np.array(list(seats_m.values()))
    middle, reach = points.mean(axis=0), float(np.ptp(points[:, :2], axis=0).max()) or 1.0
    height_m = mounting.height_m
    if height_m is None:
        height_m = USUAL_HEIGHT_M[mounting.mount][0]
    if mounting.position_m is not None:
        places: list[Point] = [mounting.position_m]
    else:
        turns = [2 * math.pi * n / STARTS_PER_RING for n in range(STARTS_PER_RING)]
        places = [
            (middle[0] + r * reach * math.sin(a), middle[1] + r * reach * math.cos(a), height_m)
            for r, a in itertools.product((0.35, 0.75), turns)
        ]
    for place in places:
        level = Pose(place, 0.0, 0.0, 0.0, *signs)
        offs = [
            math.radians(
                _away_deg(level, seats_m[s.seat]).pan_deg * signs[0] - s.pan_deg * signs[0]
            )
            for s in sightings
        ]
        heading = math.atan2(sum(map(math.sin, offs)), sum(map(math.cos, offs)))
        scale = () if mounting.scale_known else (1.0,)
        yield np.array([*place, math.degrees(heading), 0.0, 0.0, *scale])


@dataclass(frozen=True, slots=True)
class _Bearing:
    pan_deg: float
    tilt_deg: float
    range_m: float


def _away_deg(pose: Pose, point: Point) -> _Bearing:
    """Where the camera would look, and how far; a point in the camera itself is straight ahead."""
    range_m = math.dist(pose.position_m, point)
    if range_m < 0.05:
        return _Bearing(0.0, 0.0, 0.05)
    aim = aim_at(pose, point)
    return _Bearing(aim.pan_deg, aim.tilt_deg, range_m)


def _misses(
    pose: Pose,
    mounting: Mounting,
    seats_m: Mapping[str, Point],
    sightings: Sequence[Sighting],
) -> Vector:
    """Residuals in units of their sigma: two per sighting, then the priors."""
    rows: list[float] = []
    for sighting in sightings:
        seen = _away_deg(pose, seats_m[sighting.seat])
        sigma_deg = math.hypot(AIM_SIGMA_DEG, math.degrees(SEAT_SIGMA_M / seen.range_m))
        off_deg = wrapped_deg(seen.pan_deg - sighting.pan_deg)
        rows.append(off_deg * math.cos(math.radians(sighting.tilt_deg)) / sigma_deg)
        rows.append((seen.tilt_deg - sighting.tilt_deg) / sigma_deg)
    rows += [pose.pitch_deg / LEVEL_SIGMA_DEG, pose.roll_deg / LEVEL_SIGMA_DEG]
    usual_m, sigma_m = USUAL_HEIGHT_M[mounting.mount]
    if mounting.height_m is not None:
        usual_m, sigma_m = mounting.height_m, HEIGHT_SIGMA_M
    elif mounting.position_m is not None:
        usual_m, sigma_m = mounting.position_m[2], PLAN_SIGMA_M
    rows.append((pose.position_m[2] - usual_m) / sigma_m)
    if mounting.position_m is not None:
        for axis in (0, 1):
            rows.append((pose.position_m[axis] - mounting.position_m[axis]) / PLAN_SIGMA_M)
    if not mounting.scale_known:
        rows.append((pose.scale - 1.0) / SCALE_SIGMA)
    return np.array(rows)


STEP_M, STEP_DEG, STEP_SCALE = 1e-4, 1e-3, 1e-5
"""Small enough to be linear, large enough to be above rounding."""


def expected_error_deg(found: Fit, point: Point) -> float:
    """How far off the aim at ``point`` is expected to be: root mean square of the angle."""
    columns = []
    here = _away_deg(found.pose, point)
    shrink = math.cos(math.radians(here.tilt_deg))
    for moved, step in itertools.islice(_moved(found.pose), len(found.covariance)):
        there = _away_deg(moved, point)
        columns.append(
            (
                wrapped_deg(there.pan_deg - here.pan_deg) * shrink / step,
                (there.tilt_deg - here.tilt_deg) / step,
            )
        )
    carried = np.array(columns).T
    spread = carried @ found.covariance @ carried.T
    return math.sqrt(max(0.0, float(np.trace(spread))))


def _moved(pose: Pose) -> Iterator[tuple[Pose, float]]:
    x, y, z = pose.position_m
    yield replace(pose, position_m=(x + STEP_M, y, z)), STEP_M
    yield replace(pose, position_m=(x, y + STEP_M, z)), STEP_M
    yield replace(pose, position_m=(x, y, z + STEP_M)), STEP_M
    yield replace(pose, heading_deg=pose.heading_deg + STEP_DEG), STEP_DEG
    yield replace(pose, pitch_deg=pose.pitch_deg + STEP_DEG), STEP_DEG
    yield replace(pose, roll_deg=pose.roll_deg + STEP_DEG), STEP_DEG
    yield replace(pose, scale=pose.scale + STEP_SCALE), STEP_SCALE
