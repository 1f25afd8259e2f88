"""``phonghop-edge faces``: what the detector sees in pictures, and where its model lies.

Owns the command's reading, printing, and the installing of the model file. Must not detect.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from drivers.video.capture import Picture
from edge.camera.faces import (
    STILL_PX,
    Detector,
    ModelError,
    best_detector,
    checked_model,
)

MODEL_FILE = "face_detection_yunet_2023mar.onnx"
FETCH_S = 60.0
MODEL_MOST_BYTES = 5_000_000


def model_path(given: Path | None, data_dir: Path) -> Path | None:
    """The model to use: as given, from the environment, or as installed; None: there is none."""
    named = os.environ.get("PHONGHOP_FACE_MODEL")
    if given is not None:
        return given
    if named:
        return Path(named)
    installed = data_dir / MODEL_FILE
    return installed if installed.is_file() else None


def run(images: list[Path], model: Path | None, data_dir: Path, *, as_json: bool) -> int:
    """Detect in every picture and print; 0 when every picture could be read."""
    cv2.setNumThreads(1)
    detector = best_detector(model_path(model, data_dir), STILL_PX)
    found, failed = [], False
    for path in images:
        try:
            found.append(_detected(detector, path))
        except ValueError as error:
            failed = True
            found.append({"file": str(path), "error": str(error)})
            sys.stderr.write(f"phonghop-edge faces: {error}\n")
    answer = {"detector": detector.mode, "why": detector.why, "images": found}
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_say(answer))
    return 1 if failed else 0


def _read(path: Path) -> Picture:
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if picture is None:
        raise ValueError(f"{path}: no picture that OpenCV can read")
    return np.asarray(picture, dtype=np.uint8)


def _detected(detector: Detector, path: Path) -> dict[str, Any]:
    picture = _read(path)
    begun_s = time.perf_counter()
    faces = detector.faces(picture)
    took_s = time.perf_counter() - begun_s
    return {
        "file": str(path),
        "width": picture.shape[1],
        "height": picture.shape[0],
        "faces": [
            {
                "x": round(face.x, 1),
                "y": round(face.y, 1),
                "width": round(face.width, 1),
                "height": round(face.height, 1),
                "score": None if face.score is None else round(face.score, 3),
            }
            for face in faces
        ],
        "ms": round(took_s * 1000, 1),
    }


def _say(answer: dict[str, Any]) -> str:
    why = f" ({answer['why']})" if answer["why"] else ""
    rows = [f"detector: {answer['detector']}{why}"]
    for image in answer["images"]:
        if "error" in image:
            continue
        rows.append(f"{image['file']}: {len(image['faces'])} faces, {image['ms']} ms")
        for face in image["faces"]:
            score = "" if face["score"] is None else f", score {face['score']}"
            rows.append(
                f"  {face['width']:.0f} × {face['height']:.0f} px at {face['x']:.0f}, "
                f"{face['y']:.0f}{score}"
            )
    return "\n".join(rows) + "\n"


def install_model(source: str, data_dir: Path) -> int:
    """Copy the model from a file or address to where it is looked for, if it is the right one."""
    target = data_dir / MODEL_FILE
    fresh = target.with_suffix(".new")
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(_fetched(source))
        checked_model(fresh)
        fresh.replace(target)
    except (OSError, HTTPException, ModelError, ValueError) as error:
        fresh.unlink(missing_ok=True)
        sys.stderr.write(f"phonghop-edge faces: {source}: not installed: {error}\n")
        return 1
    sys.stdout.write(f"{target}: installed\n")
    return 0


def _fetched(source: str) -> bytes:
    if source.startswith(("https://", "http://")):
        with urllib.request.urlopen(source, timeout=FETCH_S) as answer:  # noqa: S310  # http only
            data: bytes = answer.read(MODEL_MOST_BYTES + 1)
    else:
        with Path(source).open("rb") as file:
            data = file.read(MODEL_MOST_BYTES + 1)
    if len(data) > MODEL_MOST_BYTES:
        raise ValueError(f"larger than {MODEL_MOST_BYTES} bytes: not the model")
    return data
