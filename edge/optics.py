"""The cameras of a room file as drivers: who shares a line, and where presets look.

Owns that choice for ``composition``. Must not open anything.
"""

from __future__ import annotations

from pathlib import Path

from drivers.core.capability import Aim, Camera
from drivers.pelco_d.driver import PelcoCamera
from drivers.pelco_d.line import PelcoLine
from drivers.visca.driver import ViscaCamera
from edge.camera.subject import WIDE
from edge.camera.targets import Targets
from edge.contract.topics import seat_name
from edge.sighted import bearings_of
from firmware_config.schema import CameraPlace, RoomConfig


def make_cameras(config: RoomConfig, data_dir: Path | None = None) -> dict[str, Camera]:
    """Every camera of the room; ``data_dir`` may hold sightings."""
    bearings = bearings_of(config, data_dir)
    places_m = {seat_name(config.room.id, seat.number): seat.position_m for seat in config.seats}
    lines: dict[str, PelcoLine] = {}
    cameras: dict[str, Camera] = {}
    for section in config.cameras:
        presets = presets_of(section, config.room.id, Targets(bearings[section.id], places_m))
        if section.driver == "pelco_d":
            line = lines.setdefault(section.port, PelcoLine(section.port, section.baud))
            cameras[section.id] = PelcoCamera(section, line, presets)
        else:
            cameras[section.id] = ViscaCamera(section, presets=presets)
    return cameras


def presets_of(camera: CameraPlace, room: str, targets: Targets) -> dict[int, Aim]:
    """Where each preset of the camera looks, as far as the room's geometry knows."""
    aims = {
        preset: targets.aim(WIDE if target == WIDE else seat_name(room, int(target)))
        for target, preset in camera.presets.items()
    }
    return {preset: aim for preset, aim in aims.items() if aim is not None}
