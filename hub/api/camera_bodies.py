"""What may be asked of a camera over HTTP.

Owns these bodies. Must not know what a camera makes of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from edge.contract.messages import DeviceId, RoomId, SeatName
from hub.api.closed import ClosedBody

Step = Annotated[float, Field(ge=-45.0, le=45.0, allow_inf_nan=False)]
"""Degrees; more at a time is no nudge."""


class CameraBody(ClosedBody):
    """Root of what is asked of one camera."""

    room: RoomId
    camera: DeviceId


class AimCamera(CameraBody):
    """Aim a camera at a seat, or at the whole room: one of the two.

    It goes on air, unless ``aside`` says that somebody only wants to see whether it finds the seat.
    """

    seat: SeatName | None = None
    wide: Literal[True] | None = None
    aside: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> AimCamera:
        if (self.seat is None) == (self.wide is None):
            raise ValueError("give either seat or wide")
        if self.aside and self.seat is None:
            raise ValueError("aside goes with a seat")
        return self


class NudgeCamera(CameraBody):
    """Turn a camera a little: right and up are positive, a wider picture too."""

    pan_deg: Step = 0.0
    tilt_deg: Step = 0.0
    fov_deg: Step = 0.0


class SightCamera(CameraBody):
    """The camera looks at this seat now: learn from it."""

    seat: SeatName


class ForgetSighting(CameraBody):
    """What was sighted at this seat was wrong."""

    seat: SeatName


class LockCamera(CameraBody):
    """The automatic leaves this camera where it is, or may move it again."""

    on: bool


class PreviewCamera(CameraBody):
    """Small pictures of a camera for the next seconds; ask again while you look."""

    on: bool


CameraOrder = AimCamera | NudgeCamera | SightCamera | ForgetSighting | LockCamera | PreviewCamera

CAMERA_COMMANDS: dict[str, type[CameraOrder]] = {
    "aim_camera": AimCamera,
    "nudge_camera": NudgeCamera,
    "sight_camera": SightCamera,
    "forget_sighting": ForgetSighting,
    "lock_camera": LockCamera,
    "preview_camera": PreviewCamera,
}
"""Name in the address, and the body that belongs to it."""
