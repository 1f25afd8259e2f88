"""What an installer did to the simulated domes: aimed them by hand and kept presets.

Owns that work, from the places in the room file. Must not share code with the controller, whose
aims it puts to the test.
"""

from __future__ import annotations

import math

from firmware_config.schema import PelcoCameraSection, RoomConfig

SEAT_WIDTH_M = 1.6
"""What an installer frames around a seated person."""

WIDE_DEG = 60.0


def kept_presets(
    config: RoomConfig, camera: PelcoCameraSection
) -> dict[int, tuple[float, float, float]]:
    """Pan, tilt and width of the picture in degrees for each preset of the room file."""
    places = {str(seat.number): seat.position_m for seat in config.seats}
    middle = [sum(axis) / len(places) for axis in zip(*places.values(), strict=True)]
    found = {}
    for target, preset in camera.presets.items():
        place = middle if target == "wide" else places[target]
        dx, dy, dz = (there - here for there, here in zip(place, camera.position_m, strict=True))
        far_m = math.hypot(dx, dy)
        pan_deg = (math.degrees(math.atan2(dx, dy)) - camera.heading_deg + 180.0) % 360.0 - 180.0
        tilt_deg = math.degrees(math.atan2(dz, far_m))
        width_deg = math.degrees(2 * math.atan(SEAT_WIDTH_M / 2 / far_m))
        found[preset] = (pan_deg, tilt_deg, WIDE_DEG if target == "wide" else width_deg)
    return found
