"""``phonghop-edge aim``: from sightings in a file to an aim for every seat.

Owns the form of that file and of the answer. Must not compute: ``edge.camera.sightings`` does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.camera.aim import HEAD_AND_SHOULDERS_M
from edge.camera.pose import Fit, Mounting, Sighting
from edge.camera.sightings import ContradictionError, Solution, solve

Metres = Annotated[float, Field(ge=-100.0, le=100.0)]
Place = tuple[Metres, Metres, Metres]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class CameraEntry(_Closed):
    """What is known of the camera."""

    mount: Literal["table", "ceiling"] = "table"
    height_m: Annotated[float, Field(ge=-10.0, le=20.0)] | None = None
    position_m: Place | None = None
    scale_known: bool = True


class SightingEntry(_Closed):
    """The camera looked at this seat with these angles."""

    seat: str
    pan_deg: float = Field(ge=-360.0, le=360.0)
    tilt_deg: float = Field(ge=-180.0, le=180.0)


class AimFile(_Closed):
    """The whole file. Seats are where heads are, in metres."""

    camera: CameraEntry = Field(default_factory=CameraEntry)
    seats: dict[str, Place] = Field(min_length=2, max_length=300)
    sightings: list[SightingEntry] = Field(default_factory=list, max_length=300)
    framing_m: float = Field(default=HEAD_AND_SHOULDERS_M, gt=0.1, le=20.0)


def read(path: Path) -> AimFile:
    """The file's content.

    Raises:
        ValueError: one line that names file, key and what is wrong.
    """
    try:
        return AimFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "file"
        raise ValueError(f"{path}: {key}: {first['msg']}") from error


def solved(file: AimFile) -> Solution:
    """What the file's sightings tell.

    Raises:
        ContradictionError: they cannot all be true.
        ValueError: an unknown seat, or a seat twice.
    """
    camera = file.camera
    return solve(
        Mounting(camera.mount, camera.height_m, camera.position_m, camera.scale_known),
        file.seats,
        [Sighting(s.seat, s.pan_deg, s.tilt_deg) for s in file.sightings],
        file.framing_m,
    )


def answer(solution: Solution) -> dict[str, Any]:
    """The answer as JSON knows it, rounded to what means something."""
    return {
        "pose": None if solution.found is None else _pose(solution.found),
        "aims": {
            seat: {
                "pan_deg": round(one.aim.pan_deg, 3),
                "tilt_deg": round(one.aim.tilt_deg, 3),
                "fov_deg": round(one.aim.fov_deg, 3),
                "expected_error_deg": round(one.expected_error_deg, 3),
                "sighted": one.sighted,
            }
            for seat, one in solution.aims.items()
        },
        "wide": None
        if solution.wide is None
        else {
            "pan_deg": round(solution.wide.pan_deg, 3),
            "tilt_deg": round(solution.wide.tilt_deg, 3),
            "fov_deg": round(solution.wide.fov_deg, 3),
        },
        "residual_deg": {s: round(r, 3) for s, r in solution.residual_deg.items()},
        "leave_one_out_deg": {s: round(r, 3) for s, r in solution.leave_one_out_deg.items()},
        "propose": list(solution.propose),
        "warnings": [
            {"code": w.code, "seat": w.seat, "vi": w.said.vi, "en": w.said.en}
            for w in solution.warnings
        ],
    }


def _pose(found: Fit) -> dict[str, Any]:
    pose, covariance = found.pose, found.covariance
    return {
        "position_m": [round(v, 4) for v in pose.position_m],
        "heading_deg": round(pose.heading_deg, 3),
        "pitch_deg": round(pose.pitch_deg, 3),
        "roll_deg": round(pose.roll_deg, 3),
        "pan_sign": pose.pan_sign,
        "tilt_sign": pose.tilt_sign,
        "scale": round(pose.scale, 5),
        "position_sigma_m": [round(float(covariance[n, n]) ** 0.5, 4) for n in range(3)],
        "strain": round(found.strain, 3),
    }


def _say(solution: Solution) -> str:
    """The answer for people: a line per seat, worst first."""
    if solution.found is None:
        return f"propose: {', '.join(solution.propose)}"
    rows = [f"{'seat':>6} {'pan':>8} {'tilt':>7} {'view':>6} {'may be off':>11}"]
    worst_first = sorted(solution.aims.items(), key=lambda item: -item[1].expected_error_deg)
    for seat, one in worst_first:
        mark = "  sighted" if one.sighted else ""
        rows.append(
            f"{seat:>6} {one.aim.pan_deg:7.1f}° {one.aim.tilt_deg:6.1f}° {one.aim.fov_deg:5.1f}°"
            f" {one.expected_error_deg:10.2f}°{mark}"
        )
    if solution.propose:
        rows.append(f"sight next: {', '.join(solution.propose)}")
    return "\n".join(rows)


def run_file(path: Path, *, as_json: bool) -> int:
    """Solve and print; 0 when every seat has an aim."""
    try:
        solution = solved(read(path))
    except ContradictionError as refusal:
        if as_json:
            reason = {"seat": refusal.seat, "vi": refusal.said.vi, "en": refusal.said.en}
            refused: dict[str, Any] = {
                "pose": None,
                "aims": {},
                "residual_deg": {},
                "propose": [],
                "warnings": [{"code": "contradiction", **reason}],
                "refused": reason,
            }
            sys.stdout.write(json.dumps(refused, ensure_ascii=False) + "\n")
        sys.stderr.write(f"phonghop-edge aim: {path}: {refusal}\n")
        return 1
    except ValueError as error:
        sys.stderr.write(f"phonghop-edge aim: {error}\n")
        return 1
    if as_json:
        sys.stdout.write(json.dumps(answer(solution), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_say(solution) + "\n")
    for warning in solution.warnings:
        sys.stderr.write(f"phonghop-edge aim: {warning.said.vi} / {warning.said.en}\n")
    return 0 if solution.found is not None else 1
