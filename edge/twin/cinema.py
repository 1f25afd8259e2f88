"""The pictures of a simulated room: which camera has one, and under which name people reach it.

Owns the choice; without OpenCV there are no pictures, and the rest of the twin goes on. Must
not draw or serve.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from drivers.core.address import twin_path
from firmware_config.schema import CameraSection, RoomConfig

if TYPE_CHECKING:
    from edge.twin.pictures import Lens
    from edge.twin.video import VideoWire

log = logging.getLogger(__name__)


class Shown(Protocol):
    """A simulated camera of any make."""

    def show(self) -> dict[str, Any]:
        """Where it really looks: ``pan_deg``, ``tilt_deg``, ``fov_deg``."""
        ...


def video_name(camera: str) -> str:
    """The picture of a camera as a device of its own, for faults."""
    return f"{camera}-video"


def make_videos(config: RoomConfig, cameras: Mapping[str, Shown]) -> dict[str, VideoWire]:
    """A picture for every simulated camera whose picture the room file takes from the twin."""
    wanted = [
        camera
        for camera in config.cameras
        if camera.video is not None
        and camera.video.source.startswith("twin:")
        and camera.id in cameras
    ]
    if not wanted:
        return {}
    try:
        import cv2

        from edge.twin.pictures import View
        from edge.twin.video import VideoWire
    except ImportError as error:
        log.warning("the twin's cameras have no picture: %s is not installed", error.name)
        return {}
    cv2.setNumThreads(1)
    seats = {seat.number: seat.position_m for seat in config.seats}
    walks_m = {seat.number: seat.walks_m for seat in config.seats}
    drawing = ThreadPoolExecutor(1, thread_name_prefix="twin pictures")
    return {
        video_name(camera.id): VideoWire(
            View(config.room.id, camera.position_m, camera.heading_deg, seats, walks_m),
            _lens_of(camera, cameras[camera.id]),
            twin_path(f"{config.room.id}/{camera.id}.video"),
            drawing,
        )
        for camera in wanted
    }


def _lens_of(camera: CameraSection, sim: Shown) -> Callable[[], Lens]:
    """Where the simulated motors are now."""
    from edge.twin.pictures import Lens

    sign = -1 if camera.driver == "visca" and camera.upside_down else 1

    def lens() -> Lens:
        shown = sim.show()
        return Lens(sign * shown["pan_deg"], sign * shown["tilt_deg"], shown["fov_deg"])

    return lens
