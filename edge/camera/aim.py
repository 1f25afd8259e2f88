"""Geometry: from places in the room to where a camera must look.

Owns the conversion between room coordinates (metres, x to the right, y away, as seen from the
front wall's left corner, z up) and camera angles (pan clockwise from above, tilt up). Pure;
moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from drivers.core.capability import Aim

Point = tuple[float, float, float]

HEAD_AND_SHOULDERS_M = 1.2
"""Width of the picture at the speaker: head, shoulders and a hand's width of air."""

WIDE_MARGIN = 1.1
"""The wide shot leaves a tenth around the outermost seats."""

NARROWEST_DEG, WIDEST_DEG = 3.0, 70.0
"""Fields of view asked of any camera; its own limits apply on top."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera stands, and the bearing of its pan 0: degrees clockwise from +y."""

    position_m: Point
    heading_deg: float


def wrapped_deg(angle_deg: float) -> float:
    """The same direction between -180 (excluded) and +180 degrees."""
    wrapped = math.fmod(angle_deg, 360.0)
    if wrapped > 180.0:
        return wrapped - 360.0
    return wrapped + 360.0 if wrapped <= -180.0 else wrapped


def aim_at(pose: Pose, target_m: Point, width_m: float = HEAD_AND_SHOULDERS_M) -> Aim:
    """Look at a point so that ``width_m`` fills the picture there.

    Raises:
        ValueError: the target is where the camera is.
    """
    dx, dy, dz = (t - c for t, c in zip(target_m, pose.position_m, strict=True))
    ground_m = math.hypot(dx, dy)
    distance_m = math.hypot(ground_m, dz)
    if distance_m < 0.05:
        raise ValueError(f"the target {target_m} is at the camera")
    fov_deg = math.degrees(2.0 * math.atan2(width_m / 2.0, distance_m))
    return Aim(
        pan_deg=wrapped_deg(math.degrees(math.atan2(dx, dy)) - pose.heading_deg),
        tilt_deg=math.degrees(math.atan2(dz, ground_m)),
        fov_deg=min(WIDEST_DEG, max(NARROWEST_DEG, fov_deg)),
    )


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
    spread = max(max(pans) - min(pans), 10.0) * WIDE_MARGIN
    return Aim(
        pan_deg=wrapped_deg(origin + (max(pans) + min(pans)) / 2.0),
        tilt_deg=(max(tilts) + min(tilts)) / 2.0,
        fov_deg=min(WIDEST_DEG, spread),
    )
