"""What a command to a device is called in the room, and what it carries.

Owns the way from a command's body to a device's order. Must not judge or send it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edge.contract import topics
from hub.api import camera_bodies as camera
from hub.api import care_bodies as care
from hub.api import display_bodies as display
from hub.api import models

PREVIEW_S = 10
"""Pictures come for so long after the last page asked: nobody has to say that it has gone."""


@dataclass(frozen=True, slots=True)
class DeviceOrder:
    """One order. ``kind`` is what the device must be, empty for the room itself.

    ``quiet``: it is repeated many times and nobody looks for it in the records.
    """

    room: str
    device: str
    action: str
    args: dict[str, Any] = field(default_factory=dict)
    kind: str = ""
    quiet: bool = False


def device_order(body: models.Body) -> DeviceOrder:
    """The order that ``body`` is.

    Raises:
        TypeError: it is for no device.
    """
    match body:
        case care.CheckRoom():
            return DeviceOrder(body.room, "room", "check")
        case care.DrillRoom():
            args = {"device": body.device, "fault": body.fault, "on": body.on}
            return DeviceOrder(body.room, "room", "drill", args)
        case display.DisplayBody():
            action, args = _display_action(body)
            return DeviceOrder(body.room, body.display, action, args, "display")
        case display.SetScene():
            return DeviceOrder(body.room, "room", "scene", {"scene": body.scene})
        case models.LocateSeat():
            room, number = topics.split_seat(body.seat)
            return DeviceOrder(room, "room", "locate", {"seat": number, "on": body.on})
        case camera.CameraBody():
            action, args = _camera_action(body)
            quiet = action in ("nudge", "preview")
            return DeviceOrder(body.room, body.camera, action, args, "camera", quiet)
        case _:
            raise TypeError(f"{type(body).__name__} is not for a device")


def _display_action(body: display.DisplayBody) -> tuple[str, dict[str, Any]]:
    match body:
        case display.DisplayPower():
            return "power", {"on": body.on}
        case display.DisplayInput():
            return "source", {"source": body.source}
        case display.DisplayVolume():
            return "volume", {"percent": body.percent}
        case _:
            raise TypeError(f"{type(body).__name__} is not for a display")


def _camera_action(body: camera.CameraBody) -> tuple[str, dict[str, Any]]:
    match body:
        case camera.AimCamera(wide=True):
            return "aim", {"wide": True}
        case camera.AimCamera(aside=True):
            return "aim", {"seat": body.seat, "aside": True}
        case camera.AimCamera():
            return "aim", {"seat": body.seat}
        case camera.NudgeCamera():
            return "nudge", body.model_dump(include={"pan_deg", "tilt_deg", "fov_deg"})
        case camera.SightCamera():
            return "sight", {"seat": body.seat}
        case camera.ForgetSighting():
            return "forget_sighting", {"seat": body.seat}
        case camera.LockCamera():
            return "lock", {"on": body.on}
        case camera.PreviewCamera():
            return "preview", {"seconds": PREVIEW_S if body.on else 0}
        case _:
            raise TypeError(f"{type(body).__name__} is not for a camera")
