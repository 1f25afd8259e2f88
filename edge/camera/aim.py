"""Geometry: from places in the room to where a camera must look.

Owns the conversion between room coordinates (metres, x to the right, y away, as seen from the
front wall's left corner, z up) and camera angles (pan clockwise from above, tilt up). Pure;
moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from drivers.core.capability import Aim
from drivers.core.unseen import PICTURE_RATIO

Point = tuple[float, float, float]

HEAD_AND_SHOULDERS_M = 1.4
"""Width of the picture at the speaker: a head of 24 cm is 0.3 of its height, within the quarter to
third of ``framing.Manners``, so that the size alone is no reason to correct."""

EYES_AT = 1 / 3
"""Height of the eyes in a picture, from above."""

WIDE_MARGIN = 1.1
"""The wide shot leaves a tenth around the outermost seats."""

NARROWEST_DEG, WIDEST_DEG = 3.0, 70.0
"""Fields of view asked of any camera; its own limits apply on top."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera stands, and how it is turned.

    ``heading_deg`` is the bearing of pan 0, clockwise from +y; ``pitch_deg`` lifts its tilt 0
    above the horizon, ``roll_deg`` then turns it clockwise as the camera looks. A camera under
    the ceiling may count an axis the other way: its sign is -1. ``scale`` is what it reports
    for one true degree.
    """

    position_m: Point
    heading_deg: float
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    pan_sign: int = 1
    tilt_sign: int = 1
    scale: float = 1.0

    def forward_right_up(self) -> tuple[Point, Point, Point]:
        """The camera's axes in the room, each of length 1."""
        h, p, r = (math.radians(a) for a in (self.heading_deg, self.pitch_deg, self.roll_deg))
        forward = (math.sin(h) * math.cos(p), math.cos(h) * math.cos(p), math.sin(p))
        right = (math.cos(h), -math.sin(h), 0.0)
        up = (-math.sin(h) * math.sin(p), -math.cos(h) * math.sin(p), math.cos(p))
        rolled_right = _mix(right, math.cos(r), up, -math.sin(r))
        rolled_up = _mix(up, math.cos(r), right, math.sin(r))
        return forward, rolled_right, rolled_up


def _mix(a: Point, of_a: float, b: Point, of_b: float) -> Point:
    return (
        a[0] * of_a + b[0] * of_b,
        a[1] * of_a + b[1] * of_b,
        a[2] * of_a + b[2] * of_b,
    )


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def wrapped_deg(angle_deg: float) -> float:
    """The same direction between -180 (excluded) and +180 degrees."""
    wrapped = math.fmod(angle_deg, 360.0)
    if wrapped > 180.0:
        return wrapped - 360.0
    return wrapped + 360.0 if wrapped <= -180.0 else wrapped


def apart_deg(one: Aim, other: Aim) -> float:
    """The angle between two directions that are not far apart."""
    pan_deg = wrapped_deg(one.pan_deg - other.pan_deg) * math.cos(math.radians(one.tilt_deg))
    return math.hypot(pan_deg, one.tilt_deg - other.tilt_deg)


def aim_at(pose: Pose, target_m: Point, width_m: float = HEAD_AND_SHOULDERS_M) -> Aim:
    """Look at a point so that ``width_m`` fills the picture there.

    Raises:
        ValueError: the target is where the camera is.
    """
    ray = _mix(target_m, 1.0, pose.position_m, -1.0)
    distance_m = math.sqrt(_dot(ray, ray))
    if distance_m < 0.05:
        raise ValueError(f"the target {target_m} is at the camera")
    ahead, right, up = (_dot(ray, axis) for axis in pose.forward_right_up())
    fov_deg = math.degrees(2.0 * math.atan2(width_m / 2.0, distance_m))
    return Aim(
        pan_deg=wrapped_deg(pose.pan_sign * math.degrees(math.atan2(right, ahead))) * pose.scale,
        tilt_deg=pose.tilt_sign
        * math.degrees(math.atan2(up, math.hypot(right, ahead)))
        * pose.scale,
        fov_deg=min(WIDEST_DEG, max(NARROWEST_DEG, fov_deg)),
    )


def headroom_deg(fov_deg: float, eyes_at: float = EYES_AT) -> float:
    """How far above the middle of such a picture the eyes belong."""
    half_height = math.tan(math.radians(fov_deg) / 2) * PICTURE_RATIO
    return math.degrees(math.atan((1 - 2 * eyes_at) * half_height))


def composed(head: Aim, eyes_at: float = EYES_AT) -> Aim:
    """Look so far below a head that its eyes stand at ``eyes_at``, not in the middle.

    Else every shot by a computed aim would be off by a tenth of its width, and be corrected.
    """
    return replace(head, tilt_deg=head.tilt_deg - headroom_deg(head.fov_deg, eyes_at))


def wide_aim(pose: Pose, targets_m: Iterable[Point]) -> Aim:
    """Show every target: the middle of the outermost directions, wide enough for all.

    Raises:
        ValueError: there is no target.
    """
    aims = [aim_at(pose, target) for target in targets_m]
    if not aims:
        raise ValueError("a wide shot needs at least one seat")
    # Measured from the first one, so that a spread across the wrap stays a small spread.
    origin = aims[0].pan_deg
    pans = [wrapped_deg(a.pan_deg - origin) for a in aims]
    tilts = [a.tilt_deg for a in aims]
    spread_deg = max(max(pans) - min(pans), 10.0) * WIDE_MARGIN
    return Aim(
        pan_deg=wrapped_deg(origin + (max(pans) + min(pans)) / 2.0),
        tilt_deg=(max(tilts) + min(tilts)) / 2.0,
        fov_deg=min(WIDEST_DEG, spread_deg),
    )
