"""How each camera of a room stands: by its sightings where there are some, else by the plan.

Sightings stand in the room file, or in ``<data>/<room>.sightings.json``, which the guided flow
writes and which then goes before the room file, camera by camera::

    {"cam-left": [{"seat": 1, "pan_deg": -12.5, "tilt_deg": -3.0}, ...], ...}

Owns reading that file, and the fallback to the plan with its reason. Must not compute poses:
``edge.camera.sightings`` does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from drivers.core.capability import Aim
from edge.camera.aim import Point, Pose
from edge.camera.targets import Bearings
from edge.contract.topics import seat_name
from edge.rules.reasons import Sentence
from firmware_config.schema import CameraSection, RoomConfig, SightingSection

log = logging.getLogger(__name__)

FILE = TypeAdapter(dict[str, tuple[SightingSection, ...]])
"""The whole file: sightings by camera."""

FILE_LIMIT_BYTES = 1 << 20

NO_SOLVER = Sentence(
    "chưa cài SciPy (phonghop[vision]): ngắm theo sơ đồ",
    "SciPy is not installed (phonghop[vision]): aimed by the plan",
)


class SightingsError(ValueError):
    """The file of sightings cannot be used; one line that says which and why."""


def sightings_path(data_dir: Path, room: str) -> Path:
    """Where the guided flow keeps what was sighted."""
    return data_dir / f"{room}.sightings.json"


def read_sightings(path: Path) -> Mapping[str, tuple[SightingSection, ...]]:
    """What was sighted, by camera; nothing when there is no file.

    Raises:
        SightingsError: the file cannot be read or is none.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SightingsError(f"{path}: cannot be read: {error.strerror}") from error
    if len(raw) > FILE_LIMIT_BYTES:
        raise SightingsError(f"{path}: is larger than {FILE_LIMIT_BYTES} bytes")
    try:
        return FILE.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SightingsError(f"{path}: {where}: {first['msg']}") from error


def bearings_of(config: RoomConfig, data_dir: Path | None) -> dict[str, Bearings]:
    """How every camera of the room stands; what is wrong with its sightings is its trouble."""
    found: Mapping[str, tuple[SightingSection, ...]] = {}
    broken: Sentence | None = None
    if data_dir is not None:
        try:
            found = read_sightings(sightings_path(data_dir, config.room.id))
        except SightingsError as error:
            log.warning("%s", error)
            broken = Sentence(f"không đọc được các lần ngắm: {error}", str(error))
    places = {seat_name(config.room.id, s.number): s.position_m for s in config.seats}
    return {
        camera.id: _bearings(
            camera, found.get(camera.id, camera.sightings), places, config.room.id, broken
        )
        for camera in config.cameras
    }


def _bearings(
    camera: CameraSection,
    sightings: tuple[SightingSection, ...],
    places_m: Mapping[str, Point],
    room: str,
    broken: Sentence | None,
) -> Bearings:
    pose = Pose(camera.position_m, camera.heading_deg)
    shot = camera.wide_shot
    wide = None if shot is None else Aim(shot.pan_deg, shot.tilt_deg, shot.fov_deg)
    plan = Bearings(pose, wide, trouble=broken)
    if not sightings:
        return plan
    try:
        from edge.camera.pose import Mounting, Sighting
        from edge.camera.sightings import ContradictionError, solve
    except ImportError:
        return Bearings(pose, wide, trouble=NO_SOLVER)
    looked = [Sighting(seat_name(room, s.seat), s.pan_deg, s.tilt_deg) for s in sightings]
    try:
        solution = solve(Mounting(position_m=camera.position_m), places_m, looked)
    except ContradictionError as error:
        return Bearings(pose, wide, trouble=error.said)
    except ValueError as error:
        return Bearings(pose, wide, trouble=Sentence(f"các lần ngắm sai: {error}", str(error)))
    if solution.found is None:
        return Bearings(pose, wide, trouble=solution.warnings[0].said)
    return Bearings(
        solution.found.pose,
        wide,
        {seat: one.aim for seat, one in solution.aims.items()},
        {seat: one.expected_error_deg for seat, one in solution.aims.items()},
        broken,
    )
