"""An eye for a camera of the room: its picture, a detector of its own, and its order.

Owns that wiring, and with it the import of OpenCV. Must not decide anything.
"""

from __future__ import annotations

from pathlib import Path

from drivers.core.capability import Camera
from drivers.video.capture import Capture
from drivers.video.config import VideoConfig
from drivers.video.mjpeg import open_source
from edge.camera.eyes import Hands, PictureEye
from edge.camera.faces import Detector, best_detector
from edge.faces import model_path
from edge.shots import Shots


def make_eye(
    camera: Camera, video: VideoConfig, shots: Shots, model: Path | None, data_dir: Path
) -> PictureEye:
    """Nothing is opened before the eye runs; ``model`` is what the room file names."""
    ident = camera.id

    def make_detector() -> Detector:
        return best_detector(model_path(model, data_dir))

    return PictureEye(
        camera,
        video,
        Capture(ident, video.source, open_source, video.stale_ms / 1000),
        make_detector,
        shots.targets[ident],
        Hands(
            order=lambda: shots.orders.get(ident),
            reached=lambda: bool(shots.reached(ident)),
            may_correct=lambda: shots.may_correct(ident),
            correct=lambda aim: shots.correct(ident, aim),
            follow=lambda pan, tilt: shots.follow(ident, pan, tilt),
            following=lambda: shots.keeps_following(ident),
        ),
    )
