"""Faces in a picture: by a model file, else by the cascade inside OpenCV 4, else not at all.

Theory. The model (YuNet) is data: loaded from a path, its SHA-256 checked before OpenCV sees
it. Its default score of 0.9 loses up to half of real faces, 0.7 hardly any. The cascade costs
five times as much and misses turned heads. A miss is *no news*, never *nobody there*. Which
mode is in force is always said.

Owns detection. Must not decide what a face means, or move a camera. Boxes are in pixels of the
picture as given, x to the right and y down, and may begin outside it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from drivers.video.capture import Picture
from edge.camera.sight import Mode

log = logging.getLogger(__name__)


MODEL_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
"""``face_detection_yunet_2023mar.onnx`` of the OpenCV Zoo (MIT, Shiqi Yu)."""

SCORE = 0.7
OVERLAP = 0.3
CASCADE_FILE = "haarcascade_frontalface_alt2.xml"
CASCADE_SCALE, CASCADE_NEIGHBOURS, CASCADE_LEAST_PX = 1.1, 4, 24

LIVE_PX = (640, 360)
"""Pictures of a running camera are looked at in this size."""
STILL_PX = (1280, 720)
"""Single pictures: small faces are found too, time does not matter."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face. ``score``: 0 to 1; None where the detector gives none."""

    x: float
    y: float
    width: float
    height: float
    score: float | None

    @property
    def centre(self) -> tuple[float, float]:
        """In pixels."""
        return self.x + self.width / 2, self.y + self.height / 2


class Detector(Protocol):
    """Finds faces."""

    mode: Mode
    why: str
    """Why it is this mode and no better one; empty for the best."""
    wrong_model: str | None
    """What is wrong with the model file that should be used; None: nothing, or there is none."""

    def faces(self, picture: Picture) -> list[Face]:
        """Every face, the surest or largest first."""
        ...


class ModelError(ValueError):
    """The model file cannot be used; one line that says which and why."""


def checked_model(path: Path) -> Path:
    """The path, if the file is the model that was tested.

    Raises:
        ModelError: it cannot be read, or is another file.
    """
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
    if found != MODEL_SHA256:
        raise ModelError(f"{path}: SHA-256 is {found}, must be {MODEL_SHA256}")
    return path


def best_detector(model: Path | None, size_px: tuple[int, int] = LIVE_PX) -> Detector:
    """The best detector that works here; what is missing is said once, in its ``why``."""
    wrong: str | None = None
    if model is not None:
        try:
            return ModelDetector(checked_model(model), size_px)
        except (ModelError, cv2.error) as error:
            wrong = str(error).strip().splitlines()[0]
            if isinstance(error, cv2.error):
                wrong = f"{model}: {wrong}"
            log.warning("faces: %s", wrong)
    why = wrong or "no model file is configured"
    try:
        return CascadeDetector(LIVE_PX, why, wrong)
    except ModelError as error:
        return NoDetector(f"{why}; {error}", wrong)


class ModelDetector:
    """YuNet."""

    mode: Mode = "model"
    why = ""
    wrong_model: str | None = None

    def __init__(self, path: Path, size_px: tuple[int, int]) -> None:
        """Load the checked file and try it once: some variants fail only then.

        Raises:
            cv2.error: this OpenCV cannot use it.
        """
        self._size_px = size_px
        self._net = cv2.FaceDetectorYN.create(str(path), "", size_px, SCORE, OVERLAP, 5000)
        self.faces(np.full((size_px[1], size_px[0], 3), 128, dtype=np.uint8))

    def faces(self, picture: Picture) -> list[Face]:
        """Every face, the surest first."""
        small, scale = _fitted(picture, self._size_px)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        _, found = self._net.detect(small)
        rows = [] if found is None else found
        faces = [_scaled(row[:4], scale, min(1.0, float(row[14]))) for row in rows]
        return sorted(faces, key=lambda face: -(face.score or 0.0))


class CascadeDetector:
    """Haar cascade for frontal faces."""

    mode: Mode = "cascade"

    def __init__(self, size_px: tuple[int, int], why: str, wrong_model: str | None = None) -> None:
        """Load the cascade that OpenCV 4 brings.

        Raises:
            ModelError: this OpenCV has none (5 and newer).
        """
        self.why = why
        self.wrong_model = wrong_model
        self._size_px = size_px
        folder = getattr(getattr(cv2, "data", None), "haarcascades", "")
        path = Path(folder) / CASCADE_FILE
        if not hasattr(cv2, "CascadeClassifier") or not path.is_file():
            raise ModelError(f"OpenCV {cv2.__version__} brings no cascade")
        self._cascade = cv2.CascadeClassifier(str(path))

    def faces(self, picture: Picture) -> list[Face]:
        """Every face, the largest first; without a score."""
        small, scale = _fitted(picture, self._size_px)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        found = self._cascade.detectMultiScale(
            grey,
            scaleFactor=CASCADE_SCALE,
            minNeighbors=CASCADE_NEIGHBOURS,
            minSize=(CASCADE_LEAST_PX, CASCADE_LEAST_PX),
        )
        faces = [_scaled(box, scale, None) for box in found]
        return sorted(faces, key=lambda face: -face.width)


class NoDetector:
    """Geometry alone: seats are framed by their places."""

    mode: Mode = "geometry"

    def __init__(self, why: str, wrong_model: str | None = None) -> None:
        """``why`` there is nothing better."""
        self.why = why
        self.wrong_model = wrong_model

    def faces(self, picture: Picture) -> list[Face]:
        """None, ever."""
        return []


def _scaled(box: Sequence[float], scale: float, score: float | None) -> Face:
    x, y, width, height = (float(v) / scale for v in box)
    return Face(x, y, width, height, score)


def _fitted(picture: Picture, size_px: tuple[int, int]) -> tuple[Picture, float]:
    """The picture no larger than ``size_px``, and by how much it was scaled."""
    height, width = picture.shape[:2]
    scale = min(1.0, size_px[0] / width, size_px[1] / height)
    if scale == 1.0:
        return picture, 1.0
    small = cv2.resize(
        picture,
        (max(1, round(width * scale)), max(1, round(height * scale))),
        interpolation=cv2.INTER_AREA,
    )
    return np.asarray(small, dtype=np.uint8), scale
