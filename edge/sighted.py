"""How each camera of a room stands: by its sightings where there are some, else by the plan.

Sightings stand in the room file, or in ``<data>/<room>.sightings.json``, which the guided flow
writes and which then goes before the room file, camera by camera::

    {"cam-left": [{"seat": 1, "pan_deg": -12.5, "tilt_deg": -3.0}, ...], ...}

Owns reading and writing that file, and the fallback to the plan with its reason. Must not
compute poses: ``edge.camera.sightings`` does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from drivers.core.capability import Aim
from edge.camera.aim import Point, Pose, aim_at, wrapped_deg
from edge.camera.spread import ASKED, farthest_first
from edge.camera.targets import Bearings
from edge.contract.topics import seat_name
from edge.rules.reasons import Reason, Sentence
from edge.runtime.whole_file import replace_file
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


def write_sightings(path: Path, found: Mapping[str, tuple[SightingSection, ...]]) -> None:
    """Keep what was sighted, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    replace_file(path, FILE.dump_json(dict(found), indent=1).decode() + "\n")


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
    shot = camera.wide_shot
    wide = None if shot is None else Aim(shot.pan_deg, shot.tilt_deg, shot.fov_deg)
    plan = Bearings(Pose(camera.position_m, camera.heading_deg), wide, trouble=broken)
    sighted = {seat_name(room, s.seat): (s.pan_deg, s.tilt_deg) for s in sightings}
    try:
        return replace(stand(plan, places_m, sighted), trouble=broken)
    except CannotStandError as error:
        return replace(plan, trouble=error.said, propose=farthest_first(places_m, (), ASKED))


class CannotStandError(ValueError):
    """Sightings from which no pose follows. ``seat`` is the one that does not fit, if one."""

    def __init__(self, reason: Reason, said: Sentence, seat: str | None = None) -> None:
        """``said`` is for the person who sighted."""
        super().__init__(said.en)
        self.reason = reason
        self.said = said
        self.seat = seat


def stand(
    plan: Bearings, places_m: Mapping[str, Point], sighted: Mapping[str, tuple[float, float]]
) -> Bearings:
    """How the camera of ``plan`` stands when it looked at these seats with these angles.

    One sighting turns the camera of the plan; from two on its pose is solved.

    Raises:
        CannotStandError: the sightings contradict each other, or nothing can solve them.
    """
    drawn = plan.drawn or plan.pose
    if not sighted:
        return Bearings(drawn, plan.wide, propose=farthest_first(places_m, (), ASKED))
    try:
        from edge.camera.pose import Mounting, Sighting
        from edge.camera.sightings import ContradictionError, solve
    except ImportError as error:
        raise CannotStandError(Reason.NO_SOLVER, NO_SOLVER) from error
    looked = [Sighting(seat, pan, tilt) for seat, (pan, tilt) in sighted.items()]
    try:
        solution = solve(Mounting(position_m=drawn.position_m), places_m, looked)
    except ContradictionError as error:
        raise CannotStandError(Reason.SIGHTINGS_CONTRADICT, error.said, error.seat) from error
    except ValueError as error:
        said = Sentence(f"các lần ngắm sai: {error}", str(error))
        raise CannotStandError(Reason.BAD_ARGUMENT, said) from error
    pose, aims = drawn, {seat: one.aim for seat, one in solution.aims.items()}
    if solution.found is not None:
        pose = solution.found.pose
    else:
        seat, (pan_deg, tilt_deg) = next(iter(sighted.items()))
        off_deg = wrapped_deg(aim_at(drawn, places_m[seat]).pan_deg - pan_deg)
        pose = replace(drawn, heading_deg=wrapped_deg(drawn.heading_deg + off_deg))
        aims = {seat: Aim(pan_deg, tilt_deg, aim_at(drawn, places_m[seat]).fov_deg)}
    return Bearings(
        pose,
        plan.wide,
        aims,
        {seat: one.expected_error_deg for seat, one in solution.aims.items()},
        drawn=drawn,
        sighted=dict(sighted),
        propose=solution.propose,
        warnings=tuple(warned.said for warned in solution.warnings),
    )
